#include <stdlib.h>
#include <string.h>

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

char *story_prediction(const struct result *result)
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

/* The one state that every way to end has the side rest in; 0: it depends. */
static enum tcp_state certain_final(const struct result *result, enum side side)
{
    enum tcp_state final = result->predicted[0].side[side].final;

    for (size_t i = 1; i < result->predicted_count; i++) {
        if (result->predicted[i].side[side].final != final) {
            return (enum tcp_state)0;
        }
    }
    return final;
}

/* How many of the side's sockets came to rest in `state`, by counter where there is one: those in
 * TIME_WAIT may have left it again. */
static double rested_in(const struct side_facts *side, enum tcp_state state)
{
    double seen = side->final[state];

    if (state != TCP_STATE_TIME_WAIT) {
        return seen;
    }
    if (side->counted) {
        return side->tw_made - side->orphans;
    }
    return side->peak[state];
}

static bool came_true(const struct facts *facts, enum side side, enum tcp_state state)
{
    if (state == TCP_STATE_CLOSE) {
        return !facts_left_standing(facts, side);
    }
    return rested_in(&facts->side[side], state) >= 0.9 * facts->completed;
}

static void say_surprise(struct story *story, enum side side, enum tcp_state state)
{
    const struct facts *facts = &story->facts;

    if (state == TCP_STATE_CLOSE) {
        story_say(story,
                  "The model foresaw that nothing stays on the %s, but sockets were left "
                  "there.",
                  side_name(side));
    } else {
        story_say(story,
                  "The model foresaw %s on the %s, but only %s of %s connections came to "
                  "rest in it.",
                  tcp_state_name(state), side_name(side),
                  COUNT(rested_in(&facts->side[side], state)), COUNT(facts->completed));
    }
}

static void say_foreseen(struct story *story, const char *introduction)
{
    char *text = story_prediction(story->facts.result);

    if (text != NULL) {
        story_say(story, "%s: %s.", introduction, text);
    }
    free(text);
}

/* A run over 60 s has seen its early TIME_WAIT sockets leave, which only counters tell; and of more
 * sockets than connections, none can tell which are of this run. */
static bool can_compare(const struct facts *facts, enum side side, enum tcp_state state)
{
    return facts->side[side].settled && facts->side[side].final[state] <= facts->opened &&
           (state != TCP_STATE_TIME_WAIT || facts->side[side].counted || facts->watched < 60);
}

/* Compare a side that can only end in `state`; whether it did, as far as can be told. */
static bool compare_side(struct story *story, enum side side, enum tcp_state state)
{
    if (!can_compare(&story->facts, side, state)) {
        return false;
    }
    if (!came_true(&story->facts, side, state)) {
        say_surprise(story, side, state);
        return false;
    }
    return true;
}

void observe_prediction(struct story *story)
{
    const struct facts *facts = &story->facts;
    const struct result *result = facts->result;
    enum tcp_state state[SIDE_N];

    if (result->predicted_count == 0 || result->partial || facts->completed <= 0) {
        return;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        state[side] = certain_final(result, (enum side)side);
    }
    if ((unsigned)state[SIDE_CLIENT] == 0 || (unsigned)state[SIDE_SERVER] == 0) {
        say_foreseen(story, "How such a connection ends is a race, says the model");
        return;
    }
    bool client = compare_side(story, SIDE_CLIENT, state[SIDE_CLIENT]);
    bool server = compare_side(story, SIDE_SERVER, state[SIDE_SERVER]);
    if (client && server) {
        say_foreseen(story, "That is what the model foresaw");
    }
}
