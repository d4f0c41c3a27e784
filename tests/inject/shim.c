/*
 * An LD_PRELOAD library that makes one call of a program fail, the n-th of its class:
 *
 *     FINWAIT_INJECT=CLASS:N[+][:ERRNO][:PROCESS[:STACK]]
 *
 * PROCESS counts from 0, the program itself, in the order of fork(2); without it, every process
 * that gets there.  With + all later calls of the class fail too.  ERRNO is a number; without it,
 * what calls.h says.  With STACK, of places.h, only calls from there count.  A process counts from
 * its own start.  FINWAIT_INJECT_BOARD names a file of sizeof(struct board) bytes that shows what
 * was counted and what failed, FINWAIT_INJECT_PLACES one that gets the places of all calls.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Those of the C library, which are transparent unions with _GNU_SOURCE. */
#define ADDRESS       __SOCKADDR_ARG
#define CONST_ADDRESS __CONST_SOCKADDR_ARG

#include "calls.h"
#include "places.h"

enum call_class {
#define X(name) CLASS_##name,
    CLASSES(X)
#undef X
        CLASS_N
};

enum { PROCESSES = 32 };

/* One process's part; tests/inject/sweep.py reads it. */
struct slot {
    _Atomic uint64_t count[CLASS_N];
    _Atomic uint64_t met;          /* calls of the plan's class, process and stack */
    uint64_t frames[PLACE_FRAMES]; /* where it failed first, innermost first; places_stack() */
    char failed[PLACE_NAME];       /* the function that did; "" when none was */
};

struct board {
    _Atomic uint32_t processes; /* forked so far */
    uint32_t classes;
    struct slot slot[PROCESSES];
};

static struct board *shim_board; /* NULL: nothing is counted yet */
static uint32_t shim_process;
static struct {
    enum call_class class;
    uint64_t from; /* 0: nothing fails */
    uint64_t until;
    int errnum;      /* 0: what the table says */
    int64_t process; /* -1: every one */
    uint64_t stack;  /* 0: from wherever */
} shim_plan;

/* ---- what fails ---- */

static void note(const char *name)
{
    struct slot *slot = &shim_board->slot[shim_process];

    if (slot->failed[0] == '\0') {
        places_stack(0, slot->frames, PLACE_FRAMES);
        for (size_t i = 0; name[i] != '\0' && i + 1 < PLACE_NAME; i++) {
            slot->failed[i] = name[i];
        }
    }
}

/* How much of a stack makes a place: of OpenSSL's, who of ours called it, not why. */
static size_t own_frames(enum call_class class)
{
    return class == CLASS_crypto ? 2 : SIZE_MAX;
}

/* Whether a call that returns to `caller` is one that the plan counts. */
static bool planned(const struct slot *slot, enum call_class class, const void *caller)
{
    if (shim_plan.from == 0 || class != shim_plan.class || slot->met >= shim_plan.until ||
        (shim_plan.process >= 0 && shim_plan.process != shim_process)) {
        return false;
    }
    return shim_plan.stack == 0 || ((((uintptr_t)caller ^ shim_plan.stack) & PLACE_CALLER) == 0 &&
                                    shim_plan.stack == places_stack(own_frames(class), NULL, 0));
}

/* Count a call and tell whether it is to fail, errno set. */
static bool call_fails(const void *caller, enum call_class class, const char *name, int errnum)
{
    struct slot *slot;
    uint64_t n;

    if (shim_board == NULL || shim_process >= PROCESSES) {
        return false;
    }
    slot = &shim_board->slot[shim_process];
    atomic_fetch_add(&slot->count[class], 1);
    places_count(class, shim_process, own_frames(class), name);
    if (!planned(slot, class, caller)) {
        return false;
    }
    n = atomic_fetch_add(&slot->met, 1) + 1;
    if (n < shim_plan.from || n > shim_plan.until) {
        return false;
    }
    note(name);
    errno = shim_plan.errnum != 0 ? shim_plan.errnum : errnum;
    return true;
}

/* In a function that stands for another. */
#define fails(class, name, errnum) call_fails(__builtin_return_address(0), class, name, errnum)

/* ---- the functions ---- */

