#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/lab.h"

pid_t lab_fork_linked(const struct lab *lab, pid_t (*fork_as)(const struct lab *), int type,
                      int *end, struct error *error)
{
    sigset_t all;
    sigset_t before;
    int pair[2];

    if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, pair) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "socketpair");
    }
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    pid_t child = fork_as(lab);
    if (child == 0) {
        close(pair[0]);
        *end = pair[1];
        return 0;
    }
    int errnum = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(pair[1]);
    if (child < 0) {
        close(pair[0]);
        return error_fork(error, errnum);
    }
    *end = pair[0];
    return child;
}
