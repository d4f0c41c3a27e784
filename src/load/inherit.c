#include "inherit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "finwait/clock.h"

/* The parent may have other threads (closer.c): system calls are all that is safe here. */
static _Noreturn void keep_open(int fd, int64_t until, pid_t parent)
{
    struct timespec then = {.tv_sec = until / NS_PER_S, .tv_nsec = until % NS_PER_S};

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(EXIT_FAILURE);
    }
    if (fd > 0) {
        close_range(0, (unsigned)fd - 1, 0);
    }
    close_range((unsigned)fd + 1, ~0U, 0);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &then, NULL) == EINTR) {
    }
    _exit(EXIT_SUCCESS);
}

int inherit_descriptor(int fd, int64_t ns)
{
    int64_t until = clock_now() + ns;
    pid_t parent = getpid();
    pid_t child = fork();

    if (child == 0) {
        keep_open(fd, until, parent);
    }
    return child > 0 ? 0 : errno;
}
