#include "finwait/histogram.h"

#include <string.h>

enum { SUB_BUCKETS = 1 << HISTOGRAM_SUB_BITS };

#define VALUE_MAX ((INT64_C(1) << HISTOGRAM_MAX_BITS) - 1)

/*
 * The leading HISTOGRAM_SUB_BITS + 1 bits of the value, and how far they were shifted to get
 * there, numbered so that bucket follows bucket without a gap.
 */
static inline size_t bucket_index(int64_t ns)
{
    uint64_t value = ns < 0 ? 0 : (uint64_t)ns;

    if (value > VALUE_MAX) {
        value = VALUE_MAX;
    }
    unsigned shift = 63U - HISTOGRAM_SUB_BITS - (unsigned)__builtin_clzll(value | SUB_BUCKETS);
    return ((size_t)shift << HISTOGRAM_SUB_BITS) + (size_t)(value >> shift);
}

static void widen(struct histogram *histogram, int64_t min, int64_t max)
{
    if (min < histogram->min || histogram->count == 0) {
        histogram->min = min;
    }
    if (max > histogram->max || histogram->count == 0) {
        histogram->max = max;
    }
}

void histogram_record(struct histogram *histogram, int64_t ns)
{
    if (ns < 0) {
        ns = 0;
    }
    widen(histogram, ns, ns);
    histogram->sum += (double)ns;
    histogram->bucket[bucket_index(ns)]++;
    histogram->count++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    uint64_t added = 0;

    if (from->count == 0) {
        return;
    }
    size_t last = bucket_index(from->max);
    for (size_t i = bucket_index(from->min); i <= last; i++) {
        uint64_t values = from->bucket[i];
        into->bucket[i] += values;
        added += values;
    }
    widen(into, from->min, from->max);
    into->sum += from->sum;
    /* Not from->count: its owner may be recording, and the sum of the buckets must be the count. */
    into->count += added;
}

double histogram_mean(const struct histogram *histogram)
{
    return histogram->count == 0 ? 0 : histogram->sum / (double)histogram->count;
}

const struct quantile quantile_table[QUANTILE_N] = {
    {"p50", 0.5},
    {"p90", 0.9},
    {"p99", 0.99},
    {"p999", 0.999},
};

/* The least rank (from 1) such that rank / count >= quantile.  Not ceil(quantile × count):
 * 0.07 × 100 is more than 7 in doubles. */
static uint64_t quantile_rank(double quantile, uint64_t count)
{
    if (!(quantile > 0)) {
        return 1;
    }
    if (quantile >= 1) {
        return count;
    }
    uint64_t rank = (uint64_t)(quantile * (double)count);
    if (rank < count && (double)rank / (double)count < quantile) {
        rank++;
    }
    return rank;
}

int64_t histogram_quantile(const struct histogram *histogram, double quantile)
{
    uint64_t seen = 0;
    int64_t low;
    int64_t high;

    if (histogram->count == 0) {
        return 0;
    }
    uint64_t rank = quantile_rank(quantile, histogram->count);
    size_t last = bucket_index(histogram->max);
    for (size_t i = bucket_index(histogram->min); i < last; i++) {
        seen += histogram->bucket[i];
        if (seen >= rank) {
            histogram_bounds(i, &low, &high);
            return high - 1 > histogram->min ? high - 1 : histogram->min;
        }
    }
    return histogram->max;
}

void histogram_bounds(size_t index, int64_t *low, int64_t *high)
{
    size_t shift = index < SUB_BUCKETS ? 0 : (index >> HISTOGRAM_SUB_BITS) - 1;
    int64_t leading = (int64_t)(index - (shift << HISTOGRAM_SUB_BITS));

    *low = leading << shift;
    *high = index == HISTOGRAM_BUCKETS - 1 ? INT64_MAX : (leading + 1) << shift;
}
