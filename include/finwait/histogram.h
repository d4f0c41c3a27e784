#ifndef FINWAIT_HISTOGRAM_H
#define FINWAIT_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/*
 * A log-linear histogram of durations in nanoseconds, in the manner of
 * HdrHistogram: each power of two is cut into 128 equal buckets, so a value is
 * known to within 1/128 (0.8 %) of itself.  Values below 128 ns are exact;
 * values of 2^HISTOGRAM_MAX_BITS ns (about 4.9 h) and more go to the last bucket.
 *
 * It is plain memory with no pointers, so that it can live in memory shared
 * between processes: one process records, any other may read and merge.  All zero is empty.
 */

#define HISTOGRAM_SUB_BITS 7
#define HISTOGRAM_MAX_BITS 44
#define HISTOGRAM_BUCKETS  ((HISTOGRAM_MAX_BITS - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram {
    uint64_t count;
    int64_t min; /* exact; meaningless while count is 0 */
    int64_t max; /* exact */
    double sum;  /* exact to double's precision; mean = sum / count */
    uint64_t bucket[HISTOGRAM_BUCKETS];
};

/* Count one value; negative ones (a clock that ran backwards) count as 0. */
void histogram_record(struct histogram *histogram, int64_t ns);

/* Add all of `from` to `into`; `from` may be recording meanwhile. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The mean in ns; 0 when empty. */
double histogram_mean(const struct histogram *histogram);

/*
 * The smallest recorded magnitude v such that at least `quantile` (0 to 1) of the
 * values are <= v: the upper edge of its bucket, held within [min, max].  0 when empty.
 */
int64_t histogram_quantile(const struct histogram *histogram, double quantile);

/* Those that metrics and reports tell. */
enum { QUANTILE_N = 4 };
struct quantile {
    const char *name; /* "p99" */
    double value;
};
extern const struct quantile quantile_table[QUANTILE_N];

/* The half-open range of values [low, high) that bucket `index` counts; the last one's `high` is
 * INT64_MAX. */
void histogram_bounds(size_t index, int64_t *low, int64_t *high);

#endif
