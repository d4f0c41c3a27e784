#include "stdout.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void (*inherited)(int);
static bool cut;

void stdout_hold(void)
{
    inherited = signal(SIGPIPE, SIG_IGN);
}

bool stdout_unread(void)
{
    struct pollfd end = {.fd = STDOUT_FILENO};

    /* poll(2): POLLERR of a pipe whose read end is closed, POLLHUP of a socket or a terminal. */
    cut |= poll(&end, 1, 0) == 1 && (end.revents & (POLLERR | POLLHUP)) != 0;
    return cut;
}

int stdout_flush(struct error *error)
{
    int failed = fflush(stdout) != 0 ? errno : 0;

    if ((failed == 0 && ferror(stdout) == 0) || stdout_unread()) {
        return 0;
    }
    if (failed != 0) {
        return error_errno(error, STATUS_MACHINE, failed, "write to stdout");
    }
    /* of an earlier part, whose errno is gone */
    return error_set(error, STATUS_MACHINE, "write to stdout: a part was not taken");
}

void stdout_end(enum status status)
{
    if (cut && status == STATUS_OK && inherited == SIG_DFL) {
        signal(SIGPIPE, SIG_DFL);
        raise(SIGPIPE);
    }
}
