#include "finwait/timeline.h"

#include <stdio.h>
#include <string.h>

#include "finwait/named.h"
#include "timeline_keys.h"

static const struct timeline_key *find_key(const struct timeline_map *map, const char *name)
{
    return NAMED(name, map->keys, map->count);
}

/* The key among `given` that says what is done, or NULL. */
static const struct timeline_key *kind_key(const struct timeline_map *map, unsigned given)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i].kind != KEY_NO_KIND && (given & KEY_BIT(i)) != 0) {
            return &map->keys[i];
        }
    }
    return NULL;
}

static const char *kind_name(const struct timeline_map *map, int kind)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i].kind == kind) {
            return map->keys[i].name;
        }
    }
    return NULL;
}

static bool map_has(const struct timeline_map *map, unsigned given, const char *name)
{
    return (given & KEY_BIT(find_key(map, name) - map->keys)) != 0;
}

/* "drop, reset, …": the keys, or only those that say what is done.  Returns `text`. */
static char *list_keys(const struct timeline_map *map, bool kinds, char *text, size_t size)
{
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < map->count && used < size; i++) {
        if (!kinds || map->keys[i].kind != KEY_NO_KIND) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     map->keys[i].name);
        }
    }
    return text;
}

static int fail_unknown(const struct timeline_map *map, const char *name, struct error *error)
{
    const char *names[KEYS_MAX];
    char all[128];

    for (size_t i = 0; i < map->count; i++) {
        names[i] = map->keys[i].name;
    }
    const char *near = nearest_spelling(name, names, map->count);
    error_set(error, STATUS_USAGE, "%s has no key \"%.80s\"", map->what, name);
    if (near != NULL) {
        return error_hint(error, "did you mean \"%s\"?", near);
    }
    return error_hint(error, "its keys are %s", list_keys(map, false, all, sizeof all));
}

static int fail_second(const struct timeline_map *map, const struct timeline_key *first,
                       const struct timeline_key *second, struct error *error)
{
    if (first == second) {
        error_set(error, STATUS_USAGE, "%s is given twice", first->name);
        return error_hint(error, "take one of them out");
    }
    error_set(error, STATUS_USAGE, "%s and %s in one map", first->name, second->name);
    return error_hint(error, "%s does one thing: write a second map, {at: …, %s: …}", map->what,
                      second->name);
}

/* Keep the value where the key says, or the map's share where it is one. */
static int take(const struct timeline_map *map, const struct timeline_key *key, void *into,
                const char *value, struct error *error)
{
    bool share = key->or_share && strchr(value, '%') != NULL;
    const struct timeline_key *taker = share ? find_key(map, "share") : key;
    int64_t number = 0;
    struct value_slot slot = {&taker->takes, key->name, &number, sizeof number};

    if (taker->size > 0) {
        slot.field = (char *)into + taker->offset;
        slot.size = taker->size;
    }
    if (value_read(&slot, value, error) != 0) {
        return -1;
    }
    if (taker->keep != NULL) {
        taker->keep(into, number);
    }
    return 0;
}

static int map_set(const struct timeline_map *map, void *into, unsigned *given, const char *name,
                   const char *value, struct error *error)
{
    const struct timeline_key *key = find_key(map, name);

    if (key == NULL) {
        return fail_unknown(map, name, error);
    }
    const struct timeline_key *before = key->kind == KEY_NO_KIND ? key : kind_key(map, *given);
    if (before != NULL && (*given & KEY_BIT(before - map->keys)) != 0) {
        return fail_second(map, before, key, error);
    }
    if (take(map, key, into, value, error) != 0) {
        return -1;
    }
    *given |= KEY_BIT(key - map->keys);
    return 0;
}

/* What a partition of one direction would be is another fault. */
static void hint_misfit(struct error *error, const struct timeline_key *key,
                        const struct timeline_key *done)
{
    if (strcmp(key->name, "toward") == 0 && strcmp(done->name, "partition") == 0) {
        error_hint(error, "a partition cuts both ways: for one write {drop: any, toward: …}");
    } else {
        error_hint(error, "take it out");
    }
}

