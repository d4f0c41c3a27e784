#include <string.h>

#include "faults.h"
#include "story.h"

/* A full accept queue, and whether anyone had to wait for it. */

/* A SYN that is dropped is sent again after TCP_TIMEOUT_INIT, 1 s. */
#define SYN_RETRY NS_PER_S

/* "p99 is 1.01 s": from where on connects took as long as a SYN sent again, if any did. */
static void say_latency(struct story *story)
{
    static const struct {
        double quantile;
        const char *name;
    } quantiles[] = {{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p999"}, {1, "max"}};
    const struct histogram *connect =
        &story->facts.result->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT];

    for (size_t i = 0; i < sizeof quantiles / sizeof quantiles[0]; i++) {
        int64_t took = quantiles[i].quantile < 1
                           ? histogram_quantile(connect, quantiles[i].quantile)
                           : connect->max;
        if (connect->count > 0 && took >= SYN_RETRY) {
            story_say(story,
                      "Whoever was dropped waited for its SYN to be sent again, a second or more: "
                      "the %s of client connect is %s.",
                      quantiles[i].name, DURATION(took));
            return;
        }
    }
}

void observe_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");
    bool ours = facts->result->side[SIDE_SERVER].played;
    char event[MAP_WORD];

    if (overflows <= 0) {
        return;
    }
    story_say(story,
              "%s accept queue was full %s %s (TcpExtListenOverflows; %s%s, net.core.somaxconn "
              "%s).",
              ours ? "The server's" : "An", COUNT(overflows), PLURAL(overflows, "time", "times"),
              ours ? "server.backlog is " : "",
              ours ? facts_scenario(facts, "server.backlog") : "its backlog is the listener's",
              facts_sysctl(facts, SIDE_SERVER, "net.core.somaxconn"));
    if (strcmp(events_last(event, facts, SIDE_SERVER), "stop") == 0) {
        story_say(story, "The server was stopped and accepted nothing.");
    }
    say_latency(story);
}
