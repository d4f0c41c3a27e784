#include "story.h"

/* A share of the connections below which a side's traces are exceptions, not the order. */
#define FEW 0.1

/* States that only the end passes through that sent its FIN before it had the peer's, and
 * those of the other end, each in order (RFC 9293 section 3.3.2). */
static const enum tcp_state active[] = {TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSING,
                                        TCP_STATE_TIME_WAIT};
static const enum tcp_state passive[] = {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK};

#define LENGTH(array) (sizeof(array) / sizeof(array)[0])
#define SEEN_TEXT     128

/* The states of `list` that the side was seen in: "fin_wait1 and time_wait".  Returns `text`. */
static char *seen_in(char text[SEEN_TEXT], const struct side_facts *side,
                     const enum tcp_state *list, size_t length)
{
    size_t left = 0;
    int used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < length; i++) {
        left += side->peak[list[i]] > 0;
    }
    for (size_t i = 0; i < length && used < SEEN_TEXT; i++) {
        if (side->peak[list[i]] > 0) {
            left--;
            used +=
                snprintf(text + used, (size_t)(SEEN_TEXT - used), "%s%s", tcp_state_name(list[i]),
                         left > 1    ? ", "
                         : left == 1 ? " and "
                                     : "");
        }
    }
    return text;
}

/*
 * How many connections the side is known to have closed without the peer's FIN, at the least.
 * Every such socket becomes a mini-socket but for those in FIN_WAIT2 whose descriptor is still
 * open, and those whose own FIN has not been acknowledged yet.
 */
static double closed_first(const struct facts *facts, enum side which)
{
    const struct side_facts *side = &facts->side[which];
    double held = side->final[TCP_STATE_FIN_WAIT2] - side->orphans;
    double unacked = side->final[TCP_STATE_FIN_WAIT1] + side->final[TCP_STATE_CLOSING];
    double made = side->tw_made + held + unacked;

    for (size_t i = 0; i < LENGTH(active); i++) {
        made = side->peak[active[i]] > made ? side->peak[active[i]] : made;
    }
    return made;
}

/* Traces of a state at all, where nothing rested: a connection that was reset half-way. */
static bool passed_through(const struct facts *facts, enum side closer)
{
    char text[SEEN_TEXT];

    return *seen_in(text, &facts->side[closer], active, LENGTH(active)) != '\0' ||
           *seen_in(text, &facts->side[side_peer(closer)], passive, LENGTH(passive)) != '\0';
}

/* Whether so many are more than exceptions among the connections whose traces can still stand:
 * older ones have left TIME_WAIT. */
static bool is_rule(const struct facts *facts, double count)
{
    double rate = facts->arriving > 0 ? facts->completed / facts->arriving : 0;
    double lately = rate * (double)TIME_WAIT_LENGTH / (double)NS_PER_S;
    bool aged = rate > 0 && lately < facts->opened;

    return count > 0 && count >= FEW * (aged ? lately : facts->opened);
}

/* Whether `side`, and not the other, closed first as a rule. */
static bool is_closer(const struct facts *facts, enum side side)
{
    double mine = closed_first(facts, side);
    double theirs = closed_first(facts, side_peer(side));

    if (!is_rule(facts, mine) && !is_rule(facts, theirs)) {
        return passed_through(facts, side) && !passed_through(facts, side_peer(side));
    }
    return mine > 0 && theirs < FEW * mine;
}

static void say_paths(struct story *story, enum side closer)
{
    const struct side_facts *side = story->facts.side;
    const char *name = side_name(closer);
    const char *peer = side_name(side_peer(closer));
    char first[SEEN_TEXT];
    char second[SEEN_TEXT];

    seen_in(first, &side[closer], active, LENGTH(active));
    seen_in(second, &side[side_peer(closer)], passive, LENGTH(passive));
    if (first[0] != '\0' && second[0] != '\0') {
        story_say(story, "Samples caught the %s's sockets in %s, the %s's in %s.", name, first,
                  peer, second);
    } else if (first[0] != '\0' || second[0] != '\0') {
        story_say(story, "Samples caught the %s's sockets in %s.", first[0] != '\0' ? name : peer,
                  first[0] != '\0' ? first : second);
    }
}

static void say_closer(struct story *story, enum side closer)
{
    const struct side_facts *side = story->facts.side;

    story_about(story, closer);
    story_evidence(story, "%s.counter.TcpExtTW", side_name(closer));
    story_evidence(story, "%s.counter.TcpExtTWKilled", side_name(closer));
    story_evidence(story, "connections.opened");
    if (side[closer].tw_made <= 0) {
        story_certainty(story, CERTAINTY_LIKELY); /* samples see some of the connections */
    }
    if (!is_rule(&story->facts, closed_first(&story->facts, closer))) {
        story_say(story, "As far as sockets were caught closing, the %s closed first.",
                  side_name(closer));
    } else if (side[closer].tw_made > 0) {
        story_say(story,
                  "The %s closed first: %s of its sockets gave way to %s (TcpExtTW and "
                  "TcpExtTWKilled), which the kernel makes only at an end whose FIN goes out "
                  "before the peer's has come in.",
                  side_name(closer), COUNT(side[closer].tw_made),
                  PLURAL(side[closer].tw_made, "a mini-socket", "mini-sockets"));
    } else {
        story_say(story, "The %s closed first.", side_name(closer));
    }
    say_paths(story, closer);
}

void observe_closer(struct story *story)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (is_closer(&story->facts, (enum side)side)) {
            say_closer(story, (enum side)side);
        }
    }
}

static bool stood_in_time_wait(const struct facts *facts)
{
    return facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] > 0 &&
           facts->side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT] > 0;
}

/* Both sides hold what only a first closer can hold: their FINs crossed, or they took turns. */
void observe_crossing(struct story *story)
{
    const struct facts *facts = &story->facts;
    double client = closed_first(facts, SIDE_CLIENT);
    double server = closed_first(facts, SIDE_SERVER);
    double crossed = client + server - facts->opened;

    if (!is_rule(facts, client) || !is_rule(facts, server) || client < FEW * server ||
        server < FEW * client) {
        return;
    }
    story_evidence(story, "client.counter.TcpExtTW");
    story_evidence(story, "server.counter.TcpExtTW");
    story_evidence(story, "connections.opened");
    story_say(story,
              "Both sides hold sockets that only the first to close can hold: %s on the "
              "client, %s on the server, of %s %s.",
              COUNT(client), COUNT(server), COUNT(facts->opened),
              PLURAL(facts->opened, "connection", "connections"));
    if (crossed > 0) {
        story_say(story,
                  "%s%s%s this was a simultaneous close: each FIN was sent before the other had "
                  "arrived%s.",
                  crossed < facts->opened ? "On at least " : "On all",
                  crossed < facts->opened ? COUNT(crossed) : "", " of them",
                  stood_in_time_wait(facts) ? ", and both ends went to TIME_WAIT" : "");
    } else {
        story_say(story, "No connection need have been closed by both at once: sometimes one side "
                         "was first, sometimes the other.");
    }
}
