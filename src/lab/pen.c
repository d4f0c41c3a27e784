#include "pen.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/interrupt.h"
#include "finwait/privileges.h"

/* ---- a child in another PID namespace ---- */

/*
 * A process that has chosen a PID namespace for its children can make no thread (EINVAL, clone(2)),
 * and from a user namespace there is no way back.  So a child chooses, and gives birth to a sibling
 * (CLONE_PARENT).  -1 for `pidfd`: a namespace is made.
 */
static pid_t pen_bear(int pidfd)
{
    if ((pidfd < 0 ? unshare(CLONE_NEWPID) : setns(pidfd, CLONE_NEWPID)) != 0) {
        return -errno;
    }
    /* clone(2) takes its arguments in another order on s390.  A sibling inherits SIGCHLD. */
    struct clone_args sibling = {.flags = CLONE_PARENT};
    pid_t born = (pid_t)syscall(SYS_clone3, &sibling, sizeof sibling);
    return born < 0 ? -errno : born;
}

static pid_t pen_receive(int report, pid_t midwife)
{
    pid_t born = -EIO;

    while (read(report, &born, sizeof born) < 0 && errno == EINTR) {
    }
    while (waitpid(midwife, NULL, 0) < 0 && errno == EINTR) {
    }
    if (born < 0) {
        errno = -born;
        return -1;
    }
    return born;
}

/* Whoever is born in vain, for its midwife was killed before it could tell, must not live on beside
 * the one that is born in its place. */
static void pen_await(const int heard[2])
{
    ssize_t length;
    char byte;

    close(heard[1]);
    do {
        length = read(heard[0], &byte, 1);
    } while (length < 0 && errno == EINTR);
    if (length < 0) {
        perror("finwait: fork");
    }
    if (length != 1) {
        _exit(EXIT_FAILURE);
    }
}

static int pen_answer(int heard)
{
    ssize_t length;

    do {
        length = write(heard, "", 1);
    } while (length < 0 && errno == EINTR);
    return length == 1 ? 0 : -1;
}

/* As fork(2); the newborn's midwife tells its owner's pipe `report`, and waits for `heard`. */
static pid_t fork_heard(int pidfd, const int report[2], const int heard[2])
{
    pid_t midwife = fork();
    pid_t born = -1;

    if (midwife == 0) {
        born = pen_bear(pidfd);
        if (born != 0) {
            _exit(write(report[1], &born, sizeof born) == sizeof born ? EXIT_SUCCESS
                                                                      : EXIT_FAILURE);
        }
        close(report[1]); /* its end tells the owner that nobody will */
        pen_await(heard);
        return 0;
    }
    close(report[1]);
    if (midwife > 0) {
        born = pen_receive(report[0], midwife);
    }
    if (born > 0 && pen_answer(heard[1]) != 0) {
        born = -1;
    }
    close(heard[1]);
    return born;
}

/* As fork(2). */
static pid_t fork_beyond(int pidfd)
{
    int report[2];
    int heard[2];
    pid_t born;

    if (pipe2(report, O_CLOEXEC) != 0) {
        return -1;
    }
    if (pipe2(heard, O_CLOEXEC) != 0) {
        close(report[0]);
        close(report[1]);
        return -1;
    }
    born = fork_heard(pidfd, report, heard);
    close(report[0]);
    close(heard[0]);
    return born;
}

/* ---- its init ---- */

/* Children of processes that ended before them come to it, and are reaped by the kernel. */
static _Noreturn void pen_keep(int life)
{
    struct error ignored;
    sigset_t none;
    char byte;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "finwait-leash");
    signal(SIGCHLD, SIG_IGN);
    interrupt_ignore();
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    privileges_keep(PRIVILEGES_NONE, &ignored);
    life = dup2(life, STDIN_FILENO);
    close_range(STDIN_FILENO + 1, ~0U, 0);
    while (read(life, &byte, 1) < 0 && errno == EINTR) {
    }
    _exit(EXIT_SUCCESS);
}

int pen_new(struct pen *pen)
{
    int life[2];
    int errnum;

    *pen = (struct pen){.pidfd = -1, .life = -1};
    if (pipe2(life, O_CLOEXEC) != 0) {
        return -1;
    }
    pen->init = fork_beyond(-1);
    if (pen->init == 0) {
        pen_keep(life[0]);
    }
    errnum = errno;
    close(life[0]);
    if (pen->init < 0) {
        close(life[1]);
        pen->init = 0;
        errno = errnum;
        return -1;
    }
    pen->life = life[1];
    pen->pidfd = (int)syscall(SYS_pidfd_open, pen->init, 0);
    if (pen->pidfd < 0) {
        errnum = errno;
        pen_free(pen);
        errno = errnum;
        return -1;
    }
    return 0;
}

pid_t pen_fork(const struct pen *pen)
{
    return fork_beyond(pen->pidfd);
}

pid_t pen_fork_first(void)
{
    return fork_beyond(-1);
}

void pen_free(struct pen *pen)
{
    pid_t ended;

    if (pen->init == 0) {
        return;
    }
    kill(pen->init, SIGKILL);
    /* An init is gone when all in its namespace have been reaped, by whomever: here by us. */
    do {
        ended = waitpid(-1, NULL, 0);
    } while (ended != pen->init && (ended > 0 || errno == EINTR));
    close(pen->life);
    if (pen->pidfd >= 0) {
        close(pen->pidfd);
    }
    *pen = (struct pen){.pidfd = -1, .life = -1};
}
