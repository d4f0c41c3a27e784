#include "finwait/scenario.h"

/* Who plays a side. */

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
