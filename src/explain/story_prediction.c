#include <stdlib.h>
#include <string.h>

#include "finwait/explain.h"
#include "finwait/grow.h"
#include "foreseen.h"
#include "story.h"

/* A result that was written by hand may lack either. */
static const char *fate_of(const struct predicted_side *side)
{
    return side->fate != NULL ? side->fate : "fate unknown";
}

static const char *final_of(const struct predicted_side *side)
{
    const char *name = tcp_state_name(side->final);

    return name != NULL ? name : "an unknown state";
}

/* Whether two ways to end rest in the same states with the same fates. */
static bool ends_alike(const struct predicted_end *a, const struct predicted_end *b)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (a->side[side].final != b->side[side].final ||
            strcmp(fate_of(&a->side[side]), fate_of(&b->side[side])) != 0) {
            return false;
        }
    }
    return true;
}

static bool told_before(const struct result *result, size_t index)
{
    for (size_t i = 0; i < index; i++) {
        if (ends_alike(&result->predicted[i], &result->predicted[index])) {
            return true;
        }
    }
    return false;
}

static void tell_end(const struct predicted_end *end, FILE *out)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        const struct predicted_side *side = &end->side[i];
        fprintf(out, "%s%s ends in %s", i > 0 ? ", " : "", side_name((enum side)i), final_of(side));
        if (strcmp(fate_of(side), "done") != 0) {
            fprintf(out, " (%s)", fate_of(side));
        }
    }
}

/* What decides between the ways to end that are told. */
enum decides {
    DECIDES_NOTHING, /* there is one */
    DECIDES_TIMING,
    DECIDES_BUFFERS,
    DECIDES_BOTH,
    DECIDES_PROGRAM, /* which of several it runs, beside all that */
};

static enum decides what_decides(const struct result *result)
{
    size_t told = 0, by_buffers = 0;

    for (size_t i = 0; i < result->predicted_count; i++) {
        bool news = !told_before(result, i);
        told += news;
        by_buffers += news && result->predicted[i].by_buffers;
    }
    if (told < 2) {
        return DECIDES_NOTHING;
    }
    if (result->side[SIDE_CLIENT].mix_count > 1) {
        return DECIDES_PROGRAM;
    }
    if (by_buffers == 0) {
        return DECIDES_TIMING;
    }
    return told - by_buffers <= 1 ? DECIDES_BUFFERS : DECIDES_BOTH;
}

/* `before`, and the ways to end. */
static char *tell_ends(const char *before, const struct result *result)
{
    struct grow_stream text;

    grow_stream_open(&text);
    fputs(before, text.out);
    for (size_t i = 0; i < result->predicted_count; i++) {
        if (!told_before(result, i)) {
            fputs(i > 0 ? "; or " : "", text.out);
            tell_end(&result->predicted[i], text.out);
        }
    }
    return grow_stream_close(&text);
}

char *explain_prediction(const struct result *result)
{
    static const char *const either[] = {
        [DECIDES_NOTHING] = "",
        [DECIDES_TIMING] = "either, by timing: ",
        [DECIDES_BUFFERS] = "either, by buffer sizes: ",
        [DECIDES_BOTH] = "either, by buffer sizes and timing: ",
        [DECIDES_PROGRAM] = "by the program it runs, and by timing: ",
    };

    return tell_ends(either[what_decides(result)], result);
}

/* ---- what was foreseen, and what came ---- */

static void say_foreseen(struct story *story, const char *introduction, const char *tail)
{
    char *text = tell_ends("", story->facts.result);

    story_say(story, "%s: %s%s.", introduction, text, tail);
    free(text);
}

static void say_why(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    double gone = facts_gave_way(facts, side);
    double overflow = facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow");

    if (overflow > 0) {
        story_evidence(story, ".counter.TcpExtTCPTimeWaitOverflow");
        story_say(story, "For %s there was no room (TcpExtTCPTimeWaitOverflow).", COUNT(overflow));
    }
    if (gone > 0) {
        story_evidence(story, ".counter.TcpExtTW");
        story_say(story,
                  "%s were made (TcpExtTW): %s took the place of %s before %s 60 s were over.",
                  COUNT(facts->side[side].tw_made), story_what_ended(facts, side), COUNT(gone),
                  PLURAL(gone, "its", "their"));
    }
}

