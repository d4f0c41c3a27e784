/* Closes that another process puts off. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/leash.h"
#include "inherit.h"

static void a_child_keeps_it_open_for_a_while(void **state)
{
    struct leash leash;
    int pair[2];
    char byte;

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(leash_new(&leash), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(inherit_descriptor(pair[0], NS_PER_S, leash.theirs), 0);
    close(pair[0]);
    assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    assert_int_equal(recv(pair[1], &byte, 1, 0), 0);
    close(pair[1]);
    assert_int_equal(waitpid(-1, NULL, 0), -1); /* it waits for the child, and finds none to reap */
    assert_int_equal(errno, ECHILD);
    leash_free(&leash);
    signal(SIGCHLD, SIG_DFL);
}

static void a_child_has_nothing_else_open(void **state)
{
    struct leash leash;
    int pair[2];
    int other[2];
    char byte;

    (void)state;
    signal(SIGCHLD, SIG_IGN);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, other), 0);
    assert_int_equal(leash_new(&leash), 0);
    assert_int_equal(inherit_descriptor(pair[0], 2 * NS_PER_S, leash.theirs), 0);
    close(pair[0]);
    close(other[0]);
    assert_int_equal(recv(other[1], &byte, 1, 0), 0);
    assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(recv(pair[1], &byte, 1, 0), 0);
    close(pair[1]);
    close(other[1]);
    waitpid(-1, NULL, 0);
    leash_free(&leash);
    signal(SIGCHLD, SIG_DFL);
}

/* A parent that forks a child with `fd` for an hour, and ends. */
static void leave_a_child(int fd, const struct leash *leash)
{
    pid_t parent = fork();

    if (parent == 0) {
        close(leash->ours);
        _exit(inherit_descriptor(fd, 3600 * NS_PER_S, leash->theirs));
    }
    assert_int_equal(waitpid(parent, NULL, 0), parent);
    close(fd);
}

static void a_child_outlives_its_parent_but_not_its_leash(void **state)
{
    struct leash leash;
    int pair[2];
    char byte;

    (void)state;
    assert_int_equal(leash_new(&leash), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    leave_a_child(pair[0], &leash);
    assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), -1);
    assert_int_equal(errno, EAGAIN);
    leash_free(&leash);
    /* It was waited for: its descriptors are closed. */
    assert_int_equal(recv(pair[1], &byte, 1, MSG_DONTWAIT), 0);
    leash_free(&leash); /* once more does nothing */
    close(pair[1]);
}

static void a_child_ends_when_its_leash_is_dropped(void **state)
{
    struct leash leash;
    int pair[2];
    char byte;

    (void)state;
    assert_int_equal(leash_new(&leash), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    leave_a_child(pair[0], &leash);
    /* As when the conductor is killed. */
    close(leash.ours);
    close(leash.theirs);
    assert_int_equal(recv(pair[1], &byte, 1, 0), 0);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_keeps_it_open_for_a_while),
        cmocka_unit_test(a_child_has_nothing_else_open),
        cmocka_unit_test(a_child_outlives_its_parent_but_not_its_leash),
        cmocka_unit_test(a_child_ends_when_its_leash_is_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
