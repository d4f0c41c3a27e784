#include "finwait/inference.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "finwait/grow.h"

void infer_holm(size_t n, double *p)
{
    size_t count = 0;
    size_t *order = grow_new(n, sizeof *order);
    double worst = 0;

    for (size_t i = 0; i < n; i++) {
        if (isnan(p[i])) {
            continue;
        }
        size_t at = count++;
        for (; at > 0 && p[order[at - 1]] > p[i]; at--) {
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, fmin(1, p[order[i]] * (double)(count - i)));
        p[order[i]] = worst;
    }
    free(order);
}

size_t infer_least_pairs(double alpha)
{
    size_t n = 1;

    if (!(alpha > 0)) {
        return SIZE_MAX;
    }
    /* All signs alike have p = 2 / 2^n. */
    while (ldexp(2, -(int)n) > alpha) {
        n++;
    }
    return n;
}

double infer_detectable(const struct inference *it)
{
    return it->bounded ? fmax(it->high - it->difference, it->difference - it->low) : INFINITY;
}

bool infer_equivalent(const struct inference *it, double margin)
{
    return it->low > -margin && it->high < margin;
}
