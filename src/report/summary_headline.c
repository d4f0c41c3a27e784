#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/text.h"
#include "finwait/words.h"
#include "headline.h"
#include "summary.h"

/* What it is called, what came of it, and what ran. */

/* ---- the first line ---- */

/* "PASS 4 of 4", of a new string. */
static char *tell_verdict(const struct result *result, enum ink *ink)
{
    size_t held = 0;

    for (size_t i = 0; i < result->expectation_count; i++) {
        held += result->expectation[i].verdict == VERDICT_PASS;
    }
    bool passed = held == result->expectation_count;
    const char *word = result->partial ? "PARTIAL" : passed ? "PASS" : "FAIL";
    *ink = result->partial || !passed ? INK_RED : INK_GREEN;
    if (result->expectation_count > 0) {
        return grow_format("%s %zu of %zu%s", word, held, result->expectation_count,
                           passed ? "" : " held");
    }
    *ink = result->partial ? INK_RED : INK_BOLD;
    return grow_text(result->partial ? word : "no expectations");
}

/* "50,000 connections in 3.80 s". */
static char *tell_load(const struct facts *facts)
{
    const char *lasted = DURATION((int64_t)(facts->load * (double)NS_PER_S));

    if (!facts->tallied) {
        return grow_text("connections not counted");
    }
    return grow_format(facts->load > 0 ? "%s %s in %s" : "%s %s", COUNT(facts->attempted),
                       PLURAL(facts->attempted, "connection", "connections"), lasted);
}

/* The name, and what it is about where that leaves the line in one. */
static char *tell_name(const struct facts *facts, size_t room)
{
    const char *name = facts_scenario(facts, "name");
    const char *about = facts_scenario(facts, "about");

    if (name[0] == '\0') {
        return grow_text("(no name)");
    }
    bool fits = about[0] != '\0' && text_width(name) + 2 + text_width(about) <= room;
    return grow_format("%s%s%s", name, fits ? ": " : "", fits ? about : "");
}

static void print_first(const struct summary *summary)
{
    enum { GAP = 3 };
    FILE *out = summary->out;
    enum ink ink;
    char *verdict = tell_verdict(summary->facts.result, &ink);
    char *load = tell_load(&summary->facts);
    size_t right = text_width(verdict) + GAP + text_width(load);
    size_t room = summary->width > right + GAP ? summary->width - right - GAP : 0;
    char *name = tell_name(&summary->facts, room);
    size_t left = text_width(name);

    ink_begin(INK_BOLD, out);
    if (left <= room) {
        text_put(name, strlen(name), out);
    } else {
        text_wrap(name, 0, 2, summary->width, out);
        left = 0;
    }
    ink_end(out);
    text_blanks(summary->width > left + right ? summary->width - left - right : 0, out);
    ink_put(ink, verdict, out);
    fprintf(out, "%*s%s\n", GAP, "", load);
    free(verdict);
    free(load);
    free(name);
}

/* ---- what ran ---- */

static void list_transport(struct list *list, const struct facts *facts)
{
    const char *transport = facts_scenario(facts, "transport");
    const char *protocol = facts_scenario(facts, "protocol");

    if (headline_sends(facts) && protocol[0] != '\0') {
        list_add(list, "%s over %s", protocol, transport);
    } else {
        list_add_text(list, "", transport);
    }
}

/* Who is not ours: the beginning of a long command. */
static void list_player(struct list *list, const struct facts *facts, enum side side)
{
    enum { LONG = 40 };
    const struct result_side *role = &facts->result->side[side];

    if (!role->has_command) {
        list_role(list, facts, side);
        return;
    }
    char *words = words_join(&role->command.argv);
    text_fold(words);
    bool cut = strlen(words) > LONG;
    for (size_t i = LONG; cut; i--) {
        if (words[i] == ' ' || i == 0) {
            words[i] = '\0';
            break;
        }
    }
    list_add(list, "%s `%s%s`", side_name(side), words, cut ? " ..." : "");
    free(words);
}

/* An order that the name does not tell. */
static void list_order(struct list *list, const struct facts *facts)
{
    const char *order = facts_scenario(facts, "order");

    if (strcmp(order, facts_scenario(facts, "name")) != 0) {
        list_add_text(list, "order ", order);
    }
}

static void list_pace(struct list *list, const struct facts *facts)
{
    double asked = 0;

    if (!facts->result->side[SIDE_CLIENT].played) {
        return;
    }
    units_parse_rate(facts_scenario(facts, "load.rate"), &asked);
    if (asked > 0) {
        list_add(list, "%s/s asked", COUNT(asked));
    } else if (facts_scenario_count(facts, "load.concurrency") > 0) {
        list_add(list, "%s at a time", COUNT(facts_scenario_count(facts, "load.concurrency")));
    }
}

static void list_rate(struct list *list, const struct facts *facts)
{
    if (!facts->tallied) {
        return;
    }
    if (facts->arriving > 0 && facts->open_loop) {
        list_add(list, "%s begun/s", COUNT(facts->attempted / facts->arriving));
    } else if (facts->arriving > 0) {
        list_add(list, "%s completed/s", COUNT(facts->rate));
    }
    double open = facts->attempted - facts->completed - facts->failed;
    if (open > 0) {
        list_add(list, "%s still open", COUNT(open));
    }
    if (facts->failed <= 0) {
        list_add(list, "0 failed");
    }
}

static void list_ran(struct list *list, const struct facts *facts)
{
    list_order(list, facts);
    list_transport(list, facts);
    list_add(list, "%s", facts->result->private_lab ? "private lab" : "lab: host");
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        bool there = side < SIDE_N || facts_proxied(facts);
        if (there && !facts->result->side[side].played) {
            list_player(list, facts, side);
        }
    }
    list_add_text(list, "server at ", facts_scenario(facts, "server.at"));
    list_pace(list, facts);
    list_rate(list, facts);
}

static void print_list(const struct summary *summary, listed *fn)
{
    char *text = list_text(&summary->facts, fn);

    if (text[0] != '\0') {
        text_wrap(text, 0, 2, summary->width, summary->out);
    }
    free(text);
}

void summary_headline(const struct summary *summary)
{
    print_first(summary);
    print_list(summary, list_ran);
    ink_begin(INK_RED, summary->out);
    print_list(summary, list_partial);
    print_list(summary, list_bad_answers);
    ink_end(summary->out);
}
