#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/grow.h"

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* The status that a child ends with, whose address space takes `more` bytes and no more. */
static int status_of(void (*child)(void), size_t more)
{
    pid_t pid = fork();
    int status;

    assert_true(pid >= 0);
    if (pid == 0) {
        struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
        char text[32] = "";
        FILE *file = fopen("/proc/self/statm", "re");

        if (file == NULL || fgets(text, sizeof text, file) == NULL) {
            _exit(99);
        }
        fclose(file);
        size_t pages = strtoul(text, NULL, 10);
        freopen("/dev/null", "w", stderr);
        limit.rlim_cur = pages * (size_t)sysconf(_SC_PAGESIZE) + more;
        setrlimit(RLIMIT_AS, &limit);
        child();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

#define MIB ((size_t)1 << 20)

static void use_all(void)
{
    for (size_t size = MIB; size >= 16; size /= 2) {
        while (malloc(size) != NULL) {
        }
    }
}

static void need_what_was_put_by(void)
{
    struct error error;
    struct grow_stream stream;

    if (grow_reserve(&error) != 0) {
        _exit(98);
    }
    use_all();
    if (malloc(MIB) != NULL) {
        _exit(97);
    }
    char *bytes = grow_bytes(16 * MIB);
    memset(bytes, 1, 16 * MIB);
    char *zeroes = grow_new(16, MIB);
    grow_stream_open(&stream);
    fputs("text", stream.out);
    char *text = grow_stream_close(&stream);
    char *format = grow_format("%s %d", grow_text(text), 7);
    if (zeroes[MIB] != 0 || strcmp(format, "text 7") != 0) {
        _exit(96);
    }
}

static void what_was_put_by_is_there(void **state)
{
    (void)state;
    assert_int_equal(status_of(need_what_was_put_by, 64 * MIB), 0);
}

static void need_more(void)
{
    struct error error;

    if (grow_reserve(&error) != 0) {
        _exit(98);
    }
    for (;;) {
        memset(grow_bytes(MIB), 1, MIB);
    }
}

static void its_end_is_the_machines_status(void **state)
{
    (void)state;
    assert_int_equal(status_of(need_more, 64 * MIB), STATUS_MACHINE);
}

static void look_for_room(void)
{
    for (int i = 0; i < 2; i++) {
        if (!grow_has_room(16 * MIB) || grow_has_room(64 * MIB)) {
            _exit(98);
        }
    }
}

static void room_is_looked_for_and_not_taken(void **state)
{
    (void)state;
    assert_int_equal(status_of(look_for_room, 24 * MIB), 0);
}

static void put_by(void)
{
    struct error error;

    if (grow_reserve(&error) == 0 || error.status != STATUS_MACHINE ||
        strstr(error.what, "ENOMEM") == NULL) {
        _exit(98);
    }
}

static void what_cannot_be_put_by_is_an_error(void **state)
{
    (void)state;
    assert_int_equal(status_of(put_by, 8 * MIB), 0);
}

#endif

static void lists_grow(void **state)
{
    (void)state;
    int *list = NULL;

    for (int i = 0; i < 100; i++) {
        list = grow_by_one(list, (size_t)i, sizeof *list);
        list[i] = i;
    }
    assert_int_equal(list[99], 99);
    free(list);
    assert_null(grow_text(NULL));
    free(grow_new(0, 0));
    free(grow_bytes(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
/* A sanitizer has an allocator of its own, and it ends the process where there is no memory. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
        cmocka_unit_test(what_was_put_by_is_there),
        cmocka_unit_test(its_end_is_the_machines_status),
        cmocka_unit_test(what_cannot_be_put_by_is_an_error),
        cmocka_unit_test(room_is_looked_for_and_not_taken),
#endif
        cmocka_unit_test(lists_grow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
