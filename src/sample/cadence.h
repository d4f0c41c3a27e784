#ifndef SAMPLE_CADENCE_H
#define SAMPLE_CADENCE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * When to look next, and how: as often as asked for, but never with more than some 4 % of one CPU.
 * A full dump costs in proportion to TIME_WAIT, one without TIME_WAIT a quarter of that, and
 * sockstat next to nothing, so each kind has a budget of its own and what is dear need not hold up
 * what is cheap.
 */
enum {
    CADENCE_FULL_TICKS = 20, /* a full dump for so many others, when it can be afforded */
    CADENCE_ONLY = 30,       /* pause of so many times the cost when all are full: 3.3 % */
    CADENCE_DUMP = 40,       /* of one without TIME_WAIT: 2.5 % */
    CADENCE_FULL = 120,      /* of a full one beside those: 0.8 % */
    CADENCE_COUNT = 200,     /* of reading sockstat: 0.5 % */
};

enum look {
    LOOK_COUNT, /* sockstat alone */
    LOOK_DUMP,  /* all but TIME_WAIT, and sockstat */
    LOOK_FULL,  /* every socket */
};

struct cadence {
    bool cheap;       /* whether anything but full looks can be made */
    int64_t every;    /* the least time between two */
    int64_t tick;     /* from a look to the next */
    int64_t pause;    /* from a dump to the next, as the latest without TIME_WAIT demands */
    int64_t due;      /* when the next look is */
    int64_t dump_due; /* from when on it is a dump */
    int64_t full_due; /* and from when on that is a full one */
};

void cadence_init(struct cadence *cadence, int64_t every, bool cheap);

/* How to look at `now`. */
enum look cadence_next(const struct cadence *cadence, int64_t now);

/* A look begins at `start`; returns when it was to begin.  What is late does not put off those
 * behind it, unless it is as late as one of them. */
int64_t cadence_begin(struct cadence *cadence, int64_t start);

/* It took `cost` ns of CPU.  Others may have been made meanwhile. */
void cadence_done(struct cadence *cadence, enum look look, int64_t begin, int64_t cost);

#endif
