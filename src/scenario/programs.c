#include <stdlib.h>
#include <string.h>

#include "draft.h"

/*
 * A side's program, from a text or a list of steps.  A step with an argument is a word,
 * pause(100ms), or a map of one key, {pause: 100ms}; what recv takes may be a list.
 */

/* A text that grows; without `at` it is only measured. */
struct out {
    char *at;
    size_t length;
};

static void put(struct out *out, const char *text)
{
    size_t length = strlen(text);

    if (out->at != NULL) {
        memcpy(out->at + out->length, text, length + 1);
    }
    out->length += length;
}

static void put_step(struct out *out, const struct tree *step)
{
    const struct tree *argument = step->item;

    if (step->kind == TREE_SCALAR) {
        put(out, step->text);
        return;
    }
    put(out, argument->key);
    if (tree_is_null(argument)) {
        return;
    }
    put(out, "(");
    for (size_t i = 0; i < argument->count; i++) {
        put(out, i > 0 ? "," : "");
        put(out, argument->item[i].text);
    }
    put(out, argument->kind == TREE_SCALAR ? argument->text : "");
    put(out, ")");
}

/* Between two there is a comma: in [recv(or-fin, 5s), close] it is YAML that takes it out. */
static void put_steps(struct out *out, const struct tree *node)
{
    if (node->kind == TREE_SCALAR) {
        put(out, node->text);
    }
    for (size_t i = 0; i < node->count; i++) {
        put(out, i > 0 ? "," : "");
        put_step(out, &node->item[i]);
    }
}

/* All steps in one text, line ends made blanks.  NULL: no memory. */
static char *join_steps(const struct tree *node)
{
    struct out out = {0};

    put_steps(&out, node);
    out = (struct out){.at = malloc(out.length + 1)};
    if (out.at == NULL) {
        return NULL;
    }
    put_steps(&out, node);
    for (char *at = strchr(out.at, '\n'); at != NULL; at = strchr(at, '\n')) {
        *at = ' ';
    }
    return out.at;
}

/* Where the user wrote the character at `offset` of the text that join_steps made. */
static struct where place_of(const struct tree *node, size_t offset)
{
    const struct tree *item = node;

    for (size_t i = 0; node->kind == TREE_LIST && i < node->count; i++) {
        struct out step = {0};
        item = &node->item[i];
        put_step(&step, item);
        if (offset <= step.length) {
            break;
        }
        offset -= i + 1 < node->count ? step.length + 1 : 0;
    }
    struct where where = item->kind == TREE_MAP ? item->item[0].key_at : item->at;
    where.column += item->verbatim ? (int)offset : 0;
    return where;
}

static bool is_step(const struct tree *node)
{
    const struct tree *argument = node->item;

    if (node->kind != TREE_MAP || node->count != 1 || argument->kind == TREE_MAP) {
        return node->kind == TREE_SCALAR;
    }
    for (size_t i = 0; i < argument->count; i++) {
        if (argument->item[i].kind != TREE_SCALAR) {
            return false;
        }
    }
    return argument->kind == TREE_SCALAR || argument->count > 0;
}

static int check_items(const struct draft *draft, const struct tree *node)
{
    for (size_t i = 0; i < node->count; i++) {
        if (!is_step(&node->item[i])) {
            error_set(draft->error, STATUS_USAGE, "this is no step");
            return draft_fail_at(draft, node->item[i].at,
                                 "write e.g. \"- send\", \"- pause(100ms)\" or "
                                 "\"- pause: 100ms\"");
        }
    }
    if (node->kind == TREE_LIST && node->count == 0) {
        error_set(draft->error, STATUS_USAGE, "a program without steps");
        return draft_fail_at(draft, node->at, "write e.g. \"connect send recv close\"");
    }
    return 0;
}

int draft_read_program(const struct draft *draft, enum side side, const struct tree *node,
                       struct program *program, struct where step[PROGRAM_MAX])
{
    struct program_places places;

    if (check_items(draft, node) != 0) {
        return -1;
    }
    char *text = join_steps(node);
    if (text == NULL) {
        return draft_fail_memory(draft);
    }
    int status = program_parse(program, text, side, &places, draft->error);
    free(text);
    if (status != 0) {
        return error_at(draft->error, place_of(node, places.fault));
    }
    for (size_t i = 0; i < program->length; i++) {
        step[i] = place_of(node, places.step[i]);
    }
    return 0;
}

struct where draft_step(const struct draft *draft, enum side side, size_t program, size_t step)
{
    return side == SIDE_CLIENT && draft->scenario->mix.count > 0 ? draft->mix_step[program][step]
                                                                 : draft->step[side][step];
}

static int set_program(struct draft *draft, const struct option *option, const char *key,
                       const struct tree *node, enum level level)
{
    struct side_spec *spec = &draft->scenario->side[option->side];
    struct program program;

    (void)key;
    (void)level;
    if (draft_read_program(draft, option->side, node, &program, draft->step[option->side]) != 0) {
        return -1;
    }
    spec->program_where = node->at;
    spec->program = program;
    return 0;
}

static int unset_program(struct draft *draft, const struct option *option, const char *key)
{
    struct side_spec *side = &draft->scenario->side[option->side];

    (void)key;
    side->program_where = (struct where){0};
    side->program = (struct program){0};
    return 0;
}

static void each_program(const struct each *each, const struct option *option,
                         const struct scenario *scenario)
{
    const struct program *program = &scenario->side[option->side].program;
    char text[PROGRAM_TEXT];

    if (program->length > 0) {
        each->fn(each->context, option->path, program_format(text, sizeof text, program));
    }
}

#define STEPS_REF(what) "{\"$ref\": \"#/definitions/step:" what "\"}"
#define SCHEMA_PROGRAM                                                                             \
    "{\"anyOf\": [" STEPS_REF("texts") ", {\"type\": \"array\", \"minItems\": 1, \"items\": "      \
                                       "{\"anyOf\": [" STEPS_REF("texts") ", " STEPS_REF(          \
                                           "map") "]}}]}"

const struct option_ops program_ops = {.type = "program",
                                       .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
                                       .schema = SCHEMA_PROGRAM,
                                       .set = set_program,
                                       .unset = unset_program,
                                       .each = each_program};
