#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "draft.h"
#include "finwait/grow.h"

/* Fields of a message's head: any number of names below its map, kept as the lines that are sent.
 */

enum { FIELDS_MAX = 32 << 10 /* all of them; readers bound a head, ours by 64 KiB */ };

static const char form[] = "write one line of text; a number in quotes where its digits count";

/* Those that say where a message ends, or that another option says. */
static const struct {
    const char *name, *because, *hint;
} taken[] = {
    {"Content-Length", "is what the body has", "write request.size, response.size or a body"},
    {"Transfer-Encoding", "is what response.chunked says",
     "write response: {chunked: on}; requests are not sent in chunks"},
    {"Connection", "is what the programs do",
     "the last message says close where the server is to close first"},
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
        error_set(draft->error, STATUS_USAGE, "%s: \"%.80s\" is not the name of a field",
                  option->path, name);
        return draft_fail_at(draft, place_of(node), "letters, digits and hyphens make one");
    }
    for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
        if (strcasecmp(name, taken[i].name) == 0) {
            error_set(draft->error, STATUS_USAGE, "%s.%s: it %s", option->path, name,
                      taken[i].because);
            return draft_fail_at(draft, place_of(node), taken[i].hint);
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
        error_set(draft->error, STATUS_USAGE, "%s.%s: not a field's value", option->path, name);
        return draft_fail_at(draft, node->at,
                             "one line of ASCII without control characters, and no blanks at its "
                             "ends");
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
    char *longer = NULL;

    if (asprintf(&longer, "%s%s: %s\r\n", *fields != NULL ? *fields : "", name, node->text) < 0) {
        return draft_fail_memory(draft);
    }
    free(*fields);
    *fields = longer;
    if (strlen(longer) > FIELDS_MAX) {
        error_set(draft->error, STATUS_USAGE, "%s: more than %d kB", option->path,
                  FIELDS_MAX >> 10);
        return draft_fail_at(draft, node->at, "who reads them would not");
    }
    return 0;
}

static int set_field(struct draft *draft, const struct option *option, const char *name,
                     const struct tree *node, enum level level)
{
    char *line = message_field(part_of(draft, option)->fields, name, strlen(name));

    if (check_field(draft, option, name, node) != 0) {
        return -1;
    }
    if (line != NULL && level == LEVEL_FILE) {
        error_set(draft->error, STATUS_USAGE, "%s.%s is given twice", option->path, name);
        return draft_fail_at(draft, place_of(node), "case does not count: take one of them out");
    }
    if (line != NULL) {
        drop_line(line);
    }
    return add_line(draft, option, name, node);
}

static int unset_field(struct draft *draft, const struct option *option, const char *name)
{
    char **fields = &part_of(draft, option)->fields;
    char *line = name != NULL ? message_field(*fields, name, strlen(name)) : NULL;

    if (line != NULL) {
        drop_line(line);
    }
    if (name == NULL || (*fields != NULL && **fields == '\0')) {
        free(*fields);
        *fields = NULL;
    }
    return 0;
}

static void each_field(const struct each *each, const struct option *option,
                       const struct scenario *scenario)
{
    const char *line = scenario->message.part[option->side].fields;

    while (line != NULL && *line != '\0') {
        int name = (int)strcspn(line, ":");
        int value = (int)strcspn(line, "\r") - name - 2;
        char *path = grow_format("%s.%.*s", option->path, name, line);
        char *text = grow_format("%.*s", value, line + name + 2);
        each->fn(each->context, path, text);
        free(path);
        free(text);
        line = strchr(line, '\n') + 1;
    }
}

const struct option_ops headers_ops = {.type = "map of fields",
                                       .form = form,
                                       .trees = TREE_BIT(TREE_SCALAR),
                                       .has_keys = true,
                                       .set = set_field,
                                       .unset = unset_field,
                                       .each = each_field};
