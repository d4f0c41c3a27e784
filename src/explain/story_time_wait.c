#include "faults.h"
#include "foreseen.h"
#include "pile.h"
#include "ports.h"

/* Strays are not worth a forecast. */
#define WORTH_TELLING 0.05
/* As the verdicts have it: what differs by less is the same. */
#define SAME 0.01

/*
 * What would go on: the load, not its failures.  Of an open loop those that were begun, established
 * or not; where the ports ran out, those that were asked for.
 */
static double begun_a_second(const struct facts *facts)
{
    if (facts->open_loop && facts->no_port > 0) {
        return facts->asked;
    }
    return (facts->open_loop ? facts->attempted : facts->opened) / facts->arriving;
}

/* What struck the run and made some fail will not go on; what fails by itself will. */
static double share_of(const struct facts *facts, double made)
{
    bool struck = facts->result->event_count > 0 || faults_struck(facts);

    return struck && facts->completed > 0 && made <= (1 + SAME) * facts->completed
               ? facts->completed
               : facts->opened;
}

static bool find_pile(const struct facts *facts, enum side side, struct pile *pile)
{
    const struct side_facts *seen = &facts->side[side];
    double final = seen->final[TCP_STATE_TIME_WAIT];
    /* Mini-sockets are also what orphans wait in for FIN_WAIT2 to end. */
    double made = seen->tw_made - seen->orphans;
    bool shared = !facts->result->private_lab; /* with others, whose events may be among them */
    double overflow = shared ? facts_moved_anywhere(facts, "TcpExtTCPTimeWaitOverflow")
                             : facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow");

    if (facts->opened <= 0) {
        return false; /* what stands there is not of this run */
    }
    *pile = (struct pile){
        .side = side,
        .settled = final > 0,
        .standing = final > 0 ? final : seen->peak[TCP_STATE_TIME_WAIT],
    };
    made = seen->counted && made > pile->standing ? made : pile->standing;
    made += overflow; /* that would have been */
    if (!seen->counted && made > facts->opened) {
        made = facts->opened; /* the others are not of this run */
    }
    if (!seen->counted && facts->completed > made && facts->watched > 60) {
        made = facts->completed; /* the early ones have left again, unseen */
    }
    if (made >= (1 - SAME) * facts->completed && made <= (1 + SAME) * facts->completed) {
        made = facts->completed; /* one each: the rate is that of the connections */
    }
    pile->each = made >= facts->completed && made <= facts->completed;
    if (facts->arriving > 0) {
        double share = made / share_of(facts, made);
        pile->rate = (share >= 1 - SAME && share <= 1 + SAME ? 1 : share) * begun_a_second(facts);
    }
    pile->projected = pile->rate * (double)TIME_WAIT_LENGTH / (double)NS_PER_S;
    bool aged = pile->rate > 0 && pile->projected < facts->opened;
    return pile->standing > 0 &&
           pile->standing >= WORTH_TELLING * (aged ? pile->projected : facts->opened);
}

static void say_standing(struct story *story, const struct pile *pile)
{
    const struct facts *facts = &story->facts;
    const char *side = side_told(pile->side);

    if (!pile->settled) {
        story_say(story, "At most %s in TIME_WAIT on the %s at a time.",
                  COUNTED(pile->standing, "socket stood", "sockets stood"), side);
    } else if (facts->watched * (double)NS_PER_S < (double)TIME_WAIT_LENGTH) {
        story_say(story,
                  "%s in TIME_WAIT on the %s: each lasts 60 s (TCP_TIMEWAIT_LEN, a constant that "
                  "no sysctl changes), and the run was over after %s.",
                  COUNTED(pile->standing, "socket stands", "sockets stand"), side,
                  DURATION((int64_t)(facts->watched * (double)NS_PER_S)));
    } else {
        story_say(story,
                  "%s in TIME_WAIT on the %s, each for 60 s (TCP_TIMEWAIT_LEN, a constant that no "
                  "sysctl changes).",
                  COUNTED(pile->standing, "socket stands", "sockets stand"), side);
    }
}

