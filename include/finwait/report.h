#ifndef FINWAIT_REPORT_H
#define FINWAIT_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "finwait/result.h"

/* A way to show a result: one file and one row of report_table. */
struct report_ops {
    const char *name; /* "text", "json", "csv" … */
    const char *about;
    const char *absent;                 /* why this build has none of it, or NULL */
    const char *head;                   /* once, before all; NULL: nothing, as below */
    const char *tail;                   /* once, behind all */
    const char *open, *between, *close; /* around and between several results */
    void (*write)(const struct result *result, FILE *out);
    /* In place of `write` and what is around and between: what has to see all results at once. */
    void (*write_all)(const struct result *const *results, size_t count, FILE *out);
    /* What came to no result, so that who reads the report takes nothing for good that was not
     * tried; NULL: the format has no place for it. */
    void (*write_untried)(const char *name, const char *why, FILE *out);
};

extern const struct report_ops *const report_table[]; /* ends with NULL */

/* The report called `name`, or NULL. */
const struct report_ops *report_find(const char *name);

/* What comes before the first of one or several results, before each further one, after the last.
 */
void report_begin(const struct report_ops *format, bool several, FILE *out);
void report_next(const struct report_ops *format, FILE *out);
void report_end(const struct report_ops *format, bool several, FILE *out);

/* Report one result, of one. */
void report_write(const struct report_ops *format, const struct result *result, FILE *out);

/* What a person reads first; coloured where terminal_colours() says so. */
extern const struct report_ops report_text;

/*
 * All that there is to tell a person: at most 100 columns, but for what an inspection printed,
 * table rows of numbers beyond reason, and two ladders side by side on a terminal that has room for
 * them.  Coloured likewise.
 */
extern const struct report_ops report_verbose;

/* An expectation of the result with the values that were compared, or why there are none.  A new
 * string. */
char *report_expectation(const struct result *result, const struct expectation_result *expectation);

/* Why a result is partial, "cut short by SIGINT in load, 1 worker of the server ended unasked", of
 * grow.h's memory. */
char *report_partial(const struct result *result);

/* result.json's content. */
extern const struct report_ops report_json;

/* Draw what the model foresees of the scenario in `result`, all of it, or say why it foresees
 * nothing. */
void report_foreseen(const struct result *result, FILE *out);

/* The metrics and the series in long form, RFC 4180. */
extern const struct report_ops report_csv;

/* The metrics as OpenMetrics has them (the text format of Prometheus as well, as gauges, without
 * moments), each family of all results in one place. */
extern const struct report_ops report_openmetrics;

/* The expectations as test cases, in JUnit's XML. */
extern const struct report_ops report_junit;

/* Tables of verdicts (the worst first), states and latencies, in GitHub's Markdown, within 900 kB
 * of a file.  With GITHUB_ACTIONS=true up to ten of those that did not hold are errors on stderr,
 * too. */
extern const struct report_ops report_markdown;

/* One page with charts, complete in itself, that asks no network.  Absent without FINWAIT_HTML. */
extern const struct report_ops report_html;

#endif
