#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/scenario.h"
#include "finwait/text.h"
#include "finwait/words.h"
#include "variants.h"

/* Values of variants are kept as texts that --set takes: plain, or YAML where they must be. */

static void write_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '\n' || *text == '\t') {
            fputs(*text == '\n' ? "\\n" : "\\t", out);
        } else {
            fprintf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
        }
    }
    putc('"', out);
}

static void write_node(FILE *out, const struct tree *node)
{
    if (node->kind == TREE_SCALAR && node->plain) {
        fputs(node->text, out);
        return;
    }
    if (node->kind == TREE_SCALAR) {
        write_quoted(out, node->text);
        return;
    }
    putc(node->kind == TREE_MAP ? '{' : '[', out);
    for (size_t i = 0; i < node->count; i++) {
        fputs(i > 0 ? ", " : "", out);
        if (node->kind == TREE_MAP) {
            fprintf(out, "%s: ", node->item[i].key);
        }
        write_node(out, &node->item[i]);
    }
    putc(node->kind == TREE_MAP ? '}' : ']', out);
}

static char *join_words(const struct tree *node)
{
    struct words words = {0};
    char *text;

    for (size_t i = 0; i < node->count; i++) {
        if (node->item[i].kind != TREE_SCALAR) {
            words_fini(&words);
            return NULL;
        }
        words_add(&words, node->item[i].text);
    }
    text = words_join(&words);
    words_fini(&words);
    return text;
}

/* Whether --set takes a quoted text for what it is without the quotes. */
static bool is_itself(const struct tree *node)
{
    struct tree bare = {.kind = TREE_SCALAR, .plain = true, .text = node->text};

    return node->text[0] != '\0' && strchr("\"'[{", node->text[0]) == NULL && !tree_is_unset(&bare);
}

static bool is_command(const char *path)
{
    static const char end[] = ".command";
    size_t length = strlen(path);

    return length >= strlen(end) && strcmp(path + length - strlen(end), end) == 0;
}

char *variant_text(const char *path, const struct tree *node)
{
    struct grow_stream stream;
    char *words;

    if (node->kind == TREE_SCALAR && (node->plain || is_itself(node))) {
        return grow_text(node->text);
    }
    if (node->kind == TREE_LIST && is_command(path)) {
        words = join_words(node);
        if (words != NULL) {
            return words;
        }
    }
    grow_stream_open(&stream);
    write_node(stream.out, node);
    return grow_stream_close(&stream);
}

/* Whether YAML reads the text, within brackets, as it stands. */
static bool is_plain(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && strchr(" -?", text[0]) == NULL && text[length - 1] != ' ' &&
           strpbrk(text, ",[]{}:#&*!|>%@`'\"\n\t\\") == NULL;
}

/* Whether it is YAML already: quoted, a list or a map. */
static bool is_yaml(const char *text)
{
    static const char opening[] = "'\"[{";
    static const char closing[] = "'\"]}";
    const char *open = text[0] != '\0' ? strchr(opening, text[0]) : NULL;
    size_t length = strlen(text);

    return open != NULL && length > 1 && text[length - 1] == closing[open - opening];
}

void variant_write(struct grow_stream *stream, const char *text)
{
    if (is_yaml(text) || is_plain(text)) {
        fputs(text, stream->out);
    } else {
        write_quoted(stream->out, text);
    }
}

/* The end of the value that begins at `text`: a comma outside of brackets and quotes, or NUL. */
static const char *value_end(const char *text)
{
    char quote = '\0';
    int depth = 0;

    for (; *text != '\0' && (*text != ',' || depth > 0 || quote != '\0'); text++) {
        if (quote != '\0') {
            quote = *text == quote ? '\0' : quote;
        } else if (*text == '"' || *text == '\'') {
            quote = *text;
        } else if (strchr("[{(", *text) != NULL) {
            depth++;
        } else if (strchr("]})", *text) != NULL && depth > 0) {
            depth--;
        }
    }
    return text;
}

static int write_values(struct grow_stream *stream, const char *text)
{
    const char *end = text;
    bool ok = true;

    for (const char *value = text; ok && *end != '\0'; value = end + 1) {
        end = value_end(value);
        char *one = grow_format("%.*s", (int)(end - value), value);
        text_fold(one);
        ok = one[0] != '\0';
        fputs(value > text ? ", " : "", stream->out);
        variant_write(stream, one);
        free(one);
        if (end[0] == ',' && end[1] == '\0') {
            ok = false;
        }
    }
    return ok && *text != '\0' ? 0 : -1;
}

char *scenario_vary(const char *text, struct error *error)
{
    size_t length = strcspn(text, "=");
    struct grow_stream stream;
    int status = -1;

    grow_stream_open(&stream);
    if (length > 0 && text[length] == '=') {
        fprintf(stream.out, "{%.*s: [", (int)length, text);
        status = write_values(&stream, text + length + 1);
        fputs("]}", stream.out);
    }
    char *yaml = grow_stream_close(&stream);
    if (status != 0) {
        free(yaml);
        error_set(error, STATUS_USAGE, "--vary %s: there is no PATH=VALUE,VALUE", text);
        error_hint(error, "for example --vary client.sysctl.net.ipv4.tcp_tw_reuse=0,1,2; an empty "
                          "value is ''");
        return NULL;
    }
    return yaml;
}
