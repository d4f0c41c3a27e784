#include <stdlib.h>
#include <string.h>

#include "draft.h"

/* The lists `faults` and `events`. */

/* ---- from maps ---- */

/* How a map becomes an entry of its list. */
struct entry_kind {
    bool (*has_key)(const char *key);
    int (*set)(void *entry, const char *key, const char *value, struct error *error);
    int (*finish)(void *entry, struct error *error);
    const char *example;
};

static int set_fault(void *entry, const char *key, const char *value, struct error *error)
{
    return fault_set(entry, key, value, error);
}

static int finish_fault(void *entry, struct error *error)
{
    return fault_finish(entry, error);
}

static int set_event(void *entry, const char *key, const char *value, struct error *error)
{
    return event_set(entry, key, value, error);
}

static int finish_event(void *entry, struct error *error)
{
    return event_finish(entry, error);
}

static const struct entry_kind fault_entry = {fault_has_key, set_fault, finish_fault,
                                              "write e.g. {at: 1s, drop: fin, toward: client}"};
static const struct entry_kind event_entry = {event_has_key, set_event, finish_event,
                                              "write e.g. {at: 2s, kill: server}"};

static int read_entry(const struct draft *draft, const struct option *option,
                      const struct tree *map, const struct entry_kind *kind, void *entry)
{
    if (map->kind != TREE_MAP) {
        error_set(draft->error, STATUS_USAGE, "%s is a list of maps, and this is %s", option->path,
                  tree_kind_name(map->kind));
        return draft_fail_at(draft, map->at, kind->example);
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct tree *item = &map->item[i];

        if (item->kind != TREE_SCALAR && kind->has_key(item->key)) {
            error_set(draft->error, STATUS_USAGE, "%s cannot be %s", item->key,
                      tree_kind_name(item->kind));
            return draft_fail_at(draft, item->at, kind->example);
        }
        if (kind->set(entry, item->key, item->kind == TREE_SCALAR ? item->text : "",
                      draft->error) != 0) {
            return error_at(draft->error, kind->has_key(item->key) ? item->at : item->key_at);
        }
    }
    return kind->finish(entry, draft->error) == 0 ? 0 : error_at(draft->error, map->at);
}

static int add_fault(struct draft *draft, const struct option *option, const struct tree *map)
{
    struct scenario *scenario = draft->scenario;
    struct fault *more =
        reallocarray(scenario->fault, scenario->fault_count + 1, sizeof *scenario->fault);
    struct fault fault = {.where = map->at};

    if (more == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->fault = more;
    if (read_entry(draft, option, map, &fault_entry, &fault) != 0) {
        return -1;
    }
    more[scenario->fault_count++] = fault;
    return 0;
}

static int add_event(struct draft *draft, const struct option *option, const struct tree *map)
{
    struct scenario *scenario = draft->scenario;
    struct event_spec *more =
        reallocarray(scenario->event, scenario->event_count + 1, sizeof *scenario->event);
    struct event_spec event = {.where = map->at};

    if (more == NULL) {
        return draft_fail_memory(draft);
    }
    scenario->event = more;
    if (read_entry(draft, option, map, &event_entry, &event) != 0) {
        return -1;
    }
    more[scenario->event_count++] = event;
    return 0;
}

int draft_add_timeline(struct draft *draft, const struct option *option, const struct tree *node)
{
    size_t count = node->kind == TREE_LIST ? node->count : 1;
    const struct tree *map = node->kind == TREE_LIST ? node->item : node;

    for (size_t i = 0; i < count; i++) {
        if ((option->kind == OPTION_FAULTS ? add_fault : add_event)(draft, option, &map[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- checks ---- */

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

    for (const struct event_spec *event = scenario->event;
         event < scenario->event + scenario->event_count; event++) {
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
