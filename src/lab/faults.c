#include <stdlib.h>
#include <string.h>

#include "finwait/lab.h"
#include "finwait/timeline.h"
#include "hosts.h"
#include "nft.h"
#include "qdisc.h"
#include "ruleset.h"

/* ---- what comes toward a side: its host's packet filter ---- */

static int set_filter(char **now, const struct fault *faults, const bool *active, size_t count,
                      enum side side, struct error *error)
{
    char *wanted = ruleset_write(faults, active, count, side);

    if (wanted == NULL) {
        return error_set(error, STATUS_MACHINE, "out of memory for a packet filter");
    }
    if ((*now != NULL && strcmp(*now, wanted) == 0) || nft_run(wanted, error) == 0) {
        free(*now);
        *now = wanted;
        return 0;
    }
    free(wanted);
    return -1;
}

/* ---- what leaves its peer: the queue of the peer's link ---- */

/* Of several delays or rates at a time the one written last is that of the link. */
static struct shape shape_toward(const struct fault *faults, const bool *active, size_t count,
                                 enum side side)
{
    struct shape shape = {0};

    for (size_t i = 0; i < count; i++) {
        if (!active[i] || !faults[i].toward[side]) {
            continue;
        }
        if (faults[i].kind == FAULT_DELAY) {
            shape.delay = faults[i].delay;
        } else if (faults[i].kind == FAULT_RATE) {
            shape.rate = faults[i].rate;
        }
    }
    return shape;
}

static int set_queue(struct shape *now, const struct shape *wanted, enum side side,
                     struct error *error)
{
    struct netlink netlink;
    int result;

    if (wanted->delay == now->delay && wanted->rate == now->rate) {
        return 0;
    }
    if (netlink_open(&netlink, NETLINK_ROUTE, 0, error) != 0) {
        return -1;
    }
    result = qdisc_shape(&netlink, side, wanted, now, error);
    netlink_close(&netlink);
    return result;
}

/* ---- both ---- */

static int set_host(const struct lab *lab, const struct fault *faults, const bool *active,
                    size_t count, enum side side, struct error *error)
{
    struct host_faults *host = lab_host_faults(lab, side);
    struct shape shape = shape_toward(faults, active, count, side_peer(side));
    bool filters = false;

    for (size_t i = 0; i < count; i++) {
        filters |= ruleset_has(&faults[i]);
    }
    if (filters && set_filter(&host->filter, faults, active, count, side, error) != 0) {
        return -1;
    }
    return set_queue(&host->shape, &shape, side, error);
}

int lab_set_faults(const struct lab *lab, const struct fault *faults, const bool *active,
                   size_t count, struct error *error)
{
    struct error leaving;
    int result = 0;

    for (enum side side = SIDE_CLIENT; side < SIDE_N && result == 0; side++) {
        result = lab_enter(lab, side, error) != 0
                     ? -1
                     : set_host(lab, faults, active, count, side, error);
    }
    if (lab_leave(lab, &leaving) != 0 && result == 0) {
        *error = leaving;
        result = -1;
    }
    return result;
}

/* Whether none before it takes the same of the kernel. */
static bool is_first_of_its_sort(const struct fault *faults, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (faults[i].kind == faults[index].kind && faults[i].packets == faults[index].packets &&
            (faults[i].share < 1) == (faults[index].share < 1)) {
            return false;
        }
    }
    return true;
}

/* Not by asking but by doing: what a kernel lacks shows where it is used. */
int lab_check_faults(const struct lab *lab, const struct fault *faults, size_t count,
                     struct error *error)
{
    bool *active;
    int result = 0;

    if (count > 0 && !lab_is_private(lab)) {
        error_set(error, STATUS_USAGE, "faults take a lab of their own");
        return error_hint(error, "write lab: private");
    }
    active = calloc(count + 1, sizeof *active);
    if (active == NULL) {
        return error_set(error, STATUS_MACHINE, "out of memory for %zu faults", count);
    }
    for (size_t i = 0; i < count && result == 0; i++) {
        if (!is_first_of_its_sort(faults, i)) {
            continue;
        }
        active[i] = true;
        result = lab_set_faults(lab, faults, active, count, error);
        if (result != 0) {
            error_at(error, faults[i].where);
        }
        active[i] = false;
    }
    if (result == 0 && count > 0) {
        result = lab_set_faults(lab, faults, active, count, error);
    }
    free(active);
    return result;
}
