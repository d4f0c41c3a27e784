#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "descriptors.h"
#include "finwait/role.h"

/* What a child of the conductor keeps of what that had open. */

/* A descriptor to keep, and which one it is. */
struct kept {
    int fd;
    uint32_t index;
};

static int compare_kept(const void *left, const void *right)
{
    int a = ((const struct kept *)left)->fd;
    int b = ((const struct kept *)right)->fd;

    return (a > b) - (a < b);
}

/*
 * What else the conductor had open (the other role's controls, the sampler's sockets) would outlive
 * it, and how many descriptors RLIMIT_NOFILE leaves must not depend on it.
 */
int descriptors_keep(int *fd, uint32_t count)
{
    struct kept *kept = malloc(count * sizeof *kept);
    int next = STDERR_FILENO + 1;

    if (kept == NULL) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        kept[i] = (struct kept){.fd = fd[i], .index = i};
    }
    /* In rising order none is moved on top of one that is still to be moved. */
    qsort(kept, count, sizeof *kept, compare_kept);
    for (uint32_t i = 0; i < count; i++) {
        int moved = kept[i].fd > next ? dup2(kept[i].fd, next) : kept[i].fd;
        if (moved < 0) {
            free(kept);
            return -1;
        }
        fd[kept[i].index] = moved;
        next = moved + 1;
    }
    free(kept);
    return close_range((unsigned)next, ~0U, 0);
}

int descriptors_limit(uint32_t descriptors, struct error *error)
{
    const struct rlimit limit = {.rlim_cur = descriptors, .rlim_max = descriptors};

    if (descriptors == 0 || setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        return 0;
    }
    error_errno(error, STATUS_MACHINE, errno, "setrlimit: RLIMIT_NOFILE %u", descriptors);
    return error_hint(error, "ask for no more than `ulimit -Hn` says");
}

void descriptors_restore(void)
{
    struct rlimit limit;

    if (fit_limit_before() > 0 && getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = fit_limit_before();
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
