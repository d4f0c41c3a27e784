#include "events.h"
#include "faults.h"
#include "resets.h"

/* RSTs: how many each side sent, and whether they cut anything off. */

/* Whether the side's program takes in messages, as far as it is known. */
static bool receives(const struct facts *facts, enum side side)
{
    const struct program *steps = &facts->result->side[side].steps;

    return steps->length == 0 || program_has(steps, STEP_RECV);
}

/* Messages that the side sent and its peer's program never had, though it has a recv; 0 where
 * neither is counted. */
static double lost_messages(const struct facts *facts, enum side from, double *sent,
                            double *received)
{
    bool known = facts_metric(facts, sent, "%s.messages_sent", side_name(from)) &&
                 facts_metric(facts, received, "%s.messages_received", side_name(side_peer(from)));

    return known && receives(facts, side_peer(from)) ? *sent - *received : 0;
}

static bool lost_any(const struct facts *facts)
{
    double sent, received;

    return lost_messages(facts, SIDE_CLIENT, &sent, &received) > 0 ||
           lost_messages(facts, SIDE_SERVER, &sent, &received) > 0;
}

/* Whether the other's program took in every byte that the side's sent, of whole messages or not. */
static bool all_arrived(const struct facts *facts, enum side from)
{
    double sent, received;

    return facts_metric(facts, &sent, "%s.bytes_sent", side_name(from)) &&
           facts_metric(facts, &received, "%s.bytes_received", side_name(side_peer(from))) &&
           sent <= received;
}

/* What the programs noticed of it. */
static void say_lost_messages(struct story *story, enum side from)
{
    double sent = 0;
    double received = 0;

    if (lost_messages(&story->facts, from, &sent, &received) > 0) {
        enum side reader = side_peer(from);
        uint64_t heads = story->facts.result->side[reader].account.heads_received;

        story_say(story, "The %s received %s of the %s that the %s sent", side_name(reader),
                  received > 0 ? COUNT(received) : "none", COUNTED(sent, "message", "messages"),
                  side_name(from));
        if (heads > 0) { /* a send that a RST cuts is no message sent, and its head has come */
            story_add(story, " whole, and read %s", COUNTED(heads, "head", "heads"));
            story_evidence(story, "%s.heads_received", side_name(reader));
        }
        story_add(story, ".");
    }
}

/* A RST overtakes what the side had sent before: for one that closed too early there is a cure. */
static void advise_closer(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    enum lingering lingering = facts_lingering(facts, side);
    double unread = facts_moved(facts, side, "TcpExtTCPAbortOnClose");
    double late = facts_moved(facts, side, "TcpExtTCPAbortOnData");
    const char *name = side_name(side);
    double sent = 0;
    double received = 0;

    if (lost_messages(facts, side, &sent, &received) <= 0) {
        return;
    }
    if (lingering == LINGERING_ZERO && late > 0) {
        story_advise(story, "let the %s close with SO_LINGER off, so that what it sent arrives",
                     name);
    } else if (unread > 0 || (late > 0 && lingering == LINGERING_NOT)) {
        story_advise(story,
                     "let the %s shut down its sending side (shut-wr) and read until the %s's FIN "
                     "(wait-fin) before it closes",
                     name, side_name(side_peer(side)));
    }
    story_evidence(story, ".messages_sent %s.messages_received", side_name(side_peer(side)));
}

static double most_time_wait(const struct facts *facts)
{
    return facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] +
           facts->side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT];
}

/* After the worst has been said: what a RST means for what stays behind. */
static void say_aborted(struct story *story, const char *so)
{
    const struct result_side *side = story->facts.result->side;
    bool lingers = most_time_wait(&story->facts) > 0;
    bool tls = side[SIDE_CLIENT].account.tls.count[TLS_HANDSHAKES] +
                   side[SIDE_SERVER].account.tls.count[TLS_HANDSHAKES] >
               0;

    story_say(story,
              "%s %s connections were aborted rather than closed: a RST takes both sockets "
              "straight to CLOSE,%s and %s.",
              so, lingers ? "those" : "the", lingers ? "" : " nothing lingers in TIME_WAIT,",
              tls ? "what is still under way is lost: that no data was among it, only a "
                    "close_notify can tell"
                  : "data still under way is lost");
}

