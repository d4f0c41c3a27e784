#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"

/*
 * A side's program, from a text or a list of steps.  A step with an argument is a word,
 * pause(100ms), or a map of one key, {pause: 100ms}; what recv takes may be a list.
 */

static void put_step(FILE *out, const struct tree *step)
{
    const struct tree *argument = step->item;

    if (step->kind == TREE_SCALAR) {
        fputs(step->text, out);
        return;
    }
    fputs(argument->key, out);
    if (tree_is_null(argument)) {
        return;
    }
    fputc('(', out);
    for (size_t i = 0; i < argument->count; i++) {
        fprintf(out, "%s%s", i > 0 ? "," : "", argument->item[i].text);
    }
    fprintf(out, "%s)", argument->kind == TREE_SCALAR ? argument->text : "");
}

/* All steps in one text, line ends made blanks.  Between two there is a comma: in
 * [recv(or-fin, 5s), close] it is YAML that takes it out. */
static char *join_steps(const struct tree *node)
{
    struct grow_stream out;

    grow_stream_open(&out);
    fputs(node->kind == TREE_SCALAR ? node->text : "", out.out);
    for (size_t i = 0; i < node->count; i++) {
        fputs(i > 0 ? "," : "", out.out);
        put_step(out.out, &node->item[i]);
    }
    char *text = grow_stream_close(&out);
    for (char *at = strchr(text, '\n'); at != NULL; at = strchr(at, '\n')) {
        *at = ' ';
    }
    return text;
}

static size_t length_of(const struct tree *step)
{
    struct grow_stream out;

    grow_stream_open(&out);
    put_step(out.out, step);
    free(grow_stream_close(&out));
    return out.length;
}

/* Where the user wrote the character at `offset` of the text that join_steps made. */
static struct where place_of(const struct tree *node, size_t offset)
{
    const struct tree *item = node;

    for (size_t i = 0; node->kind == TREE_LIST && i < node->count; i++) {
        item = &node->item[i];
        size_t length = length_of(item);
        if (offset <= length) {
            break;
        }
        offset -= i + 1 < node->count ? length + 1 : 0;
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
            return draft_fail(draft, node->item[i].at,
                              "write e.g. \"- send\", \"- pause(100ms)\" or "
                              "\"- pause: 100ms\"",
                              "this is no step");
        }
    }
    if (node->kind == TREE_LIST && node->count == 0) {
        return draft_fail(draft, node->at, "write e.g. \"connect send recv close\"",
                          "a program without steps");
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

static int set_program(struct draft *draft, const struct setting *setting)
{
    const struct option *option = setting->option;

    struct side_spec *spec = &draft->scenario->side[option->side];
    struct program program;

    if (draft_read_program(draft, option->side, setting->node, &program,
                           draft->step[option->side]) != 0) {
        return -1;
    }
    spec->program_where = setting->node->at;
    spec->program = program;
    return 0;
}

static void unset_program(struct draft *draft, const struct setting *setting)
{
    struct side_spec *side = &draft->scenario->side[setting->option->side];

    side->program_where = (struct where){0};
    side->program = (struct program){0};
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
