#include "witness.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "proc_net.h"

static int open_all(struct witness *witness, bool ipv6, uint16_t port, struct error *error)
{
    if (sock_diag_init(&witness->diag, ipv6, port, error) < 0 ||
        counter_files_open(&witness->files, error) < 0) {
        return -1;
    }
    witness->sockstat = proc_net_open("sockstat"); /* cheap observations only: may be missing */
    return 0;
}

int witness_open(struct witness *witness, const struct sampler_config *config, enum side side,
                 struct error *error)
{
    uint16_t port = lab_is_private(config->lab) ? 0 : config->server_port;

    *witness = (struct witness){.side = side, .sockstat = -1, .files = {-1, -1}};
    if (!lab_is_private(config->lab) && port == 0) {
        error_set(error, STATUS_USAGE, "sampling without a private lab needs a server port");
        return error_hint(error, "set server.port: on the host's own network the two sides are "
                                 "told apart by it");
    }
    if (lab_enter(config->lab, side, error) < 0) {
        return -1;
    }
    int result = open_all(witness, config->ipv6, port, error);
    struct error ignored;
    int left = lab_leave(config->lab, result == 0 ? error : &ignored);
    return result == 0 ? left : result;
}

void witness_close(struct witness *witness)
{
    sock_diag_fini(&witness->diag);
    counter_files_close(&witness->files);
    counters_fini(&witness->counters);
    if (witness->sockstat >= 0) {
        close(witness->sockstat);
        witness->sockstat = -1;
    }
}

bool witness_is_cheap(const struct witness *witness)
{
    return witness->diag.port == 0 && sockstat_read_tw(witness->sockstat) >= 0;
}

static int read_tw(const struct witness *witness, int64_t *tw, struct error *error)
{
    *tw = sockstat_read_tw(witness->sockstat);
    if (*tw >= 0) {
        return 0;
    }
    error_set(error, STATUS_MACHINE, "/proc/net/sockstat of the %s's host shows no \"tw\"",
              side_name(witness->side));
    return error_hint(error, "is /proc still mounted, and is there memory left?");
}

static int census_full(struct witness *witness, struct sock_census census[SIDE_N],
                       struct error *error)
{
    /* On a shared host (port != 0) the table of bound ports is everybody's, and every sample would
     * walk it. */
    uint32_t mask = witness->diag.port == 0 ? SOCK_DIAG_ALL : SOCK_DIAG_STATES;

    return sock_diag_count(&witness->diag, mask, witness->side, census, error);
}

/*
 * What the count of mini-sockets before and after a dump leaves for TIME_WAIT beside the `minis`
 * the dump saw in FIN_WAIT2.  While a pile grows the three moments differ; when none at all is a
 * possible answer, it is the answer: a state that never occurred must not be reported.
 */
static uint32_t derive_time_wait(int64_t before, int64_t after, int64_t minis)
{
    int64_t least = before < after ? before : after;

    return least > minis ? (uint32_t)((before + after + 1) / 2 - minis) : 0;
}

static int census_cheap(struct witness *witness, struct sock_census census[SIDE_N],
                        struct error *error)
{
    struct sock_census *mine = &census[witness->side];
    int64_t before;
    int64_t after;

    if (read_tw(witness, &before, error) < 0 ||
        sock_diag_count(&witness->diag, SOCK_DIAG_ALL_BUT_TWAIT, witness->side, census, error) <
            0 ||
        read_tw(witness, &after, error) < 0) {
        return -1;
    }
    mine->state[TCP_STATE_TIME_WAIT] = derive_time_wait(before, after, mine->fin_wait2_minis);
    return 0;
}

static void fill(struct observation *sample, const struct sock_census *census, int64_t at)
{
    sample->at = at;
    memcpy(sample->state, census->state, sizeof sample->state);
#define X(name, about) sample->name = census->name;
    SOCKETS_TOLD(X)
#undef X
}

int witness_observe(struct witness *witness, bool full, struct observation sample[SIDE_N],
                    struct error *error)
{
    int (*take)(struct witness *, struct sock_census *, struct error *) =
        full ? census_full : census_cheap;
    struct sock_census census[SIDE_N];
    int64_t start = clock_now();

    if (take(witness, census, error) < 0) {
        return -1;
    }
    int64_t middle = start + (clock_now() - start) / 2;
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (witness->diag.port != 0 || side == witness->side) {
            fill(&sample[side], &census[side], middle);
        }
    }
    return 0;
}
