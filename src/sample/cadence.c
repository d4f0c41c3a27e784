#include "cadence.h"

/* Longer pauses are not asked for in earnest, and their multiples could overflow. */
#define EVERY_MIN NS_PER_MS
#define EVERY_MAX (INT64_C(24) * 3600 * NS_PER_S)

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

void cadence_init(struct cadence *cadence, int64_t every, bool cheap)
{
    every = every < EVERY_MAX ? larger(every, EVERY_MIN) : EVERY_MAX;
    *cadence = (struct cadence){
        .cheap = cheap, .every = every, .tick = every, .pause = every, .full_at = INT64_MIN / 2};
}

/* From when on a dump is a full one.  What it would cost now the latest one does not say, for the
 * pile has grown since. */
static int64_t full_due(const struct cadence *cadence)
{
    int64_t cost = larger(cadence->full, cadence->cost * CADENCE_FULL_DUMPS);

    return cadence->full_at + larger(cadence->pause * CADENCE_FULL_TICKS, cost * CADENCE_FULL);
}

enum look cadence_next(const struct cadence *cadence, int64_t now)
{
    if (now < cadence->dump_due) {
        return LOOK_COUNT;
    }
    return !cadence->cheap || now >= full_due(cadence) ? LOOK_FULL : LOOK_DUMP;
}

int64_t cadence_begin(struct cadence *cadence, int64_t start)
{
    int64_t late = start - cadence->due;
    int64_t begin = late >= 0 && late < cadence->tick ? cadence->due : start;

    cadence->due = larger(cadence->due, begin + cadence->tick);
    return begin;
}

bool cadence_is_dear(const struct cadence *cadence)
{
    return cadence->pause > cadence->every;
}

void cadence_counted(struct cadence *cadence, int64_t cost)
{
    cadence->tick = larger(cadence->every, cost * CADENCE_COUNT);
}

static int64_t pause_after(const struct cadence *cadence, int64_t cost)
{
    int64_t times = smaller(larger(cost / CADENCE_STEP, CADENCE_SOME), CADENCE_LITTLE);
    int64_t most = larger(CADENCE_LONGEST, cost * CADENCE_MUCH);

    return larger(cadence->every, smaller(cost * times, most));
}

void cadence_dumped(struct cadence *cadence, enum look look, int64_t begin, int64_t cost)
{
    if (look == LOOK_DUMP || !cadence->cheap) {
        /* One that was disturbed says nothing of the next. */
        cadence->pause = pause_after(cadence, smaller(cost, cadence->cost));
        cadence->cost = cost;
    } else {
        cadence->full_at = begin;
        cadence->full = cost;
    }
    cadence->dump_due = begin + cadence->pause;
}