/* The key that says what is done, when all others may be added to it; or NULL. */
static const struct timeline_key *map_finish(const struct timeline_map *map, unsigned given,
                                             struct error *error)
{
    const struct timeline_key *done = kind_key(map, given);
    char all[128];

    if (done == NULL) {
        error_set(error, STATUS_USAGE, "%s that does nothing", map->what);
        error_hint(error, "add one of %s", list_keys(map, true, all, sizeof all));
        return NULL;
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct timeline_key *key = &map->keys[i];
        if (key->kind == KEY_NO_KIND && (given & KEY_BIT(i)) != 0 &&
            (key->kinds & KEY_BIT(done->kind)) == 0) {
            error_set(error, STATUS_USAGE, "%s does not go with %s", key->name, done->name);
            hint_misfit(error, key, done);
            return NULL;
        }
    }
    return done;
}

const char *fault_kind_name(enum fault_kind kind)
{
    return kind_name(&timeline_fault_map, (int)kind);
}

const char *event_kind_name(enum event_kind kind)
{
    return kind_name(&timeline_event_map, (int)kind);
}

/* ---- for the reference ---- */

static void list_kinds(const struct timeline_map *map, unsigned kinds, char *text, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < map->count && used < size; i++) {
        int kind = map->keys[i].kind;
        if (kind != KEY_NO_KIND && (kinds & KEY_BIT(kind)) != 0) {
            used += (size_t)snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "",
                                     map->keys[i].name);
        }
    }
}

bool timeline_key_get(size_t index, struct timeline_key_info *info)
{
    bool fault = index < timeline_fault_map.count;
    const struct timeline_map *map = fault ? &timeline_fault_map : &timeline_event_map;
    size_t row = fault ? index : index - timeline_fault_map.count;

    if (row >= map->count) {
        return false;
    }
    const struct timeline_key *key = &map->keys[row];
    *info = (struct timeline_key_info){map->list,     key->name, &key->takes,
                                       key->or_share, "",        key->about};
    list_kinds(map, key->kinds, info->with, sizeof info->with);
    return true;
}

/* ---- the contract ---- */

bool fault_has_key(const char *key)
{
    return find_key(&timeline_fault_map, key) != NULL;
}

bool event_has_key(const char *key)
{
    return find_key(&timeline_event_map, key) != NULL;
}

int fault_set(struct fault *fault, const char *key, const char *value, struct error *error)
{
    bool shared = fault->share > 0;

    if (map_set(&timeline_fault_map, fault, &fault->given, key, value, error) != 0) {
        return -1;
    }
    if (shared && strchr(value, '%') != NULL) {
        error_set(error, STATUS_USAGE, "two shares in one map");
        return error_hint(error, "write e.g. {drop: data, share: 5%%}");
    }
    return 0;
}

int event_set(struct event_spec *event, const char *key, const char *value, struct error *error)
{
    return map_set(&timeline_event_map, event, &event->given, key, value, error);
}

int fault_finish(struct fault *fault, struct error *error)
{
    const struct timeline_key *done = map_finish(&timeline_fault_map, fault->given, error);

    if (done == NULL) {
        return -1;
    }
    fault->kind = (enum fault_kind)done->kind;
    if (fault->kind == FAULT_RESET && fault->packets == FAULT_RST) {
        error_set(error, STATUS_USAGE, "reset cannot strike rst");
        return error_hint(error, "no RST answers a RST (RFC 9293): write drop: rst");
    }
    if (!(fault->share > 0)) {
        fault->share = 1;
    }
    if (!fault->toward[SIDE_CLIENT] && !fault->toward[SIDE_SERVER]) {
        fault->toward[SIDE_CLIENT] = true;
        fault->toward[SIDE_SERVER] = true;
    }
    return 0;
}

int event_finish(struct event_spec *event, struct error *error)
{
    const struct timeline_key *done = map_finish(&timeline_event_map, event->given, error);

    if (done == NULL) {
        return -1;
    }
    event->kind = (enum event_kind)done->kind;
    if (event->kind == EVENT_SIGNAL && !map_has(&timeline_event_map, event->given, "to")) {
        error_set(error, STATUS_USAGE, "signal without to");
        return error_hint(error, "write e.g. {at: 2s, signal: HUP, to: server}");
    }
    return 0;
}
