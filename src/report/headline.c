#include "headline.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/report.h"

void list_add(struct list *list, const char *format, ...)
{
    va_list arguments;

    fputs(list->between, list->out);
    list->between = ", ";
    va_start(arguments, format);
    vfprintf(list->out, format, arguments);
    va_end(arguments);
}

void list_begin(struct list *list, const char *text)
{
    fputs(text, list->out);
}

void list_add_text(struct list *list, const char *before, const char *text)
{
    if (text[0] != '\0') {
        list_add(list, "%s%s", before, text);
    }
}

char *list_text(const struct facts *facts, listed *fn)
{
    struct list list = {.between = ""};
    struct grow_stream stream;

    grow_stream_open(&stream);
    list.out = stream.out;
    fn(&list, facts);
    return grow_stream_close(&stream);
}

bool headline_sends(const struct facts *facts)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct program *steps = &facts->result->side[side].steps;
        if (steps->length == 0 || program_has(steps, STEP_SEND)) {
            return true;
        }
    }
    return false;
}

void list_role(struct list *list, const struct facts *facts, enum side side)
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

static void list_undone(struct list *list, size_t undone)
{
    if (undone > 0) {
        list_add(list, "%zu %s not be done", undone,
                 PLURAL(undone, "fault or event could", "faults or events could"));
    }
}

static void list_unreached(struct list *list, const struct result *result)
{
    size_t count;
    const struct moment *first = result_unreached(result, &count);
    char more[32] = "";

    if (count > 1) {
        snprintf(more, sizeof more, " and %zu more", count - 1);
    }
    if (first != NULL) {
        list_add(list,
                 "\"%s\" at %s%s did not happen, the run was over before: lengthen load.duration "
                 "or settle, or give it an earlier at",
                 first->what != NULL ? first->what : "?", DURATION(first->due), more);
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

void list_causes(struct list *list, const struct facts *facts)
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
    list_unreached(list, facts->result);
    if (result_fell_short(facts->result)) {
        double missed = 0;
        facts_metric(facts, &missed, "connections.missed");
        list_add(list, "%s never begun", COUNTED(missed, "connection was", "connections were"));
    }
}

void list_partial(struct list *list, const struct facts *facts)
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

void list_bad_answers(struct list *list, const struct facts *facts)
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
        list_add(list, "%s of %s a status outside http.ok (%s)", COUNT(all - good),
                 COUNTED(all, "response has", "responses have"), facts_scenario(facts, "http.ok"));
    }
}
