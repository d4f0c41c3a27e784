#include <math.h>
#include <string.h>

#include "story.h"

/* One side's pile. */
struct pile {
    enum side side;
    double standing; /* the most that were seen, at the end of settle if any were left then */
    bool settled;
    double rate;      /* sockets that go to TIME_WAIT, a second of load */
    double projected; /* what stands there once as many leave as come: Little's law */
};

/* Strays are not worth a forecast. */
#define WORTH_TELLING 0.05

static bool find_pile(const struct facts *facts, enum side side, struct pile *pile)
{
    const struct side_facts *seen = &facts->side[side];
    double final = seen->final[TCP_STATE_TIME_WAIT];
    /* Mini-sockets are also what orphans wait in for FIN_WAIT2 to end. */
    double made = seen->tw_made - seen->orphans;

    *pile = (struct pile){
        .side = side,
        .settled = final > 0,
        .standing = final > 0 ? final : seen->peak[TCP_STATE_TIME_WAIT],
    };
    made = seen->counted && made > pile->standing ? made : pile->standing;
    if (!seen->counted && made > facts->opened) {
        made = facts->opened; /* the others are not of this run */
    }
    if (!seen->counted && facts->completed > made && facts->watched > 60) {
        made = facts->completed; /* the early ones have left again, unseen */
    }
    if (facts->load > 0) {
        pile->rate = made / facts->load;
    }
    pile->projected = pile->rate * (double)TIME_WAIT_LENGTH / (double)NS_PER_S;
    return pile->standing > 0 &&
           pile->standing >=
               WORTH_TELLING * (facts->opened < pile->projected ? facts->opened : pile->projected);
}

static void say_standing(struct story *story, const struct pile *pile)
{
    const struct facts *facts = &story->facts;
    const char *side = side_name(pile->side);

    if (!pile->settled) {
        story_say(story, "At most %s sockets stood in TIME_WAIT on the %s at a time.",
                  COUNT(pile->standing), side);
    } else if (facts->watched * (double)NS_PER_S < (double)TIME_WAIT_LENGTH) {
        story_say(story,
                  "%s sockets stand in TIME_WAIT on the %s: each lasts 60 s (TCP_TIMEWAIT_LEN, a "
                  "constant that no sysctl changes), and the run was over after %s.",
                  COUNT(pile->standing), side,
                  DURATION((int64_t)(facts->watched * (double)NS_PER_S)));
    } else {
        story_say(story,
                  "%s sockets stand in TIME_WAIT on the %s, each for 60 s (TCP_TIMEWAIT_LEN, a "
                  "constant that no sysctl changes).",
                  COUNT(pile->standing), side);
    }
}

/* In lab: host the port may have been used before, or be in use by others. */
static void say_strangers(struct story *story, const struct pile *pile)
{
    const struct facts *facts = &story->facts;

    if (facts->opened > 0 && pile->standing > facts->opened) {
        story_say(story,
                  "That is more than the %s connections of this run: the others stood there before "
                  "it, or another program uses port %s.",
                  COUNT(facts->opened), facts_scenario(facts, "server.port"));
    }
}

static void say_projection(struct story *story, const struct pile *pile)
{
    if (pile->rate > 0) {
        story_say(story,
                  "If the load went on at %s a second, %s would stand there (Little's law: "
                  "rate x 60 s).",
                  COUNT(pile->rate), COUNT(pile->projected));
    }
}

/* ---- what limits it ---- */

static void say_budget(struct story *story, const struct port_budget *budget)
{
    story_say(story,
              "On the client each holds a local port: ip_local_port_range %u-%u gives %s, "
              "and %s address%s to %s destination%s make %s.",
              (unsigned)budget->low, (unsigned)budget->high, COUNT(budget->ports),
              COUNT(budget->addresses), budget->addresses == 1 ? "" : "es",
              COUNT(budget->destinations), budget->destinations == 1 ? "" : "s",
              COUNT(budget->total));
}

/* tcp_max_tw_buckets; without a limit when it was not recorded. */
static double buckets_of(const struct facts *facts, enum side side)
{
    uint64_t buckets = facts_sysctl_count(facts, side, "net.ipv4.tcp_max_tw_buckets");

    return buckets > 0 ? (double)buckets : INFINITY;
}

/* Whether connect(2) may take a port back from TIME_WAIT, which it does after one second. */
static bool reuses_ports(const struct facts *facts)
{
    const char *reuse = facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse");
    bool loopback_only = strcmp(reuse, "2") == 0; /* Documentation/networking/ip-sysctl.rst */

    return strcmp(facts_sysctl(facts, SIDE_CLIENT, "net.ipv4.tcp_timestamps"), "0") != 0 &&
           (strcmp(reuse, "1") == 0 || (loopback_only && !facts->result->private_lab));
}

