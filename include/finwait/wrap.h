#ifndef FINWAIT_WRAP_H
#define FINWAIT_WRAP_H

#include <stddef.h>
#include <stdio.h>

/*
 * Text in columns, for people.  Names and output come from files and commands: control characters
 * in them, which could steer a terminal, are printed as '?'.
 */

/* Columns that `text` takes: its UTF-8 characters. */
size_t text_width(const char *text);

/* Print `count` blanks. */
void text_blanks(size_t count, FILE *out);

/* The bytes of the control character that the `length` bytes at `text` begin with, of C0, DEL or C1
 * (ECMA-48, in UTF-8); 0: it is none. */
size_t text_control(const char *text, size_t length);

/* Print the `length` bytes at `text`. */
void text_put(const char *text, size_t length, FILE *out);

/*
 * Print `text` and a newline, breaking lines between words before column `width` (words that are
 * longer are broken themselves), but not between a number and its unit, nor within an expression,
 * unless they are longer than a line.  The first line begins at column `at`, where the stream
 * already stands; the following ones are indented by `indent`.
 */
void text_wrap(const char *text, size_t at, size_t indent, size_t width, FILE *out);

/* Print every line of `text` as it is, `indent` columns in. */
void text_indent(const char *text, size_t indent, FILE *out);

/* Columns that the widest line of `text` takes. */
size_t text_widest(const char *text);

/* Print the lines of `left`, and beside them, from column `at` on, those of `right`. */
void text_beside(const char *left, const char *right, size_t at, FILE *out);

#endif
