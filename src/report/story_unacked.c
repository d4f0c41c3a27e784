#include <string.h>

#include "faults.h"
#include "story.h"

/* FINs that are waiting for an answer, and why it does not come. */

/*
 * By what the peer is in one can tell whether it has had the FIN (RFC 9293 section 3.3.2): then it
 * is the answer that was lost.
 */
static const struct waiting {
    enum tcp_state state;
    enum tcp_state peer_had_it;
    const char *told;
} waitings[] = {
    {TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT, "FIN_WAIT1"},
    {TCP_STATE_CLOSING, TCP_STATE_TIME_WAIT, "CLOSING, with the peer's FIN in hand"},
    {TCP_STATE_LAST_ACK, TCP_STATE_TIME_WAIT, "LAST_ACK, having closed second"},
};

/* What keeps the answer away; "" when nothing is known.  Returns `text`. */
static const char *why(char text[BLAME_TEXT], const struct facts *facts, enum side side,
                       const struct waiting *waiting)
{
    const struct side_facts *peer = &facts->side[side_peer(side)];
    bool arrived = peer->final[waiting->peer_had_it] > 0;

    if (faults_lost(facts, SEGMENT_FIN, side_peer(side)) && !arrived) {
        return faults_blame(text, BLAME_TEXT, SEGMENT_FIN, side_peer(side));
    }
    if (faults_lost(facts, SEGMENT_ACK, side)) {
        return faults_blame(text, BLAME_TEXT, SEGMENT_ACK, side);
    }
    if (faults_lost(facts, SEGMENT_DATA, side_peer(side))) {
        return faults_blame(text, BLAME_TEXT, SEGMENT_DATA, side_peer(side));
    }
    if (waiting->state == TCP_STATE_FIN_WAIT1 && peer->final[TCP_STATE_ESTABLISHED] > 0) {
        return "it may stand behind data that the peer does not read";
    }
    return "";
}

/* tcp_orphan_retries() and tcp_write_timeout(), net/ipv4/tcp_timer.c. */
static void say_patience(struct story *story, enum side side)
{
    const char *orphans = facts_sysctl(&story->facts, side, "net.ipv4.tcp_orphan_retries");

    story_say(story,
              "The kernel sends a FIN again until the socket gives up: one that no program holds "
              "after tcp_orphan_retries%s",
              strcmp(orphans, "0") == 0 ? " (0 here, which stands for 8)"
                                        : HERE(&story->facts, side, "net.ipv4.tcp_orphan_retries"));
    if (story->facts.side[side].holding > 0) {
        fprintf(story->out, ", one with a descriptor after tcp_retries2%s",
                HERE(&story->facts, side, "net.ipv4.tcp_retries2"));
    }
    fputc('.', story->out);
}

static bool observe_side(struct story *story, enum side side)
{
    bool any = false;

    for (size_t i = 0; i < sizeof waitings / sizeof waitings[0]; i++) {
        double left = story->facts.side[side].final[waitings[i].state];
        char text[BLAME_TEXT];
        if (left > 0) {
            const char *reason = why(text, &story->facts, side, &waitings[i]);
            story_say(story, "%s %s on the %s in %s: %s FIN is not acknowledged%s%s.", COUNT(left),
                      PLURAL(left, "socket stands", "sockets stand"), side_name(side),
                      waitings[i].told, PLURAL(left, "its", "their"),
                      reason[0] != '\0' ? ", for " : "", reason);
            any = true;
        }
    }
    return any;
}

void observe_unacked(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (observe_side(story, (enum side)side)) {
            say_patience(story, (enum side)side);
        }
    }
}
