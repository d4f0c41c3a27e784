#ifndef SAMPLE_CADENCE_H
#define SAMPLE_CADENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When to observe next, and how: as often as asked for, but never with more than some 3 % of one
 * CPU.  A full observation costs in proportion to TIME_WAIT, a cheap one hardly does, so each kind
 * has a budget of its own and a full one need not hold up the cheap ones behind it.
 */
enum {
    CADENCE_FULL_TICKS = 20, /* a full observation every so many ticks, when it can be afforded */
    CADENCE_ONLY = 30,       /* pause of so many times the cost when all are full: 3.3 % */
    CADENCE_CHEAP = 40,      /* of a cheap one: 2.5 % */
    CADENCE_FULL = 120,      /* of a full one beside cheap ones: 0.8 % */
};

struct cadence {
    bool cheap;       /* whether cheap observations can be made */
    int64_t every;    /* the least time between two */
    int64_t pause;    /* from a tick to the next, as the latest cheap one demands */
    int64_t due;      /* when the next observation is */
    int64_t full_due; /* from when on it is a full one */
};

void cadence_init(struct cadence *cadence, int64_t every, bool cheap);

/* Whether an observation made at `now` is to be a full one. */
bool cadence_wants_full(const struct cadence *cadence, int64_t now);

/* An observation that began at `start` took `cost` ns of CPU. */
void cadence_done(struct cadence *cadence, bool full, int64_t start, int64_t cost);

#endif
