#ifndef FINWAIT_RESULT_READERS_H
#define FINWAIT_RESULT_READERS_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/clock.h"
#include "finwait/result.h"
#include "metrics.h"

/* Reads one metric from what it derives from; false: that was not measured. */
typedef bool metric_read(const struct result *result, const struct metric_key *key, double *value);

/* One for each row, in readers_*.c; several rows may share one. */
#define X(id, pattern, unit, read, about) metric_read read;
METRICS(X)
#undef X
metric_read read_account;

static inline const struct result_side *readers_side(const struct result *result,
                                                     const struct metric_key *key)
{
    return &result->side[key->part[DOMAIN_SIDE]];
}

static inline const struct result_side *readers_end(const struct result *result,
                                                    const struct metric_key *key)
{
    return &result->side[key->part[DOMAIN_END]];
}

static inline double readers_seconds(int64_t ns)
{
    return (double)ns / (double)NS_PER_S;
}

static inline bool readers_found(double *value, double is)
{
    *value = is;
    return true;
}

/* One that reads a figure of `side`, where it has one. */
#define READER(name, of, has, figure)                                                              \
    bool name(const struct result *result, const struct metric_key *key, double *value)            \
    {                                                                                              \
        const struct result_side *side = of;                                                       \
        (void)key;                                                                                 \
        return (has) && readers_found(value, (double)(figure));                                    \
    }

#endif
