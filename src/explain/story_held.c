#include <errno.h>

#include "story.h"

/* Descriptors whose connection is over: sockets in CLOSE, which nearly no tool lists. */

static void say_bound(struct story *story, enum side side)
{
    double left = story->facts.side[side].final[TCP_STATE_CLOSE];

    if (left > 0) {
        story_about(story, side);
        story_evidence(story, "%s.close.final", side_name(side));
        story_say(story,
                  "%s %s in CLOSE on the %s: the connection is over, but the descriptor is open "
                  "and keeps the port it was bound to. ss -a lists no such socket, which is in "
                  "none of the tables of connections and listeners; ss --bound-inactive of a "
                  "recent iproute2 does.",
                  COUNT(left), PLURAL(left, "socket stands", "sockets stand"), side_name(side));
    }
}

/* What ended them, when it is one thing; TcpEstabResets counts those that TCP gave up, too. */
static const char *ended_by(const struct facts *facts, enum side side)
{
    double gave_up = facts_moved(facts, side, "TcpExtTCPAbortOnTimeout");
    double told = (double)facts->result->side[side].account.error[ETIMEDOUT];
    double unseen = facts->side[side].unseen;

    if (facts_moved(facts, side, "TcpEstabResets") - gave_up >= unseen) {
        return ", ended by a RST (TcpEstabResets)";
    }
    return gave_up - told >= unseen
               ? ", given up by TCP for want of an answer (TcpExtTCPAbortOnTimeout)"
               : "";
}

static void say_unseen(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    double unseen = facts->side[side].unseen;

    if (unseen > 0) {
        story_about(story, side);
        story_evidence(story, "%s.outcome.held", side_name(side));
        story_evidence(story, "%s.counter.TcpEstabResets", side_name(side));
        story_evidence(story, "%s.counter.TcpExtTCPAbortOnTimeout", side_name(side));
        story_say(
            story,
            "The %s still holds the %s of %s %s that %s over%s. In CLOSE and without a port a "
            "socket is in no table of the kernel, so neither sock_diag nor ss(8) lists it; "
            "it costs a descriptor and memory until the %s closes it.",
            side_name(side), PLURAL(unseen, "descriptor", "descriptors"), COUNT(unseen),
            PLURAL(unseen, "connection", "connections"), PLURAL(unseen, "is", "are"),
            ended_by(facts, side), side_name(side));
    }
}

void observe_bound(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        say_bound(story, (enum side)side);
    }
}

void observe_unlisted(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        say_unseen(story, (enum side)side);
    }
}
