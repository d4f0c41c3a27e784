#include "schema.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_sysctl.h"
#include "options.h"

/*
 * The JSON Schema of a scenario's file: draft-07, which is what the YAML servers of editors know
 * best.  Each option is a definition, and each map of options one for each place where it can
 * stand, as values there may be more than the option's.
 */

enum place {
    IN_FILE,
    IN_VARIANT, /* or null */
    IN_VARY,    /* or a list of values */
    PLACES,
};

static const char *const place_names[PLACES] = {"file", "variant", "vary"};

static const struct option *option_of(const char *path)
{
    const char *key;
    const struct option *option = option_find(path, &key);

    return key == NULL ? option : NULL;
}

static bool is_map(const char *path)
{
    const struct option *option = option_of(path);

    return option_is_map(path) || (option != NULL && option->ops->has_keys);
}

/* Whether it can be something else than a map of any keys. */
static bool has_value(const struct option *option)
{
    return option->ops->schema != NULL || !option->ops->has_keys;
}

/* ---- what stands at a path ---- */

static json_t *refer(const char *kind, const char *path)
{
    return json_pack("{s:o}", "$ref", json_sprintf("#/definitions/%s:%s", kind, path));
}

/* What `value`, which is taken, is in that place. */
static json_t *value_in(enum place place, json_t *value)
{
    if (place == IN_FILE || json_is_false(value)) {
        return value;
    }
    value = schema_either(value, json_pack("{s:s}", "type", "null"));
    return place == IN_VARIANT
               ? value
               : schema_either(value, json_pack("{s:s, s:O}", "type", "array", "items", value));
}

static json_t *schema_at(enum place place, const char *path)
{
    return is_map(path) ? refer(place_names[place], path) : value_in(place, refer("option", path));
}

/* ---- maps ---- */

struct map {
    enum place place;
    const char *path;
    json_t *properties; /* by name */
    json_t *patterns;   /* by regular expression: an editor does not offer them */
};

static void add_pattern(const struct map *map, const char *path, const char *rest, json_t *schema)
{
    struct grow_stream text;

    grow_stream_open(&text);
    putc('^', text.out);
    for (; *path != '\0'; path++) {
        fprintf(text.out, *path == '.' ? "\\." : "%c", *path);
    }
    fprintf(text.out, "%s$", rest);
    char *pattern = grow_stream_close(&text);
    json_object_set_new(map->patterns, pattern, schema);
    free(pattern);
}

/* Whether keys of several levels are usual there: variants have them, and a file may. */
static bool has_long_keys(const struct map *map)
{
    return map->place != IN_FILE && map->path[0] == '\0';
}

static void add_path(const struct map *map, const char *path)
{
    const char *name = option_below(map->path, path);

    if (name == NULL || (map->place != IN_FILE && option_is_comparison(path))) {
        return;
    }
    json_t *schema = schema_at(map->place, path);
    if (strchr(name, '.') == NULL || (has_long_keys(map) && !is_map(path))) {
        json_object_set_new(map->properties, name, schema);
    } else {
        add_pattern(map, name, "", schema);
    }
}

static void add_sysctls(const struct map *map, const char *before)
{
    for (size_t i = 0; i < sysctl_count; i++) {
        const char *name = sysctl_table[i].name;
        json_t *schema = schema_sysctl(i);
        char *key = grow_format("%s%s", before, name);

        if (!json_is_false(schema)) {
            json_decref(schema);
            schema = refer("sysctl", name);
        }
        json_object_set_new(map->properties, key, value_in(map->place, schema));
        free(key);
    }
}

/* The keys of an option that has any number of them, in its own map or one above that. */
static void add_keys(const struct map *map, const struct option *option)
{
    const char *name = option_below(map->path, option->path);
    bool own = strcmp(map->path, option->path) == 0;

    if (!option->ops->has_keys || (!own && name == NULL)) {
        return;
    }
    char *before = own ? grow_text("") : grow_format("%s.", name);
    json_t *deeper = json_pack("{s:s}", "type", "object");
    add_pattern(map, before, option->ops->key,
                schema_either(value_in(map->place, schema_scalar()), deeper));
    if (option->ops == &sysctl_ops && (own || has_long_keys(map))) {
        add_sysctls(map, before);
    }
    free(before);
}

