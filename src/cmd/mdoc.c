#include "mdoc.h"
#include "finwait/grow.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_LONGEST = 70 };

/* groff(7) makes other characters of some, and of the first of a line a request. */
static void put(char c, bool first, FILE *out)
{
    switch (c) {
    case '\\':
        fputs("\\e", out);
        break;
    case '-':
        fputs("\\-", out);
        break;
    case '^':
        fputs("\\(ha", out);
        break;
    case '~':
        fputs("\\(ti", out);
        break;
    case '"':
        fputs("\\(dq", out);
        break;
    default:
        fprintf(out, first && (c == '.' || c == '\'') ? "\\&%c" : "%c", c);
    }
}

static void put_all(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length; i++) {
        put(text[i], i == 0, out);
    }
}

/* ---- macros ---- */

void mdoc_begin(const char *name, char section, const char *about, FILE *out)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH"); /* reproducible-builds.org */
    time_t now = epoch != NULL ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    char date[40];
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(date, sizeof date, "%B %e, %Y", &tm);
    fprintf(out, ".Dd %s\n.Dt ", date);
    for (const char *c = name; *c != '\0'; c++) {
        putc(toupper((unsigned char)*c), out);
    }
    fprintf(out, " %c\n.Os \"finwait " FINWAIT_VERSION "\"\n.Sh NAME\n.Nm %s\n.Nd %c", section,
            name, tolower((unsigned char)about[0]));
    put_all(about + 1, strlen(about + 1), out);
    putc('\n', out);
}

void mdoc_section(const char *title, FILE *out)
{
    fprintf(out, ".Sh %s\n", title);
}

void mdoc_part(const char *title, FILE *out)
{
    fprintf(out, ".Ss %s\n", title);
}

void mdoc_list(FILE *out)
{
    fputs(".Bl -tag -width Ds\n", out);
}

void mdoc_list_end(FILE *out)
{
    fputs(".El\n", out);
}

void mdoc_argument(const char *word, FILE *out)
{
    fputs(" \"", out);
    put_all(word, strlen(word), out);
    putc('"', out);
}

void mdoc_item(const char *macro, const char *word, FILE *out)
{
    fprintf(out, ".It %s", macro);
    mdoc_argument(word, out);
    putc('\n', out);
}

void mdoc_command(const char *line, FILE *out)
{
    fputs(".Dl ", out);
    put_all(line, strlen(line), out);
    putc('\n', out);
}

/* ---- text ---- */

/* Whether a sentence ends with the word of `length`; "e.g." ends none. */
static bool ends_sentence(const char *word, size_t length)
{
    const char *end = word + length;
    char next = end[strspn(end, " ")];

    return !(length >= 4 && strncmp(end - 4, "e.g.", 4) == 0) && !islower((unsigned char)next) &&
           !isdigit((unsigned char)next);
}

void mdoc_text(const char *text, FILE *out)
{
    size_t used = 0;

    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t length = strcspn(text, " ");
        if (used > 0 && used + length >= LINE_LONGEST) {
            putc('\n', out);
            used = 0;
        }
        fputs(used > 0 ? " " : "", out);
        put_all(text, length, out);
        used += length + 1;
        text += length;
        if (strchr(".?!", text[-1]) == NULL) {
            continue;
        }
        if (ends_sentence(text - length, length)) { /* so does the line */
            putc('\n', out);
            used = 0;
        } else {
            fputs("\\&", out);
        }
    }
    fputs(used > 0 ? "\n" : "", out);
}

/* The lines from `text` on that are kept as they are; what is behind them. */
static const char *put_kept(const char *text, FILE *out)
{
    fputs(".Bd -literal -offset indent\n", out);
    while (*text == ' ') {
        size_t length = strcspn(text, "\n");
        size_t blanks = strspn(text, " ") < 2 ? 1 : 2; /* are the indent */
        put_all(text + blanks, length - blanks, out);
        putc('\n', out);
        text += length + (text[length] == '\n');
    }
    fputs(".Ed\n", out);
    return text;
}

void mdoc_paragraphs(const char *text, int more, FILE *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");

        if (*text == ' ') {
            text = put_kept(text, out);
            more = 1;
            continue;
        }
        if (length > 0) {
            char *paragraph = grow_format("%.*s", (int)length, text);
            fputs(more ? ".Pp\n" : "", out);
            mdoc_text(paragraph != NULL ? paragraph : "", out);
            free(paragraph);
            more = 1;
        }
        text += length + (text[length] == '\n');
    }
}
