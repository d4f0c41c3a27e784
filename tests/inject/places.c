#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include "places.h"

/* tests/inject/sweep.py reads it. */
struct place {
    _Atomic uint64_t key; /* 0: free */
    _Atomic uint64_t calls;
    uint64_t stack;
    uint64_t frames[PLACE_FRAMES]; /* of the program itself */
    uint32_t call_class;
    uint32_t process;
    char name[PLACE_NAME];
};

struct walk {
    uint64_t hash;
    uintptr_t caller; /* the first address */
    uintptr_t last;
    size_t own; /* frames of the program that the hash still takes */
    uint64_t *frames;
    size_t left; /* of frames */
};

static struct place *places_table;
static __thread bool places_walking;

/* Offset basis and prime of FNV-1a, 64 bits, on words. */
static uint64_t places_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 29;
}

static _Unwind_Reason_Code places_frame(struct _Unwind_Context *context, void *data)
{
    static const char own;
    struct walk *walk = data;
    uintptr_t address = _Unwind_GetIP(context);
    struct dl_find_object module;
    void *at;

    memcpy(&at, &address, sizeof at);
    if (address == walk->last || _dl_find_object(at, &module) != 0 ||
        ((const char *)module.dlfo_map_start <= &own && &own < (const char *)module.dlfo_map_end)) {
        return _URC_NO_REASON;
    }
    if (walk->last == 0) {
        walk->caller = address;
    }
    walk->last = address;
    address -= (uintptr_t)module.dlfo_map_start;
    if (walk->own > 0) {
        walk->hash = places_mix(walk->hash, address);
    }
    if (module.dlfo_link_map->l_name[0] == '\0') {
        walk->own -= walk->own > 0;
        if (walk->left > 0) {
            *walk->frames++ = address;
            walk->left--;
        }
    }
    return walk->own == 0 && walk->left == 0 ? _URC_END_OF_STACK : _URC_NO_REASON;
}

uint64_t places_stack(size_t own, uint64_t *frames, size_t count)
{
    struct walk walk = {
        .hash = UINT64_C(0xcbf29ce484222325), .own = own, .frames = frames, .left = count};

    if (places_walking) {
        return 0;
    }
    places_walking = true;
    _Unwind_Backtrace(places_frame, &walk);
    places_walking = false;
    memset(walk.frames, 0, walk.left * sizeof *frames);
    return (walk.hash & ~(uint64_t)PLACE_CALLER) | (walk.caller & PLACE_CALLER);
}

void places_keep(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);
    void *table = MAP_FAILED;

    if (fd >= 0) {
        table = mmap(NULL, sizeof(struct place[PLACES]), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        close(fd);
    }
    if (table == MAP_FAILED) {
        dprintf(STDERR_FILENO, "shim: no places\n");
        _exit(125);
    }
    places_table = table;
}

/* The place's row, or one that is free and is its own now. */
static struct place *places_row(uint64_t key)
{
    for (uint64_t i = key % PLACES, tried = 0; tried < PLACES; i = (i + 1) % PLACES, tried++) {
        uint64_t found = 0;

        if (atomic_compare_exchange_strong(&places_table[i].key, &found, key) || found == key) {
            return &places_table[i];
        }
    }
    return NULL;
}

void places_count(uint32_t call_class, uint32_t process, size_t own, const char *name)
{
    uint64_t frames[PLACE_FRAMES];
    uint64_t stack = places_table != NULL ? places_stack(own, frames, PLACE_FRAMES) : 0;
    struct place *place;

    if (stack == 0) {
        return;
    }
    place = places_row(places_mix(stack, call_class << 16 | process) | 1);
    if (place == NULL) {
        return;
    }
    place->stack = stack; /* whoever has the same key writes the same */
    memcpy(place->frames, frames, sizeof frames);
    place->call_class = call_class;
    place->process = process;
    strncpy(place->name, name, PLACE_NAME - 1);
    atomic_fetch_add(&place->calls, 1);
}
