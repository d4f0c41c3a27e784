#ifndef FINWAIT_CMD_OUTPUT_H
#define FINWAIT_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "finwait/comparison.h"
#include "finwait/error.h"
#include "finwait/report.h"

/* One --format. */
struct output {
    const struct report_ops *format;         /* of results; NULL: */
    const struct comparison_ops *comparison; /* of a comparison */
    const char *file;                        /* borrowed; NULL: stdout */
    FILE *out;  /* stdout, or memory that becomes the file in the end */
    long empty; /* of a file: what it holds before the first result */
};

#define OUTPUTS 16

struct outputs {
    size_t count;
    struct output item[OUTPUTS];
    bool compares; /* what is shown is a comparison */
    bool several;  /* results */
    FILE *held;    /* of several, for formats that have to see them all; or NULL */
};

/* The names of the formats, "text, json, csv …", of results or of a comparison.  Returns `text`. */
const char *output_names(char *text, size_t size, bool compares);
#define OUTPUT_NAMES 160

/* Add a --format of the command called so, "NAME" or "NAME=FILE".  -1: STATUS_USAGE; there is none
 * of that name, or two would go to one place. */
int outputs_add(struct outputs *outputs, const char *command, const char *text,
                struct error *error);

/* What goes to stdout: the text, unless an option says otherwise. */
const struct report_ops *outputs_printed(const struct outputs *outputs);

/* Whether that is the text of a comparison. */
bool outputs_tell(const struct outputs *outputs);

/* Whether nobody would see what is written from now on: it is all for stdout, which nobody reads.
 */
bool outputs_unread(const struct outputs *outputs);

/* Begin all of them, for one result or several; that the files can be written is seen here.  -1:
 * STATUS_USAGE or STATUS_MACHINE. */
int outputs_begin(struct outputs *outputs, bool several, struct error *error);

/* Report a result, which may be from a child process of the one that began.  -1: STATUS_MACHINE,
 * a file's or stdout's part was not taken. */
int outputs_write(const struct outputs *outputs, const struct result *result, bool first,
                  struct error *error);

/* Tell of what came to no result, and why, in the formats that have a place for it.  -1:
 * STATUS_MACHINE. */
int outputs_untried(const struct outputs *outputs, const char *name, const struct error *why,
                    struct error *error);

/* The end of all; a file in which anything was told is then there, whole or not at all.  -1:
 * STATUS_MACHINE or STATUS_USAGE. */
int outputs_end(struct outputs *outputs, struct error *error);

/* All of a comparison, in place of the two. */
int outputs_compare(struct outputs *outputs, const struct comparison *comparison,
                    struct error *error);

/* Without an end: what was to go into files is forgotten. */
void outputs_fini(struct outputs *outputs);

#endif
