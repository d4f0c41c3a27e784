#include "finwait/sockopt.h"

void sockopt_set(struct sockopts *options, enum sockopt_id id, int64_t value)
{
    options->set[id] = true;
    options->value[id] = value;
}

void sockopt_unset(struct sockopts *options, enum sockopt_id id)
{
    options->set[id] = false;
    options->value[id] = 0;
}

bool sockopt_port_range(const struct sockopts *options, uint32_t *low, uint32_t *high)
{
    int64_t both = options->value[SOCKOPT_LOCAL_PORT_RANGE];

    if (options->set[SOCKOPT_LOCAL_PORT_RANGE]) {
        *low = (uint32_t)(both & UINT16_MAX);
        *high = (uint32_t)(both >> 16);
    }
    return options->set[SOCKOPT_LOCAL_PORT_RANGE];
}
