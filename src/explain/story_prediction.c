#include <stdlib.h>
#include <string.h>

#include "finwait/explain.h"
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

char *explain_prediction(const struct result *result)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < result->predicted_count; i++) {
        if (!told_before(result, i)) {
            fputs(i > 0 ? "; or " : "", out);
            tell_end(&result->predicted[i], out);
        }
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* ---- what was foreseen, and what came ---- */

/* Whether every way to end has the side rest in the same state. */
static bool is_certain(const struct result *result, enum side side)
{
    for (size_t i = 1; i < result->predicted_count; i++) {
        if (result->predicted[i].side[side].final != result->predicted[0].side[side].final) {
            return false;
        }
    }
    return true;
}

static void say_foreseen(struct story *story, const char *introduction, const char *tail)
{
    char *text = explain_prediction(story->facts.result);

    if (text != NULL) {
        story_say(story, "%s: %s%s.", introduction, text, tail);
    }
    free(text);
}

static void say_why(struct story *story, enum side side)
{
    const struct facts *facts = &story->facts;
    double gone = facts_gave_way(facts, side);
    double overflow = facts_moved(facts, side, "TcpExtTCPTimeWaitOverflow");

    if (overflow > 0) {
        story_say(story, "For %s there was no room (TcpExtTCPTimeWaitOverflow).", COUNT(overflow));
    }
    if (gone > 0) {
        story_say(story,
                  "%s were made (TcpExtTW): %s took the place of %s before %s 60 s were over.",
                  COUNT(facts->side[side].tw_made), story_what_ended(facts, side), COUNT(gone),
                  PLURAL(gone, "its", "their"));
    }
}

static void say_surprise(struct story *story, enum side side, const struct foreseen_rest *rest)
{
    if (rest->state == TCP_STATE_CLOSE) {
        story_say(story, "The model foresaw that nothing stays on the %s, but %s %s left there.",
                  side_name(side), COUNT(rest->seen),
                  PLURAL(rest->seen, "socket was", "sockets were"));
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

/* Compare a side that can only end in one way; whether it did, as far as can be told. */
static bool compare_side(struct story *story, enum side side, struct foreseen_rest *rest)
{
    if (!result_foreseen(story->facts.result, side, rest) || !can_compare(&story->facts, rest)) {
        return false;
    }
    if (!rest->agrees) {
        say_surprise(story, side, rest);
    } else if (!rest->counters_agree) {
        story_say(story,
                  "The sockets left on the %s are what the model foresaw, but its TcpExtTW is not: "
                  "see the findings.",
                  side_name(side));
    }
    return rest->agrees && rest->counters_agree;
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

/* The model speaks of connections that go their programs' way. */
static void say_failed(struct story *story)
{
    const struct facts *facts = &story->facts;
    double ended = facts->completed + facts->failed;
    char introduction[160];

    snprintf(introduction, sizeof introduction,
             "%s of %s connections failed, which is not what the model foresaw",
             COUNT(facts->failed), COUNT(ended));
    say_foreseen(story, introduction, "");
}

void observe_prediction(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct result *result = facts->result;
    struct foreseen_rest rest[SIDE_N];
    char missing[160];

    if (result->predicted_count == 0 || result->partial || facts->completed + facts->failed <= 0) {
        return;
    }
    if (!is_certain(result, SIDE_CLIENT) || !is_certain(result, SIDE_SERVER)) {
        if (facts->failed > 0) {
            say_failed(story);
        } else {
            say_foreseen(story, "How such a connection ends is a race, says the model", "");
        }
        return;
    }
    bool client = compare_side(story, SIDE_CLIENT, &rest[SIDE_CLIENT]);
    bool server = compare_side(story, SIDE_SERVER, &rest[SIDE_SERVER]);
    if (facts->failed > 0) {
        say_failed(story);
    } else if (client && server) {
        tell_missing(missing, sizeof missing, facts, rest);
        say_foreseen(story, "That is what the model foresaw", missing);
    }
}
