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
