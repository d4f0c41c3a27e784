/* What a process gives up, and that its end does not get lost with it. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/privileges.h"

#define NOBODY 65534
#define TRACED (0L | PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD)

struct kin {
    pid_t parent, child;
    int go, told; /* the child waits for the one and, once it is a worker, writes to the other */
};

static _Noreturn void be_child(int go, int told)
{
    struct error error;
    char byte;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (read(go, &byte, 1) != 1 || privileges_keep(PRIVILEGES_WORKER, &error) != 0 ||
        write(told, &byte, 1) != 1) {
        _exit(2);
    }
    _exit(0);
}

static void make_kin(struct kin *kin)
{
    int go[2];
    int told[2];

    assert_int_equal(pipe(go), 0);
    assert_int_equal(pipe(told), 0);
    kin->parent = fork();
    if (kin->parent == 0) {
        pid_t child = fork();
        if (child == 0) {
            close(told[0]);
            be_child(go[0], told[1]);
        }
        if (write(told[1], &child, sizeof child) != sizeof child) {
            _exit(2);
        }
        close(told[1]);
        alarm(20);
        pause();
        _exit(2);
    }
    close(go[0]);
    close(told[1]);
    assert_int_equal(read(told[0], &kin->child, sizeof kin->child), sizeof kin->child);
    kin->go = go[1];
    kin->told = told[0];
}

/* To the moment at which the child is another user. */
static void go_on_until_changed(const struct kin *kin)
{
    struct __ptrace_syscall_info call = {0};
    int status;

    do {
        assert_int_equal(ptrace(PTRACE_SYSCALL, kin->child, NULL, NULL), 0);
        assert_int_equal(waitpid(kin->child, &status, __WALL), kin->child);
        assert_true(WIFSTOPPED(status));
        assert_true(ptrace(PTRACE_GET_SYSCALL_INFO, kin->child, sizeof call, &call) > 0);
    } while (call.op != PTRACE_SYSCALL_INFO_ENTRY || call.entry.nr != SYS_setresuid ||
             (uint32_t)call.entry.args[0] != NOBODY);
    assert_int_equal(ptrace(PTRACE_SYSCALL, kin->child, NULL, NULL), 0);
    assert_int_equal(waitpid(kin->child, &status, __WALL), kin->child);
}

static void a_parent_that_ends_in_between(void **state)
{
    struct kin kin;
    int status;
    char byte;

    (void)state;
    if (privileges_worker_user() != NOBODY) {
        skip();
    }
    make_kin(&kin);
    if (ptrace(PTRACE_SEIZE, kin.child, NULL, TRACED) != 0) {
        kill(kin.parent, SIGKILL);
        waitpid(kin.parent, NULL, 0);
        skip();
    }
    assert_int_equal(ptrace(PTRACE_INTERRUPT, kin.child, NULL, NULL), 0);
    assert_int_equal(waitpid(kin.child, &status, __WALL), kin.child);
    assert_int_equal(write(kin.go, "g", 1), 1);
    go_on_until_changed(&kin);
    kill(kin.parent, SIGKILL);
    assert_int_equal(waitpid(kin.parent, NULL, 0), kin.parent);
    ptrace(PTRACE_CONT, kin.child, NULL, NULL);
    assert_int_equal(waitpid(kin.child, &status, __WALL), kin.child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_FAILURE);
    assert_int_equal(read(kin.told, &byte, 1), 0);
    close(kin.go);
    close(kin.told);
}

static void asking_changes_nothing(void **state)
{
    uid_t user[3];
    uid_t asked[3];
    gid_t group[3];

    (void)state;
    assert_int_equal(getresuid(&user[0], &user[1], &user[2]), 0);
    privileges_worker_user();
    assert_int_equal(getresuid(&asked[0], &asked[1], &asked[2]), 0);
    assert_memory_equal(user, asked, sizeof user);
    assert_int_equal(getresgid(&group[0], &group[1], &group[2]), 0);
    assert_int_equal(group[2], group[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_parent_that_ends_in_between),
        cmocka_unit_test(asking_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
