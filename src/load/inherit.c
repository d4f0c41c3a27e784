#include "inherit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "finwait/leash.h"

/* Close all descriptors from `first` to `last`, if there are any. */
static void close_between(int first, int last)
{
    if (first <= last) {
        close_range((unsigned)first, (unsigned)last, 0);
    }
}

/* The parent may have other threads (closer.c): system calls are all that is safe here. */
static _Noreturn void keep_open(int fd, int64_t ns, int leash)
{
    int low = fd < leash ? fd : leash;
    int high = fd < leash ? leash : fd;

    close_between(0, low - 1);
    close_between(low + 1, high - 1);
    close_range((unsigned)high + 1, ~0U, 0);
    leash_wait(leash, ns);
    _exit(EXIT_SUCCESS);
}

int inherit_descriptor(int fd, int64_t ns, int leash)
{
    pid_t child = fork();

    if (child == 0) {
        keep_open(fd, ns, leash);
    }
    return child > 0 ? 0 : errno;
}
