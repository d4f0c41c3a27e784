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
        story_evidence(story, "server.counter.TcpPassiveOpens");
        story_evidence(story, "server.attempted");
        story_say(story,
                  "With a listener it reset %s %s that waited in the accept queue "
                  "(TcpEstabResets).",
                  COUNT(reset), PLURAL(reset, "connection", "connections"));
    }
}

static void say_died(struct story *story, enum side side)
{
    const struct result_side *role = &story->facts.result->side[side];
    const char *name = side_name(side);

    story_about(story, side);
    story_evidence(story, "%s.workers_died", name);
    if (role->workers_died == role->workers && role->workers == 1) {
        story_say(story, "The %s's only worker process", name);
    } else if (role->workers_died == role->workers) {
        story_say(story, "All %u worker processes of the %s", role->workers, name);
    } else {
        story_say(story, "%u of the %s's %u worker processes", role->workers_died, name,
                  role->workers);
    }
    story_add(story, " ended before the run did, and the kernel closed what descriptors were open "
                     "there.");
    if (side == SIDE_SERVER) {
        say_reset(story);
    }
}

void observe_workers(struct story *story)
{
    const struct result *result = story->facts.result;

    for (unsigned side = 0; side < SIDE_N; side++) {
        if (result->side[side].workers_died > 0 && is_meant(result, (enum side)side)) {
            say_died(story, (enum side)side);
        }
    }
}

void observe_workers_lost(struct story *story)
{
    const struct result *result = story->facts.result;

    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct result_side *role = &result->side[side];
        double killed = (double)role->account.outcome[OUTCOME_KILLED];
        if (role->workers_died == 0 || is_meant(result, (enum side)side)) {
            continue;
        }
        say_died(story, (enum side)side);
        story_evidence(story, "%s.outcome.killed", side_name((enum side)side));
        story_say(story, "Its program has no `die`: something else ended %s",
                  PLURAL(role->workers_died, "it", "them"));
        if (killed > 0) {
            story_add(story, ", and %s %s", COUNT(killed),
                      PLURAL(killed, "connection", "connections"));
        }
        story_add(story, ".");
    }
}
