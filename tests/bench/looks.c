#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "owners.h"
#include "witness.h"

/*
 * What one look of the sampler at the caller's network namespace costs: looks LOOK TIMES prints ns
 * of CPU, the mean of so many.  LOOK is full, frequent (no TIME_WAIT in the dump), counters, or
 * owners: a full one, and who in /proc holds what it found.
 */

static struct witness witness;

static int look_full(struct error *error)
{
    struct observation seen[ENDS_N] = {{0}};

    return witness_observe(&witness, true, seen, error);
}

static int look_frequent(struct error *error)
{
    struct observation seen[ENDS_N] = {{0}};

    return witness_observe(&witness, false, seen, error);
}

static int look_counters(struct error *error)
{
    if (!witness_is_cheap(&witness)) { /* reads sockstat */
        return error_set(error, STATUS_MACHINE, "no sockstat");
    }
    return counters_read(&witness.counters, &witness.files, error);
}

static int look_owners(struct error *error)
{
    static const uint32_t queued[ENDS_N];
    struct sockets sockets = {.count = 0};
    struct owners owners = {.count = 0};

    witness.diag.each = &sockets;
    int result = look_full(error);
    witness.diag.each = NULL;
    result = result == 0 ? owners_find(&owners, &sockets, queued, error) : result;
    sockets_fini(&sockets);
    owners_fini(&owners);
    return result;
}

static const struct look {
    const char *name;
    int (*take)(struct error *error);
} looks[] = {
    {"full", look_full},
    {"frequent", look_frequent},
    {"counters", look_counters},
    {"owners", look_owners},
};

static const struct look *look_find(const char *name)
{
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (strcmp(looks[i].name, name) == 0) {
            return &looks[i];
        }
    }
    return NULL;
}

/* One look before those that are measured: of the first the memory is new. */
static int64_t cost_of(const struct look *look, long times, struct error *error)
{
    const struct sampler_host here = {.netns = -1, .side = SIDE_CLIENT};

    if (witness_open(&witness, &here, error) < 0 || look->take(error) < 0) {
        return -1;
    }
    int64_t before = clock_thread_cpu();
    for (long i = 0; i < times; i++) {
        if (look->take(error) < 0) {
            return -1;
        }
    }
    return (clock_thread_cpu() - before) / times;
}

int main(int argc, char **argv)
{
    const struct look *look = argc == 3 ? look_find(argv[1]) : NULL;
    long times = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    struct error error;

    if (look == NULL || times < 1) {
        fputs("usage: looks full|frequent|counters|owners TIMES\n", stderr);
        return EXIT_FAILURE;
    }
    int64_t cost = cost_of(look, times, &error);
    witness_close(&witness);
    if (cost < 0) {
        error_print(&error, stderr);
        return EXIT_FAILURE;
    }
    printf("%lld\n", (long long)cost);
    return EXIT_SUCCESS;
}
