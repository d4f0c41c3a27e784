#ifndef FINWAIT_CMD_PROGRESS_LINE_H
#define FINWAIT_CMD_PROGRESS_LINE_H

#include <stdbool.h>

#include "progress_text.h"

/* The line on stderr that tells how far a run is. */
struct progress_line {
    bool terminal; /* redrawn in place; else a plain line now and then */
    bool drawn;
    char before[160]; /* what stands before it, or "" */
    struct progress_history history;
};

void progress_line_init(struct progress_line *line);

/* How often to call progress_line_show, ns. */
int64_t progress_line_every(const struct progress_line *line);

/* Draw it. */
void progress_line_show(struct progress_line *line, const struct progress *progress);

/* Draw `text` in its place. */
void progress_line_put(struct progress_line *line, const char *text);

/* Clear it. */
void progress_line_end(struct progress_line *line);

#endif