/* The same of a side's own, which may have been lost on their way. */
static void say_side_aborted(struct story *story, enum side side)
{
    enum side peer = side_peer(side);
    char blame[BLAME_TEXT];

    if (faults_lost(&story->facts, FAULT_RST, peer)) {
        story_say(story,
                  "So the %s's ends were aborted rather than closed, but %s: an end that got none "
                  "goes on as if nothing had happened.",
                  side_name(side),
                  faults_blame(blame, sizeof blame, &story->facts, FAULT_RST, peer));
    } else {
        say_aborted(story, "So");
    }
    say_lost_messages(story, SIDE_CLIENT);
    say_lost_messages(story, SIDE_SERVER);
}

/* All that was sent to it has arrived, FIN included, and it has sent its own. */
static bool closed_second(const struct facts *facts, enum side side)
{
    return facts->side[side].peak[TCP_STATE_CLOSE_WAIT] +
               facts->side[side].peak[TCP_STATE_LAST_ACK] >
           0;
}

static bool lost_nothing(const struct facts *facts, enum side peer)
{
    return closed_second(facts, peer) && facts->timeouts <= 0 && !faults_struck(facts) &&
           all_arrived(facts, SIDE_CLIENT) && all_arrived(facts, SIDE_SERVER);
}

/* Whether the side has what a RST would have cut off, had it arrived. */
static bool has_open(const struct facts *facts, enum side side)
{
    return facts->side[side].final[TCP_STATE_ESTABLISHED] +
               facts->side[side].final[TCP_STATE_CLOSE_WAIT] >
           0;
}

static void say_uncut(struct story *story, enum side peer)
{
    const struct facts *facts = &story->facts;
    bool lost = lost_any(facts);

    story_say(story,
              "%s socket of the %s was in ESTABLISHED or CLOSE_WAIT any more (its TcpEstabResets "
              "did not move)%s.",
              lost ? "No" : "They cut nothing off: no", side_name(peer),
              lost                        ? ", but not all that was sent before was received"
              : lost_nothing(facts, peer) ? ", so no data is lost"
                                          : "");
    say_lost_messages(story, SIDE_CLIENT);
    say_lost_messages(story, SIDE_SERVER);
}

/* Answers alone: by then the peer had closed as well, or it had not.  Whom a program was told of
 * beyond TcpEstabResets was in a state that it does not count. */
static void say_effect(struct story *story, enum side peer)
{
    double cut = facts_cut(&story->facts, peer);
    double moved = facts_moved(&story->facts, peer, "TcpEstabResets");
    double straight = story->facts.side[peer].counted ? facts_least(cut, moved) : cut;

    for (size_t i = 0; moved > cut && facts_abort_counters[i] != NULL; i++) {
        story_evidence(story, "%s.counter.%s", side_name(peer), facts_abort_counters[i]);
    }
    if (straight > 0) {
        story_say(story,
                  "%s of the %s went from ESTABLISHED or CLOSE_WAIT straight to CLOSE "
                  "(TcpEstabResets%s).",
                  COUNTED(straight, "socket", "sockets"), side_name(peer),
                  moved > cut ? ", without those it aborted itself" : "");
    }
    if (cut > straight) {
        story_evidence(story, "%s.outcome.reset", side_name(peer));
        story_say(story,
                  "%s of the %s had sent %s FIN before, and the program was told of the RST.",
                  COUNTED(cut - straight, "socket", "sockets"), side_name(peer),
                  PLURAL(cut - straight, "its", "their"));
    } else if (cut <= 0 && story->facts.side[peer].counted && moved <= 0 &&
               !has_open(&story->facts, peer)) {
        say_uncut(story, peer);
    }
}

