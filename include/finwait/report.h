#ifndef FINWAIT_REPORT_H
#define FINWAIT_REPORT_H

#include <stdio.h>

#include "finwait/result.h"

/* A way to show a result: one file and one row of report_table. */
struct report_ops {
    const char *name; /* "text", "json" */
    const char *about;
    void (*write)(const struct result *result, FILE *out);
};

extern const struct report_ops *const report_table[]; /* ends with NULL */

/* The report called `name`, or NULL. */
const struct report_ops *report_find(const char *name);

/*
 * The summary a person reads: at most 100 columns, but for what an inspection printed and table
 * rows of numbers beyond reason.  Coloured when `out` is a terminal, unless NO_COLOR is set.
 */
extern const struct report_ops report_text;

/* result.json's content. */
extern const struct report_ops report_json;

#endif
