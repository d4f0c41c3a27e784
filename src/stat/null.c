#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "ranks.h"

/* Additions that counting may take: some 20 ms. */
#define AFFORDABLE 5e7

static double square(double x)
{
    return x * x;
}

struct null null_of_signs(size_t n, const size_t *rank, bool counted)
{
    struct null null = {0};

    for (size_t i = 0; i < n; i++) {
        null.most += rank[i];
        null.deviation += square((double)rank[i] / 2);
    }
    null.mean = (double)null.most / 2;
    null.deviation = sqrt(null.deviation);
    if (!counted) {
        return null;
    }
    null.chance = grow_new(null.most + 1, sizeof *null.chance);
    null.chance[0] = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t sum = null.most + 1; sum-- > 0;) {
            double with = sum >= rank[i] ? null.chance[sum - rank[i]] : 0;
            null.chance[sum] = (null.chance[sum] + with) / 2;
        }
    }
    return null;
}

/* In how many ways `picked` of the ranks sum up to each, made their share of all ways. */
static double *count_picks(size_t picked, size_t n, const size_t *rank, size_t most)
{
    size_t sums = most + 1;
    double *ways = grow_new((picked + 1) * sums, sizeof *ways);
    double *last = ways + picked * sums;
    double *chance = grow_new(sums, sizeof *chance);
    double all = 0;

    ways[0] = 1;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = i < picked ? i + 1 : picked; k > 0; k--) {
            double *with = ways + k * sums;
            const double *without = with - sums;
            for (size_t sum = rank[i]; sum < sums; sum++) {
                with[sum] += without[sum - rank[i]];
            }
        }
    }
    for (size_t sum = 0; sum < sums; sum++) {
        all += last[sum];
    }
    for (size_t sum = 0; sum < sums; sum++) {
        chance[sum] = last[sum] / all;
    }
    free(ways);
    return chance;
}

struct null null_of_picks(size_t picked, size_t n, const size_t *rank)
{
    struct null null = {0};
    double middle = (double)n + 1; /* the mean of doubled ranks, ties or none */
    double scatter = 0;

    for (size_t i = 0; i < n; i++) {
        null.least += i < picked ? rank[i] : 0;
        null.most += i >= n - picked ? rank[i] : 0;
        scatter += square((double)rank[i] - middle);
    }
    null.mean = (double)picked * middle;
    null.deviation =
        sqrt((double)picked * (double)(n - picked) / ((double)n * ((double)n - 1)) * scatter);
    if ((double)picked * (double)n * (double)null.most <= AFFORDABLE) {
        null.chance = count_picks(picked, n, rank, null.most);
    }
    return null;
}

/* The chance of a sum in [from, to]. */
static double chance_of(const struct null *null, size_t from, size_t to)
{
    double chance = 0;

    for (size_t sum = from; sum <= to; sum++) {
        chance += null->chance[sum];
    }
    return chance;
}

/* Twice the lesser tail from `seen`. */
static double two_sided(const struct null *null, size_t seen)
{
    if (null->chance != NULL) {
        double lower = chance_of(null, 0, seen);
        double upper = chance_of(null, seen, null->most);
        return fmin(1, 2 * fmin(lower, upper));
    }
    /* Half a rank for continuity, which is 1 in doubled ranks. */
    double away = fmax(0, fabs((double)seen - null->mean) - 1);
    return away > 0 ? erfc(away / null->deviation / sqrt(2)) : 1;
}

void infer_p(const struct null *null, size_t seen, struct inference *out)
{
    out->p = two_sided(null, seen);
    out->least_p = fmin(two_sided(null, null->least), two_sided(null, null->most));
    out->exact = null->chance != NULL;
}

/* The z that a normal deviate exceeds with the chance `tail`, which is below one half. */
static double normal_deviate(double tail)
{
    double low = 0;
    double high = 40;

    for (int halvings = 0; halvings < 60; halvings++) {
        double middle = (low + high) / 2;
        *(erfc(middle / sqrt(2)) / 2 > tail ? &low : &high) = middle;
    }
    return low;
}

size_t null_cut(const struct null *null, double confidence)
{
    double tail = (1 - confidence) / 2;
    double within = 0;
    size_t sum = null->least;

    if (!(tail > 0 && tail < 0.5)) {
        return 0;
    }
    if (null->chance == NULL) {
        double at = null->mean - normal_deviate(tail) * null->deviation - 1;
        return at < (double)sum ? 0 : ((size_t)at - sum) / 2 + 1;
    }
    /* 1 - 0.95 is more than 0.05 in doubles, and 1 - 0.9 less than 0.1. */
    for (; sum <= null->most && within <= tail * (1 + 1e-9); sum++) {
        within += null->chance[sum];
    }
    /* The last did not fit; without ties every other doubled sum has no chance. */
    return (sum - 1 - null->least) / 2;
}

void null_free(struct null *null)
{
    free(null->chance);
    null->chance = NULL;
}
