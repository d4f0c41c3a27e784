#ifndef FINWAIT_RESULT_READERS_H
#define FINWAIT_RESULT_READERS_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/clock.h"
#include "finwait/result.h"
#include "metrics.h"

/* Reads one metric from what it derives from; false: that was not measured. */
typedef bool metric_read(const struct result *result, const struct metric_key *key, double *value);

/* What the kernel was seen to hold (readers_kernel.c). */
metric_read read_peak, read_mean, read_final, read_slope, read_area;
metric_read read_unaccepted, read_accept_queue, read_fin_unsent;
metric_read read_counter, read_host_counter, read_sampler;

/* What the roles counted (readers_roles.c). */
metric_read read_tally, read_opened, read_rate;
metric_read read_latency, read_quantile;
metric_read read_errors, read_side_errors, read_outcome, read_side_outcome;
metric_read read_account, read_workers_died, read_cpu, read_first_no_port, read_memory;
metric_read read_last_begun;

metric_read read_closed_first, read_due, read_http; /* readers_ends.c */

/* What they counted of TLS (readers_tls.c). */
metric_read read_tls, read_tls_rate;

/* What its timeline says (readers_timeline.c). */
metric_read read_restart, read_side_restart, read_refusals;

static inline const struct result_side *readers_side(const struct result *result,
                                                     const struct metric_key *key)
{
    return &result->side[key->part[DOMAIN_SIDE]];
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

#endif
