#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"

/* What the file and the command line say, brought into a draft. */

enum { PATH_ROOM = 256 };

/* The way to the current key of the file. */
struct path {
    char text[PATH_ROOM];
};

static int join(const struct draft *draft, struct path *path, const struct path *map,
                const struct tree *child)
{
    int length = snprintf(path->text, sizeof path->text, "%s%s%s", map->text,
                          map->text[0] != '\0' ? "." : "", child->key);

    if (length >= 0 && (size_t)length < sizeof path->text) {
        return 0;
    }
    return draft_fail(draft, child->key_at, "no option's name is as long", "a key of %zu bytes",
                      strlen(child->key));
}

static int fail_not_map(const struct draft *draft, const struct path *path, const struct tree *node)
{
    bool server = strcmp(path->text, side_name(SIDE_SERVER)) == 0;

    error_set(draft->error, STATUS_USAGE, "%s takes a map of options, not %s", path->text,
              tree_kind_name(node->kind));
    error_hint(draft->error,
               server ? "to load a server that already runs, write %s: {at: ADDRESS}"
                      : "write %s: {NAME: VALUE}",
               path->text);
    return error_at(draft->error, node->at);
}

/* Whether a map of any names may be given as the list that `node` is, too. */
static bool takes_list(const struct option *option, const struct tree *node)
{
    return node->kind == TREE_LIST && (option->ops->trees & TREE_BIT(TREE_LIST)) != 0;
}

/* What one value in place of a map stands for: the size of a message; NULL: nothing. */
static const struct option *scalar_of(const char *path, const struct tree *node)
{
    char size[PATH_ROOM + sizeof ".size"];

    snprintf(size, sizeof size, "%s.size", path);
    return node->kind == TREE_SCALAR ? option_find(size, NULL) : NULL;
}

static int apply_map(struct draft *draft, const struct path *map, const struct tree *node);

static int apply_child(struct draft *draft, const struct path *path, const struct tree *child)
{
    const char *key;
    const struct option *option = option_find(path->text, &key);
    bool map = option_is_map(path->text) || (option != NULL && option->ops->has_keys);

    if (map && (child->kind == TREE_MAP || tree_is_null(child)) &&
        !(key != NULL && tree_is_null(child))) {
        return apply_map(draft, path, child);
    }
    if (option == NULL && !map) {
        option_unknown(path->text, draft->error);
        return error_at(draft->error, child->key_at);
    }
    if (tree_is_unset(child)) {
        return 0; /* as if it were not there */
    }
    if (option == NULL) {
        option = scalar_of(path->text, child);
    }
    if (option == NULL || (option->ops->has_keys && key == NULL && !takes_list(option, child))) {
        return fail_not_map(draft, path, child);
    }
    return draft_set(draft, option, key, child, LEVEL_FILE);
}

