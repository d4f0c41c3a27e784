#include "faults.h"
#include "story.h"

/* FINs that are waiting for an answer, and why it does not come. */

#define PEERS 3 /* states at most that tell the same; 0, which is none, ends fewer */

/*
 * By what the peer is in one can tell whether it has had the FIN (RFC 9293 section 3.3.2): if it
 * has, it is the answer that was lost.
 */
static const struct waiting {
    enum tcp_state state;
    enum tcp_state had_it[PEERS], had_not[PEERS];
    const char *told;
} waitings[] = {
    {TCP_STATE_FIN_WAIT1,
     {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK, TCP_STATE_CLOSING},
     {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT1},
     "FIN_WAIT1"},
    {TCP_STATE_CLOSING,
     {TCP_STATE_TIME_WAIT, TCP_STATE_CLOSING},
     {TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2},
     "CLOSING, with the peer's FIN in hand"},
    {TCP_STATE_LAST_ACK,
     {TCP_STATE_TIME_WAIT},
     {TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2},
     "LAST_ACK, having closed second"},
};

#define WHY_TEXT 160

static double standing(const struct side_facts *side, const enum tcp_state state[PEERS])
{
    double count = 0;

    for (size_t i = 0; i < PEERS && state[i] != 0; i++) {
        count += side->final[state[i]];
    }
    return count;
}

/* Where faults may have lost either: what is left at the peer may belong to other connections. */
static const char *why_of_two(char text[WHY_TEXT], const struct facts *facts, enum side side,
                              const struct waiting *waiting)
{
    const struct side_facts *peer = &facts->side[side_peer(side)];
    double had_it = standing(peer, waiting->had_it);
    double had_not = standing(peer, waiting->had_not);

    if (had_it <= 0 && had_not > 0) {
        return faults_blame(text, WHY_TEXT, facts, FAULT_FIN, side_peer(side));
    }
    if (had_it > 0 && had_not <= 0) {
        return faults_blame(text, WHY_TEXT, facts, FAULT_ACK, side);
    }
    snprintf(text, WHY_TEXT, "faults lost FINs on their way to the %s or ACKs on their way back",
             side_name(side_peer(side)));
    return text;
}

/* Connections that the client made and the server's kernel did not; 0 where that is not known. */
static double made_alone(const struct facts *facts)
{
    return facts->result->private_lab && facts->side[SIDE_SERVER].counted
               ? facts->opened - facts_moved(facts, SIDE_SERVER, "TcpPassiveOpens")
               : 0;
}

/* The third segment of their handshakes met a full accept queue: the server made no connection, and
 * what comes for one it drops as well (tcp_check_req(), cookie_v4_check()). */
static bool met_full_queue(const struct facts *facts, enum side side, const struct waiting *waiting)
{
    const struct side_facts *server = &facts->side[SIDE_SERVER];
    double waits = facts->side[side].final[TCP_STATE_FIN_WAIT1];

    return side == SIDE_CLIENT && waiting->state == TCP_STATE_FIN_WAIT1 && server->observed &&
           (server->listed < waits || made_alone(facts) >= waits) &&
           facts_moved_anywhere(facts, "TcpExtListenOverflows") > 0 && !faults_struck(facts);
}

static void cite_full_queue(struct story *story, enum side side, const struct waiting *waiting)
{
    if (met_full_queue(&story->facts, side, waiting)) {
        story_evidence(story,
                       "server.counter.TcpExtListenOverflows host.counter.TcpExtListenOverflows "
                       "server.established.final server.counter.TcpPassiveOpens");
    }
}

/* What keeps the answer away; "" when nothing is known.  Returns `text`. */
static const char *why(char text[WHY_TEXT], const struct facts *facts, enum side side,
                       const struct waiting *waiting)
{
    const struct side_facts *peer = &facts->side[side_peer(side)];
    bool fins = faults_lost(facts, FAULT_FIN, side_peer(side));
    bool acks = faults_lost(facts, FAULT_ACK, side);

    if (fins && acks) {
        return why_of_two(text, facts, side, waiting);
    }
    if (fins && (standing(peer, waiting->had_not) > 0 || standing(peer, waiting->had_it) <= 0)) {
        return faults_blame(text, WHY_TEXT, facts, FAULT_FIN, side_peer(side));
    }
    if (acks) {
        return faults_blame(text, WHY_TEXT, facts, FAULT_ACK, side);
    }
    if (faults_lost(facts, FAULT_DATA, side_peer(side))) {
        return faults_blame(text, WHY_TEXT, facts, FAULT_DATA, side_peer(side));
    }
    if (faults_lost(facts, FAULT_RST, side) && peer->rsts > 0) { /* it aborted, and answers so */
        return faults_blame(text, WHY_TEXT, facts, FAULT_RST, side);
    }
    if (met_full_queue(facts, side, waiting)) {
        return "the server made no such connection: its accept queue was full "
               "(TcpExtListenOverflows)";
    }
    if (waiting->state == TCP_STATE_FIN_WAIT1 && peer->final[TCP_STATE_ESTABLISHED] > 0 &&
        !(facts->side[side].fin_unsent > 0)) {
        return "it may stand behind data that the peer does not read";
    }
    return "";
}

