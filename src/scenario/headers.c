#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draft.h"
#include "finwait/grow.h"

/* Fields of a message's head: any number of names below its map, or a list of such maps, in which a
 * name may come again; kept as the lines that are sent. */

enum { FIELDS_MAX = 32 << 10 /* all of them; readers bound a head, ours by 64 KiB */ };

static const char form[] = "write one line of text; a number in quotes where its digits count";

/* Those that say where a message ends, or that another option says. */
static const struct {
    const char *name, *because, *hint;
} taken[] = {
    {"Content-Length", "is what the body has", "write request.size, response.size or a body"},
    {"Transfer-Encoding", "is what response.chunked says",
     "write response: {chunked: on}; requests are not sent in chunks"},
    {"Host", "is request.host", "write request: {host: NAME}"},
};

/* RFC 9110 section 5.6.2 */
static bool is_token(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-!#$%&'*+.^_`|~";

    return text[0] != '\0' && text[strspn(text, letters)] == '\0';
}

/* Section 5.5: visible characters, and blanks between them.  Others end the line, or may. */
static bool is_value(const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i++) {
        bool blank = text[i] == ' ' || text[i] == '\t';
        if ((text[i] < '!' || text[i] > '~') && !(blank && i > 0 && i + 1 < length)) {
            return false;
        }
    }
    return true;
}

static struct where place_of(const struct tree *node)
{
    return node->key != NULL ? node->key_at : node->at;
}

static int check_name(const struct draft *draft, const struct option *option, const char *name,
                      const struct tree *node)
{
    if (!is_token(name)) {
        return draft_fail(draft, place_of(node), "letters, digits and hyphens make one",
                          "%s: \"%.80s\" is not the name of a field", option->path, name);
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcasecmp(name, taken[i].name) == 0) {
            return draft_fail(draft, place_of(node), taken[i].hint, "%s.%s: it %s", option->path,
                              name, taken[i].because);
        }
    }
    return 0;
}

static int check_field(const struct draft *draft, const struct option *option, const char *name,
                       const struct tree *node)
{
    if (check_name(draft, option, name, node) != 0) {
        return -1;
    }
    if (!is_value(node->text)) {
        return draft_fail(draft, node->at,
                          "one line of ASCII without control characters, and no blanks at its "
                          "ends",
                          "%s.%s: not a field's value", option->path, name);
    }
    return 0;
}

static struct message_part *part_of(const struct draft *draft, const struct option *option)
{
    return &draft->scenario->message.part[option->side];
}

static void drop_line(char *line)
{
    char *rest = strchr(line, '\n') + 1;

    memmove(line, rest, strlen(rest) + 1);
}

static int add_line(struct draft *draft, const struct option *option, const char *name,
                    const struct tree *node)
{
    char **fields = &part_of(draft, option)->fields;
    char *longer = grow_format("%s%s: %s\r\n", *fields != NULL ? *fields : "", name, node->text);

    free(*fields);
    *fields = longer;
    if (strlen(longer) > FIELDS_MAX) {
        return draft_fail(draft, node->at, "who reads them would not", "%s: more than %d kB",
                          option->path, FIELDS_MAX >> 10);
    }
    return 0;
}

static int set_field(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;
    const struct option *option = setting->option;

    char **fields = &part_of(draft, option)->fields;
    char *line = message_field(*fields, setting->key, strlen(setting->key));

    if (check_field(draft, option, setting->key, node) != 0) {
        return -1;
    }
    if (line != NULL && setting->level == LEVEL_FILE) {
        return draft_fail(draft, place_of(node),
                          "case does not count: take one of them out, or write a list of maps",
                          "%s.%s is given twice", option->path, setting->key);
    }
    for (; line != NULL; line = message_field(*fields, setting->key, strlen(setting->key))) {
        drop_line(line);
    }
    return add_line(draft, option, setting->key, node);
}

static int fail_list(const struct draft *draft, const struct option *option,
                     const struct tree *node)
{
    return draft_fail(draft, node->at, "write e.g. [{Cookie: a=1}, {Cookie: b=2}]",
                      "%s: not a list of fields", option->path);
}