static int apply_map(struct draft *draft, const struct path *map, const struct tree *node)
{
    for (size_t i = 0; i < node->count; i++) {
        struct path path;
        if (join(draft, &path, map, &node->item[i]) != 0 ||
            apply_child(draft, &path, &node->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

int draft_apply_tree(struct draft *draft, const struct tree *map)
{
    return apply_map(draft, &(struct path){""}, map);
}

/* ---- the command line ---- */

/* Keep a text that places point to for as long as the scenario lives. */
static const char *keep_origin(struct scenario *scenario, const struct scenario_override *override)
{
    bool expects = strcmp(override->path, "expect") == 0 && !override->written;
    char *text = expects ? grow_format(SCENARIO_EXPECT_PLACE, override->value)
                         : grow_format("--set %.80s=%.120s", override->path, override->value);

    scenario->origin =
        grow_by_one(scenario->origin, scenario->origin_count, sizeof *scenario->origin);
    scenario->origin[scenario->origin_count++] = text;
    return text;
}

/* The flag that must accompany an address outside loopback is no option: no file can give it. */
static bool apply_flag(struct draft *draft, const struct scenario_override *override)
{
    if (strcmp(override->path, OVERRIDE_REMOTE) != 0) {
        return false;
    }
    draft->may_load_target = strcmp(override->value, "on") == 0;
    return true;
}

static int fail_value(const struct draft *draft, const struct option *option,
                      const struct tree *text)
{
    return draft_fail(draft, text->at, "write several as a list, [{…}, {…}]",
                      "%s: more than one value", option->path);
}

/* All that stands in the tree was written at one place of the command line. */
static void move_tree(struct tree *tree, struct where where)
{
    tree->at = where;
    tree->key_at = where;
    for (size_t i = 0; i < tree->count; i++) {
        move_tree(&tree->item[i], where);
    }
}

/* What YAML makes of "KEY: TEXT". */
static int parse_value(const struct draft *draft, const char *key, const struct tree *text,
                       struct tree *map)
{
    char *yaml = grow_format("%s: %s", key, text->text);
    int status = tree_parse(map, yaml, strlen(yaml), text->at.file, draft->error);

    free(yaml);
    return status;
}

/* A value that is YAML itself, e.g. faults={at: 1s, drop: fin}. */
static int apply_yaml_value(struct draft *draft, const struct option *option,
                            const struct tree *text)
{
    struct tree map;
    if (parse_value(draft, option->path, text, &map) != 0) {
        return error_at(draft->error, text->at);
    }
    move_tree(&map, text->at);
    int status = map.count == 1 ? draft_set(draft, option, NULL, &map.item[0], LEVEL_OVERRIDE)
                                : fail_value(draft, option, text);
    tree_fini(&map);
    return status;
}

/* A value in quotes is read as YAML reads it. */
static int apply_quoted(struct draft *draft, const struct option *option, const char *key,
                        const struct tree *text)
{
    struct tree map;

    if (parse_value(draft, "value", text, &map) != 0 || map.count != 1) {
        tree_fini(&map);
        return draft_fail(draft, text->at, "put all of the value in quotes, or nothing",
                          "%s%s%s: what follows the quote is not one text", option->path,
                          key != NULL ? "." : "", key != NULL ? key : "");
    }
    move_tree(&map, text->at);
    int status = draft_set(draft, option, key, &map.item[0], LEVEL_OVERRIDE);
    tree_fini(&map);
    return status;
}

static int fail_map(const struct draft *draft, const char *path, const struct tree *text)
{
    error_set(draft->error, STATUS_USAGE, "%.80s is a map of options", path);
    error_hint(draft->error, "write --set %.80s.NAME=VALUE", path);
    return error_at(draft->error, text->at);
}

/* A value as people write one after --set. */
static int apply_written(struct draft *draft, const struct option *option, const char *key,
                         struct tree *text)
{
    if (text->text[0] == '"' || text->text[0] == '\'') {
        return apply_quoted(draft, option, key, text);
    }
    /* Without a value; but a text may be empty, and an empty list of expectations says nothing. */
    text->plain = option->takes.kind != VALUE_TEXT && !option->ops->may_be_empty;
    return draft_set(draft, option, key, text, LEVEL_OVERRIDE);
}

/* A list as a file has it, of one that can be a list. */
static bool is_list(const struct option *option, const struct scenario_override *override)
{
    return override->value[0] == '[' && (option->ops->trees & TREE_BIT(TREE_LIST)) != 0 &&
           (option->ops->has_keys || override->written);
}

static int apply_override(struct draft *draft, const struct scenario_override *override)
{
    const char *key;
    const struct option *option = option_find(override->path, &key);
    struct tree node = {
        .kind = TREE_SCALAR, .plain = override->written, .text = (char *) override->value};

    if (apply_flag(draft, override)) {
        return 0;
    }
    node.at = override->where;
    if (node.at.file == NULL) {
        node.at.file = keep_origin(draft->scenario, override);
    }
    node.key_at = node.at;
    if (option == NULL && !option_is_map(override->path)) {
        option_unknown(override->path, draft->error);
        return error_at(draft->error, node.at);
    }
    if (tree_is_unset(&node)) {
        draft_unset(draft, override->path);
        return 0;
    }
    bool list = option != NULL && key == NULL && is_list(option, override);
    if (option == NULL) {
        option = scalar_of(override->path, &node);
    }
    if (option == NULL || (option->ops->has_keys && key == NULL && !list)) {
        return fail_map(draft, override->path, &node);
    }
    if (list || option->ops->is_yaml) {
        return apply_yaml_value(draft, option, &node);
    }
    return override->written ? apply_written(draft, option, key, &node)
                             : draft_set(draft, option, key, &node, LEVEL_OVERRIDE);
}

int draft_apply_overrides(struct draft *draft, const struct scenario_override *overrides,
                          size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (apply_override(draft, &overrides[i]) != 0) {
            return -1;
        }
    }
    return 0;
}
