#include <math.h>
#include <string.h>

#include "pile.h"
#include "ports.h"

static void say_budget(struct story *story, const struct port_budget *budget)
{
    story_say(story,
              "On the client each holds a local port: %s %u-%u gives %s, and %s address%s to %s "
              "destination%s make %s.",
              ports_range(&story->facts), (unsigned)budget->low, (unsigned)budget->high,
              COUNT(budget->ports), COUNT(budget->addresses), budget->addresses == 1 ? "" : "es",
              COUNT(budget->destinations), budget->destinations == 1 ? "" : "s",
              COUNT(budget->total));
}

/* tcp_max_tw_buckets; without a limit when it was not recorded. */
static double buckets_of(const struct facts *facts, enum side side)
{
    uint64_t buckets = facts_sysctl_count(facts, side, "net.ipv4.tcp_max_tw_buckets");

    return buckets > 0 ? (double)buckets : INFINITY;
}

/* Where the ports of one parity are tried first, the call slows down when those are taken, long
 * before it fails. */
static void say_exhaustion(struct story *story, const struct pile *pile,
                           const struct port_budget *budget)
{
    const struct facts *facts = &story->facts;
    const char *call = ports_call(facts);
    double total = (double)budget->total;
    double first = ports_tried_first(facts, total);
    bool slows = budget->ports >= LONG_SEARCH && first < total;
    double most = slows ? first : total;
    int64_t until = (int64_t)(most / pile->rate * (double)NS_PER_S);

    if (pile->projected <= most) {
        story_say(story, "At this rate %s of them are in use at most, so they do not run out.",
                  SHARE(pile->projected / total));
    } else if (buckets_of(facts, pile->side) <= most) {
        return;
    } else if (slows) {
        story_say(story,
                  "%s(2) takes those of one parity first: at this rate these %s are all in "
                  "TIME_WAIT after %s, and from then on it has to walk past them and becomes "
                  "slow, long before it fails with %s.",
                  call, COUNT(first), DURATION(until), ports_errno(facts));
    } else {
        story_say(story, "At this rate all are in TIME_WAIT after %s, and %s(2) fails with %s.",
                  DURATION(until), call, ports_errno(facts));
    }
}

static void say_ports(struct story *story, const struct pile *pile)
{
    struct port_budget budget;

    facts_ports(&story->facts, &budget);
    if (budget.total == 0 || pile->rate <= 0 || story->facts.no_port > 0) {
        return; /* that they ran out has been told */
    }
    if (facts_scenario_count(&story->facts, "client.port") > 0) {
        story_say(story, "On the client all have the same port (client.port), so one can stand "
                         "there for each address and destination.");
        return;
    }
    say_budget(story, &budget);
    if (ports_reused(&story->facts)) {
        story_evidence(story, "client.sysctl.net.ipv4.tcp_tw_reuse");
        story_say(story,
                  "With tcp_tw_reuse at %s connect takes ports back from TIME_WAIT, so they need "
                  "not run out, nor the pile grow so far.",
                  facts_sysctl(&story->facts, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse"));
    } else {
        say_exhaustion(story, pile, &budget);
    }
}

/*
 * The server's sockets all share its port; what is finite is the kernel's memory for them, and the
 * address and port pairs of the client, of which it uses those tried first: on its side they are
 * free again.
 */
static double port_cap(const struct facts *facts, enum side side)
{
    struct port_budget budget;

    facts_ports(facts, &budget);
    if (budget.total == 0 || side == SIDE_BACK) { /* whose destinations are the proxy's own */
        return INFINITY;
    }
    return side == SIDE_CLIENT ? (double)budget.total
                               : ports_tried_first(facts, (double)budget.total);
}

double pile_ceiling(const struct facts *facts, const struct pile *pile)
{
    double ports = port_cap(facts, pile->side);
    double buckets = buckets_of(facts, pile->side);

    return ports < buckets ? ports : buckets;
}

/* The address and port pairs that the client uses. */
static void say_pairs(struct story *story, const struct port_budget *budget)
{
    double first = ports_tried_first(&story->facts, (double)budget->ports);
    const char *es = budget->addresses == 1 ? "" : "es";

    if (first < (double)budget->ports) {
        story_add(story,
                  "for %s takes those of one parity (%s of %s, on %s address%s) as long as one is "
                  "free",
                  ports_call(&story->facts), COUNT(first), COUNT(budget->ports),
                  COUNT(budget->addresses), es);
    } else {
        story_add(story, "%s on %s address%s", COUNT(first), COUNT(budget->addresses), es);
    }
}

static void say_no_ports(struct story *story, const struct pile *pile)
{
    struct port_budget budget;
    double cap = port_cap(&story->facts, SIDE_SERVER);

    facts_ports(&story->facts, &budget);
    story_say(story,
              "On the %s they take no ports, for all share the listening one: what "
              "they cost is kernel memory.",
              side_name(side_player(pile->side)));
    if (pile->projected > cap && cap <= buckets_of(&story->facts, pile->side)) {
        story_say(story, "The client's ports cap the pile at %s, ", COUNT(cap));
        say_pairs(story, &budget);
        story_add(story, ", and a SYN from an address and port that stand there takes the old "
                         "socket's place.");
    }
}

/* In lab: host others have their share of it, too. */
static void say_buckets(struct story *story, const struct pile *pile)
{
    double buckets = buckets_of(&story->facts, pile->side);
    double ports = port_cap(&story->facts, pile->side);
    bool alone = story->facts.result->private_lab;

    if (isinf(buckets)) {
        return;
    }
    /* Where the ports are scarcer, this is never reached. */
    if (pile->side == SIDE_CLIENT && (pile->projected <= buckets || ports <= buckets)) {
        return;
    }
    story_say(
        story,
        "%s ceiling is tcp_max_tw_buckets, %s here, of which %s%s%s; sockets beyond it vanish "
        "at once, without a TIME_WAIT.",
        ports < buckets ? "The next" : "The", COUNT(buckets), alone ? "" : "this run uses ",
        SHARE(pile->standing / buckets), alone ? " is used" : "");
}

void pile_say_back(struct story *story, const struct pile *pile)
{
    static const char range[] = "net.ipv4.ip_local_port_range";

    if (pile->side == SIDE_BACK) {
        story_evidence(story, "server.sysctl.%s", range);
        story_say(story,
                  "Each holds a local port of that host towards the server "
                  "(ip_local_port_range %s).",
                  facts_sysctl(&story->facts, SIDE_BACK, range));
    }
}

void pile_say_limits(struct story *story, const struct pile *pile)
{
    if (pile->side == SIDE_CLIENT) {
        say_ports(story, pile);
    } else if (pile->side == SIDE_BACK) {
        pile_say_back(story, pile);
    } else {
        say_no_ports(story, pile);
    }
    say_buckets(story, pile);
}
