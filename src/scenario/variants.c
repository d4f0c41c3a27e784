#include "finwait/variants.h"

#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"
#include "finwait/named.h"
#include "finwait/text.h"
#include "variants.h"

/* `vary` and `variants`: options of other options, and values of theirs. */

enum {
    NAME_MAX_BYTES = 60,
    PATH_ROOM = 256,
};

static void fini_group(struct variant_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        free(group->setting[i].path);
        free(group->setting[i].value);
    }
    free(group->setting);
    free(group->name);
}

void variant_groups_fini(struct variant_groups *groups)
{
    for (size_t i = 0; i < groups->count; i++) {
        fini_group(&groups->item[i]);
    }
    free(groups->item);
    *groups = (struct variant_groups){0};
}

/* A group of that name with nothing in it: the command line's takes the place of the file's. */
static struct variant_group *new_group(struct variant_groups *groups, const char *name)
{
    struct variant_group *group = NAMED(name, groups->item, groups->count);

    if (group != NULL) {
        fini_group(group);
    } else {
        groups->item = grow_by_one(groups->item, groups->count, sizeof *groups->item);
        group = &groups->item[groups->count++];
    }
    *group = (struct variant_group){.name = grow_text(name)};
    return group;
}

static void add_setting(struct variant_group *group, const char *path, const struct tree *node)
{
    group->setting = grow_by_one(group->setting, group->count, sizeof *group->setting);
    group->setting[group->count++] =
        (struct variant_setting){grow_text(path), variant_text(path, node), node->at};
}

/* ---- a map of options, whichever way it is written; check_variants.c knows which there are ----
 */

struct walk {
    struct draft *draft;
    struct variant_groups *groups;
    struct variant_group *group; /* of the settings; NULL: each is a group of its own */
};

static int take_values(const struct walk *walk, const char *path, const struct tree *child)
{
    bool list = child->kind == TREE_LIST;
    size_t count = list ? child->count : 1;
    struct variant_group *group;

    if (tree_is_null(child) || count == 0) {
        error_set(walk->draft->error, STATUS_USAGE, "vary: %s has no values", path);
        error_hint(walk->draft->error, "write vary: {%s: [VALUE, VALUE]}", path);
        return error_at(walk->draft->error, child->key_at);
    }
    group = new_group(walk->groups, path);
    for (size_t i = 0; i < count; i++) {
        add_setting(group, path, list ? &child->item[i] : child);
    }
    return 0;
}

/* Several expectations are as many settings: each adds one. */
static int take_setting(const struct walk *walk, const char *path, const struct tree *child)
{
    if (tree_is_null(child)) {
        return draft_fail(walk->draft, child->key_at,
                          "write one, or null to take back what the scenario says",
                          "%s has no value", path);
    }
    if (child->kind != TREE_LIST || strcmp(path, "expect") != 0) {
        add_setting(walk->group, path, child);
        return 0;
    }
    for (size_t i = 0; i < child->count; i++) {
        add_setting(walk->group, path, &child->item[i]);
    }
    return 0;
}

