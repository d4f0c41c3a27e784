#include <stdlib.h>
#include <string.h>

#include "draft.h"
#include "finwait/grow.h"

/* A command of the user's: a list of words, or one text that is split as sh(1) splits it. */

static struct command_spec *command_of(struct draft *draft, const struct option *option)
{
    return &draft->scenario->side[option->side].command;
}

static int fail_words(const struct draft *draft, const struct option *option, const char *fault,
                      struct where where)
{
    return draft_fail(draft, where,
                      "write e.g. \"python3 -m http.server {port}\", or its words "
                      "as a list",
                      "%s: %s", option->path, fault);
}

static int add_word(struct draft *draft, const struct option *option, struct words *words,
                    const struct tree *item)
{
    if (item->kind != TREE_SCALAR) {
        return fail_words(draft, option, "a word cannot be a list or a map", item->at);
    }
    words_add(words, item->text);
    return 0;
}

static int read_words(struct draft *draft, const struct option *option, const struct tree *node,
                      struct words *words)
{
    const char *fault = node->kind == TREE_SCALAR ? words_split(words, node->text) : NULL;

    for (size_t i = 0; node->kind == TREE_LIST && i < node->count; i++) {
        if (add_word(draft, option, words, &node->item[i]) != 0) {
            return -1;
        }
    }
    if (fault == NULL && (words->count == 0 || words->item[0][0] == '\0')) {
        fault = "there is no program in it";
    }
    return fault == NULL ? 0 : fail_words(draft, option, fault, node->at);
}

static int set_command(struct draft *draft, const struct setting *setting)
{
    const struct option *option = setting->option;

    struct words words = {0};

    if (read_words(draft, option, setting->node, &words) != 0) {
        words_fini(&words);
        return -1;
    }
    words_fini(&command_of(draft, option)->words);
    command_of(draft, option)->words = words;
    return 0;
}

static void unset_command(struct draft *draft, const struct setting *setting)
{
    words_fini(&command_of(draft, setting->option)->words);
}

static void each_command(const struct each *each, const struct option *option,
                         const struct scenario *scenario)
{
    const struct words *words = &scenario->side[option->side].command.words;

    if (words->count > 0) {
        char *text = words_join(words);
        each->fn(each->context, option->path, text);
        free(text);
    }
}

const struct option_ops command_ops = {
    .type = "command",
    .form = "write e.g. \"python3 -m http.server {port}\", or its words as a list",
    .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
    .schema = SCHEMA_TEXTS,
    .set = set_command,
    .unset = unset_command,
    .each = each_command};

/* ---- ready: listen, {line: TEXT}, or line: TEXT as one text ---- */

#define LINE "line:"

/* No more of it is looked for in one piece than the keeper has, COMMAND_TAIL / 2. */
enum { LINE_LONGEST = 1000 };

/* The TEXT of "line: TEXT", which after --set may stand in braces as it does in a file; NULL: it is
 * none. */
static const char *line_in(const char *text, size_t *length)
{
    size_t end = strlen(text);
    bool braces = text[0] == '{' && text[end - 1] == '}';

    text += braces;
    end -= 2 * (size_t)braces;
    while (braces && end > 0 && text[end - 1] == ' ') {
        end--;
    }
    if (strncmp(text, LINE, strlen(LINE)) != 0) {
        return NULL;
    }
    size_t begin = strlen(LINE) + strspn(text + strlen(LINE), " ");
    *length = end > begin ? end - begin : 0;
    return text + begin;
}

static int set_ready(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;
    const struct option *option = setting->option;

    struct command_spec *command = command_of(draft, option);
    const struct tree *item = node->count == 1 ? node->item : NULL;
    const char *line = NULL;
    size_t length = 0;

    if (node->kind == TREE_SCALAR) {
        line = line_in(node->text, &length);
    } else if (item != NULL && item->kind == TREE_SCALAR && strcmp(item->key, "line") == 0) {
        line = item->text + strspn(item->text, " ");
        length = strlen(line);
    }
    bool listens = node->kind == TREE_SCALAR && strcmp(node->text, "listen") == 0;
    if (!listens && length == 0) {
        return draft_fail(draft, node->at, option->ops->form, "%s: neither listen nor a line",
                          option->path);
    }
    if (length > LINE_LONGEST) {
        return draft_fail(draft, node->at, "a part of it is enough", "%s: a line of %zu bytes",
                          option->path, length);
    }
    free(command->ready_line);
    command->ready_line = line != NULL ? grow_format("%.*s", (int)length, line) : NULL;
    return 0;
}

static void unset_ready(struct draft *draft, const struct setting *setting)
{
    free(command_of(draft, setting->option)->ready_line);
    command_of(draft, setting->option)->ready_line = NULL;
}

static void each_ready(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    const char *line = scenario->side[option->side].command.ready_line;
    char text[sizeof LINE + LINE_LONGEST];

    if (line != NULL) {
        snprintf(text, sizeof text, LINE "%s", line);
        each->fn(each->context, option->path, text);
    }
}

const struct option_ops ready_ops = {
    .type = "listen or a line",
    .form = "write listen, or e.g. {line: Serving HTTP}",
    .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_MAP),
    .schema = "{\"anyOf\": [{\"enum\": [\"listen\"]}, {\"type\": \"string\", \"pattern\": "
              "\"^line:\"}, {\"type\": \"object\", \"properties\": {\"line\": " SCHEMA_SCALAR
              "}, \"required\": [\"line\"], \"additionalProperties\": false}]}",
    .set = set_ready,
    .unset = unset_ready,
    .each = each_ready};
