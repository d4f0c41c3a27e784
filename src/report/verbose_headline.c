#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/report.h"
#include "verbose.h"

/* A list "a, b, c" that is written piece by piece, then wrapped. */
struct list {
    FILE *out;
    const char *between;
};

static void list_add(struct list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void list_add(struct list *list, const char *format, ...)
{
    va_list arguments;

    fputs(list->between, list->out);
    list->between = ", ";
    va_start(arguments, format);
    vfprintf(list->out, format, arguments);
    va_end(arguments);
}

/* What stands before the first item. */
static void list_begin(struct list *list, const char *text)
{
    fputs(text, list->out);
}

static void list_add_text(struct list *list, const char *before, const char *text)
{
    if (text[0] != '\0') {
        list_add(list, "%s%s", before, text);
    }
}

typedef void listed(struct list *list, const struct facts *facts);

static char *list_text(const struct facts *facts, listed *fn)
{
    struct list list = {.between = ""};
    struct grow_stream stream;

    grow_stream_open(&stream);
    list.out = stream.out;
    fn(&list, facts);
    return grow_stream_close(&stream);
}

/* A line of what `fn` lists, if it lists anything. */
static void print_list(const struct paper *paper, const struct facts *facts, listed *fn,
                       size_t indent)
{
    char *text = list_text(facts, fn);

    if (text[0] != '\0') {
        text_blanks(indent, paper->out);
        text_wrap(text, indent, indent + 2, VERBOSE_WIDE, paper->out);
    }
    free(text);
}

/* "5,000 connections", "up to 5,000 connections within 3 s", "for 3 s". */
static void list_extent(struct list *list, const struct facts *facts, bool driven)
{
    uint64_t connections = driven ? facts_scenario_count(facts, "load.connections") : 0;
    int64_t duration = 0;

    units_parse_duration(facts_scenario(facts, "load.duration"), &duration);
    if (connections > 0 && duration > 0) {
        list_add(list, "up to %s %s within %s", COUNT(connections),
                 PLURAL(connections, "connection", "connections"), DURATION(duration));
    } else if (connections > 0) {
        list_add(list, "%s %s", COUNT(connections),
                 PLURAL(connections, "connection", "connections"));
    } else if (duration > 0) {
        list_add(list, "for %s", DURATION(duration));
    }
}

/* Programs that send no message have no protocol above TCP; of a foreign one that is not known. */
static bool sends(const struct facts *facts)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct program *steps = &facts->result->side[side].steps;
        if (steps->length == 0 || program_has(steps, STEP_SEND)) {
            return true;
        }
    }
    return false;
}

static void list_load(struct list *list, const struct facts *facts)
{
    const char *rate = facts_scenario(facts, "load.rate");
    bool driven = facts->result->side[SIDE_CLIENT].played;

    list_add_text(list, "order ", facts_scenario(facts, "order"));
    list_extent(list, facts, driven);
    double a_second = 0;
    if (driven && units_parse_rate(rate, &a_second) == 0 && a_second > 0) {
        list_add(list, "%s/s", COUNT(a_second));
    } else if (driven && facts_scenario_count(facts, "load.concurrency") > 0) {
        list_add(list, "%s at a time", COUNT(facts_scenario_count(facts, "load.concurrency")));
    }
    list_add_text(list, "", facts_scenario(facts, "transport"));
    if (sends(facts)) {
        list_add_text(list, "", facts_scenario(facts, "protocol"));
    }
}

static void list_role(struct list *list, const struct facts *facts, enum side side)
{
    const struct result_side *role = &facts->result->side[side];

    if (role->played) {
        list_add(list, "%u %s worker%s", role->workers, side_name(side),
                 role->workers == 1 ? "" : "s");
    } else if (role->has_command) {
        char *words = words_join(&role->command.argv);
        list_add(list, "%s `%s`", side_name(side), words);
        free(words);
    } else {
        list_add(list, "the %s is not ours", side_name(side));
    }
}

/* What a run usually has, where the machine did not let it. */
static void list_lacks(struct list *list, const struct facts *facts)
{
    const struct text_pairs *environment = &facts->result->environment;
    const char *user = text_pairs_get(environment, "worker_euid");
    const char *pen = text_pairs_get(environment, "pid_namespace");

    if (user != NULL && strcmp(user, "0") == 0) {
        list_add(list, "workers are root");
    }
    if (pen != NULL && strcmp(pen, "yes") != 0) {
        list_add(list, "no PID namespace (%s)", pen);
    }
}

