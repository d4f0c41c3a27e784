#include <string.h>

#include "events.h"
#include "story.h"

/* What a listener had no room for, and whether anyone had to wait for it. */

/*
 * A listener that may send no cookies keeps so few requests in SYN_RECV, a quarter being kept back
 * for peers that are known (tcp_conn_request(), net/ipv4/tcp_input.c).
 */
void observe_syn_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double dropped = facts_moved(facts, SIDE_SERVER, "TcpExtListenDrops") -
                     facts_moved_anywhere(facts, "TcpExtListenOverflows");

    if (dropped <= 0 ||
        strcmp(facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_syncookies"), "0") != 0) {
        return;
    }
    story_about(story, SIDE_SERVER);
    story_evidence(story, "server.counter.TcpExtListenDrops");
    story_evidence(story, "server.counter.TcpExtListenOverflows");
    story_evidence(story, "server.sysctl.net.ipv4.tcp_max_syn_backlog");
    story_evidence(story, "server.sysctl.net.ipv4.tcp_syncookies");
    story_say(story,
              "The server dropped %s %s (TcpExtListenDrops), having no room for more requests "
              "in SYN_RECV: tcp_max_syn_backlog is %s there, and with tcp_syncookies 0 no "
              "cookies take their place.",
              COUNT(dropped), PLURAL(dropped, "SYN", "SYNs"),
              facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_max_syn_backlog"));
    story_advise(story, "raise net.ipv4.tcp_max_syn_backlog and server.backlog, or set "
                        "net.ipv4.tcp_syncookies to 1");
}

/* A server that was stopped accepts nothing, however long the queue. */
static void advise_queue(struct story *story, bool ours)
{
    if (events_count(&story->facts, EVENT_STOP, SIDE_SERVER) > 0) {
        story_say(story, "As long as the server was stopped, it accepted nothing.");
    } else if (ours) {
        story_advise(story, "raise server.backlog and net.core.somaxconn, or load less");
    } else {
        story_advise(story, "let its program call listen(2) with a longer backlog, up to "
                            "net.core.somaxconn");
    }
}

void observe_accept_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");
    bool ours = facts->result->side[SIDE_SERVER].played;

    if (overflows <= 0) {
        return;
    }
    if (facts->result->private_lab) {
        story_about(story, SIDE_SERVER);
    } else {
        story_certainty(story, CERTAINTY_LIKELY); /* or another program's listener */
    }
    story_evidence(story, "server.counter.TcpExtListenOverflows");
    story_evidence(story, "host.counter.TcpExtListenOverflows");
    story_evidence(story, "server.sysctl.net.core.somaxconn");
    story_say(story,
              "%s accept queue was full %s %s (TcpExtListenOverflows; %s%s, net.core.somaxconn "
              "%s).",
              ours ? "The server's" : "An", COUNT(overflows), PLURAL(overflows, "time", "times"),
              ours ? "server.backlog is " : "",
              ours ? facts_scenario(facts, "server.backlog") : "its backlog is the listener's",
              facts_sysctl(facts, SIDE_SERVER, "net.core.somaxconn"));
    advise_queue(story, ours);
}
