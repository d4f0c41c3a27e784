#include "ranks.h"

#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"

static int compare_values(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

void sort_values(size_t n, double *value)
{
    qsort(value, n, sizeof *value, compare_values);
}

double *sorted_finite(size_t n, const double *value, size_t *finite)
{
    double *kept = grow_new(n, sizeof *kept);

    *finite = 0;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(value[i])) {
            kept[(*finite)++] = value[i];
        }
    }
    sort_values(*finite, kept);
    return kept;
}

void ranks_doubled(size_t n, const double *sorted, size_t *rank)
{
    size_t after;

    for (size_t first = 0; first < n; first = after) {
        for (after = first + 1; after < n && sorted[after] == sorted[first];) {
            after++;
        }
        for (size_t i = first; i < after; i++) {
            rank[i] = first + 1 + after;
        }
    }
}

size_t *ranks_untied(size_t n)
{
    size_t *rank = grow_new(n, sizeof *rank);

    for (size_t i = 0; i < n; i++) {
        rank[i] = 2 * (i + 1);
    }
    return rank;
}
