#include "witness.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/netns.h"
#include "pile.h"

bool witness_is_shared(const struct witness *witness)
{
    return witness->diag.host.port_count > 0 && witness->diag.host.netns < 0;
}

static int open_here(struct witness *witness, const struct sampler_host *host, struct error *error)
{
    if (sock_diag_init(&witness->diag, host, error) < 0 ||
        counter_files_open(&witness->files, error) < 0) {
        return -1;
    }
    witness->sockstat = proc_net_open("sockstat"); /* cheap observations only: may be missing */
    witness->sockstat6 = proc_net_open("sockstat6");
    witness->fin_timeout = fin_timeout_open();
    return witness_is_shared(witness) ? sock_diag_remember(&witness->diag, error) : 0;
}

static void close_file(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static int open_there(struct witness *witness, const struct sampler_host *host, int home,
                      struct error *error)
{
    struct error ignored;

    if (netns_enter(host->netns, error) < 0) {
        return -1;
    }
    int result = open_here(witness, host, error);
    int back = netns_enter(home, result == 0 ? error : &ignored);
    return result == 0 ? back : result;
}

int witness_open(struct witness *witness, const struct sampler_host *host, struct error *error)
{
    *witness =
        (struct witness){.sockstat = -1, .sockstat6 = -1, .fin_timeout = -1, .files = {-1, -1}};
    if (host->netns < 0) {
        return open_here(witness, host, error);
    }
    int home = netns_current(error);
    if (home < 0) {
        return -1;
    }
    int result = open_there(witness, host, home, error);
    close(home);
    return result;
}

void witness_close(struct witness *witness)
{
    sock_diag_fini(&witness->diag);
    counter_files_close(&witness->files);
    counters_fini(&witness->counters);
    close_file(&witness->sockstat);
    close_file(&witness->sockstat6);
    close_file(&witness->fin_timeout);
}

static int read_sockstat(const struct witness *witness, struct sockstat *seen, struct error *error)
{
    if (sockstat_read(witness->sockstat, seen) < 0) {
        error_set(error, STATUS_MACHINE, "/proc/net/sockstat of the %s's host shows no \"tw\"",
                  side_name(witness->diag.host.side));
        return error_hint(error, "is /proc still mounted, and is there memory left?");
    }
    seen->inuse += sockstat6_inuse(witness->sockstat6);
    seen->fin_timeout = fin_timeout_read(witness->fin_timeout);
    return 0;
}

bool witness_is_cheap(const struct witness *witness)
{
    struct sockstat seen;

    return witness->diag.host.port_count == 0 && sockstat_read(witness->sockstat, &seen) == 0;
}

int witness_count(const struct witness *witness, int64_t *tw, struct error *error)
{
    struct sockstat seen;
    int result = read_sockstat(witness, &seen, error);

    *tw = seen.tw;
    return result;
}

static int census_full(struct witness *witness, struct sock_census census[ENDS_N],
                       struct error *error)
{
    /* On a shared host the table of bound ports is everybody's, and every sample would walk it. */
    uint32_t mask = witness_is_shared(witness) ? SOCK_DIAG_STATES : SOCK_DIAG_ALL;

    return sock_diag_count(&witness->diag, mask, census, error);
}

static int census_without(struct witness *witness, enum tcp_state pile,
                          struct sock_census census[ENDS_N], struct pile_seen *seen,
                          struct error *error)
{
    uint32_t mask = SOCK_DIAG_STATES & ~pile_mask(pile);

    return sock_diag_count(&witness->diag, mask, census, error) < 0
               ? -1
               : read_sockstat(witness, &seen->after, error);
}

static int census_cheap(struct witness *witness, struct sock_census census[ENDS_N],
                        struct error *error)
{
    struct sock_census *mine = &census[witness->diag.host.side];
    struct pile_seen seen;

    if (read_sockstat(witness, &seen.before, error) < 0) {
        return -1;
    }
    enum tcp_state pile = pile_of(&witness->latest, &seen.before);
    int result = census_without(witness, pile, census, &seen, error);
    if (result == 0 && !pile_is_told(pile, mine, &seen)) {
        pile = TCP_STATE_TIME_WAIT;
        seen.before = seen.after;
        result = census_without(witness, pile, census, &seen, error);
    }
    if (result == 0) {
        pile_derive(pile, mine, &seen);
    }
    return result;
}

static void add(struct observation *sample, const struct sock_census *census, int64_t at)
{
    sample->at = at;
    for (unsigned state = 0; state < TCP_STATE_N; state++) {
        sample->state[state] += census->state[state];
    }
#define X(name, about) sample->name += census->name;
    SOCKETS_TOLD(X)
#undef X
}

ino_t witness_netns(const struct witness *witness)
{
    int fd = witness->diag.host.netns;
    struct stat seen;
    int result = fd >= 0 ? fstat(fd, &seen) : stat("/proc/thread-self/ns/net", &seen);

    return result == 0 ? seen.st_ino : 0;
}

bool witness_shows(const struct witness *witness, enum side side)
{
    const struct sampler_host *host = &witness->diag.host;

    if (side == SIDE_FRONT || side == SIDE_BACK) {
        return host->front != 0;
    }
    return witness_is_shared(witness) ? side < SIDE_N : host->side == side;
}

int witness_observe(struct witness *witness, bool full, struct observation sample[ENDS_N],
                    struct error *error)
{
    int (*take)(struct witness *, struct sock_census *, struct error *) =
        full ? census_full : census_cheap;
    struct sock_census census[ENDS_N];
    int64_t start = clock_now();

    if (take(witness, census, error) < 0) {
        return -1;
    }
    witness->latest = census[witness->diag.host.side];
    witness->minis = witness->latest.fin_wait2_minis;
    int64_t middle = start + (clock_now() - start) / 2;
    for (unsigned side = 0; side < ENDS_N; side++) {
        if (witness_shows(witness, (enum side)side)) {
            add(&sample[side], &census[side], middle);
        }
    }
    return 0;
}