static void say_number(struct story *story, enum side side, double resets)
{
    const struct facts *facts = &story->facts;
    double refusing = facts_moved(facts, side, "TcpOutRsts") - resets;

    story_say(story, "The %s sent %s (TcpOutRsts", side_name(side), COUNTED(resets, "RST", "RSTs"));
    if (refusing > 0) {
        story_add(story, ", without the %s that refused a SYN", COUNT(refusing));
    }
    story_add(story, ")");
    /* Connections that the kernel had made when a role was killed, its programs never saw. */
    if (events_count(facts, EVENT_KILL, SIDE_CLIENT) > 0) {
        story_add(story, ".");
        return;
    }
    story_add(story, " for %s.", COUNTED(facts->opened, "connection", "connections"));
    if (resets > facts->attempted && resets > facts->opened) {
        story_say(story, "So %s drew more than one.",
                  resets - facts->opened > 1 ? "connections" : "a connection");
    }
}

/* Of `resets` RSTs, how many the side's own aborts explain; `*maybe`: how many more they may. */
static double say_side_aborts(struct story *story, enum side side, double resets, double *maybe)
{
    double silent;
    double aborts = resets_say_aborts(story, side, &silent);

    *maybe = facts_least(silent, resets - facts_least(aborts, resets));
    if (aborts > resets) {
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story, "That is %s more than it sent RSTs, so not each was with a RST.",
                  COUNT(aborts - resets));
    }
    return facts_least(aborts, resets);
}

void observe_resets(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double resets = facts->side[side].rsts;

    if (resets <= 0 || facts->opened <= 0 || !facts->result->private_lab) {
        return;
    }
    story_evidence(story, ".counter.TcpOutRsts %s.counter.TcpEstabResets connections.opened",
                   side_name(side_peer(side)));
    say_number(story, side, resets);
    double maybe;
    double explained = say_side_aborts(story, side, resets, &maybe);
    double unanswered = resets_say_unanswered_probes(story, side, resets - explained - maybe);
    double rest = resets - explained - maybe - unanswered;
    if (rest > 0) {
        resets_say_answers(story, side, rest, explained + maybe + unanswered > 0);
    }
    advise_closer(story, side);
    if (explained * 2 >= facts->opened) {
        say_side_aborted(story, side);
    } else if (explained <= 0 && rest + maybe > 0) {
        say_effect(story, side_peer(side));
    }
}

/* Sockets of the side that a RST would have ended. */
static double standing(const struct facts *facts, enum side side)
{
    return facts->side[side].listed - facts->side[side].final[TCP_STATE_CLOSE];
}

bool resets_felt(const struct facts *facts)
{
    double told = facts_cut(facts, SIDE_CLIENT) + facts_cut(facts, SIDE_SERVER);
    bool observed = facts->side[SIDE_CLIENT].observed && facts->side[SIDE_SERVER].observed;
    double client = standing(facts, SIDE_CLIENT);
    double server = standing(facts, SIDE_SERVER); /* most are the other ends of the same */
    double kept = most_time_wait(facts) + (client > server ? client : server);

    return told * 2 >= facts->opened || (observed && kept * 2 < facts->opened);
}

/* The machine's counters hold other programs' connections too: only a flood of RSTs tells. */
void observe_host_resets(struct story *story)
{
    const struct facts *facts = &story->facts;
    double resets = facts_resets(facts);

    if (facts->result->private_lab || facts->opened <= 0 || resets <= 0 ||
        resets * 2 < facts->opened) {
        return;
    }
    story_evidence(story, "host.counter.TcpOutRsts connections.opened");
    story_say(story, "%s RSTs were sent on the whole machine (TcpOutRsts%s) while %s made",
              COUNT(resets), facts->refused > 0 ? ", but for those that refused a SYN" : "",
              COUNTED(facts->opened, "connection was", "connections were"));
    if (!resets_felt(facts)) {
        story_add(story, ": by other programs too, for most of these connections show no sign of "
                         "one.");
        return;
    }
    story_add(story, ", those of other programs included.");
    if (facts_least(resets_say_host_aborts(story), resets) * 2 >= facts->opened) {
        say_aborted(story, "As far as the whole machine tells,");
        say_lost_messages(story, SIDE_CLIENT);
        say_lost_messages(story, SIDE_SERVER);
    }
}
