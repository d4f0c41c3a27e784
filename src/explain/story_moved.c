#include "story.h"

/*
 * A role that was started in the other's host: samples and counters are a host's, so from then on
 * those of that host are of both roles, and nothing in them tells whose a socket is.
 */

static void say_standing(struct story *story, const char *when, enum side host)
{
    const struct side_facts *side = &story->facts.side[host];
    const char *before = " ";

    story_say(story, "%s %s's host had", when, side_name(host));
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if (state != TCP_STATE_LISTEN && side->final[state] > 0) {
            story_evidence(story, "%s.%s.final", side_name(host),
                           tcp_state_name((enum tcp_state)state));
            story_add(story, "%s%s in %s", before, COUNT(side->final[state]),
                      tcp_state_name((enum tcp_state)state));
            before = " and ";
        }
    }
    story_add(story, "%s.", before[1] == '\0' ? " no socket" : "");
}

void observe_moved(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (!facts->moved) {
        return;
    }
    story_say(story, "From then on one host had the sockets of both roles, and its samples and "
                     "counters, which are named after the role that began there, are of both: who "
                     "closed first, who sent RSTs and why, and whose sockets are left cannot be "
                     "told from them.");
    if (facts->side[SIDE_CLIENT].settled && facts->side[SIDE_SERVER].settled) {
        say_standing(story, "At the end of settle the", SIDE_CLIENT);
        say_standing(story, "The", SIDE_SERVER);
    }
}
