#include "tree.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "finwait/grow.h"

enum {
    DEPTH_MAX = 16,  /* the deepest option needs 6 */
    NODES_MAX = 4096 /* keeps the look for duplicate keys, which is quadratic, short */
};

struct reader {
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    const char *file;
    const char *yaml;
    size_t length;
    size_t nodes;
    struct error *error;
};

static struct where place(const struct reader *reader, yaml_mark_t mark)
{
    return (struct where){reader->file, (int)mark.line + 1, (int)mark.column + 1};
}

/* libyaml gives no mark for bytes that are not UTF-8, only their offset. */
static struct where byte_place(const struct reader *reader, size_t offset)
{
    struct where where = {reader->file, 1, 1};

    for (size_t i = 0; i < offset; i++) {
        where.column++;
        if (reader->yaml[i] == '\n') {
            where.line++;
            where.column = 1;
        }
    }
    return where;
}

static int fail_here(struct reader *reader, const char *what, const char *hint)
{
    error_set(reader->error, STATUS_USAGE, "%s", what);
    error_hint(reader->error, "%s", hint);
    return error_at(reader->error, place(reader, reader->event.start_mark));
}

/* The byte at the place; NUL behind the end. */
static char byte_at(const struct reader *reader, yaml_mark_t mark)
{
    size_t at = 0;

    for (size_t line = 0; line < mark.line && at < reader->length; at++) {
        line += reader->yaml[at] == '\n';
    }
    return mark.column < reader->length - at ? reader->yaml[at + mark.column] : '\0';
}

/* The commonest slips in words of their own; false: libyaml's must do. */
static bool explain_slip(struct reader *reader)
{
    const char *problem = reader->parser.problem;
    char byte = byte_at(reader, reader->parser.problem_mark);

    if (strcmp(problem, "mapping values are not allowed in this context") == 0) {
        error_set(reader->error, STATUS_USAGE, "not valid YAML: no value is due at this colon");
        error_hint(reader->error, "put a text that holds a colon and a blank in quotes, or look at "
                                  "the indentation");
        return true;
    }
    if (strcmp(problem, "found character that cannot start any token") != 0 ||
        strchr("\t@`%", byte) == NULL || byte == '\0') {
        return false;
    }
    if (byte == '\t') {
        error_set(reader->error, STATUS_USAGE, "not valid YAML: this line is indented with a tab");
        error_hint(reader->error, "indent with blanks");
    } else {
        error_set(reader->error, STATUS_USAGE, "not valid YAML: no text begins with %c", byte);
        error_hint(reader->error, "put it in quotes");
    }
    return true;
}

static void explain(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;

    error_set(reader->error, STATUS_USAGE, "not valid YAML: %s%s%s", parser->problem,
              parser->context != NULL ? " " : "", parser->context != NULL ? parser->context : "");
    error_hint(reader->error,
               "look at the indentation (blanks, no tabs), brackets and quotes from line %zu on",
               parser->context != NULL ? parser->context_mark.line + 1
                                       : parser->problem_mark.line + 1);
}

/* Whether it begins with UTF-16's byte order mark. */
static bool is_utf16(const struct reader *reader)
{
    return reader->length >= 2 &&
           (memcmp(reader->yaml, "\xff\xfe", 2) == 0 || memcmp(reader->yaml, "\xfe\xff", 2) == 0);
}

static int fail_yaml(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;

    if (parser->error == YAML_MEMORY_ERROR) {
        grow_failed();
    }
    if (parser->error == YAML_READER_ERROR && is_utf16(reader)) {
        error_set(reader->error, STATUS_USAGE, "not valid YAML: the file is in UTF-16");
        error_hint(reader->error, "save it in UTF-8");
        return error_at(reader->error, byte_place(reader, 0));
    }
    if (parser->error == YAML_READER_ERROR) {
        error_set(reader->error, STATUS_USAGE, "not valid YAML: %s", parser->problem);
        error_hint(reader->error, "a scenario is YAML in UTF-8");
        return error_at(reader->error, byte_place(reader, parser->problem_offset));
    }
    if (!explain_slip(reader)) {
        explain(reader);
    }
    return error_at(reader->error, place(reader, parser->problem_mark));
}

static int next_event(struct reader *reader)
{
    yaml_event_delete(&reader->event);
    return yaml_parser_parse(&reader->parser, &reader->event) ? 0 : fail_yaml(reader);
}

/* Go past the current event, which libyaml always sends here. */
static int skip_event(struct reader *reader, yaml_event_type_t type)
{
    assert(reader->event.type == type);
    (void)type;
    return next_event(reader);
}

static bool has_anchor(const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return event->data.scalar.anchor != NULL;
    case YAML_SEQUENCE_START_EVENT:
        return event->data.sequence_start.anchor != NULL;
    case YAML_MAPPING_START_EVENT:
        return event->data.mapping_start.anchor != NULL;
    default:
        return false;
    }
}

static int read_scalar(struct reader *reader, struct tree *node)
{
    const yaml_event_t *event = &reader->event;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;

    if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
        return fail_here(reader, "a text cannot hold a NUL byte", "take the \\0 out");
    }
    node->kind = TREE_SCALAR;
    node->plain = style == YAML_PLAIN_SCALAR_STYLE;
    node->verbatim = (node->plain || quoted) && event->data.scalar.tag == NULL &&
                     event->start_mark.line == event->end_mark.line;
    node->at.column += quoted && node->verbatim;
    node->text = grow_text((const char *)event->data.scalar.value);
    return 0;
}

/* One more child, empty. */
static struct tree *push(struct tree *parent)
{
    parent->item = grow_by_one(parent->item, parent->count, sizeof *parent->item);
    parent->item[parent->count] = (struct tree){0};
    return &parent->item[parent->count++];
}

