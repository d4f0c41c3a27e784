#include <string.h>

#include "events.h"
#include "story.h"

/* What a listener had no room for, and whether anyone had to wait for it. */

/*
 * A listener that may send no cookies keeps so few requests in SYN_RECV, a quarter being kept back
 * for peers that are known (tcp_conn_request(), net/ipv4/tcp_input.c).
 */
static bool is_cookieless(const struct facts *facts)
{
    return strcmp(facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_syncookies"), "0") == 0;
}

/* Each overflow of the accept queue is counted as a drop as well (tcp_listendrop()). */
static double dropped_on(const struct facts *facts, const char *host)
{
    double drops, overflows;

    facts_metric(facts, &drops, "%s.counter.TcpExtListenDrops", host);
    facts_metric(facts, &overflows, "%s.counter.TcpExtListenOverflows", host);
    return drops - overflows;
}

void observe_syn_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double dropped = dropped_on(facts, "server");

    if (dropped <= 0 || !is_cookieless(facts)) {
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

static void look_at_drops(struct story *story, const char *host, const char *where)
{
    double dropped = dropped_on(&story->facts, host);

    if (dropped > 0) {
        story_evidence(story, "%s.counter.TcpExtListenDrops", host);
        story_evidence(story, "%s.counter.TcpExtListenOverflows", host);
        story_certainty(story, CERTAINTY_UNKNOWN); /* the kernel does not count why */
        story_say(story,
                  "%s the listener dropped %s connection %s for want of room or memory "
                  "(TcpExtListenDrops, without those of TcpExtListenOverflows).",
                  where, COUNT(dropped), PLURAL(dropped, "request", "requests"));
    }
}

/* Where tcp_max_syn_backlog cannot be why. */
void observe_dropped(struct story *story)
{
    story_about(story, SIDE_CLIENT);
    look_at_drops(story, "client", "On the client's host");
    if (!is_cookieless(&story->facts)) {
        story_about(story, SIDE_SERVER);
        look_at_drops(story, "server", "On the server's host");
    }
    story_next(story);
    look_at_drops(story, "host", "On this machine (other programs included)");
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
