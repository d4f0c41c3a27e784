#include "finwait/escape.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/wrap.h"

/* ---- XML ---- */

/* The bytes of a control character, or of U+FFFE or U+FFFF, which XML 1.0 does not have; else 0. */
static size_t control(const unsigned char *at)
{
    if (at[0] < ' ' || at[0] == 0x7f) {
        return 1;
    }
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) { /* U+0080 to U+009F */
        return 2;
    }
    return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe ? 3 : 0;
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
        size_t skipped = control((const unsigned char *)text);
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
    for (; *text != '\0'; text += length) {
        length = strcspn(text + 1, "\"") + 1; /* a quote begins a piece, and stands twice */
        fputs(*text == '"' ? "\"" : "", out);
        text_put(text, length, out);
    }
    fputs(quoted ? "\"" : "", out);
}

/* ---- OpenMetrics ---- */

void escape_label(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length; i++) {
        fputs(text[i] == '"' || text[i] == '\\' ? "\\" : "", out);
        text_put(text + i, 1, out);
    }
}

/* ---- GitHub ---- */

void escape_markdown(const char *text, FILE *out)
{
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte < ' ' || byte == 0x7f) {
            fputc('?', out);
            continue;
        }
        fputs(strchr("\\`*_[]<>|&~#$@", byte) != NULL ? "\\" : "", out);
        fputc(byte, out);
    }
}

/* `text` as GitHub's runner takes it in a command, `special` being what would end it there. */
static void put_escaped(const char *text, const char *special)
{
    for (; *text != '\0'; text++) {
        if (strchr(special, *text) != NULL) {
            fprintf(stderr, "%%%02X", (unsigned)(unsigned char)*text);
        } else {
            fputc(*text, stderr);
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
