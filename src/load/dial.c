#include "dial.h"

#include <errno.h>
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
    if (plan->sockopts->set[SOCKOPT_LOCAL_PORT_RANGE]) {
        int64_t both = plan->sockopts->value[SOCKOPT_LOCAL_PORT_RANGE];
        *low = (uint32_t)(both & UINT16_MAX);
        *high = (uint32_t)(both >> 16);
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

int dial_init(struct dial *dial, const struct role_plan *plan, uint32_t index)
{
    uint32_t low = 0;
    uint32_t high = 0;

    dial->plan = plan;
    dial->options = options_of(plan);
    if (plan->ports == PORTS_KERNEL) {
        return 0;
    }
    if (!read_range(plan, &low, &high)) {
        return -1;
    }
    dial->low = low;
    dial->ports = high - low + 1;
    if (plan->ports == PORTS_SLICES) {
        uint32_t begin = (uint32_t)((uint64_t)dial->ports * index / plan->workers);
        uint32_t end = (uint32_t)((uint64_t)dial->ports * (index + 1) / plan->workers);

        /* Of more workers than ports several share one. */
        sockopt_set(&dial->options, SOCKOPT_LOCAL_PORT_RANGE,
                    range_of(low + begin, low + (end > begin ? end - 1 : begin)));
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
    uint64_t pairs = (uint64_t)dial->plan->sources.count * dial->plan->servers.count;

    return (uint16_t)(dial->low + number / pairs % dial->ports);
}

/* Which of all pairs of addresses is the connection's.  A slice of the ports is to meet each of
 * them, so there a worker counts its own connections. */
static uint64_t place_of(const struct role_plan *plan, uint64_t number)
{
    return plan->ports == PORTS_SLICES ? number / plan->workers : number;
}

int dial_socket(const struct dial *dial, uint64_t number, int *fd, struct address *to)
{
    const struct role_plan *plan = dial->plan;
    uint64_t place = place_of(plan, number);
    uint32_t sources = plan->sources.count;
    struct address from;
    int errnum;

    address_pool_get(&plan->servers, (uint32_t)(place / (sources > 0 ? sources : 1)), to);
    *fd = socket(address_family(to), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0) {
        return errno;
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