/* What happens to the ports; the buckets, when they are fewer, keep more from being taken. */
static void say_exhaustion(struct story *story, const struct pile *pile, double total)
{
    if (pile->projected <= total) {
        story_say(story, "At this rate %s of them are in use at most, so they do not run out.",
                  SHARE(pile->projected / total));
    } else if (buckets_of(&story->facts, pile->side) > total) {
        story_say(story,
                  "At this rate they run out after %s, and connect then fails with EADDRNOTAVAIL.",
                  DURATION((int64_t)(total / pile->rate * (double)NS_PER_S)));
    }
}

static void say_ports(struct story *story, const struct pile *pile)
{
    struct port_budget budget;

    facts_ports(&story->facts, &budget);
    if (budget.total == 0 || pile->rate <= 0) {
        return;
    }
    say_budget(story, &budget);
    if (reuses_ports(&story->facts)) {
        story_say(story,
                  "With tcp_tw_reuse at %s connect takes ports back from TIME_WAIT, so they need "
                  "not run out, nor the pile grow so far.",
                  facts_sysctl(&story->facts, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse"));
    } else {
        say_exhaustion(story, pile, (double)budget.total);
    }
}

/*
 * The server's sockets all share its port; what is finite is the kernel's memory for them, and the
 * address and port pairs of the client.  Of those it uses half: connect(2) tries the ports of one
 * parity first (__inet_hash_connect(), net/ipv4/inet_hashtables.c), and on its side they are free
 * again.
 */
static void say_no_ports(struct story *story, const struct pile *pile)
{
    struct port_budget budget;

    facts_ports(&story->facts, &budget);
    double cap = (double)budget.total / 2;
    story_say(story, "On the server they take no ports, for all share the listening one: what "
                     "they cost is kernel memory.");
    if (cap > 0 && pile->projected > cap) {
        story_say(story,
                  "The client's ports cap the pile at %s, for connect takes those of one parity "
                  "(%s of %s, on %s address%s) as long as one is free, and a SYN from an address "
                  "and port that stand there takes the old socket's place.",
                  COUNT(cap), COUNT((double)budget.ports / 2), COUNT(budget.ports),
                  COUNT(budget.addresses), budget.addresses == 1 ? "" : "es");
    }
}

static void say_buckets(struct story *story, const struct pile *pile)
{
    double buckets = buckets_of(&story->facts, pile->side);
    struct port_budget budget;

    facts_ports(&story->facts, &budget);
    bool reached =
        pile->projected > buckets && (budget.total == 0 || buckets < (double)budget.total);
    /* On the client the ports are what is scarce, unless these are fewer. */
    if (isinf(buckets) || (pile->side == SIDE_CLIENT && !reached)) {
        return;
    }
    story_say(story,
              "The ceiling is tcp_max_tw_buckets, %s here, of which %s is used; sockets beyond it "
              "vanish at once, without a TIME_WAIT.",
              COUNT(buckets), SHARE(pile->standing / buckets));
}

static void say_pile(struct story *story, const struct pile *pile)
{
    say_standing(story, pile);
    say_strangers(story, pile);
    say_projection(story, pile);
    if (pile->side == SIDE_CLIENT) {
        say_ports(story, pile);
    } else {
        say_no_ports(story, pile);
    }
    say_buckets(story, pile);
}

/* The second pile, at the other end of the same connections, is subject to the first one's law. */
void observe_time_wait(struct story *story)
{
    bool told = false;

    for (unsigned side = 0; side < SIDE_N; side++) {
        struct pile pile;
        if (!find_pile(&story->facts, (enum side)side, &pile)) {
            continue;
        }
        if (told) {
            story_say(story, "%s more stand in TIME_WAIT on the %s.", COUNT(pile.standing),
                      side_name(pile.side));
        } else {
            say_pile(story, &pile);
        }
        told = true;
    }
}

/* ---- TIME_WAIT that ended early, or never began ---- */

void observe_recycled(struct story *story)
{
    double recycled = facts_moved_anywhere(&story->facts, "TcpExtTWRecycled");

    if (recycled > 0) {
        story_say(story,
                  "%s TIME_WAIT sockets were taken over by a new connection before their time "
                  "(TcpExtTWRecycled): a connect that tcp_tw_reuse allows.",
                  COUNT(recycled));
    }
}

static void say_overflow(struct story *story, const char *where, double count)
{
    if (count > 0) {
        story_say(story,
                  "%s times %s had no room for another mini-socket (TcpExtTCPTimeWaitOverflow): "
                  "the socket vanished without a TIME_WAIT, and what its peer still sends is "
                  "answered with a RST.",
                  COUNT(count), where);
    }
}

void observe_overflow(struct story *story)
{
    static const char counter[] = "TcpExtTCPTimeWaitOverflow";
    const struct facts *facts = &story->facts;

    if (!facts->result->private_lab) {
        say_overflow(story, "the machine", facts_moved_anywhere(facts, counter));
        return;
    }
    say_overflow(story, "the client", facts_moved(facts, SIDE_CLIENT, counter));
    say_overflow(story, "the server", facts_moved(facts, SIDE_SERVER, counter));
}
