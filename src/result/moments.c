#include <stdio.h>

#include "finwait/grow.h"
#include "finwait/result.h"

/* What befell a trial from outside: the scenario's faults and events, and the moments they make. */

static const char *const kind_names[MOMENT_KIND_N] = {
    [MOMENT_FAULT_ENDS] = "fault_ends",
    [MOMENT_FAULT_BEGINS] = "fault_begins",
    [MOMENT_EVENT] = "event",
};

const char *moment_kind_name(enum moment_kind kind)
{
    return (unsigned)kind < MOMENT_KIND_N ? kind_names[kind] : NULL;
}

void result_add_fault(struct result *result, const struct fault *fault)
{
    struct fault kept = *fault;

    kept.where = (struct where){0};
    kept.given = 0;
    result->fault = grow_by_one(result->fault, result->fault_count, sizeof *result->fault);
    result->fault[result->fault_count++] = kept;
}

void result_add_event(struct result *result, const struct event_spec *event)
{
    struct event_spec kept = *event;

    kept.where = (struct where){0};
    kept.given = 0;
    result->event = grow_by_one(result->event, result->event_count, sizeof *result->event);
    result->event[result->event_count++] = kept;
}

struct moment *result_add_moment(struct result *result, enum moment_kind kind, size_t index)
{
    struct moment moment = {.kind = kind, .index = index};
    char text[TIMELINE_TEXT];
    char what[TIMELINE_TEXT + sizeof " ends"];

    if (kind == MOMENT_EVENT) {
        const struct event_spec *event = &result->event[index];
        moment.due = event->at;
        moment.restart = event->kind == EVENT_START;
        event_describe(text, sizeof text, event);
    } else {
        const struct fault *fault = &result->fault[index];
        moment.due = fault->at + (kind == MOMENT_FAULT_ENDS ? fault->length : 0);
        fault_describe(text, sizeof text, fault);
    }
    snprintf(what, sizeof what, "%s%s", text, kind == MOMENT_FAULT_ENDS ? " ends" : "");
    moment.what = grow_text(what);
    result->moment = grow_by_one(result->moment, result->moment_count, sizeof *result->moment);
    result->moment[result->moment_count] = moment;
    return &result->moment[result->moment_count++];
}

const struct event_spec *moment_event(const struct result *result, const struct moment *moment)
{
    return moment->kind == MOMENT_EVENT ? &result->event[moment->index] : NULL;
}

const struct moment *result_unreached(const struct result *result, size_t *count)
{
    const struct moment *first = NULL;

    *count = 0;
    for (size_t i = 0; i < result->moment_count && result->cut_by == NULL; i++) {
        const struct moment *moment = &result->moment[i];

        if (!moment->happened &&
            (moment->kind == MOMENT_EVENT || moment->kind == MOMENT_FAULT_BEGINS)) {
            first = first == NULL ? moment : first;
            ++*count;
        }
    }
    return first;
}