static void say_surprise(struct story *story, enum side side, const struct foreseen_rest *rest)
{
    if (rest->state == TCP_STATE_CLOSE) {
        story_say(story, "The model foresaw that nothing stays on the %s, but %s left there.",
                  side_name(side), COUNTED(rest->seen, "socket was", "sockets were"));
        return;
    }
    story_say(story, "The model foresaw %s on the %s, but %s%s of %s%s stood in it in the end.",
              tcp_state_name(rest->state), side_name(side), rest->seen < rest->due ? "only " : "",
              COUNT(rest->seen), rest->share < 1 ? "about " : "", COUNT(rest->due));
    if (rest->state == TCP_STATE_TIME_WAIT && rest->seen < rest->due) {
        say_why(story, side);
    }
}

/* Of more sockets than connections, on a host that others use, none can tell which are of this
 * run. */
static bool can_compare(const struct facts *facts, const struct foreseen_rest *rest)
{
    return facts->result->private_lab || rest->seen <= facts->opened;
}

/* A cut before the end of settle finds sockets on their way: none of them is at rest yet. */
static bool is_watched(const struct result *result)
{
    return !result->partial || result->phase[PHASE_DECAY].reached;
}

/* The sockets seen where they were to rest, or wherever they are where none was to be. */
static void add_seen(struct story *story, enum side side, const struct foreseen_rest *rest)
{
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        if ((state == rest->state && state != TCP_STATE_CLOSE) ||
            (rest->state == TCP_STATE_CLOSE && state != TCP_STATE_LISTEN &&
             story->facts.side[side].final[state] > 0)) {
            story_evidence(story, "%s.%s.final", side_name(side),
                           tcp_state_name((enum tcp_state)state));
        }
    }
}

void observe_elsewhere(struct story *story)
{
    enum side side = story->end;
    struct foreseen_rest rest;

    if (is_watched(story->facts.result) && foreseen_rest(&story->facts, side, &rest) &&
        can_compare(&story->facts, &rest) && !rest.agrees) {
        story_evidence(story, "connections.foreseen");
        add_seen(story, side, &rest);
        say_surprise(story, side, &rest);
    }
}

void observe_miscounted_minis(struct story *story)
{
    struct foreseen_minis minis;

    if (!is_watched(story->facts.result) || !foreseen_minis(&story->facts, story->end, &minis) ||
        minis.agrees) {
        return;
    }
    story_evidence(story, ".counter.TcpExtTW .counter.TcpExtTWKilled connections.foreseen");
    story_say(story,
              "The model foresaw %s TIME_WAIT (or orphaned FIN_WAIT2) %s made on the %s, %s a "
              "connection, but its host's TcpExtTW and TcpExtTWKilled counted %s.",
              COUNT(minis.due), PLURAL(minis.due, "socket", "sockets"), side_name(story->end),
              COUNT(minis.each), COUNT(minis.made));
}

/* Whether enough ended, with someone watching, to hold against the model. */
static bool is_comparable(const struct facts *facts)
{
    return facts->result->predicted_count > 0 && !facts->result->partial &&
           facts->completed + facts->failed > 0;
}

/* Whether the server's ends are the model's too, as far as its program counted them. */
static bool server_agrees(const struct facts *facts)
{
    struct foreseen_server server;

    return !foreseen_server(facts, &server) || server.other + server.missing <= 0;
}

static void add_other_fates(struct story *story)
{
    const struct result *result = story->facts.result;

    for (unsigned i = 0; i < OUTCOME_N; i++) {
        if (result->side[SIDE_SERVER].account.outcome[i] > 0 &&
            !foreseen_fate(result, SIDE_SERVER, (enum outcome)i)) {
            story_evidence(story, "server.outcome.%s", outcome_name((enum outcome)i));
        }
    }
}

/* What the client takes for a good end may be none at the server. */
static void say_server_failed(struct story *story)
{
    struct foreseen_server server;
    char introduction[160];

    if (!foreseen_server(&story->facts, &server) || server.other + server.missing <= 0) {
        return;
    }
    story_about(story, SIDE_SERVER);
    story_evidence(story, "connections.foreseen server.attempted");
    if (server.other > 0) {
        add_other_fates(story);
        snprintf(introduction, sizeof introduction,
                 "%s of the %s that the server accepted did not end there as the model foresaw",
                 COUNT(server.other), COUNTED(server.ended, "connection", "connections"));
    } else {
        snprintf(introduction, sizeof introduction,
                 "%s that the client ended as the model foresaw never came to the server's program",
                 COUNTED(server.missing, "connection", "connections"));
    }
    say_foreseen(story, introduction, "");
}