#define X(type, name, parameters, arguments)                                                       \
    extern type __libc_##name parameters;                                                          \
    type name parameters                                                                           \
    {                                                                                              \
        return fails(CLASS_memory, #name, ENOMEM) ? NULL : __libc_##name arguments;                \
    }
MEMORY(X)
#undef X

#define X(class, type, name, parameters, arguments, failure, errnum)                               \
    typedef type name##_call parameters;                                                           \
    type name parameters                                                                           \
    {                                                                                              \
        static name##_call *real;                                                                  \
                                                                                                   \
        if (fails(CLASS_##class, #name, errnum)) {                                                 \
            return failure;                                                                        \
        }                                                                                          \
        if (real == NULL) {                                                                        \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        }                                                                                          \
        return real arguments;                                                                     \
    }
CALLS(X)
#undef X

/* A variable argument is passed as a fixed one is (the psABI of x86-64 and arm64), and the kernel
 * looks at the mode only when it makes a file. */
int shim_openat(int directory, const char *path, int flags, mode_t mode) __asm__("openat");
int shim_open(const char *path, int flags, mode_t mode) __asm__("open");

int shim_openat(int directory, const char *path, int flags, mode_t mode)
{
    if (fails(CLASS_open, "openat", (flags & O_CREAT) != 0 ? ENOSPC : EMFILE)) {
        return -1;
    }
    return (int)syscall(SYS_openat, directory, path, flags, mode);
}

int shim_open(const char *path, int flags, mode_t mode)
{
    if (fails(CLASS_open, "open", (flags & O_CREAT) != 0 ? ENOSPC : EMFILE)) {
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* A file is closed all the same; what it held may be lost. */
int fclose(FILE *file)
{
    static int (*real)(FILE *);
    bool failed = fails(CLASS_write, "fclose", ENOSPC);
    int saved = errno;
    int status;

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "fclose");
    }
    status = real(file);
    if (failed) {
        errno = saved;
    }
    return failed ? EOF : status;
}

/* The next process: it counts from the start. */
pid_t fork(void)
{
    static pid_t (*real)(void);
    uint32_t next;
    pid_t child;

    if (fails(CLASS_fork, "fork", EAGAIN)) {
        return -1;
    }
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "fork");
    }
    next = shim_board != NULL ? atomic_fetch_add(&shim_board->processes, 1) + 1 : 0;
    child = real();
    if (child == 0) {
        shim_process = next;
    }
    return child;
}

/* The error is its value. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    int saved = errno;

    if (fails(CLASS_fork, "pthread_create", EAGAIN)) {
        int errnum = errno;

        errno = saved;
        return errnum;
    }
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    }
    return real(thread, attributes, run, argument);
}

/* What OpenSSL allocates is not malloc's where the program has given it a heap. */
typedef void *crypto_malloc(size_t size, const char *file, int line);
typedef void *crypto_realloc(void *was, size_t size, const char *file, int line);
typedef void crypto_free(void *block, const char *file, int line);
static crypto_malloc *shim_crypto_malloc;
static crypto_realloc *shim_crypto_realloc;

static void *take_crypto(size_t size, const char *file, int line)
{
    return fails(CLASS_crypto, "CRYPTO_malloc", ENOMEM) ? NULL
                                                        : shim_crypto_malloc(size, file, line);
}

static void *retake_crypto(void *was, size_t size, const char *file, int line)
{
    return fails(CLASS_crypto, "CRYPTO_realloc", ENOMEM)
               ? NULL
               : shim_crypto_realloc(was, size, file, line);
}

int CRYPTO_set_mem_functions(crypto_malloc *take, crypto_realloc *retake, crypto_free *give);

int CRYPTO_set_mem_functions(crypto_malloc *take, crypto_realloc *retake, crypto_free *give)
{
    static int (*real)(crypto_malloc *, crypto_realloc *, crypto_free *);

    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "CRYPTO_set_mem_functions");
    }
    shim_crypto_malloc = take;
    shim_crypto_realloc = retake;
    return real(take_crypto, retake_crypto, give);
}

/* ---- the plan ---- */

static enum call_class class_named(const char *name, size_t length)
{
    static const char *const names[] = {
#define X(name) #name,
        CLASSES(X)
#undef X
    };

    for (size_t i = 0; i < CLASS_N; i++) {
        if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0) {
            return (enum call_class)i;
        }
    }
    dprintf(STDERR_FILENO, "shim: there is no class %.*s\n", (int)length, name);
    _exit(125);
}

static void read_plan(const char *text)
{
    const char *colon = strchr(text, ':');
    char *end;

    shim_plan.process = -1;
    if (colon == NULL) {
        return;
    }
    shim_plan.class = class_named(text, (size_t)(colon - text));
    shim_plan.from = strtoull(colon + 1, &end, 10);
    shim_plan.until = *end == '+' ? UINT64_MAX : shim_plan.from;
    end += *end == '+';
    if (*end == ':') {
        shim_plan.errnum = (int)strtol(end + 1, &end, 10);
    }
    if (*end == ':') {
        shim_plan.process = strtol(end + 1, &end, 10);
    }
    if (*end == ':') {
        shim_plan.stack = strtoull(end + 1, NULL, 16);
    }
}

/* Without a board nothing is counted.  Programs that are started by the one under test are not
 * it. */
__attribute__((constructor)) static void shim_begin(void)
{
    const char *plan = getenv("FINWAIT_INJECT");
    const char *path = getenv("FINWAIT_INJECT_BOARD");
    const char *places = getenv("FINWAIT_INJECT_PLACES");
    int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    int flags = fd < 0 ? MAP_SHARED | MAP_ANONYMOUS : MAP_SHARED;
    struct board *board = mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, flags, fd, 0);

    unsetenv("LD_PRELOAD");
    if (fd >= 0) {
        close(fd);
    }
    if (board == MAP_FAILED) {
        dprintf(STDERR_FILENO, "shim: no board\n");
        _exit(125);
    }
    read_plan(plan != NULL ? plan : "");
    if (places != NULL) {
        places_keep(places);
    }
    board->classes = CLASS_N;
    shim_board = board;
}
