#include "finwait/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/wrap.h"

/* ---- XML ---- */

/* The bytes of a control character, or of U+FFFE or U+FFFF, which XML 1.0 does not have; else 0. */
static size_t not_in_xml(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe ? 3 : text_control(text, strlen(text));
}

static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void escape_xml(const char *text, FILE *out)
{
    while (*text != '\0') {
        size_t skipped = not_in_xml(text);
        const char *escaped = entity(*text);

        if (skipped > 0) {
            fputc('?', out);
        } else if (escaped != NULL) {
            fputs(escaped, out);
        } else {
            fputc(*text, out);
        }
        text += skipped > 0 ? skipped : 1;
    }
}

/* ---- CSV ---- */

void escape_csv(const char *text, FILE *out)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    size_t length;

    fputs(quoted ? "\"" : "", out);
    fputs(*text != '\0' && strchr("=+-@\t\r", *text) != NULL ? "'" : "", out);
    for (; *text != '\0'; text += length) {
        length = strcspn(text + 1, "\"") + 1; /* a quote begins a piece, and stands twice */
        fputs(*text == '"' ? "\"" : "", out);
        text_put(text, length, out);
    }
    fputs(quoted ? "\"" : "", out);
}

/* ---- OpenMetrics ---- */

static bool is_escaped(char byte)
{
    return byte == '"' || byte == '\\';
}

void escape_label(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0, next; i < length; i = next) {
        next = i + 1; /* what is escaped begins a piece */
        while (next < length && !is_escaped(text[next])) {
            next++;
        }
        fputs(is_escaped(text[i]) ? "\\" : "", out);
        text_put(text + i, next - i, out);
    }
}

/* ---- GitHub ---- */

void escape_markdown(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        size_t control = text_control(text, strlen(text));

        if (control > 0) {
            fputc('?', out);
            text += control - 1;
            continue;
        }
        fputs(strchr("\\`*_[]<>|&~#$@", *text) != NULL ? "\\" : "", out);
        fputc(*text, out);
    }
}

/* `text` as GitHub's runner takes it in a command, `special` being what would end it there. */
static void put_escaped(const char *text, const char *special)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, special);

        text_put(text, plain, stderr);
        text += plain;
        if (*text != '\0') {
            fprintf(stderr, "%%%02X", (unsigned)(unsigned char)*text++);
        }
    }
}

void github_error(const char *title, const char *word, const char *text)
{
    enum { ANNOTATIONS = 10 };
    static unsigned told;
    const char *actions = getenv("GITHUB_ACTIONS");

    if (actions == NULL || strcmp(actions, "true") != 0 || told++ >= ANNOTATIONS) {
        return;
    }
    fputs("::error title=", stderr);
    put_escaped(title, "%\r\n:,");
    fprintf(stderr, "::%s ", word);
    put_escaped(text, "%\r\n");
    fputc('\n', stderr);
}