/* The model speaks of connections that go their programs' way. */
void observe_failed(struct story *story)
{
    const struct facts *facts = &story->facts;
    char introduction[160];

    if (!is_comparable(facts)) {
        return;
    }
    if (facts->unforeseen > 0) {
        story_evidence(story, "connections.attempted connections.foreseen");
        snprintf(introduction, sizeof introduction,
                 "%s of %s connections did not end as the model foresaw", COUNT(facts->unforeseen),
                 COUNT(facts->completed + facts->failed));
        say_foreseen(story, introduction, "");
    }
    say_server_failed(story);
}

static bool is_race(const struct result *result)
{
    return !foreseen_state(result, SIDE_CLIENT) || !foreseen_state(result, SIDE_SERVER);
}

/* Whether all ended as foreseen, in whichever of several ways. */
static bool ended_either_way(const struct facts *facts)
{
    return is_comparable(facts) && facts->unforeseen <= 0 && server_agrees(facts) &&
           is_race(facts->result);
}

/* Why there is more than one way, said of connections that all went one of them. */
static const char *const races[] = {
    [DECIDES_NOTHING] = "How such a connection ends is a race, says the model",
    [DECIDES_TIMING] = "How such a connection ends is a race, says the model",
    [DECIDES_BUFFERS] = "How such a connection ends is for the sizes of the sockets' buffers to "
                        "tell, says the model",
    [DECIDES_BOTH] = "How such a connection ends is a race and for the sizes of the sockets' "
                     "buffers to tell, says the model",
    [DECIDES_PROGRAM] = "How such a connection ends is for the program that it runs to tell, and "
                        "may be a race, says the model",
};

static bool is_for_buffers(enum decides decides)
{
    return decides == DECIDES_BUFFERS || decides == DECIDES_BOTH;
}

void observe_race(struct story *story)
{
    enum decides decides = what_decides(story->facts.result);

    if (ended_either_way(&story->facts) && !is_for_buffers(decides)) {
        story_evidence(story, "connections.foreseen");
        say_foreseen(story, races[decides], "");
    }
}

void observe_buffers(struct story *story)
{
    enum decides decides = what_decides(story->facts.result);

    if (ended_either_way(&story->facts) && is_for_buffers(decides)) {
        story_evidence(story, "connections.foreseen");
        say_foreseen(story, races[decides], "");
    }
}

/* Where those are that are missing within the tolerance, or whose time is over. */
static void tell_missing(char *text, size_t size, const struct facts *facts,
                         const struct foreseen_rest rest[SIDE_N])
{
    text[0] = '\0';
    for (unsigned side = 0; side < SIDE_N && text[0] == '\0'; side++) {
        double gone =
            rest[side].state == TCP_STATE_TIME_WAIT ? facts_gave_way(facts, (enum side)side) : 0;
        if (gone > 0 && rest[side].seen < rest[side].due) {
            snprintf(text, size, "; %s took the place of the other %s",
                     story_what_ended(facts, (enum side)side), COUNT(gone));
        } else if (rest[side].share < 1) {
            snprintf(text, size, "; those whose time there was over have gone");
        }
    }
}

static bool is_met(const struct facts *facts, enum side side, struct foreseen_rest *rest)
{
    struct foreseen_minis minis;

    return foreseen_rest(facts, side, rest) && can_compare(facts, rest) && rest->agrees &&
           (!foreseen_minis(facts, side, &minis) || minis.agrees);
}

void observe_met(struct story *story)
{
    const struct facts *facts = &story->facts;
    struct foreseen_rest rest[SIDE_N];
    char missing[160];

    if (is_comparable(facts) && facts->unforeseen <= 0 && server_agrees(facts) &&
        !is_race(facts->result) && is_met(facts, SIDE_CLIENT, &rest[SIDE_CLIENT]) &&
        is_met(facts, SIDE_SERVER, &rest[SIDE_SERVER])) {
        story_evidence(story, "connections.foreseen");
        add_seen(story, SIDE_CLIENT, &rest[SIDE_CLIENT]);
        add_seen(story, SIDE_SERVER, &rest[SIDE_SERVER]);
        tell_missing(missing, sizeof missing, facts, rest);
        say_foreseen(story, "That is what the model foresaw", missing);
    }
}
