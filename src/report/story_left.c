#include <string.h>

#include "story.h"

/* ---- CLOSE_WAIT and the FIN_WAIT2 opposite ---- */

void observe_close_wait(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        double left = story->facts.side[side].final[TCP_STATE_CLOSE_WAIT];
        const char *name = side_name((enum side)side);
        if (left > 0) {
            story_say(story,
                      "%s %s in CLOSE_WAIT on the %s: it has had the peer's FIN, and its "
                      "application still holds %s. The kernel has no timer for this state: %s "
                      "until the %s closes %s or exits%s.",
                      COUNT(left), PLURAL(left, "socket stands", "sockets stand"), name,
                      PLURAL(left, "the descriptor", "their descriptors"),
                      PLURAL(left, "it stays", "they stay"), name, PLURAL(left, "it", "them"),
                      story->facts.timeouts > 0 ? "" : ", as a leak does");
        }
    }
}

/* How long an orphan may stay in FIN_WAIT2: tcp(7), TCP_LINGER2 and tcp_fin_timeout. */
static void say_orphans(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    const char *seconds = facts_sysctl(facts, side, "net.ipv4.tcp_fin_timeout");
    char option[32];

    snprintf(option, sizeof option, "%s.sockopt.linger2", side_name(side));
    const char *linger2 = facts_scenario(facts, option);
    story_say(story, "%s of them %s, closed by the application:", COUNT(facts->side[side].orphans),
              PLURAL(facts->side[side].orphans, "is an orphan", "are orphans"));
    if (linger2[0] != '\0') {
        story_say(story, "the kernel drops each after TCP_LINGER2, %s here.", linger2);
    } else if (seconds[0] != '\0') {
        story_say(story, "the kernel drops each after tcp_fin_timeout, %s s here.", seconds);
    } else {
        story_say(story, "the kernel drops each after tcp_fin_timeout.");
    }
}

void observe_fin_wait2(struct story *story)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        const struct side_facts *side = &story->facts.side[i];
        double left = side->final[TCP_STATE_FIN_WAIT2];
        double held = left - side->orphans;
        const char *name = side_name((enum side)i);
        if (left <= 0) {
            continue;
        }
        story_say(story,
                  "%s %s in FIN_WAIT2 on the %s, waiting for a FIN of the %s that has not arrived.",
                  COUNT(left), PLURAL(left, "socket stands", "sockets stand"), name,
                  side_name(side_peer((enum side)i)));
        if (side->orphans > 0) {
            say_orphans(story, (enum side)i);
        }
        if (held > 0) {
            story_say(story, "%s still %s a descriptor, and no timer ends those.", COUNT(held),
                      PLURAL(held, "has", "have"));
        }
    }
}

/* ---- not closed at all ---- */

void observe_established(struct story *story)
{
    const struct side_facts *side = story->facts.side;
    double client = side[SIDE_CLIENT].final[TCP_STATE_ESTABLISHED];
    double server = side[SIDE_SERVER].final[TCP_STATE_ESTABLISHED];

    if (client > 0 && server > 0) {
        story_say(story,
                  "%s %s on the client and %s on the server are still established: neither side "
                  "has closed those.",
                  COUNT(client), PLURAL(client, "socket", "sockets"), COUNT(server));
    } else if ((client > 0 && side[SIDE_SERVER].settled) ||
               (server > 0 && side[SIDE_CLIENT].settled)) {
        enum side alone = client > 0 ? SIDE_CLIENT : SIDE_SERVER;
        story_say(story,
                  "%s %s still established on the %s while the %s has none: half-open, which "
                  "only sending (or keepalive) finds out.",
                  COUNT(client > 0 ? client : server),
                  PLURAL(client > 0 ? client : server, "socket is", "sockets are"),
                  side_name(alone), side_name(side_peer(alone)));
    }
}

/* ---- FINs without an answer ---- */

void observe_unacked(struct story *story)
{
    static const enum tcp_state waiting[] = {TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSING,
                                             TCP_STATE_LAST_ACK};

    for (unsigned side = 0; side < SIDE_N; side++) {
        double left = 0;
        for (size_t i = 0; i < sizeof waiting / sizeof waiting[0]; i++) {
            left += story->facts.side[side].final[waiting[i]];
        }
        if (left > 0) {
            story_say(story,
                      "%s %s on the %s %s sent a FIN that is not acknowledged (fin_wait1, closing "
                      "or last_ack): the kernel sends it again until tcp_orphan_retries is used "
                      "up.",
                      COUNT(left), PLURAL(left, "socket", "sockets"), side_name((enum side)side),
                      PLURAL(left, "has", "have"));
        }
    }
}

/* ---- nothing ---- */

static double total_time_wait(const struct facts *facts)
{
    return facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] +
           facts->side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT];
}

void observe_nothing_left(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct side_facts *side = facts->side;

    if (facts->opened <= 0 || !side[SIDE_CLIENT].settled || !side[SIDE_SERVER].settled ||
        facts_left_standing(facts, SIDE_CLIENT) || facts_left_standing(facts, SIDE_SERVER)) {
        return;
    }
    story_say(story, "Nothing piled up: at the end of settle neither side held a socket of these "
                     "connections.");
    if (total_time_wait(facts) > 0) {
        story_say(story, "What had stood in TIME_WAIT was gone by then.");
    } else if (facts_moved_anywhere(facts, "TcpOutRsts") - facts->refused < facts->opened / 2) {
        story_say(story,
                  "No sample caught one in TIME_WAIT either; the longest time between two samples "
                  "was %s.",
                  DURATION(facts->result->sampler_gap_max));
    }
}
