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
    story_about(story, SIDE_SERVER);
    story_evidence(story, "latency.idle.min");
    story_evidence(story, "latency.idle.p50");
    story_evidence(story, "latency.idle.max");
    story_say(story,
              "The server closed %s %s in a pause of the client, when %s had lain idle for %s "
              "(p50; %s to %s): a request that is sent there later has no answer.",
              COUNT(idle->count), PLURAL(idle->count, "connection", "connections"),
              PLURAL(idle->count, "it", "they"), DURATION(histogram_quantile(idle, 0.5)),
              DURATION(idle->min), DURATION(idle->max));
    if (faults_forged(&story->facts, SIDE_CLIENT)) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "A fault's RSTs count as the server's there.");
    }
    if (events_count(&story->facts, EVENT_SIGNAL, SIDE_SERVER) > 0) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "It was sent a signal in this run, and may have closed them for that.");
        return;
    }
    story_advise(story, "let the client give up idle connections sooner than the server, or send "
                        "such a request again on a new one");
}
