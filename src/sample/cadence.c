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
    *cadence = (struct cadence){.cheap = cheap, .every = every, .pause = every};
}

bool cadence_wants_full(const struct cadence *cadence, int64_t now)
{
    return !cadence->cheap || now >= cadence->full_due;
}

void cadence_done(struct cadence *cadence, bool full, int64_t start, int64_t cost)
{
    if (!full) {
        cadence->pause = larger(cadence->every, cost * CADENCE_CHEAP);
    } else if (cadence->cheap) {
        cadence->full_due =
            start + larger(cadence->pause * CADENCE_FULL_TICKS, cost * CADENCE_FULL);
    } else {
        cadence->pause = larger(cadence->every, cost * CADENCE_ONLY);
    }
    cadence->due = start + cadence->pause;
}
