#include <string.h>

#include "finwait/result.h"

static bool sends_fin(const struct predicted_side *side)
{
    return side->path != NULL &&
           (strstr(side->path, "fin_wait1") != NULL || strstr(side->path, "last_ack") != NULL);
}

seen_endings result_ending(const struct predicted_end *end)
{
    const struct predicted_side *side = end->side;
    bool fin[SIDE_N] = {sends_fin(&side[SIDE_CLIENT]), sends_fin(&side[SIDE_SERVER])};
    bool rst[SIDE_N] = {side[SIDE_CLIENT].rst_sent > 0, side[SIDE_SERVER].rst_sent > 0};

    return seen_ending(fin, rst);
}

seen_endings result_foreseen(const struct result *result)
{
    seen_endings set = 0;

    for (size_t i = 0; i < result->predicted_count; i++) {
        set |= result_ending(&result->predicted[i]);
    }
    return set;
}
