#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "ranks.h"

enum { PAIRS_COUNTED = 50 };

static int compare_magnitudes(const void *left, const void *right)
{
    double a = fabs(*(const double *)left);
    double b = fabs(*(const double *)right);

    return (a > b) - (a < b);
}

/* The differences that can be told, to `by`. */
static size_t differences(size_t n, const double *baseline, const double *variant, double *by)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++) {
        by[count] = variant[i] - baseline[i];
        count += isfinite(by[count]) ? 1 : 0;
    }
    return count;
}

/* Sorts the differences by magnitude. */
static void signed_rank_p(size_t n, double *by, struct inference *out)
{
    double *magnitude = grow_new(n, sizeof *magnitude);
    size_t *rank = grow_new(n, sizeof *rank);
    size_t zeros = 0;
    size_t above = 0;

    qsort(by, n, sizeof *by, compare_magnitudes);
    for (size_t i = 0; i < n; i++) {
        magnitude[i] = fabs(by[i]);
        zeros += by[i] == 0 ? 1 : 0;
    }
    ranks_doubled(n, magnitude, rank);
    for (size_t i = 0; i < n; i++) {
        above += by[i] > 0 ? rank[i] : 0;
    }
    struct null null = null_of_signs(n - zeros, rank + zeros, n <= PAIRS_COUNTED);
    infer_p(&null, above, out);
    null_free(&null);
    free(rank);
    free(magnitude);
}

/* By ranks without ties, of which ties make a cautious cut (G. E. Noether, Elements of
 * Nonparametric Statistics, 1967). */
static size_t walsh_cut(size_t n, double confidence)
{
    size_t *rank = ranks_untied(n);
    struct null null = null_of_signs(n, rank, n <= PAIRS_COUNTED);
    size_t cut = null_cut(&null, confidence);

    null_free(&null);
    free(rank);
    return cut;
}

void infer_paired(size_t n, const double *baseline, const double *variant, double confidence,
                  struct inference *out)
{
    double *by = grow_new(n, sizeof *by);
    size_t pairs = differences(n, baseline, variant, by);

    *out = infer_nothing;
    if (pairs > 0) {
        out->n = pairs;
        signed_rank_p(pairs, by, out);
        sort_values(pairs, by);
        for (size_t i = 0; i < pairs; i++) {
            by[i] /= 2; /* a Walsh average is the sum of two halves */
        }
        struct sums walsh = {pairs, by, pairs, by, true};
        infer_from_sums(&walsh, walsh_cut(pairs, confidence), out);
    }
    free(by);
}
