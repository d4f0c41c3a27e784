#include "heap.h"

#include <openssl/crypto.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * The arena is a piece of address space, cut into slabs from its beginning on.  A slab is cut into
 * blocks of one class, so a block's address tells its size.  Pages that were never cut cost
 * nothing.
 */

enum {
    FINE_STEP = 16, /* classes up to FINE_MAX are this far apart, alignof(max_align_t) … */
    FINE_MAX = 1024,
    FINE_CLASSES = FINE_MAX / FINE_STEP,
    STEPS_BITS = 3, /* … and above it there are eight to a doubling */
    STEPS = 1 << STEPS_BITS,
    LARGEST = 32 * 1024, /* the largest of a connection's are its buffers of 17 kB */
    DOUBLINGS = 5,       /* from FINE_MAX to LARGEST */
    CLASSES = FINE_CLASSES + DOUBLINGS * STEPS,
    SLAB_BITS = 16,
    SLABS = 1 << 16,
};
#define SLAB_BYTES  ((size_t)1 << SLAB_BITS)
#define ARENA_BYTES (SLAB_BYTES * SLABS) /* 4 GiB */

struct block {
    struct block *next;
};

/* What a thread has of one class. */
struct shelf {
    struct block *returned;
    char *fresh; /* the rest of its last slab */
    char *end;
};

static char *arena;
static atomic_size_t slabs_cut;
static uint8_t class_of_slab[SLABS];
static _Thread_local struct shelf shelves[CLASSES];

/* Of a size from 1 to LARGEST. */
static unsigned class_of_size(size_t size)
{
    if (size <= FINE_MAX) {
        return (unsigned)((size - 1) / FINE_STEP);
    }
    /* The highest bit of size - 1 says which doubling, the three below it which step. */
    unsigned high = 63 - (unsigned)__builtin_clzll((unsigned long long)size - 1);
    unsigned step = (unsigned)((size - 1) >> (high - STEPS_BITS)) & (STEPS - 1);

    return FINE_CLASSES + (high - 10) * STEPS + step;
}

static size_t size_of_class(unsigned class)
{
    if (class < FINE_CLASSES) {
        return (size_t)(class + 1) * FINE_STEP;
    }
    unsigned coarse = class - FINE_CLASSES;
    size_t doubled = (size_t)FINE_MAX << (coarse / STEPS);

    return doubled + (doubled >> STEPS_BITS) * (coarse % STEPS + 1);
}

static bool is_ours(const void *address)
{
    return (uintptr_t)address - (uintptr_t)arena < ARENA_BYTES;
}

static unsigned class_of_block(const void *block)
{
    return class_of_slab[((uintptr_t)block - (uintptr_t)arena) >> SLAB_BITS];
}

static bool cut_slab(unsigned class)
{
    size_t slab = atomic_fetch_add_explicit(&slabs_cut, 1, memory_order_relaxed);

    if (slab >= SLABS) {
        return false;
    }
    class_of_slab[slab] = (uint8_t) class;
    shelves[class].fresh = arena + (slab << SLAB_BITS);
    shelves[class].end = shelves[class].fresh + SLAB_BYTES;
    return true;
}

static void *take_fresh(unsigned class)
{
    struct shelf *shelf = &shelves[class];
    size_t size = size_of_class(class);

    if ((size_t)(shelf->end - shelf->fresh) < size && !cut_slab(class)) {
        return NULL;
    }
    char *block = shelf->fresh;
    shelf->fresh += size;
    return block;
}

/* ---- OpenSSL's three; file and line are for its own debugging ---- */

static void *heap_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    if (size == 0) {
        return NULL; /* as OpenSSL's own does */
    }
    if (size > LARGEST) {
        return malloc(size);
    }
    unsigned class = class_of_size(size);
    struct block *block = shelves[class].returned;
    if (block != NULL) {
        shelves[class].returned = block->next;
        return block;
    }
    void *fresh = take_fresh(class);
    return fresh != NULL ? fresh : malloc(size); /* the arena is used up */
}

static void heap_free(void *address, const char *file, int line)
{
    (void)file;
    (void)line;
    if (address == NULL) {
        return;
    }
    if (!is_ours(address)) {
        free(address);
        return;
    }
    struct shelf *shelf = &shelves[class_of_block(address)];
    struct block *block = address;
    block->next = shelf->returned;
    shelf->returned = block;
}

static void *heap_realloc(void *address, size_t size, const char *file, int line)
{
    if (address == NULL) {
        return heap_malloc(size, file, line);
    }
    if (size == 0) {
        heap_free(address, file, line);
        return NULL; /* as OpenSSL's own does */
    }
    if (!is_ours(address)) {
        return realloc(address, size); /* it may stay outside for good */
    }
    size_t old = size_of_class(class_of_block(address));
    if (size > old || size <= old / 2) {
        void *moved = heap_malloc(size, file, line);

        if (moved != NULL) {
            memcpy(moved, address, size < old ? size : old);
            heap_free(address, file, line);
        }
        return moved;
    }
    return address;
}

/* A sanitizer is to see each block. */
static bool is_watched(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return true;
#else
    return false;
#endif
}

void heap_install(void)
{
    void *space;

    if (is_watched()) {
        return;
    }
    space = mmap(NULL, ARENA_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) {
        return;
    }
    arena = space;
    if (CRYPTO_set_mem_functions(heap_malloc, heap_realloc, heap_free) != 1) {
        munmap(space, ARENA_BYTES);
        arena = NULL;
    }
}
