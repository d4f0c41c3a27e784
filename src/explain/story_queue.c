#include <string.h>

#include "events.h"
#include "story.h"

/* What a listener had no room for, and whether anyone had to wait for it. */

/*
 * A listener that may send no cookies keeps so few requests in SYN_RECV, a quarter being kept back
 * for peers that are known (tcp_conn_request(), net/ipv4/tcp_input.c).
 */
static void say_requests(struct story *story, double dropped)
{
    const struct facts *facts = &story->facts;

    if (dropped > 0 &&
        strcmp(facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_syncookies"), "0") == 0) {
        story_say(story,
                  "The server dropped %s %s (TcpExtListenDrops), having no room for more requests "
                  "in SYN_RECV: tcp_max_syn_backlog is %s there, and with tcp_syncookies 0 no "
                  "cookies take their place.",
                  COUNT(dropped), PLURAL(dropped, "SYN", "SYNs"),
                  facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_max_syn_backlog"));
    }
}

void observe_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");
    bool ours = facts->result->side[SIDE_SERVER].played;

    say_requests(story, facts_moved(facts, SIDE_SERVER, "TcpExtListenDrops") - overflows);
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
    if (events_count(facts, WORD_STOP, SIDE_SERVER) > 0) {
        story_say(story, "As long as the server was stopped, it accepted nothing.");
    }
    story_slow_connects(story, "Whoever was dropped waited for its SYN");
}
