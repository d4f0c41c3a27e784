#include <string.h>

#include "finwait/result.h"

static bool sends_fin(const struct predicted_side *side)
{
    return side->path != NULL &&
           (strstr(side->path, "fin_wait1") != NULL || strstr(side->path, "last_ack") != NULL);
}

seen_endings result_foreseen(const struct result *result)
{
    seen_endings set = 0;

    for (size_t i = 0; i < result->predicted_count; i++) {
        const struct predicted_side *side = result->predicted[i].side;
        bool fin[SIDE_N] = {sends_fin(&side[SIDE_CLIENT]), sends_fin(&side[SIDE_SERVER])};
        bool rst[SIDE_N] = {side[SIDE_CLIENT].rst_sent > 0, side[SIDE_SERVER].rst_sent > 0};

        set |= seen_ending(fin, rst);
    }
    return set;
}
