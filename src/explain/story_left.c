#include "faults.h"
#include "story.h"

/* ---- CLOSE_WAIT and the FIN_WAIT2 opposite ---- */

/* The kernel has made the connection, the peer has closed it again: the server never knew. */
void observe_unaccepted(struct story *story)
{
    enum side end = story->end;
    double left = story->facts.side[end].unaccepted;
    const char *name = side_name(side_player(end));
    const char *peer = side_name(side_player(facts_peer(&story->facts, end)));

    if (left <= 0) {
        return;
    }
    story_evidence(story, ".close_wait.unaccepted .close_wait.final .accept_queue.final");
    story_say(story,
              "%s in CLOSE_WAIT in the %s's accept queue, where no descriptor names %s: the %s has "
              "closed, and the %s has not accepted %s yet. The kernel has no timer for this state: "
              "%s until the %s accepts and closes %s, or closes its listener.",
              COUNTED(left, "socket stands", "sockets stand"), name, PLURAL(left, "it", "them"),
              peer, name, PLURAL(left, "it", "them"), PLURAL(left, "it stays", "they stay"), name,
              PLURAL(left, "it", "them"));
}

/* Of the accept queue, what is not told as CLOSE_WAIT. */
void observe_waiting(struct story *story)
{
    enum side end = story->end;
    const struct side_facts *listener = &story->facts.side[end];
    double waiting = listener->queued - listener->unaccepted;
    const char *name = side_name(side_player(end));

    if (waiting <= 0) {
        return;
    }
    story_evidence(story, ".accept_queue.final .close_wait.unaccepted");
    story_say(story,
              "%s in the %s's accept queue (Recv-Q of its listener)%s%s: the kernel has made %s, "
              "and the %s has not called accept for %s.",
              COUNTED(waiting, "connection still waits", "connections still wait"), name,
              listener->unaccepted > 0 ? ", not closed by the " : "",
              listener->unaccepted > 0 ? side_name(side_player(facts_peer(&story->facts, end)))
                                       : "",
              PLURAL(waiting, "it", "them"), name, PLURAL(waiting, "it", "them"));
}

/* Connections that the side's program has neither ended nor come to hold. */
static double under_way(const struct facts *facts, enum side side)
{
    const struct account *account = &facts->result->side[side].account;

    return (double)account_open(account) + (double)account->outcome[OUTCOME_CUT];
}

/* Sockets in CLOSE_WAIT that a descriptor names; whether those of a program still under way. */
static double accepted(const struct facts *facts, enum side side, bool *pending)
{
    const struct side_facts *seen = &facts->side[side];
    double left = seen->final[TCP_STATE_CLOSE_WAIT] - seen->unaccepted;

    *pending = left > 0 && facts->result->side[side].played && under_way(facts, side) >= left;
    return left > 0 ? left : 0;
}

static void say_accepted(struct story *story, enum side side, double left)
{
    const char *name = side_name(side_player(side));

    story_about(story, side);
    story_evidence(story, ".close_wait.final .close_wait.unaccepted");
    story_say(
        story,
        "%s in CLOSE_WAIT on the %s: it has had the peer's FIN, and its application still holds "
        "%s. The kernel has no timer for this state: %s until the %s closes %s or exits",
        COUNTED(left, "socket stands", "sockets stand"), side_told(side),
        PLURAL(left, "the descriptor", "their descriptors"), PLURAL(left, "it stays", "they stay"),
        name, PLURAL(left, "it", "them"));
}

void observe_close_wait(struct story *story)
{
    enum side side = story->end;
    bool pending;
    double left = accepted(&story->facts, side, &pending);

    if (left <= 0 || pending) {
        return;
    }
    say_accepted(story, side, left);
    if (!story->facts.result->side[side].played) { /* nobody knows whether it is to close */
        story_certainty(story, CERTAINTY_LIKELY);
        story_add(story, ", as a leak does; one that is only slow closes them in a longer "
                         "settle.");
        story_owners(story, side, TCP_STATE_CLOSE_WAIT);
        story_leaker(story, side);
    } else {
        story_add(story, "%s.", story->facts.timeouts > 0 ? "" : ", as a leak does");
        story_owners(story, side, TCP_STATE_CLOSE_WAIT);
    }
}

void observe_close_pending(struct story *story)
{
    enum side side = story->end;
    bool pending;
    double left = accepted(&story->facts, side, &pending);

    if (pending) {
        say_accepted(story, side, left);
        story_evidence(story, ".outcome.cut");
        story_add(story, "; its program had not come to its end yet, which is no leak.");
    }
}