/* In lab: host others may use the port; what stood there before is not among the samples. */
static void say_strangers(struct story *story, const struct pile *pile)
{
    const struct facts *facts = &story->facts;
    char where[SERVER_TEXT];

    if (!facts->result->private_lab && facts->opened > 0 && pile->standing > facts->opened) {
        story_say(story,
                  "That is more than the %s of this run: another program uses the server %s.",
                  COUNTED(facts->opened, "connection", "connections"),
                  facts_server(where, sizeof where, facts));
    }
}

/* What would be, within what can be. */
static void say_projection(struct story *story, const struct pile *pile)
{
    double ceiling = pile_ceiling(&story->facts, pile);
    const char *rate = COUNT(pile->rate);
    const char *unit = pile->each ? "" : " such sockets";

    bool one_port =
        pile->side == SIDE_CLIENT && facts_scenario_count(&story->facts, "client.port") > 0;
    if (pile->rate <= 0 || one_port) {
        return; /* and no rate at all fills more than that */
    }
    if (pile->projected <= ceiling) {
        story_say(story,
                  "If the load went on at %s%s a second, %s would stand there (Little's law: "
                  "rate x 60 s).",
                  rate, unit, COUNT(pile->projected));
    } else if (pile->side == SIDE_CLIENT) {
        story_say(story,
                  "If the load went on at %s%s a second, %s would stand there by Little's law "
                  "(rate x 60 s), but the pile's ceiling is %s.",
                  rate, unit, COUNT(pile->projected), COUNT(ceiling));
    } else {
        story_say(story,
                  "If the load went on at %s%s a second, %s would stand there by Little's law "
                  "(rate x 60 s), but the pile would reach its ceiling of %s after %s.",
                  rate, unit, COUNT(pile->projected), COUNT(ceiling),
                  DURATION((int64_t)(ceiling / pile->rate * (double)NS_PER_S)));
    }
}

static void say_pile(struct story *story, const struct pile *pile)
{
    story_evidence(story,
                   "load.rate connections.attempted connections.opened %s.counter.TcpExtTW "
                   "%s.sysctl.net.ipv4.tcp_max_tw_buckets",
                   side_name(pile->side), side_name(side_host(pile->side)));
    say_standing(story, pile);
    say_strangers(story, pile);
    say_projection(story, pile);
    pile_say_limits(story, pile);
}

/* The second pile, at the other end of the same connections, is subject to the first one's law. */
void observe_time_wait(struct story *story)
{
    bool told = false;

    for (unsigned side = 0; side < ENDS_N; side++) {
        struct pile pile;
        if (!find_pile(&story->facts, (enum side)side, &pile)) {
            continue;
        }
        story_about(story, pile.side);
        story_evidence(story, "%s.time_wait.%s", side_name(pile.side),
                       pile.settled ? "final" : "peak");
        if (told) {
            story_say(story, "%s more %s in TIME_WAIT on the %s.", COUNT(pile.standing),
                      PLURAL(pile.standing, "stands", "stand"), side_told(pile.side));
            pile_say_back(story, &pile);
        } else {
            say_pile(story, &pile);
        }
        told = true;
    }
}

/* ---- TIME_WAIT that ended early, or never began ---- */

/*
 * What ends a TIME_WAIT before its time: a SYN to the server whose address and port are those of
 * the old connection (tcp_timewait_state_process(), TCP_TW_SYN), a RST when tcp_rfc1337 is 0, and
 * on the client a connect that takes the port again.
 */
const char *story_what_ended(const struct facts *facts, enum side side)
{
    bool reset = facts->side[side_peer(side)].rsts > 0;

    if (side == SIDE_SERVER) {
        return reset ? "a SYN on the same address and port, or a RST,"
                     : "a SYN on the same address and port";
    }
    if (facts_moved(facts, side, "TcpExtTWRecycled") > 0) {
        return "a connect on the same port";
    }
    return reset ? "a RST" : "something that no counter tells of";
}

/* What came as it was foreseen, or would have, is told with those that are missing. */
static bool is_told_by_prediction(const struct facts *facts)
{
    const struct result *result = facts->result;

    return result->predicted_count > 0 && facts->failed <= 0 &&
           foreseen_state(result, SIDE_CLIENT) && foreseen_state(result, SIDE_SERVER);
}

