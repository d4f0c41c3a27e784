#include "events.h"
#include "faults.h"
#include "story.h"

/* After what time the server gives up connections that lie idle. */

void observe_idle(struct story *story)
{
    const struct histogram *idle =
        &story->facts.result->side[SIDE_CLIENT].account.latency[LATENCY_IDLE];

    if (idle->count == 0) {
        return;
    }
    enum side closer = side_player(facts_peer(&story->facts, SIDE_CLIENT));
    story_about(story, closer);
    story_evidence(story, "latency.idle.min latency.idle.p50 latency.idle.max");
    story_say(story,
              "The %s closed %s in a pause of the client, when %s had lain idle for %s (p50; %s to "
              "%s): a request that is sent there later has no answer.",
              side_name(closer), COUNTED(idle->count, "connection", "connections"),
              PLURAL(idle->count, "it", "they"), DURATION(histogram_quantile(idle, 0.5)),
              DURATION(idle->min), DURATION(idle->max));
    if (faults_forged(&story->facts, SIDE_CLIENT)) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "A fault's RSTs count as the %s's there.", side_name(closer));
    }
    if (events_count(&story->facts, EVENT_SIGNAL, closer) > 0) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "It was sent a signal in this run, and may have closed them for that.");
        return;
    }
    story_advise(story,
                 "let the client give up idle connections sooner than the %s, or send "
                 "such a request again on a new one",
                 side_name(closer));
}
