#include "pace.h"

#include "finwait/clock.h"

/* Longer pauses are not asked for in earnest, and their multiples could overflow. */
#define EVERY_MAX (INT64_C(24) * 3600 * NS_PER_S)

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

void pace_init(struct pace *pace, int64_t every, bool cheap)
{
    every = every < EVERY_MAX ? larger(every, 0) : EVERY_MAX;
    *pace = (struct pace){.cheap = cheap, .every = every, .pause = every};
}

bool pace_wants_full(const struct pace *pace, int64_t now)
{
    return !pace->cheap || now >= pace->full_due;
}

void pace_done(struct pace *pace, bool full, int64_t start, int64_t cost)
{
    if (!full) {
        pace->pause = larger(pace->every, cost * PACE_CHEAP);
    } else if (pace->cheap) {
        pace->full_due = start + larger(pace->pause * PACE_FULL_TICKS, cost * PACE_FULL);
    } else {
        pace->pause = larger(pace->every, cost * PACE_ONLY);
    }
    pace->due = start + pace->pause;
}
