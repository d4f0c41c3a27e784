#include <string.h>

#include "story.h"

/* Workers that ended before the run did, as their program has it (`die`) or for no such reason. */

static bool foresees_death(const struct result *result, enum side side)
{
    for (size_t i = 0; i < result->predicted_count; i++) {
        const char *fate = result->predicted[i].side[side].fate;
        if (fate != NULL && strcmp(fate, outcome_name(OUTCOME_DIED)) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_meant(const struct result *result, enum side side)
{
    return result->side[side].account.outcome[OUTCOME_DIED] > 0 || foresees_death(result, side);
}

/* With the last of its descriptors a listener is closed, and with it its queue. */
static void say_reset(struct story *story)
{
    double reset = facts_reset_unaccepted(&story->facts);

    if (reset > 0) {
        story_evidence(story, "server.counter.TcpEstabResets");
        for (size_t i = 0; facts_abort_counters[i] != NULL; i++) {
            story_evidence(story, "server.counter.%s", facts_abort_counters[i]);
        }
        story_evidence(story, "server.counter.TcpPassiveOpens server.attempted");
        story_say(story,
                  "With a listener it reset %s that waited in the accept queue (TcpEstabResets).",
                  COUNTED(reset, "connection", "connections"));
    }
}

static void say_died(struct story *story, enum side side, uint64_t died)
{
    const struct result_side *role = &story->facts.result->side[side];
    const char *name = side_name(side);

    story_about(story, side);
    story_evidence(story, ".workers_died");
    if (died == role->workers && died == 1) {
        story_say(story, "The %s's only worker process", name);
    } else if (died > role->workers) { /* a start made new ones */
        story_say(story, "%s worker processes of the %s", COUNT(died), name);
    } else if (died == role->workers) {
        story_say(story, "All %u worker processes of the %s", role->workers, name);
    } else {
        story_say(story, "%s of the %s's %u worker processes", COUNT(died), name, role->workers);
    }
    story_add(story, " ended before the run did, and the kernel closed what descriptors were open "
                     "there.");
    if (side == SIDE_SERVER) {
        say_reset(story);
    }
}

/* Those that ended as their program has it. */
static uint64_t count_meant(const struct result *result, enum side side)
{
    const struct result_side *role = &result->side[side];

    if (!is_meant(result, side)) {
        return 0;
    }
    return role->workers_died > role->lost_count ? role->workers_died - role->lost_count : 0;
}

void observe_workers(struct story *story)
{
    enum side side = story->end;
    uint64_t died = count_meant(story->facts.result, side);

    if (died > 0) {
        say_died(story, side, died);
    }
}

/* ---- those that nobody had asked to end ---- */

/* One is told by one, up to so many. */
#define LOST_TOLD 4

/* "SIGKILL ended worker 1 in load, 1.5 s after the load had begun." */
static void say_one(struct story *story, const struct lost_worker *lost)
{
    const struct result *result = story->facts.result;
    const char *signal = sigabbrev_np(lost->number);
    const char *errnum = errno_name(lost->number);
    unsigned phase = PHASE_N - 1;

    while (phase > PHASE_SETUP &&
           (!result->phase[phase].reached || lost->at < result->phase[phase].begin)) {
        phase--;
    }
    if (lost->how == LOST_STOPPED && signal != NULL) {
        story_say(story, "SIG%s had stopped worker %u, and finwait ended it", signal, lost->worker);
    } else if (lost->how == LOST_SILENT) {
        story_say(story, "Worker %u did nothing for %d s, and finwait ended it", lost->worker,
                  lost->number);
    } else if (lost->how == LOST_UNTOLD) {
        story_say(story, "Worker %u could not be told what to do (%s), and finwait ended it",
                  lost->worker, errnum != NULL ? errnum : "an errno without a name");
    } else if (lost->how == LOST_WITH_STATUS) {
        story_say(story, "Worker %u ended by itself with status %d", lost->worker, lost->number);
    } else if (signal != NULL) {
        story_say(story, "SIG%s ended worker %u", signal, lost->worker);
    } else {
        story_say(story, "Signal %d ended worker %u", lost->number, lost->worker);
    }
    if (phase == PHASE_SETUP) {
        story_add(story, " before the load began.");
    } else {
        story_add(story, " in %s, %s after the load had begun.", phase_name((enum phase)phase),
                  DURATION(lost->at));
    }
}

static void say_each(struct story *story, const struct result_side *role)
{
    size_t told = role->lost_count > LOST_TOLD ? LOST_TOLD : role->lost_count;

    for (size_t i = 0; i < told; i++) {
        say_one(story, &role->lost[i]);
    }
    if (role->lost_count > told) {
        story_say(story, "So ended %zu more.", role->lost_count - told);
    }
}

/* What older files of this schema have no list of: all or none are meant. */
static uint64_t count_lost(const struct result *result, enum side side)
{
    const struct result_side *role = &result->side[side];

    if (role->lost_count > 0 || is_meant(result, side)) {
        return role->lost_count;
    }
    return role->workers_died;
}

void observe_workers_lost(struct story *story)
{
    enum side side = story->end;
    const struct result *result = story->facts.result;
    const struct result_side *role = &result->side[side];
    double killed = (double)role->account.outcome[OUTCOME_KILLED];
    uint64_t lost = count_lost(result, side);

    if (lost == 0) {
        return;
    }
    say_died(story, side, lost);
    story_evidence(story, ".outcome.killed");
    say_each(story, role);
    story_say(story, "Neither the scenario nor a `die` of its program had %s ended",
              PLURAL(lost, "it", "them"));
    if (killed > 0) {
        story_add(story, ", and with %s %s", PLURAL(lost, "it", "them"),
                  COUNTED(killed, "connection", "connections"));
    }
    story_add(story, ".");
}

/* ---- those that stood still ---- */

/* A machine that is busy keeps a worker from its CPU for less. */
#define STOOD_STILL (500 * NS_PER_MS)

static bool is_stopped_as_asked(const struct result *result, enum side side)
{
    for (size_t i = 0; i < result->event_count; i++) {
        if (result->event[i].kind == EVENT_STOP && result->event[i].side == side) {
            return true;
        }
    }
    return false;
}

void observe_stood_still(struct story *story)
{
    enum side side = story->end;
    const struct result *result = story->facts.result;
    int64_t still = result->side[side].account.stood_still;
    const char *name = side_name(side);

    if (still < STOOD_STILL || is_stopped_as_asked(result, side)) {
        return;
    }
    story_evidence(story, ".stood_still");
    story_say(story,
              "A worker of the %s did nothing for about %s: it was stopped from outside, had "
              "no CPU, or was at one thing for so long. Latencies and rates bear it.",
              name, DURATION(still));
}
