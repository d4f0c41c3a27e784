#include <errno.h>

#include "resets.h"

/* Descriptors whose connection is over: sockets in CLOSE, which nearly no tool lists. */

void observe_bound(struct story *story)
{
    enum side side = story->end;
    double left = story->facts.side[side].final[TCP_STATE_CLOSE];

    if (left > 0) {
        story_evidence(story, ".close.final");
        story_say(
            story,
            "%s in CLOSE on the %s: the connection is over, but the descriptor is open and keeps "
            "the port it was bound to. ss -a lists no such socket, which is in none of the tables "
            "of connections and listeners; ss --bound-inactive of a recent iproute2 does.",
            COUNTED(left, "socket stands", "sockets stand"), side_name(side));
    }
}

/* Whether a held socket may be over by two FINs: its own was sent by shutdown(2). */
static bool sends_fins(const struct facts *facts, enum side side)
{
    const struct program *steps = &facts->result->side[side].steps;

    return steps->length == 0 || program_has(steps, STEP_SHUT_WR);
}

/*
 * What ended them, when it can be but one thing; whom a RST was told of has not been held.  The
 * counters are of all of the side's sockets: others' RSTs say nothing of those that FINs ended.
 */
static const char *ended_by(const struct facts *facts, enum side side)
{
    double gave_up = facts_moved(facts, side, "TcpExtTCPAbortOnTimeout");
    double told = (double)facts->result->side[side].account.error[ETIMEDOUT];
    double unseen = facts->side[side].unseen;
    double reset = (double)facts->result->side[side].account.outcome[OUTCOME_RESET];

    double cut = facts_cut(facts, side) - reset;

    if (sends_fins(facts, side)) {
        return cut >= facts->opened ? ", ended by a RST (TcpEstabResets)" : "";
    }
    if (gave_up - told <= 0 && cut >= unseen) {
        return ", ended by a RST (TcpEstabResets)";
    }
    return cut <= 0 && gave_up - told >= unseen
               ? ", given up by TCP for want of an answer (TcpExtTCPAbortOnTimeout)"
               : "";
}

/*
 * What a program that is not finwait's holds in CLOSE nobody counts: shutdown and the peer's ACK,
 * or a RST, take a socket out of the tables (inet_unhash()), and the descriptor stays.
 */
void story_unlisted(struct story *story)
{
    const struct facts *facts = &story->facts;
    double resets = facts_resets(facts);

    for (unsigned i = 0; i < SIDE_N; i++) {
        if (facts->result->side[i].played) {
            continue;
        }
        story_certainty(story, CERTAINTY_LIKELY);
        story_say(story,
                  "Descriptors that the %s still holds of sockets in CLOSE are in none of "
                  "the kernel's tables; its /proc/PID/fd tells, and alloc in /proc/net/sockstat.",
                  side_name((enum side)i));
        if (resets > 0) {
            story_evidence(story, "host.counter.TcpOutRsts host.counter.TcpEstabResets");
            story_say(story,
                      "A RST takes a socket there: %s sent on the whole machine (TcpOutRsts) for "
                      "%s, so a leak may hide behind them.",
                      COUNTED(resets, "was", "were"),
                      COUNTED(facts->opened, "connection", "connections"));
        }
        if (resets * 2 >= facts->opened) {
            story_certainty(story, CERTAINTY_UNKNOWN);
        }
    }
}

/* Sockets that are left say nothing of those that RSTs took from the tables. */
static void look_at_unlisted(struct story *story)
{
    const struct facts *facts = &story->facts;
    bool left = facts_left_standing(facts, SIDE_CLIENT) || facts_left_standing(facts, SIDE_SERVER);

    if (left && !facts->result->side[SIDE_SERVER].played && facts->opened > 0 &&
        facts_resets(facts) * 2 >= facts->opened && resets_felt(facts)) {
        story_about(story, SIDE_SERVER);
        story_unlisted(story);
    }
}

void observe_unlisted(struct story *story)
{
    enum side side = story->end;
    const struct facts *facts = &story->facts;
    double unseen = facts->side[side].unseen;

    if (unseen > 0) {
        for (size_t i = 0; facts_abort_counters[i] != NULL; i++) {
            story_evidence(story, ".counter.%s", facts_abort_counters[i]);
        }
        story_evidence(story, ".outcome.held .counter.TcpEstabResets");
        story_say(story,
                  "The %s still holds the %s of %s that %s over%s. In CLOSE and without a port a "
                  "socket is in no table of the kernel, so neither sock_diag nor ss(8) lists it; "
                  "it costs a descriptor and memory until the %s closes it.",
                  side_name(side), PLURAL(unseen, "descriptor", "descriptors"),
                  COUNTED(unseen, "connection", "connections"), PLURAL(unseen, "is", "are"),
                  ended_by(facts, side), side_name(side));
    }
    if (side == SIDE_SERVER) {
        look_at_unlisted(story);
    }
}
