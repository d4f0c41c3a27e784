#include "faults.h"
#include "story.h"

/* A share of the connections below which they are exceptions, not the rule. */
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

static void say_paths(struct story *story, enum side closer)
{
    const struct side_facts *side = story->facts.side;
    const char *name = side_name(side_player(closer));
    enum side other = facts_peer(&story->facts, closer);
    const char *peer = side_name(side_player(other));
    char first[SEEN_TEXT];
    char second[SEEN_TEXT];

    seen_in(first, &side[closer], active, LENGTH(active));
    seen_in(second, &side[other], passive, LENGTH(passive));
    if (first[0] != '\0' && second[0] != '\0') {
        story_say(story, "Samples caught the %s's sockets in %s, the %s's in %s.", name, first,
                  peer, second);
    } else if (first[0] != '\0' || second[0] != '\0') {
        story_say(story, "Samples caught the %s's sockets in %s.", first[0] != '\0' ? name : peer,
                  first[0] != '\0' ? first : second);
    }
}

/* Who closed first, as counts: the metrics closed_first.*.  A proxy's end takes the place of the
 * role that it stands before. */
struct closers {
    enum side end[SIDE_N];
    double by[SIDE_N];
    double both, unknown;
    double known; /* all but unknown */
    double all;   /* that either side had opened */
};

static void count_closers(const struct facts *facts, struct closers *closers)
{
    bool driven = facts->result->side[SIDE_CLIENT].played;

    closers->end[SIDE_CLIENT] = driven || !facts_proxied(facts) ? SIDE_CLIENT : SIDE_BACK;
    closers->end[SIDE_SERVER] = driven && facts_proxied(facts) ? SIDE_FRONT : SIDE_SERVER;
    for (unsigned side = 0; side < SIDE_N; side++) {
        facts_metric(facts, &closers->by[side], "closed_first.%s",
                     side_name(side_player(closers->end[side])));
    }
    facts_metric(facts, &closers->both, "closed_first.both");
    facts_metric(facts, &closers->unknown, "closed_first.unknown");
    closers->known = closers->by[SIDE_CLIENT] + closers->by[SIDE_SERVER] + closers->both;
    closers->all = closers->known + closers->unknown;
}

static void cite(struct story *story)
{
    story_evidence(story, "closed_first.client closed_first.server closed_first.proxy "
                          "closed_first.both closed_first.unknown connections.opened");
}

/* ", the client on 10", of those that are exceptions. */
static void add_exceptions(struct story *story, const struct closers *closers, enum side closer)
{
    enum side peer = side_peer(closer);

    if (closers->by[peer] > 0) {
        story_add(story, ", the %s on %s", side_name(side_player(closers->end[peer])),
                  COUNT(closers->by[peer]));
    }
    if (closers->both > 0) {
        story_add(story, ", both%s on %s", faults_struck(&story->facts) ? "" : " at once",
                  COUNT(closers->both));
    }
    if (closers->unknown > 0) {
        story_add(story, "; of %s nobody knows", COUNT(closers->unknown));
    }
}

/* Who gets a RST of a fault's counts it as its peer's close. */
static void say_forged(struct story *story, enum side end)
{
    double sent = facts_moved(&story->facts, end, "TcpOutRsts");
    enum side peer = facts_peer(&story->facts, end);

    if (peer >= SIDE_N /* a proxy counts nothing */ || !faults_forged(&story->facts, peer)) {
        return;
    }
    story_certainty(story, CERTAINTY_LIKELY);
    story_say(story, "A fault's RSTs count as the %s's there", side_name(side_player(end)));
    if (story->facts.side[end].counted) {
        story_evidence(story, "%s.counter.TcpOutRsts", side_name(end));
        story_add(story, ", which itself sent %s (TcpOutRsts)", sent > 0 ? COUNT(sent) : "none");
    }
    story_add(story, ".");
}

static void say_closer(struct story *story, const struct closers *closers, enum side closer)
{
    enum side end = closers->end[closer];
    double made = story->facts.moved ? 0 : story->facts.side[end].tw_made;

    story_about(story, end);
    cite(story);
    story_say(story, "The %s closed first on %s of %s", side_name(side_player(end)),
              COUNT(closers->by[closer]), COUNTED(closers->all, "connection", "connections"));
    add_exceptions(story, closers, closer);
    story_add(story, ".");
    say_forged(story, end);
    if (made > 0) {
        story_evidence(story, "%s.counter.TcpExtTW %s.counter.TcpExtTWKilled", side_name(closer),
                       side_name(closer));
        story_say(story,
                  "%s of its sockets gave way to %s (TcpExtTW and TcpExtTWKilled), which the "
                  "kernel makes only at an end whose FIN goes out before the peer's has come in.",
                  COUNT(made), PLURAL(made, "a mini-socket", "mini-sockets"));
    }
    if (!story->facts.moved) {
        say_paths(story, end);
    }
}

/* Sometimes one side, sometimes the other. */
static void say_turns(struct story *story, const struct closers *closers)
{
    enum side more =
        closers->by[SIDE_SERVER] > closers->by[SIDE_CLIENT] ? SIDE_SERVER : SIDE_CLIENT;

    cite(story);
    story_say(story, "Who closed first changed: the %s on %s of %s connections",
              side_name(side_player(closers->end[more])), COUNT(closers->by[more]),
              COUNT(closers->all));
    add_exceptions(story, closers, more);
    story_add(story, ".");
    say_forged(story, closers->end[SIDE_CLIENT]);
    say_forged(story, closers->end[SIDE_SERVER]);
}

void observe_closer(struct story *story)
{
    struct closers closers;

    count_closers(&story->facts, &closers);
    if (closers.by[SIDE_CLIENT] + closers.by[SIDE_SERVER] < FEW * closers.known ||
        closers.known <= 0) {
        return;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (closers.by[side] >= (1 - FEW) * closers.known) {
            say_closer(story, &closers, (enum side)side);
            return;
        }
    }
    say_turns(story, &closers);
}

static bool stood_in_time_wait(const struct facts *facts)
{
    return facts->side[SIDE_CLIENT].peak[TCP_STATE_TIME_WAIT] > 0 &&
           facts->side[SIDE_SERVER].peak[TCP_STATE_TIME_WAIT] > 0;
}

/* How they came to close so; what faults lost or made late may have been sent long before. */
static const char *why_both(const struct facts *facts)
{
    if (faults_struck(facts)) {
        return ": neither had had the other's FIN or RST when it closed";
    }
    return facts_resets(facts) > 0
               ? " at once: the FIN or RST of each left before the other's had come"
               : " at once: each FIN left before the other had come";
}

void observe_crossing(struct story *story)
{
    const struct facts *facts = &story->facts;
    struct closers closers;

    count_closers(facts, &closers);
    if (closers.both < FEW * closers.known || closers.both <= 0) {
        return;
    }
    cite(story);
    story_say(story, "%s%s closed by both sides%s%s.",
              closers.both > 1 && closers.both >= closers.all ? "All " : "",
              COUNTED(closers.both, "connection was", "connections were"), why_both(facts),
              stood_in_time_wait(facts) ? ", and both ends went to TIME_WAIT" : "");
}
