#include "dial.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/load.h"

#define PORT_RANGE "/proc/sys/net/ipv4/ip_local_port_range"

static int64_t range_of(uint32_t low, uint32_t high)
{
    return (int64_t)high << 16 | low;
}

static void set_unless_given(struct sockopts *options, enum sockopt_id id, int64_t value)
{
    if (!options->set[id]) {
        sockopt_set(options, id, value);
    }
}

/* The options of the plan, and what its choice of ports takes besides. */
static struct sockopts options_of(const struct role_plan *plan)
{
    struct sockopts options = *plan->sockopts;

    if (plan->sources.count > 0 && address_port(&plan->sources.first) == 0 &&
        plan->ports != PORTS_WALK) {
        /* Without it bind(2) chooses the port, before the destination is known, which thus shares
         * none with another: ip(7). */
        set_unless_given(&options, SOCKOPT_BIND_NO_PORT, 1);
    }
    if (plan->ports == PORTS_WALK) {
        /* A port that leads elsewhere, or stands in TIME_WAIT, is left to connect(2) to judge. */
        set_unless_given(&options, SOCKOPT_REUSEADDR, 1);
    }
    if (plan->ports == PORTS_SLICES) {
        set_unless_given(&options, SOCKOPT_LOCAL_PORT_RANGE, range_of(1, UINT16_MAX));
    }
    return options;
}

/* The scenario's part of the host's range; false: neither is known. */
static bool read_range(const struct role_plan *plan, uint32_t *low, uint32_t *high)
{
    if (sockopt_port_range(plan->sockopts, low, high)) {
        return *low <= *high;
    }
    FILE *file = fopen(PORT_RANGE, "re");
    char line[64];
    char *rest = file != NULL ? fgets(line, sizeof line, file) : NULL;
    if (file != NULL) {
        fclose(file);
    }
    *low = rest != NULL ? (uint32_t)strtoul(rest, &rest, 10) : 0;
    *high = rest != NULL ? (uint32_t)strtoul(rest, &rest, 10) : 0;
    return *low > 0 && *low <= *high;
}

/* Pairs of addresses: each port is a place with each. */
static uint64_t pairs_of(const struct role_plan *plan)
{
    uint32_t sources = plan->sources.count;

    return (uint64_t)(sources > 0 ? sources : 1) * plan->servers.count;
}

/* Which place the worker's own begin with: they are dealt as evenly as the connections are. */
static uint64_t first_place(const struct dial *dial, uint32_t index)
{
    uint64_t places = dial->ports * pairs_of(dial->plan);
    uint64_t workers = dial->plan->workers;
    uint64_t more = places % workers;

    return places / workers * index + (index < more ? index : more);
}

int dial_init(struct dial *dial, const struct role_plan *plan, uint32_t index, struct error *error)
{
    uint32_t low = 0;
    uint32_t high = 0;

    dial->plan = plan;
    dial->options = options_of(plan);
    if (plan->ports == PORTS_KERNEL) {
        return 0;
    }
    if (!read_range(plan, &low, &high)) {
        return error_set(error, STATUS_MACHINE, "cannot read net.ipv4.ip_local_port_range");
    }
    dial->low = low;
    dial->ports = high - low + 1;
    dial->first = first_place(dial, index);
    dial->count = first_place(dial, index + 1) - dial->first;
    if (plan->ports == PORTS_SLICES && dial->count == 0) {
        return error_set(error, STATUS_MACHINE, "%u workers share %" PRIu32 " ports", plan->workers,
                         dial->ports);
    }
    return 0;
}

int dial_try_options(const struct role_plan *plan, struct error *error)
{
    struct address to;
    int fd;
    struct sockopts options = options_of(plan);

    address_pool_get(&plan->servers, 0, &to);
    fd = socket(address_family(&to), SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return error_errno(error, STATUS_MACHINE, errno, "socket");
    }
    int result = sockopts_apply(&options, fd, false, error);
    close(fd);
    return result;
}

/* All addresses with a port before the next port, and all servers with both. */
static uint16_t port_of(const struct dial *dial, uint64_t number)
{
    return (uint16_t)(dial->low + number / pairs_of(dial->plan) % dial->ports);
}

/* Which place of all is the connection's, of a slice of them the worker's next. */
static uint64_t place_of(const struct dial *dial, uint64_t number)
{
    const struct role_plan *plan = dial->plan;

    return plan->ports == PORTS_SLICES ? dial->first + number / plan->workers % dial->count
                                       : number;
}

/* How many of the places before that one have this pair: ports, from the first on. */
static uint32_t ports_before(uint64_t place, uint64_t pair, uint64_t pairs)
{
    return (uint32_t)((place + pairs - 1 - pair) / pairs);
}

/* The worker's ports with the place's pair: they may be one more than with another. */
static void narrow(struct dial *dial, uint64_t place)
{
    uint64_t pairs = pairs_of(dial->plan);
    uint64_t pair = place % pairs;
    uint32_t low = dial->low + ports_before(dial->first, pair, pairs);
    uint32_t high = dial->low + ports_before(dial->first + dial->count, pair, pairs) - 1;

    sockopt_set(&dial->options, SOCKOPT_LOCAL_PORT_RANGE, range_of(low, high));
}

int dial_socket(struct dial *dial, uint64_t number, int *fd, struct address *to)
{
    const struct role_plan *plan = dial->plan;
    uint64_t place = place_of(dial, number);
    uint32_t sources = plan->sources.count;
    struct address from;
    int errnum;

    address_pool_get(&plan->servers, (uint32_t)(place / (sources > 0 ? sources : 1)), to);
    *fd = socket(address_family(to), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return errno;
    }
    if (plan->ports == PORTS_SLICES) {
        narrow(dial, place);
    }
    errnum = sockopts_apply_client(&dial->options, *fd);
    if (errnum != 0 || sources == 0) {
        return errnum;
    }
    address_pool_get(&plan->sources, (uint32_t)place, &from);
    if (plan->ports == PORTS_WALK) {
        address_set_port(&from, port_of(dial, number));
    }
    return bind(*fd, &from.sa, from.length) == 0 ? 0 : errno;
}
