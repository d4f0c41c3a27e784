#include "cadence.h"

#include "finwait/clock.h"

/* Longer pauses are not asked for in earnest, and their multiples could overflow. */
#define EVERY_MAX (INT64_C(24) * 3600 * NS_PER_S)

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void cadence_init(struct cadence *cadence, int64_t every, bool cheap)
{
    every = every < EVERY_MAX ? larger(every, 0) : EVERY_MAX;
    *cadence = (struct cadence){.cheap = cheap, .every = every, .tick = every, .pause = every};
}

enum look cadence_next(const struct cadence *cadence, int64_t now)
{
    if (!cadence->cheap) {
        return LOOK_FULL;
    }
    if (now < cadence->dump_due) {
        return LOOK_COUNT;
    }
    return now >= cadence->full_due ? LOOK_FULL : LOOK_DUMP;
}

static void dumped(struct cadence *cadence, enum look look, int64_t begin, int64_t cost)
{
    if (look == LOOK_DUMP) {
        cadence->pause = larger(cadence->every, cost * CADENCE_DUMP);
    } else {
        cadence->full_due =
            begin + larger(cadence->pause * CADENCE_FULL_TICKS, cost * CADENCE_FULL);
    }
    cadence->dump_due = begin + cadence->pause;
}

int64_t cadence_begin(struct cadence *cadence, int64_t start)
{
    int64_t late = start - cadence->due;
    int64_t begin = late >= 0 && late < cadence->tick ? cadence->due : start;

    cadence->due = larger(cadence->due, begin + cadence->tick);
    return begin;
}

void cadence_done(struct cadence *cadence, enum look look, int64_t begin, int64_t cost)
{
    if (!cadence->cheap) {
        cadence->tick = larger(cadence->every, cost * CADENCE_ONLY);
    } else if (look == LOOK_COUNT) {
        cadence->tick = larger(cadence->every, cost * CADENCE_COUNT);
    } else {
        dumped(cadence, look, begin, cost);
    }
    cadence->due = larger(cadence->due, begin + cadence->tick);
}
