#ifndef FINWAIT_ESCAPE_H
#define FINWAIT_ESCAPE_H

#include <stdio.h>

/* Texts of a user's within the formats that others read.  Control characters become '?'. */

/* As what an element or an attribute of XML 1.0 holds; `text` is UTF-8. */
void escape_xml(const char *text, FILE *out);

/* A field of RFC 4180: in quotes where it needs them.  What a spreadsheet would take for a formula
 * begins with a ', which makes it a text there. */
void escape_csv(const char *text, FILE *out);

/* One line of GitHub's Markdown that shows it, in a table as well. */
void escape_markdown(const char *text, FILE *out);

/* The value of a label of OpenMetrics, `length` bytes of `text`, without its quotes. */
void escape_label(const char *text, size_t length, FILE *out);

/*
 * An annotation of a GitHub workflow, where GITHUB_ACTIONS is true: "::error title=TITLE::WORD
 * TEXT" on stderr.  Of one process no more than ten, for more are not shown.
 */
void github_error(const char *title, const char *word, const char *text);

#endif
