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
    story_evidence(
        story, "connections.opened client.counter.TcpPassiveOpens server.counter.TcpPassiveOpens");
    story_say(story,
              "%s of the client with itself: nothing listened at %s (TcpPassiveOpens did not move "
              "on either side), but that port lies in the client's ip_local_port_range, and the "
              "kernel chose it as the source as well. The SYN met its own sender, which is a "
              "simultaneous open (RFC 9293 section 3.5).",
              COUNTED(facts->opened, "connection is one", "connections are those"),
              facts_scenario(facts, "client.to"));
    if (left > 0) {
        story_say(story, "%s still established, and as long as %s no listener can bind that port.",
                  PLURAL(left, "It is", "They are"), PLURAL(left, "it is", "they are"));
    }
}

/* ---- one end only ---- */

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
    double reset = (double)facts->result->side[peer].account.outcome[OUTCOME_RESET];

    text[0] = '\0';
    if (side == SIDE_CLIENT && cookies > 0) {
        snprintf(text, WHY_TEXT,
                 "The server answered %s with cookies (TcpExtSyncookiesSent) and remembers nothing "
                 "of them%s.",
                 COUNTED(cookies, "SYN", "SYNs"),
                 faults_lost_all(facts, FAULT_ACK, peer)
                     ? "; the ACKs that would have brought the cookies back were lost"
                 : faults_lost(facts, FAULT_ACK, peer)
                     ? "; the ACKs that would have brought the cookies back may have been lost"
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
    } else if (faults_lost(facts, FAULT_RST, side)) {
        bool lost = faults_lost_all(facts, FAULT_RST, side) && facts->side[peer].rsts > 0;
        snprintf(text, WHY_TEXT, "Faults %s RSTs on their way to the %s.",
                 lost ? "lost" : "may have lost", side_name(side));
    } else if (facts->side[side].counted && facts->side[side].rsts < reset) {
        snprintf(
            text, WHY_TEXT, "%s %s's ends met ECONNRESET or EPIPE, and the %s sent fewer RSTs.",
            facts->side[side].rsts > 0 ? "Some of the" : "The", side_name(peer), side_name(side));
    }
    return text;
}

/* How many sockets of a side are established and have no such peer; `awaiting` are those of them
 * whose peer has sent its FIN. */
static double alone(const struct facts *facts, enum side side, double *awaiting)
{
    const struct side_facts *peer = &facts->side[side_peer(side)];
    double count = facts->side[side].final[TCP_STATE_ESTABLISHED] -
                   peer->final[TCP_STATE_ESTABLISHED] - unfinished(facts, side);

    *awaiting = 0;
    if (!peer->settled || count <= 0 || facts_self_connected(facts)) {
        return 0;
    }
    *awaiting =
        facts_least(count, peer->final[TCP_STATE_FIN_WAIT1] + peer->final[TCP_STATE_CLOSING]);
    return count - *awaiting;
}

static void begin_established(struct story *story, enum side side)
{
    story_about(story, side);
    story_evidence(story, ".established.final %s.established.final", side_name(side_peer(side)));
}

void observe_awaiting_fin(struct story *story)
{
    enum side side = story->end;
    const char *peer = side_name(side_peer(side));
    double awaiting;

    alone(&story->facts, side, &awaiting);
    if (awaiting > 0) {
        begin_established(story, side);
        story_evidence(story, "%s.fin_wait1.final %s.closing.final", peer, peer);
        story_say(story, "%s still established on the %s, where the %s's FIN has not arrived.",
                  COUNTED(awaiting, "socket is", "sockets are"), side_name(side), peer);
    }
}

static void say_half_open(struct story *story, enum side side, double count)
{
    const struct facts *facts = &story->facts;
    const char *peer = side_name(side_peer(side));
    char text[WHY_TEXT];

    begin_established(story, side);
    if (facts->side[side_peer(side)].final[TCP_STATE_ESTABLISHED] > 0) {
        story_say(story, "%s more %s established on the %s alone: half-open, ", COUNT(count),
                  PLURAL(count, "is", "are"), side_name(side));
    } else {
        story_say(story, "%s still established on the %s while the %s has none: half-open, ",
                  COUNTED(count, "socket is", "sockets are"), side_name(side), peer);
    }
    story_add(story, "which only sending (or keepalive) finds out.");
    story_evidence(story,
                   "%s.counter.TcpExtSyncookiesSent %s.counter.TcpExtTCPAbortOnTimeout "
                   "%s.counter.TcpOutRsts .counter.TcpOutRsts %s.outcome.reset",
                   peer, peer, peer, peer);
    if (why_half_open(text, facts, side, count)[0] != '\0') {
        story_say(story, "%s", text);
        story_certainty(story, CERTAINTY_LIKELY);
    }
}

void observe_half_open(struct story *story)
{
    enum side side = story->end;
    double awaiting;
    double count = alone(&story->facts, side, &awaiting);

    if (count > 0) {
        say_half_open(story, side, count);
    }
}

void observe_established(struct story *story)
{
    const struct facts *facts = &story->facts;
    double pairs = facts_least(facts->side[SIDE_CLIENT].final[TCP_STATE_ESTABLISHED],
                               facts->side[SIDE_SERVER].final[TCP_STATE_ESTABLISHED]);

    if (pairs > 0 && !facts_self_connected(facts)) {
        story_evidence(story, "client.established.final server.established.final");
        story_say(story,
                  "%s on the client and %s on the server are still established: neither side has "
                  "closed those.",
                  COUNTED(pairs, "socket", "sockets"), COUNT(pairs));
        story_owners(story, SIDE_CLIENT, TCP_STATE_ESTABLISHED);
        story_owners(story, SIDE_SERVER, TCP_STATE_ESTABLISHED);
    }
}
