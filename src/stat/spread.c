#include <math.h>
#include <stdlib.h>

#include "ranks.h"

/* Of sorted values, at `share` of the way from the first to the last. */
static double quantile_of(size_t n, const double *sorted, double share)
{
    double place = share * (double)(n - 1);
    size_t below = (size_t)place;
    size_t above = below + 1 < n ? below + 1 : below;

    return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

void spread_of(size_t n, const double *value, struct spread *out)
{
    size_t finite;
    double *sorted = sorted_finite(n, value, &finite);

    *out = (struct spread){finite, NAN, NAN, NAN, NAN, NAN};
    if (finite > 0) {
        out->median = quantile_of(finite, sorted, 0.5);
        out->low_quartile = quantile_of(finite, sorted, 0.25);
        out->high_quartile = quantile_of(finite, sorted, 0.75);
        out->least = sorted[0];
        out->most = sorted[finite - 1];
    }
    free(sorted);
}
