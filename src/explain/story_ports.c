#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ports.h"

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
        COUNT(budget->ports), plural(budget->ports, "s"), ports_range(&story->facts),
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
    } else if (until * (double)NS_PER_S >= (double)LOAD_TOO_SHORT) {
        story_say(story, "Until then %s a second were taken.",
                  COUNT((facts->opened < total ? facts->opened : total) / until));
    }
}

/* Before Linux 6.14 the delay was a constant.  Not told where the connects came more slowly and
 * failed all the same. */
static void say_reuse(struct story *story, const struct port_budget *budget)
{
    const struct facts *facts = &story->facts;
    const char *set = facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse_delay");
    double seconds = set[0] != '\0' ? strtod(set, NULL) / 1000 : 1;
    double lasting = seconds > 0 ? (double)budget->total / seconds : 0;

    if (lasting > 0 && facts->arriving > 0 && facts->attempted / facts->arriving > lasting) {
        story_say(story,
                  "With tcp_tw_reuse a TIME_WAIT keeps one for %s (tcp_tw_reuse_delay) at least, "
                  "so that no more than %s a second can go on for ever.",
                  DURATION((int64_t)(seconds * (double)NS_PER_S)), COUNT(lasting));
    }
}

/* Little's law: what is taken at a rate and kept for a time is rate × time at a time. */
static void say_arithmetic(struct story *story, const struct port_budget *budget)
{
    if (has_fixed_port(&story->facts)) {
        return; /* one port has no rate worth telling */
    }
    say_rate(story, budget);
    if (stands_in_time_wait(&story->facts, budget) && ports_reused(&story->facts)) {
        say_reuse(story, budget);
    } else if (stands_in_time_wait(&story->facts, budget)) {
        story_say(story,
                  "Each that a TIME_WAIT keeps is away for 60 s, so that %s a second can go "
                  "on for ever.",
                  COUNT((double)budget->total / 60));
    }
    double first = ports_tried_first(&story->facts, (double)budget->ports);
    if (budget->ports >= LONG_SEARCH && first < (double)budget->ports) {
        story_say(story,
                  "%s(2) searches the %s ports of one parity first (%s()): "
                  "once they are taken it becomes slow, before it fails.",
                  ports_call(&story->facts), COUNT(first),
                  facts_binds_early(&story->facts) ? "inet_csk_find_open_port"
                                                   : "__inet_hash_connect");
    }
}

/* What holds the ports: the client's TIME_WAIT, if that is most of them. */
static void say_holder(struct story *story, const struct port_budget *budget)
{
    const struct facts *facts = &story->facts;
    double held = facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT];
    double open = facts->side[SIDE_CLIENT].peak[TCP_STATE_ESTABLISHED];
    bool time_wait = stands_in_time_wait(facts, budget);

    if (has_fixed_port(facts) && facts_reuses_fixed_port(facts)) {
        story_say(story, "With SO_REUSEADDR or SO_REUSEPORT and timestamps a TIME_WAIT gives it "
                         "back at once, but a connection in any other state keeps it.");
    } else if (time_wait && !has_fixed_port(facts)) {
        story_say(story, "Up to %s of them stood in TIME_WAIT on the client.", COUNT(held));
    } else if (open * 2 > (double)budget->total) {
        story_evidence(story, "client.established.peak");
        story_say(story, "Up to %s of them were of connections still open on the client.",
                  COUNT(open));
    }
    if (ports_before(facts) > 0) {
        story_evidence(story, "client.stood_before");
        story_say(story, "%s that stood there before this run may have held their ports as well.",
                  COUNT(ports_before(facts)));
    }
    ports_advise(story, budget, time_wait);
}

