#include <errno.h>

#include "story.h"

void observe_cut(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (facts->result->partial) {
        story_say(story,
                  "The run was cut short by %s in its %s phase: what follows describes only the "
                  "part that was seen.",
                  facts_cut_by(facts), phase_name(facts_last_phase(facts)));
    }
}

void observe_empty(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (!facts->tallied) {
        story_say(story, "Neither role counted connections, so how many there were is not known.");
    } else if (facts->attempted <= 0) {
        story_say(story, "No connection was attempted, so nothing was closed and there is nothing "
                         "to explain.");
    } else if (facts->opened <= 0) {
        story_say(story,
                  "None of the %s attempts became an established connection, so nothing was "
                  "closed.",
                  COUNT(facts->attempted));
    }
}

void observe_refused(struct story *story)
{
    const struct facts *facts = &story->facts;

    if (facts->refused <= 0) {
        return;
    }
    story_say(story,
              "%s of %s connects were refused (ECONNREFUSED): nothing listened on port %s when "
              "their SYN arrived, and the kernel there answered each with a RST, which leaves no "
              "state behind on either side.",
              COUNT(facts->refused), COUNT(facts->attempted), facts_scenario(facts, "server.port"));
}

/* What holds the ports: the client's TIME_WAIT, if that is most of them. */
static void say_holder(struct story *story, const struct port_budget *budget)
{
    double held = story->facts.side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT];

    if (held * 2 > (double)budget->total) {
        story_say(story,
                  "Up to %s of them stood in TIME_WAIT on the client: let the server close first, "
                  "set net.ipv4.tcp_tw_reuse to 1 there, widen net.ipv4.ip_local_port_range or add "
                  "client.addresses.",
                  COUNT(held));
    } else {
        story_say(story, "Widen net.ipv4.ip_local_port_range or add client.addresses.");
    }
}

void observe_no_ports(struct story *story)
{
    const struct facts *facts = &story->facts;
    const uint64_t *error = facts->result->side[SIDE_CLIENT].account.error;
    struct port_budget budget;

    if (facts->no_port <= 0 && error[EADDRNOTAVAIL] == 0) {
        return;
    }
    facts_ports(facts, &budget);
    story_say(story, "The client ran out of local ports: %s connects failed with %s.",
              COUNT(facts->no_port > 0 ? facts->no_port : (double)error[EADDRNOTAVAIL]),
              error[EADDRNOTAVAIL] > 0 ? "EADDRNOTAVAIL" : "EADDRINUSE");
    if (budget.ports > 0) {
        story_say(story, "It has %s ports on each of %s source address%s.", COUNT(budget.ports),
                  COUNT(budget.addresses), budget.addresses == 1 ? "" : "es");
        say_holder(story, &budget);
    }
}

void observe_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double overflows = facts_moved_anywhere(facts, "TcpExtListenOverflows");

    if (overflows > 0) {
        story_say(story,
                  "The server's accept queue was full %s times (TcpExtListenOverflows; "
                  "server.backlog is %s, net.core.somaxconn %s): connections waited for a SYN or "
                  "an ACK to be sent again, which shows as connect latency of a second and more.",
                  COUNT(overflows), facts_scenario(facts, "server.backlog"),
                  facts_sysctl(facts, SIDE_SERVER, "net.core.somaxconn"));
    }
}

void observe_workers(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        const struct result_side *role = &story->facts.result->side[side];
        if (role->workers_died > 0) {
            story_say(story,
                      "%u of the %s's %u worker processes ended before the run did, and the kernel "
                      "closed their descriptors for them.",
                      role->workers_died, side_name((enum side)side), role->workers);
        }
    }
}

void observe_blind(struct story *story)
{
    const struct side_facts *side = story->facts.side;

    if (!side[SIDE_CLIENT].observed && !side[SIDE_SERVER].observed && story->facts.opened > 0) {
        story_say(story, "The kernel's socket tables were not observed, so where the sockets "
                         "ended is not known.");
    }
}
