#include "story.h"

/* Descriptors whose connection is over: sockets in CLOSE, which nearly no tool lists. */

static void say_bound(struct story *story, enum side side)
{
    double left = story->facts.side[side].final[TCP_STATE_CLOSE];

    if (left > 0) {
        story_say(story,
                  "%s %s in CLOSE on the %s: the connection is over, but the descriptor is open "
                  "and keeps the port it was bound to.",
                  COUNT(left), PLURAL(left, "socket stands", "sockets stand"), side_name(side));
    }
}

static void say_unseen(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    double unseen = facts->side[side].unseen;
    bool reset = facts_moved(facts, side, "TcpEstabResets") >= unseen;

    if (unseen > 0) {
        story_say(
            story,
            "The %s still holds the %s of %s %s that %s over%s. In CLOSE and without a port a "
            "socket is in no table of the kernel, so neither sock_diag nor ss(8) lists it; "
            "it costs a descriptor and memory until the %s closes it.",
            side_name(side), PLURAL(unseen, "descriptor", "descriptors"), COUNT(unseen),
            PLURAL(unseen, "connection", "connections"), PLURAL(unseen, "is", "are"),
            reset ? ", ended by a RST (TcpEstabResets)" : "", side_name(side));
    }
}

void observe_held(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        say_bound(story, (enum side)side);
        say_unseen(story, (enum side)side);
    }
}
