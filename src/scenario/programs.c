#include <stdlib.h>
#include <string.h>

#include "draft.h"

/* A side's program, from a text or a list of steps. */

/* All steps of a list in one text, or a copy of the text; line ends made blanks.  NULL: no memory.
 */
static char *join_steps(const struct tree *node)
{
    size_t count = node->kind == TREE_LIST ? node->count : 1;
    const struct tree *item = node->kind == TREE_LIST ? node->item : node;
    size_t room = 1;

    for (size_t i = 0; i < count; i++) {
        room += strlen(item[i].text) + 1;
    }
    char *text = malloc(room);
    char *end = text;
    if (text == NULL) {
        return NULL;
    }
    *end = '\0';
    for (size_t i = 0; i < count; i++) {
        end = stpcpy(stpcpy(end, i > 0 ? " " : ""), item[i].text);
    }
    for (char *at = text; at < end; at++) {
        *at = *at == '\n' ? ' ' : *at;
    }
    return text;
}

/* Where the user wrote the character at `offset` of the text that join_steps made. */
static struct where place_of(const struct tree *node, size_t offset)
{
    const struct tree *item = node;

    for (size_t i = 0; node->kind == TREE_LIST && i < node->count; i++) {
        item = &node->item[i];
        size_t length = strlen(item->text) + 1;
        if (offset < length) {
            break;
        }
        offset -= i + 1 < node->count ? length : 0;
    }
    struct where where = item->at;
    where.column += item->verbatim ? (int)offset : 0;
    return where;
}

static int check_items(const struct draft *draft, const struct tree *node)
{
    for (size_t i = 0; i < node->count; i++) {
        if (node->item[i].kind != TREE_SCALAR) {
            error_set(draft->error, STATUS_USAGE, "a step is a word, not %s",
                      tree_kind_name(node->item[i].kind));
            return draft_fail_at(draft, node->item[i].at, "write e.g. \"- pause(100ms)\"");
        }
    }
    if (node->kind == TREE_LIST && node->count == 0) {
        error_set(draft->error, STATUS_USAGE, "a program without steps");
        return draft_fail_at(draft, node->at, "write e.g. \"connect send recv close\"");
    }
    return 0;
}

char *draft_read_program(const struct draft *draft, enum side side, const struct tree *node,
                         struct program *program, struct where step[PROGRAM_MAX])
{
    struct program_places places;

    if (check_items(draft, node) != 0) {
        return NULL;
    }
    char *text = join_steps(node);
    if (text == NULL) {
        draft_fail_memory(draft);
        return NULL;
    }
    if (program_parse(program, text, side, &places, draft->error) != 0) {
        free(text);
        error_at(draft->error, place_of(node, places.fault));
        return NULL;
    }
    for (size_t i = 0; i < program->length; i++) {
        step[i] = place_of(node, places.step[i]);
    }
    return text;
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
    char *text = draft_read_program(draft, option->side, node, &program, draft->step[option->side]);
    if (text == NULL) {
        return -1;
    }
    free(spec->program_text);
    spec->program_text = text;
    spec->program_where = node->at;
    spec->program = program;
    return 0;
}

static int unset_program(struct draft *draft, const struct option *option, const char *key)
{
    struct side_spec *side = &draft->scenario->side[option->side];

    (void)key;
    free(side->program_text);
    side->program_text = NULL;
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

const struct option_ops program_ops = {.type = "program",
                                       .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
                                       .set = set_program,
                                       .unset = unset_program,
                                       .each = each_program};