/* The values that a map's path can have instead of a map: its option's, or its size's. */
static json_t *instead_of(const struct map *map)
{
    const struct option *option = option_of(map->path);
    char *size = grow_format("%s.size", map->path);
    json_t *schema = NULL;

    if (option != NULL && has_value(option)) {
        schema = value_in(map->place, refer("option", map->path));
    }
    if (option_of(size) != NULL) {
        schema = schema_either(schema, value_in(map->place, refer("option", size)));
    }
    free(size);
    return schema;
}

static json_t *map_schema(enum place place, const char *path, json_t *paths)
{
    struct map map = {place, path, json_object(), json_object()};
    const char *other;
    json_t *unused;

    json_object_foreach (paths, other, unused) {
        add_path(&map, other);
    }
    for (size_t i = 0; i < option_count(); i++) {
        add_keys(&map, option_at(i));
    }
    json_t *schema =
        json_pack("{s:[ss], s:o, s:o, s:b}", "type", "object", "null", "properties", map.properties,
                  "patternProperties", map.patterns, "additionalProperties", 0);
    schema = schema_either(instead_of(&map), schema);
    if (option_of(path) != NULL) {
        json_object_set_new(schema, "description", json_string(option_of(path)->about));
    }
    return schema;
}

/* ---- the whole ---- */

/* The paths of options, and before each those of the maps that it is the first of, as a set. */
static json_t *all_paths(void)
{
    json_t *paths = json_object();

    for (size_t i = 0; i < option_count(); i++) {
        const char *path = option_at(i)->path;

        for (const char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
            json_object_setn_new(paths, path, (size_t)(dot - path), json_true());
        }
        json_object_set_new(paths, path, json_true());
    }
    return paths;
}

static json_t *option_schema(const struct option *option)
{
    json_t *schema = option->ops->schema != NULL ? json_loads(option->ops->schema, 0, NULL)
                                                 : schema_value(&option->takes);
    const char *value = option->value;

    if (option->ops->may_be_empty) {
        schema = schema_either(schema, json_pack("{s:s}", "type", "null"));
    }
    if (value != NULL) {
        if (json_object_get(schema, "type") != NULL) {
            /* An editor would write it unasked, with the map that it is in. */
            schema = json_pack("{s:[o]}", "anyOf", schema);
        }
        bool number = value[strspn(value, "0123456789")] == '\0';
        json_object_set_new(schema, "default",
                            number ? json_integer(strtoll(value, NULL, 10)) : json_string(value));
    }
    json_object_set_new(schema, "description", json_string(option->about));
    return schema;
}

static void define(json_t *definitions, const char *kind, const char *name, json_t *schema)
{
    char *key = grow_format("%s:%s", kind, name);

    json_object_set_new(definitions, key, schema);
    free(key);
}

static void define_maps(json_t *all, enum place place, json_t *paths)
{
    const char *path;
    json_t *unused;

    define(all, place_names[place], "", map_schema(place, "", paths));
    json_object_foreach (paths, path, unused) {
        if (is_map(path) && (place == IN_FILE || !option_is_comparison(path))) {
            define(all, place_names[place], path, map_schema(place, path, paths));
        }
    }
}

static json_t *define_all(void)
{
    json_t *all = json_object();
    json_t *paths = all_paths();

    for (size_t i = 0; i < option_count(); i++) {
        if (has_value(option_at(i))) {
            define(all, "option", option_at(i)->path, option_schema(option_at(i)));
        }
    }
    define(all, "timeline", "faults", schema_timeline("faults"));
    define(all, "timeline", "events", schema_timeline("events"));
    define(all, "step", "texts", schema_steps());
    define(all, "step", "map", schema_step_map());
    for (size_t i = 0; i < sysctl_count; i++) {
        define(all, "sysctl", sysctl_table[i].name, schema_sysctl(i));
    }
    for (enum place place = 0; place < PLACES; place++) {
        define_maps(all, place, paths);
    }
    json_decref(paths);
    return all;
}

void scenario_schema(FILE *out)
{
    json_set_alloc_funcs(grow_bytes, free);
    json_t *schema = json_pack(
        "{s:s, s:s, s:[o], s:o}", "$schema", "http://json-schema.org/draft-07/schema#", "title",
        "A scenario of finwait", "allOf", refer("file", ""), "definitions", define_all());
    json_dumpf(schema, out, JSON_COMPACT);
    putc('\n', out);
    json_decref(schema);
}
