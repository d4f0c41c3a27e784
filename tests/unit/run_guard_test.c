#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"

/* What a command's exit status cannot tell, the guard does. */

static struct unbegun *why;

static int shared(void **state)
{
    (void)state;
    why = mmap(NULL, sizeof *why, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return why != MAP_FAILED ? 0 : -1;
}

/* The exit status of a guard that may or may not fork. */
static int guarded(const char *command, bool may_fork)
{
    const struct rlimit none = {0, 0};
    int status = 0;

    *why = (struct unbegun){0};
    pid_t guard = fork();
    if (guard == 0) {
        /* The limit is none of root's, getrlimit(2). */
        if (!may_fork && (setrlimit(RLIMIT_NPROC, &none) != 0 ||
                          (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0))) {
            _exit(0);
        }
        _exit(guard_run(command, why));
    }
    assert_int_equal(waitpid(guard, &status, 0), guard);
    return guard_status(status);
}

static void a_fork_that_fails_is_none_of_the_commands(void **state)
{
    (void)state;
    assert_int_equal(guarded("exit 0", false), 126);
    assert_string_equal(why->call, "fork");
    assert_int_equal(why->errnum, EAGAIN);
}

static void what_a_command_says_is_its_own(void **state)
{
    (void)state;
    assert_int_equal(guarded("exit 126", true), 126);
    assert_null(why->call);
    assert_int_equal(guarded("kill -9 $$", true), 137);
    assert_null(why->call);
    assert_int_equal(guarded("/dev/null/none 2>&-", true), 127);
    assert_null(why->call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fork_that_fails_is_none_of_the_commands),
        cmocka_unit_test(what_a_command_says_is_its_own),
    };

    return cmocka_run_group_tests(tests, shared, NULL);
}
