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
