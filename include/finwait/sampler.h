#ifndef FINWAIT_SAMPLER_H
#define FINWAIT_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/observation.h"
#include "finwait/side.h"

/*
 * The kernel's testimony: how many sockets are in which state on which side, and
 * what the counters say, observed by a thread of the conductor.
 *
 * In a private lab a host's sockets are its side's.  In lab: host the sides are told
 * apart by `server_port`: a socket whose local port it is belongs to the server,
 * one whose remote port it is to the client; others are not counted, nor is a TIME_WAIT that
 * stood there before the sampler did.
 */

struct sampler_config {
    const struct lab *lab;
    int64_t every; /* ns between samples, the least */
    uint16_t server_port;
    bool ipv6; /* which family to dump */
};

/* What sampling itself cost. */
struct sampler_cost {
    int64_t cpu;         /* ns of CPU used by the thread */
    uint64_t samples;    /* observations made (each of both sides) */
    int64_t gap_max;     /* longest time between two observations, ns */
    int64_t gap_mean;    /* */
    uint64_t full_dumps; /* those that walked TIME_WAIT too */
};

struct sampler; /* opaque */

/*
 * Open the sock_diag sockets and counter files of both hosts and start the thread;
 * the first observation has been made and the counters' `before` read when it
 * returns.  NULL with STATUS_MACHINE when the kernel offers no inet_diag.  Its descriptors keep the
 * hosts alive until sampler_free.  All functions but sampler_observe, sampler_latest,
 * sampler_samples and sampler_cost are for the thread that made it.
 */
struct sampler *sampler_new(const struct sampler_config *config, struct error *error);

/* Stop the thread and free all.  Never fails; NULL is allowed. */
void sampler_free(struct sampler *sampler);

/* The latest observation of a side, for the progress line. */
void sampler_latest(struct sampler *sampler, enum side side, struct observation *sample);

/*
 * Observe now, with a full dump (every socket seen, none derived), and wait for it.
 * -1 when it failed.
 */
int sampler_observe(struct sampler *sampler, struct error *error);

/*
 * All samples of a side so far, in order of time; *count of them.  The array is a copy: free() it.
 * NULL when there are none.  Beyond some 20,000, neighbours are merged in pairs, again and again:
 * a merged sample has the time of its first and, per state, the largest count, so peaks survive.
 * The last one is always as it was seen.
 */
struct observation *sampler_samples(struct sampler *sampler, enum side side, size_t *count);

/*
 * Read the counters of a side's host now as `after` (and keep them for sampler_counters).
 */
int sampler_read_counters(struct sampler *sampler, struct error *error);

/* The counters of a side's host as last read; items owned by the sampler. */
const struct counters *sampler_counters(struct sampler *sampler, enum side side);

void sampler_cost(struct sampler *sampler, struct sampler_cost *cost);

#endif