static int add_fields(struct draft *draft, const struct option *option, const struct tree *map)
{
    if (map->kind != TREE_MAP) {
        return fail_list(draft, option, map);
    }
    for (size_t i = 0; i < map->count; i++) {
        const struct tree *node = &map->item[i];

        if (node->kind != TREE_SCALAR || tree_is_null(node)) {
            return fail_list(draft, option, node);
        }
        if (check_field(draft, option, node->key, node) != 0 ||
            add_line(draft, option, node->key, node) != 0) {
            return -1;
        }
    }
    return 0;
}

static void unset_field(struct draft *draft, const struct setting *setting)
{
    char **fields = &part_of(draft, setting->option)->fields;
    char *line =
        setting->key != NULL ? message_field(*fields, setting->key, strlen(setting->key)) : NULL;

    if (line != NULL) {
        drop_line(line);
    }
    if (setting->key == NULL || (*fields != NULL && **fields == '\0')) {
        free(*fields);
        *fields = NULL;
    }
}

/* A list takes the place of all that was given. */
static int set_fields(struct draft *draft, const struct setting *setting)
{
    const struct tree *node = setting->node;
    const struct option *option = setting->option;

    if (setting->key != NULL) {
        return node->kind == TREE_SCALAR ? set_field(draft, setting)
                                         : fail_list(draft, option, node);
    }
    unset_field(draft, setting);
    for (size_t i = 0; i < node->count; i++) {
        if (add_fields(draft, option, &node->item[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

/* Call `fn` for each line, its name and its value without what is between them. */
static void each_line(const char *line,
                      void (*fn)(void *context, const char *name, const char *text), void *context)
{
    while (line != NULL && *line != '\0') {
        size_t length = strcspn(line, ":");
        char *name = grow_format("%.*s", (int)length, line);
        char *text =
            grow_format("%.*s", (int)(strcspn(line, "\r") - length - 2), line + length + 2);

        fn(context, name, text);
        free(name);
        free(text);
        line = strchr(line, '\n') + 1;
    }
}

static bool has_again(char *fields)
{
    for (char *line = fields; line != NULL && *line != '\0';) {
        char *next = strchr(line, '\n') + 1;

        if (message_field(next, line, strcspn(line, ":")) != NULL) {
            return true;
        }
        line = next;
    }
    return false;
}

struct telling {
    const struct each *each;
    const struct option *option;
    FILE *out;
};

static void tell_field(void *context, const char *name, const char *text)
{
    const struct telling *telling = context;
    char *path = grow_format("%s.%s", telling->option->path, name);

    telling->each->fn(telling->each->context, path, text);
    free(path);
}

/* As YAML has it in single quotes, which are doubled in there. */
static void put_quoted(const char *text, FILE *out)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        fprintf(out, *text == '\'' ? "''" : "%c", *text);
    }
    fputc('\'', out);
}

static void list_field(void *context, const char *name, const char *text)
{
    FILE *out = ((const struct telling *)context)->out;

    fputs(ftell(out) > 0 ? ", {" : "[{", out);
    put_quoted(name, out);
    fputs(": ", out);
    put_quoted(text, out);
    fputc('}', out);
}

static void each_field(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    char *fields = scenario->message.part[option->side].fields;
    struct telling telling = {each, option, NULL};
    struct grow_stream stream;

    if (!has_again(fields)) {
        each_line(fields, tell_field, &telling);
        return;
    }
    grow_stream_open(&stream);
    telling.out = stream.out;
    each_line(fields, list_field, &telling);
    fputc(']', stream.out);
    char *text = grow_stream_close(&stream);
    each->fn(each->context, option->path, text);
    free(text);
}

const struct option_ops headers_ops = {
    .type = "map of fields",
    .form = form,
    .trees = TREE_BIT(TREE_SCALAR) | TREE_BIT(TREE_LIST),
    .has_keys = true,
    .key = "[-!#$%&'*+.^_`|~0-9A-Za-z]+",
    .schema = "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"additionalProperties\": "
              "{\"type\": [\"string\", \"number\", \"boolean\"]}}}",
    .set = set_fields,
    .unset = unset_field,
    .each = each_field};
