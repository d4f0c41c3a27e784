#include <math.h>
#include <stdint.h>
#include <string.h>

#include "ranks.h"

/* How many sums are at most `limit`: as a grows, fewer of b are small enough. */
static size_t sums_to(const struct sums *sums, double limit)
{
    size_t count = 0;
    size_t fit = sums->m;

    for (size_t i = 0; i < sums->n; i++) {
        size_t skipped = sums->once ? i : 0;
        while (fit > 0 && sums->a[i] + sums->b[fit - 1] > limit) {
            fit--;
        }
        count += fit > skipped ? fit - skipped : 0;
    }
    return count;
}

/* Doubles as whole numbers in the same order, neighbours being neighbours; its own inverse. */
static int64_t place_of_bits(int64_t bits)
{
    return bits < 0 ? INT64_MIN - bits : bits;
}

static int64_t place_of(double value)
{
    int64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return place_of_bits(bits);
}

static double value_at(int64_t place)
{
    int64_t bits = place_of_bits(place);
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The `nth` smallest sum, from 1: the least number that so many do not exceed.  There may be more
 * sums than memory, and so they are never listed. */
static double nth_sum(const struct sums *sums, size_t nth)
{
    int64_t low = place_of(sums->a[0] + sums->b[0]);
    int64_t high = place_of(sums->a[sums->n - 1] + sums->b[sums->m - 1]);

    while (low < high) {
        int64_t middle = (low & high) + ((low ^ high) >> 1); /* their mean, with no overflow */
        if (sums_to(sums, value_at(middle)) >= nth) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return value_at(low);
}

const struct inference infer_nothing = {
    .difference = NAN,
    .low = -INFINITY,
    .high = INFINITY,
    .p = NAN,
    .least_p = NAN,
};

void infer_from_sums(const struct sums *sums, size_t cut, struct inference *out)
{
    size_t count = sums->once ? sums->n * (sums->n + 1) / 2 : sums->n * sums->m;
    double below = nth_sum(sums, (count + 1) / 2);
    double above = count % 2 == 0 ? nth_sum(sums, count / 2 + 1) : below;

    out->difference = below / 2 + above / 2;
    out->bounded = cut > 0;
    out->low = out->bounded ? nth_sum(sums, cut) : -INFINITY;
    out->high = out->bounded ? nth_sum(sums, count + 1 - cut) : INFINITY;
}
