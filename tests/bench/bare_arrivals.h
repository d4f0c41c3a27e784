#ifndef FINWAIT_BENCH_BARE_ARRIVALS_H
#define FINWAIT_BENCH_BARE_ARRIVALS_H

#include <stdint.h>

/* The open loop's arrivals of the bare pair: evenly spaced, each told by a timer. */

struct bare_arrivals {
    int timer;       /* a timerfd, to be watched with EPOLLET: nobody reads it */
    double interval; /* ns */
    int64_t start;   /* CLOCK_MONOTONIC, of the first */
    int64_t armed;   /* when the timer goes off */
    int64_t *late;   /* ns of each one begun */
};

/* From now on, `rate` a second and `count` in all.  0 or -1 with errno. */
int bare_arrivals_begin(struct bare_arrivals *arrivals, double rate, unsigned count);

/* Whether number `begun`, from 0 on, is due; if not, the timer goes off when it is. */
int bare_arrivals_due(struct bare_arrivals *arrivals, unsigned begun);

/* ns that 99 % of the `count` begun were late at the most.  Sorts `late`. */
int64_t bare_arrivals_p99(struct bare_arrivals *arrivals, unsigned count);

#endif
