#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pile.h"

/* How long a client's ports last, and how long they lasted. */

static const char *plural(uint64_t count, const char *many)
{
    return count == 1 ? "" : many;
}

static bool has_fixed_port(const struct facts *facts)
{
    return facts_scenario_count(facts, "client.port") != 0;
}

/* So many destinations have one pool of ports; 0: each has its own (facts_ports()). */
static uint64_t sharing(const struct facts *facts, const struct port_budget *budget)
{
    uint64_t served = facts_scenario_count(facts, "server.addresses");

    return facts->result->side[SIDE_SERVER].played && served > budget->destinations ? served : 0;
}

static void say_budget(struct story *story, const struct port_budget *budget)
{
    if (has_fixed_port(&story->facts)) {
        story_say(story,
                  "Every connection has the same source port (client.port %s), on %s%s source "
                  "address%s.",
                  facts_scenario(&story->facts, "client.port"),
                  budget->addresses == 1 ? "the only" : "one of ",
                  budget->addresses == 1 ? "" : COUNT(budget->addresses),
                  plural(budget->addresses, "es"));
        return;
    }
    uint64_t shared = sharing(&story->facts, budget);
    uint64_t destinations = shared > 0 ? shared : budget->destinations;
    story_say(
        story,
        "It has %s port%s (%s %u-%u) on %s%s source address%s, for %s%s destination%s%s: %s "
        "connections at a time.",
        COUNT(budget->ports), plural(budget->ports, "s"), pile_port_range(&story->facts),
        (unsigned)budget->low, (unsigned)budget->high,
        budget->addresses == 1 ? "its only" : "each of ",
        budget->addresses == 1 ? "" : COUNT(budget->addresses), plural(budget->addresses, "es"),
        shared > 0 ? "all " : "", COUNT(destinations), plural(destinations, "s"),
        shared > 0 ? " together, as bind takes the port before connect" : "", COUNT(budget->total));
}

static bool stands_in_time_wait(const struct facts *facts, const struct port_budget *budget)
{
    return facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] * 2 > (double)budget->total;
}

/* How long they last at the rate that was asked for; else, at which rate they were taken. */
static void say_rate(struct story *story, const struct port_budget *budget)
{
    const struct facts *facts = &story->facts;
    double until = (double)facts->result->side[SIDE_CLIENT].account.first_no_port / NS_PER_S;
    double total = (double)budget->total;
    double rate;

    if (units_parse_rate(facts_scenario(facts, "load.rate"), &rate) == 0 && rate > 0) {
        story_say(story, "At %s connections begun a second they last %s unless given back.",
                  COUNT(rate), DURATION((int64_t)(total / rate * (double)NS_PER_S)));
    } else if (until > 0) {
        story_say(story, "Until then %s a second were taken.",
                  COUNT((facts->opened < total ? facts->opened : total) / until));
    }
}

/* tcp_twsk_unique(), net/ipv4/tcp_ipv4.c; before Linux 6.14 the delay was a constant. */
static void say_reuse(struct story *story, const struct port_budget *budget)
{
    const char *set = facts_sysctl(&story->facts, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse_delay");
    double seconds = set[0] != '\0' ? strtod(set, NULL) / 1000 : 1;

    if (seconds > 0) {
        story_say(story,
                  "With tcp_tw_reuse a TIME_WAIT keeps one for %s (tcp_tw_reuse_delay) at least, "
                  "so that %s a second can go on for ever.",
                  DURATION((int64_t)(seconds * (double)NS_PER_S)),
                  COUNT((double)budget->total / seconds));
    }
}

/* Little's law: what is taken at a rate and kept for a time is rate × time at a time. */
static void say_arithmetic(struct story *story, const struct port_budget *budget)
{
    if (has_fixed_port(&story->facts)) {
        return; /* one port has no rate worth telling */
    }
    say_rate(story, budget);
    if (stands_in_time_wait(&story->facts, budget) && pile_reuses_ports(&story->facts)) {
        say_reuse(story, budget);
    } else if (stands_in_time_wait(&story->facts, budget)) {
        story_say(story,
                  "Each that a TIME_WAIT keeps is away for 60 s, so that %s a second can go "
                  "on for ever.",
                  COUNT((double)budget->total / 60));
    }
    uint64_t one_parity = budget->ports / 2;
    if (budget->ports >= LONG_SEARCH) {
        story_say(story,
                  "connect(2) searches the %s ports of one parity first (__inet_hash_connect()): "
                  "once they are taken it becomes slow, before it fails.",
                  COUNT(one_parity));
    }
}

/* What holds the ports: the client's TIME_WAIT, if that is most of them. */
static void say_holder(struct story *story, const struct port_budget *budget)
{
    const struct facts *facts = &story->facts;
    double held = facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT];

    if (has_fixed_port(facts) && facts_reuses_fixed_port(facts)) {
        story_say(story, "With SO_REUSEADDR or SO_REUSEPORT a TIME_WAIT gives it back at once, but "
                         "a connection in any other state keeps it.");
    } else if (has_fixed_port(facts)) {
        story_advise(story, "let the server close first, or set client.sockopt.reuseaddr, with "
                            "which a TIME_WAIT gives its port back at once");
    } else if (stands_in_time_wait(facts, budget)) {
        story_say(story, "Up to %s of them stood in TIME_WAIT on the client.", COUNT(held));
        story_advise(story, "let the server close first, %swiden %s or add client.addresses",
                     pile_reuses_ports(facts) ? "" : "set net.ipv4.tcp_tw_reuse to 1 there, ",
                     pile_port_range(facts));
    } else if (sharing(facts, budget) > 0) {
        story_advise(story,
                     "set client.sockopt.bind_no_port to on, which leaves the port to connect, "
                     "widen %s or add client.addresses",
                     pile_port_range(facts));
    } else {
        story_advise(story, "widen %s or add client.addresses", pile_port_range(facts));
    }
}

static void say_shortage(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct account *client = &facts->result->side[SIDE_CLIENT].account;
    bool connect = client->error[EADDRNOTAVAIL] > 0;
    double failed = facts->no_port > 0 ? facts->no_port : (double)client->error[EADDRNOTAVAIL];

    story_say(
        story, "The client ran out of local ports: %s %s failed with %s%s%s%s.", COUNT(failed),
        connect ? PLURAL(failed, "connect", "connects") : PLURAL(failed, "bind", "binds"),
        connect ? "EADDRNOTAVAIL" : "EADDRINUSE", client->first_no_port > 0 ? ", the first " : "",
        client->first_no_port > 0 ? DURATION(client->first_no_port) : "",
        client->first_no_port > 0 ? " into the load" : "");
}

void observe_no_ports(struct story *story)
{
    const struct facts *facts = &story->facts;
    struct port_budget budget;

    if (facts->no_port <= 0 && facts->result->side[SIDE_CLIENT].account.error[EADDRNOTAVAIL] == 0) {
        return;
    }
    facts_ports(facts, &budget);
    story_about(story, SIDE_CLIENT);
    story_evidence(story, "client.outcome.no_port");
    story_evidence(story, "client.errors.EADDRNOTAVAIL");
    story_evidence(story, "client.errors.EADDRINUSE");
    story_evidence(story, "client.first_no_port");
    story_evidence(story, "client.time_wait.peak");
    if (!stands_in_time_wait(facts, &budget)) {
        story_certainty(story, CERTAINTY_LIKELY); /* no table shows what held them */
    }
    say_shortage(story);
    if (budget.ports > 0) {
        say_budget(story, &budget);
        say_arithmetic(story, &budget);
        say_holder(story, &budget);
    }
}
