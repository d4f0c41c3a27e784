#include "finwait/wrap.h"

#include <stdbool.h>
#include <string.h>

/* Whether `byte` goes on with a UTF-8 character that an earlier one began. */
static bool continues(char byte)
{
    return ((unsigned char)byte & 0xc0U) == 0x80U;
}

size_t text_width(const char *text)
{
    size_t width = 0;

    for (; *text != '\0'; text++) {
        width += !continues(*text);
    }
    return width;
}

void text_blanks(size_t count, FILE *out)
{
    fprintf(out, "%*s", (int)count, "");
}

size_t text_control(const char *text, size_t length)
{
    const unsigned char *at = (const unsigned char *)text;

    if (length == 0) {
        return 0;
    }
    if (at[0] < ' ' || at[0] == 0x7f) {
        return 1;
    }
    return length > 1 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0 ? 2 : 0;
}

void text_put(const char *text, size_t length, FILE *out)
{
    for (size_t i = 0; i < length; i++) {
        size_t control = text[i] != '\t' ? text_control(text + i, length - i) : 0;
        fputc(control > 0 ? '?' : text[i], out);
        i += control > 1 ? control - 1 : 0;
    }
}

/* The bytes of the first `columns` characters of `text`, or of its `length` when that is less. */
static size_t bytes_of(const char *text, size_t length, size_t columns)
{
    size_t i = 0;

    while (i < length && columns > 0) {
        i++;
        while (i < length && continues(text[i])) {
            i++;
        }
        columns--;
    }
    return i;
}

static size_t columns_of(const char *text, size_t length)
{
    size_t columns = 0;

    for (size_t i = 0; i < length; i++) {
        columns += !continues(text[i]);
    }
    return columns;
}

/* A line that is being filled. */
struct line {
    FILE *out;
    size_t at, indent, width;
    bool empty; /* no word on it yet */
};

static void line_break(struct line *line)
{
    fputc('\n', line->out);
    text_blanks(line->indent, line->out);
    line->at = line->indent;
    line->empty = true;
}

static void put_word(struct line *line, const char *word, size_t length)
{
    size_t columns = columns_of(word, length);

    if (!line->empty && line->at + 1 + columns > line->width) {
        line_break(line);
    }
    if (!line->empty) {
        fputc(' ', line->out);
        line->at++;
    }
    while (columns > 0 && line->at + columns > line->width) {
        size_t room = line->width > line->at ? line->width - line->at : 1;
        size_t bytes = bytes_of(word, length, room);
        text_put(word, bytes, line->out);
        word += bytes;
        length -= bytes;
        columns = columns_of(word, length);
        line_break(line);
    }
    text_put(word, length, line->out);
    line->at += columns;
    line->empty = false;
}

/* ---- what is not broken though it has blanks: "3.80 s", "a.final <= 0.5 * b" ---- */

static const char blanks[] = " \t\r\n";

struct word {
    const char *text;
    size_t length;
};

/* The first word of `text`; of none the length is 0. */
static struct word first_word(const char *text)
{
    text += strspn(text, blanks);
    return (struct word){text, strcspn(text, blanks)};
}

/* Whether the word is one of `list`, which ends with NULL. */
static bool is_among(struct word word, const char *const list[])
{
    while (*list != NULL &&
           (strlen(*list) != word.length || memcmp(*list, word.text, word.length) != 0)) {
        list++;
    }
    return *list != NULL;
}

static bool is_operator(struct word word)
{
    static const char *const operators[] = {"==", "!=", "<=", ">=", "<", ">",
                                            "=",  "*",  "+",  "x",  NULL};

    return is_among(word, operators);
}

static bool is_unit(struct word word)
{
    static const char *const units[] = {"%",  "ns", "us", "ms",  "s",   "min", "h",  "B",
                                        "kB", "MB", "GB", "KiB", "MiB", "GiB", "/s", NULL};

    while (word.length > 1 && strchr(",.;:)", word.text[word.length - 1]) != NULL) {
        word.length--;
    }
    return is_among(word, units);
}

static bool is_number(struct word word)
{
    char last = word.text[word.length - 1];

    return last >= '0' && last <= '9';
}

static bool belong_together(struct word a, struct word b)
{
    return is_operator(a) || is_operator(b) || (is_number(a) && is_unit(b));
}

/* The words from `first` on that belong together: the columns they take, and how many they are. */
static size_t group_of(struct word first, size_t *count)
{
    size_t columns = columns_of(first.text, first.length);
    struct word next = first_word(first.text + first.length);

    for (*count = 1; next.length > 0 && belong_together(first, next); ++*count) {
        columns += 1 + columns_of(next.text, next.length);
        first = next;
        next = first_word(next.text + next.length);
    }
    return columns;
}

void text_wrap(const char *text, size_t at, size_t indent, size_t width, FILE *out)
{
    struct line line = {.out = out, .at = at, .indent = indent, .width = width, .empty = true};
    struct word word = first_word(text);

    while (word.length > 0) {
        size_t count;
        size_t columns = group_of(word, &count);

        if (!line.empty && line.at + 1 + columns > width && indent + columns <= width) {
            line_break(&line);
        }
        for (; count > 0; count--) {
            put_word(&line, word.text, word.length);
            word = first_word(word.text + word.length);
        }
    }
    fputc('\n', out);
}

void text_indent(const char *text, size_t indent, FILE *out)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        text_blanks(length > 0 ? indent : 0, out);
        text_put(text, length, out);
        fputc('\n', out);
        text += length + (text[length] == '\n');
    }
}

size_t text_widest(const char *text)
{
    size_t widest = 0;

    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t columns = columns_of(text, length);

        widest = columns > widest ? columns : widest;
        text += length + (text[length] == '\n');
    }
    return widest;
}

/* Print the next line without its end; the columns it takes. */
static size_t put_line(const char **text, FILE *out)
{
    size_t length = strcspn(*text, "\n");
    size_t columns = columns_of(*text, length);

    text_put(*text, length, out);
    *text += length + ((*text)[length] == '\n');
    return columns;
}

void text_beside(const char *left, const char *right, size_t at, FILE *out)
{
    while (*left != '\0' || *right != '\0') {
        size_t columns = put_line(&left, out);

        if (*right != '\0' && *right != '\n') {
            text_blanks(columns < at ? at - columns : 1, out);
        }
        put_line(&right, out);
        fputc('\n', out);
    }
}
