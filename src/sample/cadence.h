#ifndef SAMPLE_CADENCE_H
#define SAMPLE_CADENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/clock.h"

/*
 * When to look next, and how.  sockstat costs next to nothing whatever the pile, so it is read at
 * every tick; a dump costs in proportion to all sockets, so it comes when it can be afforded: with
 * CADENCE_SOME of a CPU, less the longer it takes, down to CADENCE_LITTLE, but with up to
 * CADENCE_MUCH where it would come more seldom than every CADENCE_LONGEST.
 */
enum {
    CADENCE_FULL_TICKS = 20, /* a full dump for so many others, when it can be afforded */
    CADENCE_FULL = 4000,     /* and a pause of so many times its cost: 0.025 % */
    CADENCE_FULL_DUMPS = 4,  /* what one costs at the least, in dumps that leave a pile out */
    CADENCE_SOME = 40,       /* of a dump's cost: 2.5 % */
    CADENCE_LITTLE = 200,    /* 0.5 % */
    CADENCE_MUCH = 25,       /* 4 % */
    CADENCE_COUNT = 200,     /* of reading sockstat: 0.5 % */
};
#define CADENCE_STEP    (30 * NS_PER_US) /* a pause of once more its cost for each that it takes */
#define CADENCE_LONGEST (5 * NS_PER_S / 2)

enum look {
    LOOK_COUNT, /* sockstat alone */
    LOOK_DUMP,  /* all but TIME_WAIT, and sockstat */
    LOOK_FULL,  /* every socket */
};

struct cadence {
    bool cheap;       /* whether anything but full looks can be made */
    int64_t every;    /* the least time between two */
    int64_t tick;     /* from one to the next */
    int64_t cost;     /* of the latest dump that was not full beside others, ns of CPU */
    int64_t pause;    /* from a dump to the next, as the cheaper of the latest two demands */
    int64_t due;      /* when the next tick is */
    int64_t dump_due; /* from when on it is a dump */
    int64_t full_at;  /* when the latest full one began; long ago: there was none */
    int64_t full;     /* and what it cost */
};

void cadence_init(struct cadence *cadence, int64_t every, bool cheap);

/* How to look at `now`. */
enum look cadence_next(const struct cadence *cadence, int64_t now);

/* A tick begins at `start`; returns when it was to begin.  What is late does not put off those
 * behind it, unless it is as late as one of them. */
int64_t cadence_begin(struct cadence *cadence, int64_t start);

/* Whether dumps are too dear to be made at every tick. */
bool cadence_is_dear(const struct cadence *cadence);

/* Counting took `cost` ns of CPU. */
void cadence_counted(struct cadence *cadence, int64_t cost);

/* The dump that was to begin at `begin` took `cost` ns of CPU. */
void cadence_dumped(struct cadence *cadence, enum look look, int64_t begin, int64_t cost);

#endif
