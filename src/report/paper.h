#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What the text report is written on: a stream, with or without colour. */
struct paper {
    FILE *out;
    bool colour;
};

enum ink {
    INK_BOLD,
    INK_RED,
    INK_GREEN,
    INK_YELLOW,
};

/* Colour only on a terminal that has it, and never against NO_COLOR (no-color.org). */
void paper_init(struct paper *paper, FILE *out);

/* What is printed between the two is in `ink`. */
void paper_begin(const struct paper *paper, enum ink ink);
void paper_end(const struct paper *paper);

/* An empty line and a section's name. */
void paper_heading(const struct paper *paper, const char *title);

/* ---- text ----
 * Names and output come from files and commands: control characters in them, which could
 * steer a terminal, are printed as '?'. */

/* Columns that `text` takes: its UTF-8 characters. */
size_t text_width(const char *text);

void text_blanks(size_t count, FILE *out);

void text_put(const char *text, size_t length, FILE *out);

/*
 * Print `text` and a newline, breaking lines between words before column `width` (words that are
 * longer are broken themselves).  The first line begins at column `at`, where the stream already
 * stands; the following ones are indented by `indent`.
 */
void text_wrap(const char *text, size_t at, size_t indent, size_t width, FILE *out);

/* Print every line of `text` as it is, `indent` columns in. */
void text_indent(const char *text, size_t indent, FILE *out);

#endif
