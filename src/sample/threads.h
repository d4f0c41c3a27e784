#ifndef SAMPLE_THREADS_H
#define SAMPLE_THREADS_H

#include <pthread.h>

#include "between.h"
#include "cadence.h"
#include "finwait/sampler.h"
#include "store.h"
#include "witness.h"

/* Two threads: what ticks must not wait for what dumps, which takes a second at a million. */
enum { TICKER, DUMPER, THREADS };

struct sampler {
    /* Nobody's to change once the threads run, but for the witnesses: a dump is the dumper's, their
     * counters the caller's. */
    struct witness *witness; /* one a host */
    size_t witnesses;
    bool shown[ENDS_N];     /* by any of them */
    int64_t since;          /* CLOCK_MONOTONIC that cost.span counts from */
    struct sockets sockets; /* of the latest observation with `each`; else the caller's */

    pthread_t thread[THREADS];
    unsigned running;
    pthread_mutex_t mutex;
    pthread_cond_t tick;    /* stop */
    pthread_cond_t changed; /* stop, something to dump, or answered */

    /* Under the mutex. */
    bool stop;
    struct cadence cadence;
    bool dumping;
    enum look wanted;     /* what the ticker wants dumped; LOOK_COUNT: nothing */
    int64_t begin;        /* and when that was to begin */
    bool each;            /* keep each socket of the one that is asked for */
    uint64_t asked;       /* observations on demand: how many were asked for */
    uint64_t answered;    /* and made */
    int outcome;          /* of the latest one made on demand: 0 or -1 */
    struct error failure; /* why, when -1 */
    struct between between[ENDS_N];
    struct store store[ENDS_N];
    struct sampler_cost cost;
    int64_t first_at, latest_at;
};

/* Make the mutex and the conditions, which never fails, and destroy them. */
void threads_init(struct sampler *sampler);
void threads_fini(struct sampler *sampler);

/* Count from now on what the calling thread uses as the sampler's. */
void threads_charge_from_here(void);

/* Dump all hosts, now, in the calling thread.  Called with the mutex, gives it up meanwhile. */
int threads_observe(struct sampler *sampler, enum look look, int64_t begin, struct sockets *each,
                    struct error *error);

/* Start both; -1 with STATUS_MACHINE.  threads_stop() ends as many as run. */
int threads_start(struct sampler *sampler, struct error *error);
void threads_stop(struct sampler *sampler);

#endif
