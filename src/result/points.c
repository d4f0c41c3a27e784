#include "finwait/grow.h"
#include "finwait/result.h"

struct series_point *result_points(const struct result_side *side, unsigned column, size_t *count)
{
    size_t counted = column == TCP_STATE_TIME_WAIT ? side->sockstat_count : 0;
    struct series_point *points = grow_new(side->observation_count + counted + 1, sizeof *points);
    size_t next = 0; /* of what sockstat told */

    *count = 0;
    for (size_t i = 0; i < side->observation_count; i++) {
        struct observation *seen = &side->observation[i];
        for (; next < counted && side->sockstat[next].at < seen->at; next++) {
            points[(*count)++] = side->sockstat[next];
        }
        points[(*count)++] = (struct series_point){seen->at, *observation_cell(seen, column)};
    }
    for (; next < counted; next++) {
        points[(*count)++] = side->sockstat[next];
    }
    return points;
}
