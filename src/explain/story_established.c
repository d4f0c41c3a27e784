#include "faults.h"
#include "story.h"

/* Connections that nobody has closed, and those that only one end takes for open. */

void observe_self_connect(struct story *story)
{
    const struct facts *facts = &story->facts;
    double left = facts->side[SIDE_CLIENT].final[TCP_STATE_ESTABLISHED];

    if (!facts_self_connected(facts)) {
        return;
    }
    story_say(story,
              "%s %s of the client with itself: nothing listened at %s (TcpPassiveOpens did not "
              "move on either side), but that port lies in the client's ip_local_port_range, and "
              "the kernel chose it as the source as well. The SYN met its own sender, which is a "
              "simultaneous open (RFC 9293 section 3.5).",
              COUNT(facts->opened),
              PLURAL(facts->opened, "connection is one", "connections are those"),
              facts_scenario(facts, "client.to"));
    if (left > 0) {
        story_say(story, "%s still established, and as long as %s no listener can bind that port.",
                  PLURAL(left, "It is", "They are"), PLURAL(left, "it is", "they are"));
    }
}

/* ---- one end only ---- */

static double least(double a, double b)
{
    return a < b ? a : b;
}

#define WHY_TEXT 192

/* Those of `side` that the peer has in SYN_RECV still: told with those. */
static double unfinished(const struct facts *facts, enum side side)
{
    return side == SIDE_CLIENT ? facts->side[SIDE_SERVER].final[TCP_STATE_SYN_RECV] : 0;
}

/* A sentence on what became of the other end, or "".  Returns `text`. */
static char *why_half_open(char text[WHY_TEXT], const struct facts *facts, enum side side,
                           double count)
{
    enum side peer = side_peer(side);
    double cookies = facts_moved(facts, peer, "TcpExtSyncookiesSent");
    double gave_up = facts_moved(facts, peer, "TcpExtTCPAbortOnTimeout");

    text[0] = '\0';
    if (side == SIDE_CLIENT && cookies > 0) {
        snprintf(text, WHY_TEXT,
                 "The server answered %s %s with cookies (TcpExtSyncookiesSent) and remembers "
                 "nothing of them%s.",
                 COUNT(cookies), PLURAL(cookies, "SYN", "SYNs"),
                 faults_lost(facts, SEGMENT_ACK, peer)
                     ? "; the ACKs that would have brought the cookies back were lost"
                     : "");
    } else if (gave_up >= count && facts_moved(facts, peer, "TcpExtTCPKeepAlive") > 0) {
        snprintf(text, WHY_TEXT,
                 "The %s's sockets gave up after unanswered keepalive probes "
                 "(TcpExtTCPAbortOnTimeout), and their RSTs did not arrive.",
                 side_name(peer));
    } else if (gave_up >= count) {
        snprintf(text, WHY_TEXT,
                 "The %s's sockets gave up without a RST (TcpExtTCPAbortOnTimeout).",
                 side_name(peer));
    } else if (faults_lost(facts, SEGMENT_RST, side)) {
        snprintf(text, WHY_TEXT, "Faults lost RSTs on their way to the %s.", side_name(side));
    } else if (facts->result->side[peer].account.outcome[OUTCOME_RESET] > 0) {
        snprintf(text, WHY_TEXT, "The %s's ends were reset by RSTs that the %s did not send.",
                 side_name(peer), side_name(side));
    }
    return text;
}

/* `count` established on `side` are more than the peer's. */
static void say_alone(struct story *story, enum side side, double count)
{
    const struct facts *facts = &story->facts;
    enum side peer = side_peer(side);
    double pairs = facts->side[peer].final[TCP_STATE_ESTABLISHED];
    double closing = least(count, facts->side[peer].final[TCP_STATE_FIN_WAIT1] +
                                      facts->side[peer].final[TCP_STATE_CLOSING]);
    char text[WHY_TEXT];

    if (closing > 0) {
        story_say(story, "%s %s still established on the %s, where the %s's FIN has not arrived.",
                  COUNT(closing), PLURAL(closing, "socket is", "sockets are"), side_name(side),
                  side_name(peer));
    }
    count -= closing;
    if (count <= 0) {
        return;
    }
    if (pairs > 0) {
        story_say(story, "%s more %s established on the %s alone: half-open,", COUNT(count),
                  PLURAL(count, "is", "are"), side_name(side));
    } else {
        story_say(story, "%s %s still established on the %s while the %s has none: half-open,",
                  COUNT(count), PLURAL(count, "socket is", "sockets are"), side_name(side),
                  side_name(peer));
    }
    story_say(story, "which only sending (or keepalive) finds out.");
    if (why_half_open(text, facts, side, count)[0] != '\0') {
        story_say(story, "%s", text);
    }
}

void observe_established(struct story *story)
{
    const struct facts *facts = &story->facts;
    double client = facts->side[SIDE_CLIENT].final[TCP_STATE_ESTABLISHED];
    double server = facts->side[SIDE_SERVER].final[TCP_STATE_ESTABLISHED];
    double pairs = least(client, server);

    if (facts_self_connected(facts)) {
        return;
    }
    if (pairs > 0) {
        story_say(story,
                  "%s %s on the client and %s on the server are still established: neither side "
                  "has closed those.",
                  COUNT(pairs), PLURAL(pairs, "socket", "sockets"), COUNT(pairs));
    }
    for (unsigned i = 0; i < SIDE_N; i++) {
        enum side side = (enum side)i;
        double alone = facts->side[side].final[TCP_STATE_ESTABLISHED] - pairs;
        if (facts->side[side_peer(side)].settled && alone > unfinished(facts, side)) {
            say_alone(story, side, alone - unfinished(facts, side));
        }
    }
}
