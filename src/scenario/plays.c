#include "finwait/kernel_sysctl.h"
#include "finwait/scenario.h"

/* Who plays a side, and where it listens. */

bool scenario_plays(const struct scenario *scenario, enum side side)
{
    return scenario_runs(scenario, side) && scenario->side[side].command.words.count == 0;
}

bool scenario_runs(const struct scenario *scenario, enum side side)
{
    if (side == SIDE_PROXY) {
        return scenario->side[side].command.words.count > 0;
    }
    return !scenario->side[side].none && !(side == SIDE_SERVER && scenario->at != NULL);
}

bool scenario_listens_each(const struct scenario *scenario)
{
    const struct sockopts *options = &scenario->side[SIDE_SERVER].sockopt;
    bool shareable = options->set[SOCKOPT_REUSEPORT] && options->value[SOCKOPT_REUSEPORT] != 0;

    return scenario->listeners == LISTENERS_EACH ||
           (scenario->listeners == LISTENERS_AUTO && shareable);
}

uint64_t scenario_ports(const struct scenario *scenario, const char *range)
{
    uint32_t low;
    uint32_t high;

    if (sockopt_port_range(&scenario->side[SIDE_CLIENT].sockopt, &low, &high)) {
        return (uint64_t)high - low + 1;
    }
    return range != NULL ? (uint64_t)(sysctl_number(range, 1) - sysctl_number(range, 0) + 1)
                         : UINT64_MAX;
}

uint64_t scenario_pairs(const struct scenario *scenario)
{
    return (uint64_t)scenario->side[SIDE_CLIENT].addresses * scenario->side[SIDE_SERVER].addresses;
}

uint64_t scenario_places(const struct scenario *scenario)
{
    uint64_t ports = scenario_ports(
        scenario, scenario_sysctl(&scenario->side[SIDE_CLIENT], "net.ipv4.ip_local_port_range"));

    return ports < UINT64_MAX ? ports * scenario_pairs(scenario) : UINT64_MAX;
}