static int take_map(const struct walk *walk, const char *above, const struct tree *map)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct tree *child = &map->item[i];
        char path[PATH_ROOM];
        int length =
            snprintf(path, sizeof path, "%s%s%s", above, above[0] != '\0' ? "." : "", child->key);

        if (length < 0 || (size_t)length >= sizeof path) {
            return draft_fail(walk->draft, child->key_at, "no option's name is as long",
                              "a key of %zu bytes", strlen(child->key));
        }
        if ((child->kind == TREE_MAP ? take_map
             : walk->group == NULL   ? take_values
                                     : take_setting)(walk, path, child) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- the two options ---- */

static int set_vary(struct draft *draft, const struct setting *setting)
{
    struct walk walk = {.draft = draft, .groups = &draft->scenario->compare.vary};

    return take_map(&walk, "", setting->node);
}

static int take_variant(struct draft *draft, const struct tree *child)
{
    struct walk walk = {.draft = draft};
    size_t length = strlen(child->key);

    if (length == 0 || length > NAME_MAX_BYTES || !text_is_plain(child->key)) {
        return draft_fail(draft, child->key_at, "give it a short one, in one line",
                          "variants: a name of %zu bytes", length);
    }
    if (child->kind != TREE_MAP && !tree_is_null(child)) {
        error_set(draft->error, STATUS_USAGE, "variants: %s takes a map of options", child->key);
        error_hint(draft->error, "write %s: {PATH: VALUE}, or {} for the scenario as it is",
                   child->key);
        return error_at(draft->error, child->at);
    }
    walk.group = new_group(&draft->scenario->compare.named, child->key);
    return take_map(&walk, "", child);
}

static int set_variants(struct draft *draft, const struct setting *setting)
{
    for (size_t i = 0; i < setting->node->count; i++) {
        if (take_variant(draft, &setting->node->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

static void unset_vary(struct draft *draft, const struct setting *setting)
{
    (void)setting;
    variant_groups_fini(&draft->scenario->compare.vary);
}

static void unset_variants(struct draft *draft, const struct setting *setting)
{
    (void)setting;
    variant_groups_fini(&draft->scenario->compare.named);
}

static void write_group(struct grow_stream *stream, const struct variant_group *group, bool named)
{
    variant_write(stream, group->name);
    fputs(named ? ": {" : ": [", stream->out);
    for (size_t i = 0; i < group->count; i++) {
        fprintf(stream->out, "%s%s%s", i > 0 ? ", " : "", named ? group->setting[i].path : "",
                named ? ": " : "");
        variant_write(stream, group->setting[i].value);
    }
    putc(named ? '}' : ']', stream->out);
}

static void tell_groups(const struct each *each, const struct option *option,
                        const struct variant_groups *groups, bool named)
{
    struct grow_stream stream;
    char *text;

    if (groups->count == 0) {
        return;
    }
    grow_stream_open(&stream);
    for (size_t i = 0; i < groups->count; i++) {
        fputs(i > 0 ? ", " : "{", stream.out);
        write_group(&stream, &groups->item[i], named);
    }
    putc('}', stream.out);
    text = grow_stream_close(&stream);
    each->fn(each->context, option->path, text);
    free(text);
}

static void each_vary(const struct each *each, const struct option *option,
                      const struct scenario *scenario)
{
    tell_groups(each, option, &scenario->compare.vary, false);
}

static void each_variant(const struct each *each, const struct option *option,
                         const struct scenario *scenario)
{
    tell_groups(each, option, &scenario->compare.named, true);
}

const struct option_ops vary_ops = {
    .type = "map of lists",
    .form = "write a map, e.g. {client.sysctl.net.ipv4.tcp_tw_reuse: [0, 1, 2]}",
    .trees = TREE_BIT(TREE_MAP),
    .is_yaml = true,
    .schema = "{\"$ref\": \"#/definitions/vary:\"}",
    .set = set_vary,
    .unset = unset_vary,
    .each = each_vary,
};

const struct option_ops variants_ops = {
    .type = "map of maps",
    .form = "write a map, e.g. {as-is: {}, abort: {server.sockopt.linger: 0s}}",
    .trees = TREE_BIT(TREE_MAP),
    .is_yaml = true,
    .schema = "{\"type\": \"object\", \"propertyNames\": {\"minLength\": 1}, "
              "\"additionalProperties\": {\"$ref\": \"#/definitions/variant:\"}}",
    .set = set_variants,
    .unset = unset_variants,
    .each = each_variant,
};

/* ---- texts of a comparison: one, or a list ---- */

static struct words *texts_of(const struct draft *draft, const struct option *option)
{
    return (void *)((char *)draft->scenario + option->offset);
}

static int set_texts(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;
    const struct option *option = setting->option;

    size_t count = node->kind == TREE_LIST ? node->count : 1;
    const struct tree *item = node->kind == TREE_LIST ? node->item : node;

    for (size_t i = 0; i < count; i++) {
        if (item[i].kind != TREE_SCALAR || item[i].text[0] == '\0' ||
            !text_is_plain(item[i].text)) {
            return draft_fail(draft, item[i].at, option->ops->form, "%s: not a text", option->path);
        }
        words_add(texts_of(draft, option), item[i].text);
    }
    return 0;
}

static void unset_texts(struct draft *draft, const struct setting *setting)
{
    words_fini(texts_of(draft, setting->option));
}

static void each_text(const struct each *each, const struct option *option,
                      const struct scenario *scenario)
{
    const struct words *texts = (const void *)((const char *)scenario + option->offset);

    for (size_t i = 0; i < texts->count; i++) {
        each->fn(each->context, option->path, texts->item[i]);
    }
}

const struct option_ops texts_ops = {
    .type = "list of texts",
    .form = "write a list, e.g. [connections.rate]",
    .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
    .schema = SCHEMA_TEXTS,
    .set = set_texts,
    .unset = unset_texts,
    .each = each_text,
};