/* "777 connects failed with EADDRNOTAVAIL, the first 2 s into the load": the end of a sentence. */
static void add_failures(struct story *story)
{
    const struct account *client = &story->facts.result->side[SIDE_CLIENT].account;
    bool connect = client->error[EADDRNOTAVAIL] > 0;
    double failed = ports_failed(&story->facts);

    story_add(story, "%s %s failed with %s%s%s%s.", COUNT(failed),
              connect ? PLURAL(failed, "connect", "connects") : PLURAL(failed, "bind", "binds"),
              connect ? "EADDRNOTAVAIL" : "EADDRINUSE",
              client->first_no_port > 0 ? ", the first " : "",
              client->first_no_port > 0 ? DURATION(client->first_no_port) : "",
              client->first_no_port > 0 ? " into the load" : "");
    story_evidence(story, "client.outcome.no_port client.errors.EADDRNOTAVAIL "
                          "client.errors.EADDRINUSE client.first_no_port connections.attempted");
}

void observe_no_ports(struct story *story)
{
    const struct facts *facts = &story->facts;
    struct port_budget budget;

    facts_ports(facts, &budget);
    if (ports_shortage(facts, &budget) != SHORTAGE_PORTS) {
        return;
    }
    story_say(story, "The client ran out of local ports: ");
    add_failures(story);
    story_evidence(story, "client.time_wait.peak");
    if (ports_seen_taken(facts) * 2 <= (double)budget.total) {
        story_certainty(story, CERTAINTY_LIKELY); /* no table shows what held them */
    }
    if (budget.ports > 0) {
        say_budget(story, &budget);
        say_arithmetic(story, &budget);
        say_holder(story, &budget);
    }
}

/* ---- no port was short ---- */

static bool lacks_ipv6(const struct facts *facts)
{
    return strcmp(facts_scenario(facts, "ip"), "v6") == 0 &&
           facts_sysctl_count(facts, SIDE_CLIENT, "net.ipv6.conf.all.disable_ipv6") == 1;
}

static void say_not_short(struct story *story, const struct port_budget *budget)
{
    double taken = ports_taken(&story->facts) + ports_before(&story->facts);

    if (!(taken > 0)) {
        story_say(story, "No port was short: not one was ever taken.");
    } else if (taken < (double)budget->total) {
        story_say(story, "No port was short: of %s, no more than %s were ever taken.",
                  COUNT(budget->total), COUNT(taken));
    } else {
        story_say(story, "No port was short: samples saw few sockets beside the %s there are.",
                  COUNT(budget->total));
    }
}

void observe_no_address(struct story *story)
{
    const struct facts *facts = &story->facts;
    struct port_budget budget;
    char where[SERVER_TEXT];

    facts_ports(facts, &budget);
    if (ports_shortage(facts, &budget) != SHORTAGE_ADDRESS) {
        return;
    }
    story_say(story, "The client had no local address to connect from: ");
    add_failures(story);
    story_evidence(story, "client.sysctl.net.ipv6.conf.all.disable_ipv6");
    say_not_short(story, &budget);
    if (lacks_ipv6(facts) && !(ports_taken(facts) > 0)) {
        story_say(story, "IPv6 is disabled on its host (net.ipv6.conf.all.disable_ipv6 is 1), so "
                         "that no source address is there.");
        story_advise(story,
                     "set net.ipv6.conf.all.disable_ipv6 to 0 on the client, or connect over IPv4");
        return;
    }
    story_certainty(story, CERTAINTY_LIKELY);
    story_say(story,
              "The one it was to have is not its host's, or the way to the server %s has none; ip "
              "address and ip route get on the client's host tell.",
              facts_server(where, sizeof where, facts));
}

void observe_port_held(struct story *story)
{
    struct port_budget budget;

    facts_ports(&story->facts, &budget);
    if (ports_shortage(&story->facts, &budget) == SHORTAGE_HELD) {
        story_say(story, "Another program holds the client's port (client.port %s): ",
                  facts_scenario(&story->facts, "client.port"));
        add_failures(story);
        story_evidence(story, "client.port");
        story_say(story, "Not one connection of this run ever had it.");
        story_advise(story, "choose another client.port, or find its holder with ss -tanp");
    }
}
