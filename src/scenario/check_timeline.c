#include "draft.h"

/* Whether what the lists `faults` and `events` say can happen. */

static int fail_played(const struct draft *draft, const struct event_spec *event)
{
    char text[TIMELINE_TEXT];

    error_set(draft->error, STATUS_USAGE, "%s, but the %s is not played here",
              event_describe(text, sizeof text, event), side_name(event->side));
    return draft_fail_at(draft, event->where, "take it out");
}

static int fail_host(const struct draft *draft, const char *what, struct where where)
{
    error_set(draft->error, STATUS_USAGE, "%s need lab: private", what);
    return draft_fail_at(draft, where,
                         "what befalls a trial must not befall this host: take them "
                         "out, or write lab: private");
}

static int check_place(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    for (size_t i = 0; i < scenario->event_count; i++) {
        if (scenario->side[scenario->event[i].side].none) {
            return fail_played(draft, &scenario->event[i]);
        }
    }
    if (scenario->lab == LAB_PRIVATE) {
        return 0;
    }
    if (scenario->fault_count > 0) {
        return fail_host(draft, "faults", scenario->fault[0].where);
    }
    return scenario->event_count > 0 ? fail_host(draft, "events", scenario->event[0].where) : 0;
}

/* What a side is, between events. */
enum condition { RUNS, STOPPED, DEAD, CONDITION_N };

/* What each event makes of each condition. */
static const struct transition {
    bool allowed;
    enum condition to;
    const char *hint; /* where it is not allowed */
} transitions[EVENT_KIND_N][CONDITION_N] = {
    [EVENT_KILL] =
        {
            [RUNS] = {true, DEAD, NULL},
            [STOPPED] = {true, DEAD, NULL},
            [DEAD] = {false, DEAD, "it is killed already: write a start between the two"},
        },
    [EVENT_START] =
        {
            [RUNS] = {false, RUNS, "it runs from the beginning: write a kill before it"},
            [STOPPED] = {false, STOPPED, "it is stopped, not killed: write cont"},
            [DEAD] = {true, RUNS, NULL},
        },
    [EVENT_STOP] =
        {
            [RUNS] = {true, STOPPED, NULL},
            [STOPPED] = {false, STOPPED, "it is stopped already: write a cont between the two"},
            [DEAD] = {false, DEAD, "it is killed: write a start between the two"},
        },
    [EVENT_CONT] =
        {
            [RUNS] = {false, RUNS, "it is not stopped: write a stop before it"},
            [STOPPED] = {true, RUNS, NULL},
            [DEAD] = {false, DEAD, "it is killed, not stopped: write start"},
        },
};

/* The event of `side` that comes after `last` (NULL: the first): by time, then as written. */
static const struct event_spec *next_event(const struct scenario *scenario, enum side side,
                                           const struct event_spec *last)
{
    const struct event_spec *next = NULL;

    for (size_t i = 0; i < scenario->event_count; i++) {
        const struct event_spec *event = &scenario->event[i];
        bool later =
            last == NULL || event->at > last->at || (event->at == last->at && event > last);
        if (event->side == side && later && (next == NULL || event->at < next->at)) {
            next = event;
        }
    }
    return next;
}

static int fail_order(const struct draft *draft, const struct event_spec *event, const char *hint)
{
    char text[TIMELINE_TEXT];

    error_set(draft->error, STATUS_USAGE, "%s cannot happen",
              event_format(text, sizeof text, event));
    return draft_fail_at(draft, event->where, hint);
}

static int check_order(const struct draft *draft, enum side side)
{
    const struct event_spec *last = NULL;
    enum condition condition = RUNS;

    for (const struct event_spec *event = next_event(draft->scenario, side, NULL); event != NULL;
         event = next_event(draft->scenario, side, event)) {
        const struct transition *transition = &transitions[event->kind][condition];
        if (!transition->allowed) {
            return fail_order(draft, event, transition->hint);
        }
        condition = transition->to;
        last = event;
    }
    if (condition == STOPPED && side == SIDE_CLIENT && draft->scenario->load.duration == 0) {
        return fail_order(draft, last,
                          "the load would never end: write a cont after it, or load.duration");
    }
    return 0;
}

int draft_check_timeline(const struct draft *draft)
{
    if (check_place(draft) != 0 || check_order(draft, SIDE_CLIENT) != 0) {
        return -1;
    }
    return check_order(draft, SIDE_SERVER);
}
