#include <stdlib.h>

#include "draft.h"
#include "finwait/grow.h"

/* The lists `faults` and `events`, from maps. */

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
        return draft_fail(draft, map->at, kind->example, "%s is a list of maps, and this is %s",
                          option->path, tree_kind_name(map->kind));
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct tree *item = &map->item[i];

        if (item->kind != TREE_SCALAR && kind->has_key(item->key)) {
            return draft_fail(draft, item->at, kind->example, "%s cannot be %s", item->key,
                              tree_kind_name(item->kind));
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
    struct fault fault = {.where = map->at};

    if (read_entry(draft, option, map, &fault_entry, &fault) != 0) {
        return -1;
    }
    scenario->fault = grow_by_one(scenario->fault, scenario->fault_count, sizeof fault);
    scenario->fault[scenario->fault_count++] = fault;
    return 0;
}

static int add_event(struct draft *draft, const struct option *option, const struct tree *map)
{
    struct scenario *scenario = draft->scenario;
    struct event_spec event = {.where = map->at};

    if (read_entry(draft, option, map, &event_entry, &event) != 0) {
        return -1;
    }
    scenario->event = grow_by_one(scenario->event, scenario->event_count, sizeof event);
    scenario->event[scenario->event_count++] = event;
    return 0;
}

/* One map, or a list of them. */
static int add_all(struct draft *draft, const struct option *option, const struct tree *node,
                   int (*add)(struct draft *, const struct option *, const struct tree *))
{
    size_t count = node->kind == TREE_LIST ? node->count : 1;
    const struct tree *map = node->kind == TREE_LIST ? node->item : node;

    for (size_t i = 0; i < count; i++) {
        if (add(draft, option, &map[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

static int set_faults(struct draft *draft, const struct setting *setting)
{
    return add_all(draft, setting->option, setting->node, add_fault);
}

static int set_events(struct draft *draft, const struct setting *setting)
{
    return add_all(draft, setting->option, setting->node, add_event);
}

static void unset_faults(struct draft *draft, const struct setting *setting)
{
    (void)setting;
    draft->scenario->fault_count = 0;
}

static void unset_events(struct draft *draft, const struct setting *setting)
{
    (void)setting;
    draft->scenario->event_count = 0;
}

static void each_fault(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    char text[TIMELINE_TEXT];

    for (size_t i = 0; i < scenario->fault_count; i++) {
        each->fn(each->context, option->path, fault_format(text, sizeof text, &scenario->fault[i]));
    }
}

static void each_event(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    char text[TIMELINE_TEXT];

    for (size_t i = 0; i < scenario->event_count; i++) {
        each->fn(each->context, option->path, event_format(text, sizeof text, &scenario->event[i]));
    }
}

/* A list of the maps of that kind, or one of them. */
#define SCHEMA_TIMELINE(list)                                                                      \
    "{\"anyOf\": [{\"type\": \"array\", \"items\": {\"$ref\": \"#/definitions/timeline:" list      \
    "\"}}, {\"$ref\": \"#/definitions/timeline:" list "\"}]}"

const struct option_ops faults_ops = {
    .type = "list of faults",
    .form = "write maps, e.g. [{at: 1s, drop: fin, toward: client}]",
    .trees = TREE_BIT(TREE_MAP) | TREE_BIT(TREE_LIST),
    .is_yaml = true,
    .schema = SCHEMA_TIMELINE("faults"),
    .set = set_faults,
    .unset = unset_faults,
    .each = each_fault,
};

const struct option_ops events_ops = {
    .type = "list of events",
    .form = "write maps, e.g. [{at: 2s, kill: server}]",
    .trees = TREE_BIT(TREE_MAP) | TREE_BIT(TREE_LIST),
    .is_yaml = true,
    .schema = SCHEMA_TIMELINE("events"),
    .set = set_events,
    .unset = unset_events,
    .each = each_event,
};