static void list_machine(struct list *list, const struct facts *facts)
{
    list_add(list, "%s", facts->result->private_lab ? "private lab" : "lab: host");
    list_role(list, facts, SIDE_CLIENT);
    list_role(list, facts, SIDE_SERVER);
    if (facts_proxied(facts)) {
        list_role(list, facts, SIDE_PROXY);
    }
    list_lacks(list, facts);
    list_add_text(list, "server at ", facts_scenario(facts, "server.at"));
    const char *kernel = text_pairs_get(&facts->result->environment, "kernel");
    list_add_text(list, "Linux ", kernel != NULL ? kernel : "");
    list_add_text(list, "", facts->result->started != NULL ? facts->result->started : "");
}

static void list_undone(struct list *list, size_t undone)
{
    if (undone > 0) {
        list_add(list, "%zu %s not be done", undone,
                 PLURAL(undone, "fault or event could", "faults or events could"));
    }
}

static void list_commands(struct list *list, const struct result *result)
{
    char text[COMMAND_END_TEXT];

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct result_command *command = &result->side[side].command;
        if (result_command_failed(result, side)) {
            list_add(list, "the %s's command ended %s (%s)", side_name(side),
                     result_command_was_sent(result, side) ? "by an event's signal" : "by itself",
                     command_end_text(text, sizeof text, command->end, command->number));
        }
    }
}

static void list_causes(struct list *list, const struct facts *facts)
{
    const char *cut_by = facts_cut_by(facts);

    if (cut_by != NULL) {
        list_add(list, "cut short by %s in %s", cut_by, phase_name(facts_last_phase(facts)));
    }
    for (size_t i = 0; i < facts->result->unkept.count; i++) {
        const struct text_pair *unkept = &facts->result->unkept.item[i];
        list_add(list, "no %s (%s)", unkept->name, unkept->value);
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        size_t lost = facts->result->side[side].lost_count;
        if (lost > 0) {
            list_add(list, "%zu %s of the %s ended unasked", lost,
                     PLURAL(lost, "worker", "workers"), side_name((enum side)side));
        }
    }
    list_commands(list, facts->result);
    list_undone(list, facts_count_undone(facts));
    if (result_fell_short(facts->result)) {
        double missed = 0;
        facts_metric(facts, &missed, "connections.missed");
        list_add(list, "%s %s never begun", COUNT(missed),
                 PLURAL(missed, "connection was", "connections were"));
    }
}

static void list_partial(struct list *list, const struct facts *facts)
{
    if (facts->result->partial) {
        list_begin(list, "PARTIAL: ");
        list_causes(list, facts);
    }
}

char *report_partial(const struct result *result)
{
    struct facts facts;

    facts_gather(&facts, result);
    return list_text(&facts, list_causes);
}

/* A load that meets little but refusals measures those. */
static void list_bad_answers(struct list *list, const struct facts *facts)
{
    double good = 0, all = 0;

    if (!facts_metric(facts, &good, "client.http.ok")) {
        return;
    }
    for (unsigned class = 2; class <= 5; class ++) {
        double count = 0;
        facts_metric(facts, &count, "client.http.%uxx", class);
        all += count;
    }
    if (all - good > good) {
        list_begin(list, "NOT OK: ");
        list_add(list, "%s of %s %s a status outside http.ok (%s)", COUNT(all - good), COUNT(all),
                 PLURAL(all, "response has", "responses have"), facts_scenario(facts, "http.ok"));
    }
}

static void list_title(struct list *list, const struct facts *facts)
{
    const char *name = facts_scenario(facts, "name");
    const char *about = facts_scenario(facts, "about");

    list_add(list, "%s%s%s", name[0] != '\0' ? name : "(no name)", about[0] != '\0' ? ": " : "",
             about);
}

void verbose_headline(const struct paper *paper, const struct facts *facts)
{
    paper_begin(paper, INK_BOLD);
    print_list(paper, facts, list_title, 0);
    paper_end(paper);
    print_list(paper, facts, list_load, 2);
    print_list(paper, facts, list_machine, 2);
    paper_begin(paper, INK_RED);
    print_list(paper, facts, list_partial, 2);
    print_list(paper, facts, list_bad_answers, 2);
    paper_end(paper);
}
