#include "finwait/leash.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/clock.h"

enum {
    /* A child has nothing to do but to exit. */
    GONE_MS = 1000,
};

int leash_new(struct leash *leash)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        *leash = (struct leash){-1, -1};
        return -1;
    }
    *leash = (struct leash){.ours = pair[0], .theirs = pair[1]};
    return 0;
}

void leash_free(struct leash *leash)
{
    struct pollfd gone = {.fd = leash->ours, .events = POLLIN};

    if (leash->ours < 0) {
        return;
    }
    close(leash->theirs);
    shutdown(leash->ours, SHUT_WR);
    /* Nobody writes: what can be read is the end of file, once the last child has closed its end.
     */
    while (poll(&gone, 1, GONE_MS) < 0 && errno == EINTR) {
    }
    close(leash->ours);
    *leash = (struct leash){-1, -1};
}

void leash_wait(int theirs, int64_t ns)
{
    struct pollfd over = {.fd = theirs, .events = POLLIN};
    int64_t until = clock_now() + ns;
    int64_t left;

    while ((left = until - clock_now()) > 0) {
        const struct timespec wait = {.tv_sec = left / NS_PER_S, .tv_nsec = left % NS_PER_S};

        if (ppoll(&over, 1, &wait, NULL) >= 0 || errno != EINTR) {
            return;
        }
    }
}