/* A RST that met one is counted where it was sent; what took its port on the client, as well. */
static void say_gone(struct story *story, enum side side, double gone)
{
    const struct facts *facts = &story->facts;
    bool reset = facts->side[side_peer(side)].rsts > 0;

    story_about(story, side);
    story_evidence(story, ".counter.TcpExtTW .time_wait.final");
    story_say(story,
              "%s mini-sockets were made on the %s (TcpExtTW): ", COUNT(facts->side[side].tw_made),
              side_name(side));
    if (side == SIDE_SERVER || reset) {
        story_certainty(story, reset ? CERTAINTY_LIKELY : CERTAINTY_PROVEN);
        story_add(story, "%s took the place of %s before %s 60 s were over.",
                  side == SIDE_SERVER ? story_what_ended(facts, side) : "a RST", COUNT(gone),
                  PLURAL(gone, "its", "their"));
    } else {
        story_certainty(story, CERTAINTY_UNKNOWN);
        story_add(story, "%s ended before %s 60 s were over, and no counter tells what did it.",
                  COUNT(gone), PLURAL(gone, "its", "their"));
    }
}

void observe_gave_way(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double gone = facts_gave_way(facts, side);

    if (side == SIDE_CLIENT) { /* observe_recycled tells of those */
        gone -= facts_moved(facts, side, "TcpExtTWRecycled");
    }
    if (gone > 0 && !is_told_by_prediction(facts) && !faults_reset(facts, FAULT_ACK, side)) {
        say_gone(story, side, gone);
    }
}

/* On a machine that others use, no more of them are this run's than it had connects. */
static void say_recycled(struct story *story, double recycled)
{
    const struct facts *facts = &story->facts;
    double most = recycled < facts->attempted ? recycled : facts->attempted;

    if (facts->result->private_lab) {
        story_say(story,
                  "%s TIME_WAIT %s taken over by a new connection before its time "
                  "(TcpExtTWRecycled)",
                  COUNT(recycled), PLURAL(recycled, "socket was", "sockets were each"));
    } else {
        story_evidence(story, "connections.attempted");
        story_say(story,
                  "Up to %s TIME_WAIT %s taken over by a new connection before its time "
                  "(TcpExtTWRecycled, %s on the whole machine)",
                  COUNT(most), PLURAL(most, "socket was", "sockets were each"), COUNT(recycled));
    }
}

void observe_recycled(struct story *story)
{
    double recycled = facts_moved_anywhere(&story->facts, "TcpExtTWRecycled");

    if (recycled <= 0 || story->facts.attempted <= 0) {
        return;
    }
    story_evidence(story, "client.counter.TcpExtTWRecycled server.counter.TcpExtTWRecycled "
                          "host.counter.TcpExtTWRecycled client.sysctl.net.ipv4.tcp_tw_reuse");
    say_recycled(story, recycled);
    if (facts_reuses_fixed_port(&story->facts)) {
        story_add(story, ": a connect that SO_REUSEADDR or SO_REUSEPORT has let bind its port, "
                         "whatever tcp_tw_reuse says");
    } else if (ports_reused(&story->facts)) {
        story_add(story, ": a connect that tcp_tw_reuse allows");
    }
    story_add(story, "."); /* else nothing that was recorded lets one */
}

static void say_overflow(struct story *story, const char *host, const char *where, double count)
{
    if (count > 0) {
        story_evidence(story, "%s.counter.TcpExtTCPTimeWaitOverflow", host);
        story_say(
            story,
            "%s %s had no room for another mini-socket (TcpExtTCPTimeWaitOverflow): the socket "
            "vanished without a TIME_WAIT, and what its peer still sends is answered with a RST.",
            COUNTED(count, "time", "times"), where);
    }
}

void observe_overflow(struct story *story)
{
    static const char counter[] = "TcpExtTCPTimeWaitOverflow";
    const struct facts *facts = &story->facts;

    if (!facts->result->private_lab) {
        say_overflow(story, "host", "the machine", facts_moved_anywhere(facts, counter));
        return;
    }
    story_about(story, SIDE_CLIENT);
    say_overflow(story, "client", "the client", facts_moved(facts, SIDE_CLIENT, counter));
    story_about(story, SIDE_SERVER);
    say_overflow(story, "server", "the server", facts_moved(facts, SIDE_SERVER, counter));
}