/* Faults that lost only some may have lost others. */
static bool is_certain(const struct facts *facts, enum side side, const struct waiting *waiting,
                       const char *reason)
{
    if (met_full_queue(facts, side, waiting)) {
        return facts->result->private_lab && facts->side[SIDE_SERVER].listed <= 0;
    }
    bool fins = faults_lost(facts, FAULT_FIN, side_peer(side));
    bool all = fins ? faults_lost_all(facts, FAULT_FIN, side_peer(side))
                    : faults_lost_all(facts, FAULT_ACK, side);

    return reason[0] == '\0' || (all && !(facts->side[side].fin_unsent > 0));
}

/* tcp_probe_timer(): a FIN behind data that the peer's window holds up. */
static void say_unsent(struct story *story, enum side side, double all)
{
    double unsent = story->facts.side[side].fin_unsent;
    const char *peer = side_name(side_peer(side));

    story_evidence(
        story, ".fin_unsent.final .counter.TcpExtTCPWinProbe %s.counter.TcpExtTCPToZeroWindowAdv",
        peer);
    if (unsent < all) {
        story_say(story, "%s of these FINs %s not been sent: ", COUNT(unsent),
                  PLURAL(unsent, "has", "have"));
    } else {
        story_say(story, "%s been sent: ", all > 1 ? "None of these FINs has" : "It has not");
    }
    story_add(
        story,
        "data stands before %s, and the %s's window is closed, for its program does not read. "
        "The kernel sends window probes instead; one that no program holds gives up when "
        "the time between them has grown to the longest, one with a descriptor not as long as "
        "the %s answers.",
        PLURAL(unsent, "it", "them"), peer, peer);
}

/* tcp_orphan_retries() and tcp_write_timeout(), net/ipv4/tcp_timer.c. */
static void say_patience(struct story *story, enum side side)
{
    story_say(story,
              "The kernel sends a FIN that is not acknowledged again and again, until the socket "
              "gives up: one that no program holds after tcp_orphan_retries%s",
              ORPHAN_RETRIES(story, side));
    if (story->facts.side[side].holding > 0) {
        story_add(story, ", one with a descriptor after tcp_retries2%s",
                  HERE(story, side, "net.ipv4.tcp_retries2"));
    }
    story_add(story, ".");
}

/* How many sockets of the side wait so. */
static double observe_side(struct story *story, enum side side)
{
    double all = 0;

    for (size_t i = 0; i < sizeof waitings / sizeof waitings[0]; i++) {
        double left = story->facts.side[side].final[waitings[i].state];
        char text[WHY_TEXT];
        if (left > 0) {
            const char *reason = why(text, &story->facts, side, &waitings[i]);
            story_evidence(story, ".%s.final", tcp_state_name(waitings[i].state));
            story_certainty(story, is_certain(&story->facts, side, &waitings[i], reason)
                                       ? CERTAINTY_PROVEN
                                       : CERTAINTY_LIKELY);
            cite_full_queue(story, side, &waitings[i]);
            story_say(story, "%s on the %s in %s: %s FIN is not acknowledged%s%s.",
                      COUNTED(left, "socket stands", "sockets stand"), side_name(side),
                      waitings[i].told, PLURAL(left, "its", "their"),
                      reason[0] != '\0' ? ", for " : "", reason);
            all += left;
        }
    }
    return all;
}

void observe_unacked(struct story *story)
{
    enum side side = story->end;
    double all = observe_side(story, side);
    double unsent = story->facts.side[side].fin_unsent;

    if (unsent > 0) {
        say_unsent(story, side, all);
    }
    if (all > unsent) {
        say_patience(story, side);
    }
}