/* How long an orphan may stay in FIN_WAIT2: tcp(7), TCP_LINGER2 and tcp_fin_timeout. */
static void say_orphans(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    const char *seconds = facts_sysctl(facts, side, "net.ipv4.tcp_fin_timeout");
    char option[32];

    snprintf(option, sizeof option, "%s.sockopt.linger2", side_name(side));
    bool own;
    facts_fin_wait2(facts, side, &own);
    double orphans = facts->side[side].orphans;
    const char *each = PLURAL(orphans, "it", "each");
    double all = facts->side[side].final[TCP_STATE_FIN_WAIT2];
    if (orphans >= 2) {
        story_say(story, "%s of them are orphans, closed by the application: ",
                  orphans >= all ? "All" : COUNT(orphans));
    } else {
        story_say(story, "%s an orphan, closed by the application: ",
                  all >= 2 ? "One of them is" : "It is");
    }
    if (own) {
        story_evidence(story, "%s", option);
        story_add(story, "the kernel drops %s after TCP_LINGER2, %s here.", each,
                  OPTION_DURATION(facts, option));
    } else if (seconds[0] != '\0') {
        story_evidence(story, "%s.sysctl.net.ipv4.tcp_fin_timeout", side_name(side_host(side)));
        story_add(story, "the kernel drops %s after tcp_fin_timeout, %s s here.", each, seconds);
    } else {
        story_add(story, "the kernel drops %s after tcp_fin_timeout.", each);
    }
}

/* Why the FIN is awaited; "" when the peer has simply not closed.  Returns `text`. */
static const char *missing_fin(char text[BLAME_TEXT], const struct facts *facts, enum side end)
{
    enum side peer = facts_peer(facts, end);
    enum side side = side_host(end);
    /* Peers in CLOSE_WAIT have sent none. */
    bool sent = facts_linked(facts, end) && facts->side[peer].final[TCP_STATE_CLOSE_WAIT] <
                                                facts->side[end].final[TCP_STATE_FIN_WAIT2];

    return sent && faults_lost(facts, FAULT_FIN, side)
               ? faults_blame(text, BLAME_TEXT, facts, FAULT_FIN, side)
               : "";
}

void observe_fin_wait2(struct story *story)
{
    enum side end = story->end;
    const struct side_facts *side = &story->facts.side[end];
    double left = side->final[TCP_STATE_FIN_WAIT2];
    double held = left - side->orphans;
    char blame[BLAME_TEXT];

    if (left <= 0) {
        return;
    }
    const char *why = missing_fin(blame, &story->facts, end);
    story_evidence(story, ".fin_wait2.final");
    bool known = why[0] == '\0' || faults_lost_all(&story->facts, FAULT_FIN, side_host(end));
    story_certainty(story, known ? CERTAINTY_PROVEN : CERTAINTY_LIKELY);
    story_say(
        story, "%s in FIN_WAIT2 on the %s, waiting for a FIN of the %s that has not arrived%s%s.",
        COUNTED(left, "socket stands", "sockets stand"), side_told(end),
        side_name(side_player(facts_peer(&story->facts, end))), why[0] != '\0' ? ": " : "", why);
    if (side->orphans > 0) {
        say_orphans(story, end);
    }
    if (held > 0) {
        story_say(story, "%s still %s a descriptor, and no timer ends those.", COUNT(held),
                  PLURAL(held, "has", "have"));
        story_owners(story, end, TCP_STATE_FIN_WAIT2);
    }
}

/* ---- nothing ---- */

static double total_time_wait(const struct facts *facts)
{
    double total = 0;

    for (unsigned end = 0; end < ENDS_N; end++) {
        total += facts->side[end].peak[TCP_STATE_TIME_WAIT];
    }
    return total;
}

static bool left_anywhere(const struct facts *facts)
{
    bool left = false;

    for (unsigned end = 0; end < ENDS_N; end++) {
        left |= facts_left_standing(facts, (enum side)end);
    }
    return left;
}

void observe_nothing_left(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct side_facts *side = facts->side;

    if (facts->opened <= 0 || !side[SIDE_CLIENT].settled || !side[SIDE_SERVER].settled ||
        left_anywhere(facts)) {
        return;
    }
    story_evidence(story, "connections.opened client.time_wait.peak server.time_wait.peak");
    story_say(story, "Nothing piled up: at the end of settle %s of these connections.",
              facts->result->side[SIDE_CLIENT].played && facts->result->side[SIDE_SERVER].played
                  ? facts_proxied(facts) ? "neither a side nor the proxy held a socket"
                                         : "neither side held a socket"
                  : "no table of the kernel listed a socket");
    story_unlisted(story);
    if (total_time_wait(facts) > 0) {
        story_say(story, "What had stood in TIME_WAIT was gone by then.");
    } else if (facts_resets(facts) < facts->opened / 2) {
        story_evidence(story, "sampler.gap");
        story_say(story,
                  "No sample caught one in TIME_WAIT either; the longest time between two samples "
                  "was %s.",
                  DURATION(facts->result->sampler_gap_max));
    }
}
