#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/units.h"

/* client.mix: several programs for the client's connections, each with its weight. */

static const char example[] = "write e.g. [{weight: 8, program: connect send recv close}, "
                              "{weight: 2, program: connect send rst}]";

size_t scenario_programs(const struct scenario *scenario, enum side side)
{
    return side == SIDE_CLIENT && scenario->mix.count > 0 ? scenario->mix.count : 1;
}

const struct program *scenario_program(const struct scenario *scenario, enum side side,
                                       size_t index)
{
    return side == SIDE_CLIENT && scenario->mix.count > 0 ? &scenario->mix.item[index].program
                                                          : &scenario->side[side].program;
}

/* ---- one of them ---- */

static int set_weight(const struct draft *draft, struct mix_item *item, const struct tree *node)
{
    static const struct value_spec weight = VALUE_OF(COUNT, 1, MIX_TURNS);
    const struct value_slot slot = {&weight, "weight", &item->weight, sizeof item->weight};

    return value_read(&slot, node->text, draft->error) == 0 ? 0 : error_at(draft->error, node->at);
}

/* It becomes a part of metrics' names. */
static bool is_name(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        if (!isalnum((unsigned char)text[i]) && text[i] != '_') {
            return false;
        }
    }
    return length > 0 && length <= MIX_NAME && isalpha((unsigned char)text[0]) != 0;
}

static int set_name(const struct draft *draft, struct mix_item *item, const struct tree *node)
{
    if (!is_name(node->text)) {
        return draft_fail(draft, node->at,
                          "write a letter, and up to 31 letters, digits and _ behind it",
                          "name: \"%.80s\" cannot be part of a metric's name", node->text);
    }
    snprintf(item->name, sizeof item->name, "%s", node->text);
    return 0;
}

static int set_steps(struct draft *draft, struct mix_item *item, const struct tree *node)
{
    size_t index = draft->scenario->mix.count;

    return draft_read_program(draft, SIDE_CLIENT, node, &item->program, draft->mix_step[index]);
}

static int set_key(struct draft *draft, struct mix_item *item, const struct tree *node)
{
    bool program = strcmp(node->key, "program") == 0;
    static const char *const keys[] = {"name", "weight", "program"};

    if (!program && node->kind != TREE_SCALAR) {
        return draft_fail(draft, node->at, example, "%s cannot be %s", node->key,
                          tree_kind_name(node->kind));
    }
    if (program) {
        return set_steps(draft, item, node);
    }
    if (strcmp(node->key, "weight") == 0) {
        return set_weight(draft, item, node);
    }
    if (strcmp(node->key, "name") == 0) {
        return set_name(draft, item, node);
    }
    const char *near = nearest_spelling(node->key, keys, sizeof keys / sizeof keys[0]);
    error_set(draft->error, STATUS_USAGE, "a program of client.mix has no \"%.80s\"", node->key);
    error_hint(draft->error, near != NULL ? "did you mean \"%s\"?" : "it has name, weight, program",
               near);
    return error_at(draft->error, node->key_at);
}

static int check_item(const struct draft *draft, const struct mix_item *item, struct where where)
{
    const struct mix *mix = &draft->scenario->mix;

    if (item->program.length == 0) {
        return draft_fail(draft, where, example, "one of client.mix has no program");
    }
    for (size_t i = 0; i < mix->count; i++) {
        if (strcmp(mix->item[i].name, item->name) == 0) {
            return draft_fail(draft, where, "give each a name of its own, or none",
                              "two programs of client.mix are called %s", item->name);
        }
    }
    return 0;
}

static int add_item(struct draft *draft, const struct tree *map)
{
    struct mix *mix = &draft->scenario->mix;
    struct mix_item item = {.weight = 1};

    if (map->kind != TREE_MAP) {
        return draft_fail(draft, map->at, example, "client.mix is a list of maps, and this is %s",
                          tree_kind_name(map->kind));
    }
    if (mix->count == MIX_MAX) {
        return draft_fail(draft, map->at, "take the others out, or play them in another run",
                          "client.mix has more than %d programs", MIX_MAX);
    }
    snprintf(item.name, sizeof item.name, "p%zu", mix->count + 1);
    for (size_t i = 0; i < map->count; i++) {
        if (set_key(draft, &item, &map->item[i]) != 0) {
            return -1;
        }
    }
    if (check_item(draft, &item, map->at) != 0) {
        return -1;
    }
    draft->mix_where[mix->count] = map->at;
    mix->item[mix->count++] = item;
    return 0;
}

/* ---- the whole ---- */

static int set_mix(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;

    struct mix *mix = &draft->scenario->mix;

    mix->count = 0;
    for (size_t i = 0; i < node->count; i++) {
        if (add_item(draft, &node->item[i]) != 0) {
            return -1;
        }
    }
    if (mix->count == 0) {
        return draft_fail(draft, node->at, example, "client.mix has no program");
    }
    if (!mix_deal(mix)) {
        return draft_fail(
            draft, node->at, "write smaller ones, e.g. 99 and 1",
            "the weights of client.mix come to more than %d, what they have in common taken "
            "out",
            MIX_TURNS);
    }
    return 0;
}

static void unset_mix(struct draft *draft, const struct setting *setting)
{
    (void)setting;
    draft->scenario->mix.count = 0;
}

/* As YAML, in one line. */
static void each_mix(const struct each *each, const struct option *option,
                     const struct scenario *scenario)
{
    const struct mix *mix = &scenario->mix;
    char text[MIX_MAX * (PROGRAM_TEXT + 2 * MIX_NAME)];
    char program[PROGRAM_TEXT];
    size_t used = 0;

    if (mix->count == 0) {
        return;
    }
    for (size_t i = 0; i < mix->count; i++) {
        const struct mix_item *item = &mix->item[i];
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "%s{name: %s, weight: %u, program: \"%s\"}", i == 0 ? "[" : ", ",
                                 item->name, item->weight,
                                 program_format(program, sizeof program, &item->program));
    }
    snprintf(text + used, sizeof text - used, "]");
    each->fn(each->context, option->path, text);
}

const struct option_ops mix_ops = {
    .type = "list of programs",
    .form = "write a list, e.g. [{weight: 8, program: connect send recv close}, {weight: 2, "
            "program: connect send rst}]",
    .trees = TREE_BIT(TREE_LIST),
    .is_yaml = true,
    .schema =
        "{\"type\": \"array\", \"maxItems\": 8, \"items\": {\"type\": \"object\", \"properties\": "
        "{\"name\": {\"type\": \"string\", \"pattern\": \"^[A-Za-z][A-Za-z0-9_]{0,31}$\"}, "
        "\"weight\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 1000}, \"program\": "
        "{\"$ref\": \"#/definitions/option:client.program\"}}, \"required\": [\"program\"], "
        "\"additionalProperties\": false}}",
    .set = set_mix,
    .unset = unset_mix,
    .each = each_mix,
};
