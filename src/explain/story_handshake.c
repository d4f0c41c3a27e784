#include <string.h>

#include "events.h"
#include "faults.h"
#include "story.h"

/* Connections that stand in the middle of their handshake. */

/* ---- SYN_SENT ---- */

/* A listener that may send no cookies takes so many requests (tcp_conn_request()). */
static bool lacked_backlog(const struct facts *facts)
{
    return strcmp(facts_sysctl(facts, SIDE_SERVER, "net.ipv4.tcp_syncookies"), "0") == 0 &&
           facts_moved(facts, SIDE_SERVER, "TcpExtListenDrops") > 0;
}

static const char *why_unanswered(char *text, size_t size, const struct facts *facts)
{
    if (faults_lost(facts, FAULT_SYN, SIDE_SERVER)) {
        return faults_blame(text, size, facts, FAULT_SYN, SIDE_SERVER);
    }
    if (faults_lost(facts, FAULT_SYN_ACK, SIDE_CLIENT)) {
        return faults_blame(text, size, facts, FAULT_SYN_ACK, SIDE_CLIENT);
    }
    if (facts_moved(facts, SIDE_SERVER, "TcpExtListenOverflows") > 0) {
        return "the server's accept queue was full (TcpExtListenOverflows) and it dropped them";
    }
    if (lacked_backlog(facts)) { /* observe_queue has told why */
        return "the server had no room for more requests (TcpExtListenDrops)";
    }
    return "whoever was to answer is silent";
}

void observe_syn_sent(struct story *story)
{
    const struct facts *facts = &story->facts;
    double left = facts->side[SIDE_CLIENT].final[TCP_STATE_SYN_SENT];
    char text[192];

    if (left > 0) {
        story_evidence(story, "client.syn_sent.final server.counter.TcpExtListenOverflows "
                              "server.counter.TcpExtListenDrops");
        if (!faults_lost_all(facts, FAULT_SYN, SIDE_SERVER) &&
            !faults_lost_all(facts, FAULT_SYN_ACK, SIDE_CLIENT)) {
            story_certainty(story, CERTAINTY_LIKELY); /* more than one thing can keep it away */
        }
        story_say(story,
                  "%s in SYN_SENT on the client: no answer to %s has come, for %s. The kernel "
                  "sends a SYN again and again, which %s; then connect meets ETIMEDOUT.",
                  COUNTED(left, "socket stands", "sockets stand"),
                  PLURAL(left, "its SYN", "their SYNs"), why_unanswered(text, sizeof text, facts),
                  SYN_RETRIES(story, SIDE_CLIENT));
    }
}

/* ---- SYN_RECV ---- */

static bool defers(const struct facts *facts)
{
    const char *option = facts_scenario(facts, "server.sockopt.defer_accept");

    return option[0] != '\0' && strcmp(option, "0s") != 0 && strcmp(option, "off") != 0;
}

/* Whether nothing but faults can have kept the handshake's third segment away. */
static bool is_pending_for_faults(const struct facts *facts)
{
    return faults_lost_all(facts, FAULT_SYN_ACK, SIDE_CLIENT) ||
           (faults_lost_all(facts, FAULT_ACK, SIDE_SERVER) && !defers(facts) &&
            !(facts_moved(facts, SIDE_SERVER, "TcpExtListenOverflows") > 0));
}

/* Why the handshake's third segment was not taken.  More than one may be so. */
static void say_why_pending(struct story *story)
{
    const struct facts *facts = &story->facts;
    bool lost = faults_lost(facts, FAULT_ACK, SIDE_SERVER);
    bool full = facts_moved(facts, SIDE_SERVER, "TcpExtListenOverflows") > 0;
    bool answer = faults_lost(facts, FAULT_SYN_ACK, SIDE_CLIENT);

    if (faults_lost_all(facts, FAULT_SYN_ACK, SIDE_CLIENT)) {
        story_say(story, "Faults lost the SYN-ACKs on their way to the client.");
    } else if (answer && lost) {
        story_say(story, "Faults lost the SYN-ACKs on their way to the client, or the ACKs on "
                         "their way back.");
    } else if (answer) {
        story_say(story, "Faults may have lost the SYN-ACKs on their way to the client.");
    } else if (lost) {
        story_say(story, "Faults %s the ACKs on their way to the server.",
                  faults_lost_all(facts, FAULT_ACK, SIDE_SERVER) ? "lost" : "may have lost");
    }
    if (full) {
        story_say(story,
                  "%s ACK that meets a full accept queue (TcpExtListenOverflows) is dropped, "
                  "as if it had not come.",
                  lost ? "When the SYN-ACK is sent again, an" : "An");
    }
    if (defers(facts)) {
        story_say(story,
                  "With TCP_DEFER_ACCEPT (server.sockopt.defer_accept, %s) an ACK without data is "
                  "not enough: the server waits for the client to send something.",
                  OPTION_DURATION(facts, "server.sockopt.defer_accept"));
    }
}

/* The client may have had them; only else was it never more than a SYN. */
static void say_gone(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (events_count(facts, EVENT_KILL, SIDE_CLIENT) > 0) {
        story_say(story, "The client has no such connection any more: it was killed.");
    } else if (facts->result->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] > 0) {
        story_say(story, "The client has no such connection any more: it has given up.");
    } else if (faults_struck(facts)) {
        story_say(story, "The client has no such connection.");
    } else {
        story_say(story, "The client has no such connection, as in a SYN flood.");
    }
}

/* What the client takes them for. */
static void say_client_view(struct story *story, double left)
{
    const struct side_facts *side = story->facts.side;
    double ahead = side[SIDE_CLIENT].final[TCP_STATE_ESTABLISHED] -
                   side[SIDE_SERVER].final[TCP_STATE_ESTABLISHED];

    if (ahead >= left) {
        story_say(story, "The client's ends are ESTABLISHED already and do not know.");
    } else if (ahead <= 0 && side[SIDE_CLIENT].final[TCP_STATE_SYN_SENT] <= 0) {
        say_gone(story);
    }
}

void observe_syn_recv(struct story *story)
{
    const struct facts *facts = &story->facts;
    double left = facts->side[SIDE_SERVER].final[TCP_STATE_SYN_RECV];

    if (left <= 0) {
        return;
    }
    story_evidence(
        story,
        "server.syn_recv.final client.established.final server.counter.TcpExtListenOverflows");
    if (!is_pending_for_faults(facts)) {
        story_certainty(story, CERTAINTY_LIKELY);
    }
    story_say(story,
              "%s in SYN_RECV on the server: the SYN-ACK is sent, and the ACK that completes the "
              "handshake has not been taken.",
              COUNTED(left, "request stands", "requests stand"));
    say_why_pending(story);
    if (facts->side[SIDE_CLIENT].settled) {
        say_client_view(story, left);
    }
    story_say(story,
              "The server sends the SYN-ACK again as often as tcp_synack_retries says%s, and then "
              "forgets the request.",
              HERE(story, SIDE_SERVER, "net.ipv4.tcp_synack_retries"));
}
