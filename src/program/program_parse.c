#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "finwait/program.h"
#include "parse.h"

enum {
    WORD_MAX = 40, /* longer than any step or argument */
};

/* One word of the text: a step's name and what stands in parentheses after it. */
struct word {
    size_t offset;
    char name[WORD_MAX];
    char arg[WORD_MAX];
    bool has_arg;
};

static bool is_separator(char c)
{
    return c == ',' || isspace((unsigned char)c);
}

static bool is_name(char c)
{
    return c != '\0' && c != '(' && c != ')' && !is_separator(c);
}

/*
 * Copy for a look-up and for messages: what does not print becomes '?', and what does not
 * fit is cut and ends in "...", which no step and no number does.
 */
static void copy_text(char out[WORD_MAX], const char *text, size_t length)
{
    size_t copied = length < WORD_MAX ? length : WORD_MAX - 1;

    for (size_t i = 0; i < copied; i++) {
        out[i] = (char)(isprint((unsigned char)text[i]) ? text[i] : '?');
    }
    out[copied] = '\0';
    if (copied < length) {
        memcpy(out + copied - 3, "...", 3);
    }
}

/* Read "(…)" at `*at` into `word`, blanks around the argument left out. */
static int read_arg(struct parse *parse, struct word *word, size_t *at)
{
    const char *begin = parse->text + *at + 1;
    const char *end = begin + strcspn(begin, "()");
    const char *last = end;

    if (*end != ')') {
        error_set(parse->error, STATUS_USAGE, "`%s(` has no closing parenthesis", word->name);
        error_hint(parse->error, "write the argument as in pause(100ms), and in YAML's {…} the "
                                 "program in quotes: a comma ends it there");
        return parse_fail_at(parse, word->offset);
    }
    while (begin < last && isspace((unsigned char)*begin)) {
        begin++;
    }
    while (last > begin && isspace((unsigned char)last[-1])) {
        last--;
    }
    copy_text(word->arg, begin, (size_t)(last - begin));
    word->has_arg = true;
    *at = (size_t)(end + 1 - parse->text);
    return 0;
}

/* Read the word at `*at` and move past it. */
static int read_word(struct parse *parse, struct word *word, size_t *at)
{
    size_t length = 0;

    *word = (struct word){.offset = *at};
    while (is_name(parse->text[*at + length])) {
        length++;
    }
    if (length == 0) {
        error_set(parse->error, STATUS_USAGE, "`%c` where a step should begin", parse->text[*at]);
        error_hint(parse->error, "an argument follows its step directly, as in pause(100ms)");
        return parse_fail_at(parse, *at);
    }
    copy_text(word->name, parse->text + *at, length);
    *at += length;
    return parse->text[*at] == '(' ? read_arg(parse, word, at) : 0;
}

static int find_op(struct parse *parse, const struct word *word, enum step_op *op)
{
    const char *names[STEP_OP_N];

    for (size_t i = 0; i < STEP_OP_N; i++) {
        names[i] = step_table[i].name;
        if (strcmp(names[i], word->name) == 0) {
            *op = (enum step_op)i;
            return 0;
        }
    }
    const char *nearest = nearest_spelling(word->name, names, STEP_OP_N);
    error_set(parse->error, STATUS_USAGE, "there is no step `%s`", word->name);
    if (nearest != NULL) {
        error_hint(parse->error, "did you mean `%s`?", nearest);
    } else {
        error_hint(parse->error, "`finwait list steps` prints them all");
    }
    return parse_fail_at(parse, word->offset);
}

static int fail_arg(struct parse *parse, const struct word *word, const struct value_spec *takes)
{
    if (takes->kind == VALUE_NOTHING) {
        error_set(parse->error, STATUS_USAGE, "`%s` takes no argument", word->name);
        error_hint(parse->error, "write it without the parentheses");
    } else {
        error_set(parse->error, STATUS_USAGE, "`%s` needs an argument", word->name);
        error_hint(parse->error, "write it as in %s(%s)", word->name, value_example(takes));
    }
    return parse_fail_at(parse, word->offset);
}

static int convert_arg(struct parse *parse, const struct word *word, struct step *step)
{
    const struct value_spec *takes = &step_table[step->op].takes;
    char name[WORD_MAX + sizeof "``"];
    struct value_slot slot = {takes, name, &step->arg, sizeof step->arg};

    bool alone = (step_table[step->op].traits & STEP_ALONE) != 0;

    if (word->has_arg ? takes->kind == VALUE_NOTHING : takes->kind != VALUE_NOTHING && !alone) {
        return fail_arg(parse, word, takes);
    }
    snprintf(name, sizeof name, "`%s`", word->name);
    if (word->has_arg && value_read(&slot, word->arg, parse->error) != 0) {
        return parse_fail_at(parse, word->offset);
    }
    if (step->op == STEP_CONNECT && step->arg == CONNECT_PARTIAL) {
        step->arg = CONNECT_HELLO;
    }
    return 0;
}

static int add_step(struct parse *parse, const struct word *word)
{
    struct program *program = parse->program;

    if (program->length == PROGRAM_MAX) {
        error_set(parse->error, STATUS_USAGE, "the program is longer than %d steps", PROGRAM_MAX);
        error_hint(parse->error, "use repeat(N) for what is done again and again");
        return parse_fail_at(parse, word->offset);
    }
    struct step *step = &program->step[program->length];
    *step = (struct step){0};
    if (find_op(parse, word, &step->op) != 0 || convert_arg(parse, word, step) != 0) {
        return -1;
    }
    parse->places->step[program->length++] = word->offset;
    return 0;
}

int program_parse(struct program *program, const char *text, enum side side,
                  struct program_places *places, struct error *error)
{
    struct program_places own;
    struct parse parse = {
        .program = program,
        .text = text,
        .side = side,
        .places = places != NULL ? places : &own,
        .error = error,
    };
    size_t at = 0;

    *program = (struct program){0};
    while (text[at] != '\0') {
        struct word word;
        if (is_separator(text[at])) {
            at++;
        } else if (read_word(&parse, &word, &at) != 0 || add_step(&parse, &word) != 0) {
            return -1;
        }
    }
    return program_check(&parse);
}