static int check_duplicate(struct reader *reader, const struct tree *map, const struct tree *child)
{
    for (const struct tree *other = map->item; other < child; other++) {
        if (strcmp(other->key, child->key) == 0) {
            error_set(reader->error, STATUS_USAGE, "\"%.80s\" is written twice", child->key);
            error_hint(reader->error, "it is first written at %s:%d:%d; take one of them out",
                       reader->file, other->key_at.line, other->key_at.column);
            return error_at(reader->error, child->key_at);
        }
    }
    return 0;
}

/* The current event is a key: take it and go on to its value. */
static int read_key(struct reader *reader, const struct tree *map, struct tree *child)
{
    struct tree key = {.at = place(reader, reader->event.start_mark)};

    if (has_anchor(&reader->event) || reader->event.type != YAML_SCALAR_EVENT) {
        return fail_here(reader, "a key must be a word", "write KEY: VALUE");
    }
    if (read_scalar(reader, &key) != 0) {
        return -1;
    }
    child->key = key.text;
    child->key_at = key.at;
    if (key.plain && strcmp(key.text, "<<") == 0) {
        return fail_here(reader, "merge keys (<<) are not read", "write out what they would bring");
    }
    if (check_duplicate(reader, map, child) != 0) {
        return -1;
    }
    return next_event(reader);
}

static int read_node(struct reader *reader, unsigned depth, struct tree *node);

static int read_items(struct reader *reader, unsigned depth, struct tree *node)
{
    yaml_event_type_t end =
        node->kind == TREE_MAP ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;

    for (;;) {
        if (next_event(reader) != 0) {
            return -1;
        }
        if (reader->event.type == end) {
            return 0;
        }
        struct tree *child = push(node);
        if ((node->kind == TREE_MAP && read_key(reader, node, child) != 0) ||
            read_node(reader, depth + 1, child) != 0) {
            return -1;
        }
    }
}

static int read_node(struct reader *reader, unsigned depth, struct tree *node)
{
    node->at = place(reader, reader->event.start_mark);
    if (has_anchor(&reader->event)) {
        return fail_here(reader, "anchors (&) and aliases (*) are not read",
                         "write the value out where it is used; quote a text that begins so");
    }
    if (depth > DEPTH_MAX || ++reader->nodes > NODES_MAX) {
        return fail_here(reader, depth > DEPTH_MAX ? "nested too deep" : "too many values",
                         "no scenario needs more than 16 levels or 4096 values");
    }
    if (reader->event.type == YAML_SCALAR_EVENT) {
        return read_scalar(reader, node);
    }
    node->kind = reader->event.type == YAML_MAPPING_START_EVENT ? TREE_MAP : TREE_LIST;
    return read_items(reader, depth, node);
}

static int fail_empty(struct reader *reader)
{
    error_set(reader->error, STATUS_USAGE, "the scenario is empty");
    error_hint(reader->error, "write at least \"order: server-first\"");
    return error_at(reader->error, (struct where){reader->file, 1, 1});
}

/* The stream's first document, and that no other follows. */
static int read_stream(struct reader *reader, struct tree *tree)
{
    if (next_event(reader) != 0 || skip_event(reader, YAML_STREAM_START_EVENT) != 0) {
        return -1;
    }
    if (reader->event.type == YAML_STREAM_END_EVENT) {
        return fail_empty(reader);
    }
    if (skip_event(reader, YAML_DOCUMENT_START_EVENT) != 0 || read_node(reader, 0, tree) != 0 ||
        next_event(reader) != 0 || skip_event(reader, YAML_DOCUMENT_END_EVENT) != 0) {
        return -1;
    }
    if (reader->event.type != YAML_STREAM_END_EVENT) {
        return fail_here(reader, "a second document begins here", "one file holds one scenario");
    }
    if (tree_is_null(tree)) {
        return fail_empty(reader);
    }
    if (tree->kind != TREE_MAP) {
        error_set(reader->error, STATUS_USAGE, "a scenario is a map of options, not %s",
                  tree_kind_name(tree->kind));
        error_hint(reader->error, "write \"order: server-first\", say");
        return error_at(reader->error, tree->at);
    }
    return 0;
}

int tree_parse(struct tree *tree, const char *yaml, size_t length, const char *file,
               struct error *error)
{
    /* To libyaml, told the encoding, a byte order mark would indent the first line. */
    size_t mark = length >= 3 && memcmp(yaml, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct reader reader = {
        .file = file, .yaml = yaml + mark, .length = length - mark, .error = error};
    int status;

    memset(tree, 0, sizeof *tree);
    if (!yaml_parser_initialize(&reader.parser)) {
        grow_failed();
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)reader.yaml, reader.length);
    status = read_stream(&reader, tree);
    yaml_event_delete(&reader.event);
    yaml_parser_delete(&reader.parser);
    if (status != 0) {
        tree_fini(tree);
    }
    return status;
}

void tree_fini(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        tree_fini(&tree->item[i]);
    }
    free(tree->item);
    free(tree->text);
    free(tree->key);
    memset(tree, 0, sizeof *tree);
}

bool tree_is_null(const struct tree *node)
{
    return node->kind == TREE_SCALAR && node->plain && node->text[0] == '\0';
}

bool tree_is_unset(const struct tree *node)
{
    static const char *const words[] = {"null", "~", "Null", "NULL"}; /* YAML 1.2, 10.3.2 */

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (node->kind == TREE_SCALAR && node->plain && strcmp(node->text, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

const char *tree_kind_name(enum tree_kind kind)
{
    static const char *const names[] = {
        [TREE_SCALAR] = "a text",
        [TREE_LIST] = "a list",
        [TREE_MAP] = "a map",
    };

    return names[kind];
}
