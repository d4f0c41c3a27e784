#ifndef FINWAIT_CMD_PROGRESS_TEXT_H
#define FINWAIT_CMD_PROGRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/conduct.h"

/* Bars of the longest sparkline, and samples that are kept for it. */
#define PROGRESS_BARS    16
#define PROGRESS_SAMPLES 64

/* The states that a progress line shows. */
enum { PROGRESS_TIME_WAIT, PROGRESS_CLOSE_WAIT, PROGRESS_STATES };

/* Samples of them from the begin on, each the highest of so many in a row that there is room. */
struct progress_history {
    size_t count;      /* of samples */
    size_t each, last; /* how many were seen for one, and for the last one so far */
    double value[PROGRESS_STATES][SIDE_N][PROGRESS_SAMPLES];
    double peak[PROGRESS_STATES]; /* of both sides: what fills a bar */
    size_t columns, shape; /* progress_text_fit's, so that a line does not change to and fro */
};

/* An empty one is all 0. */
void progress_history_add(struct progress_history *history, const struct progress *progress);

/* The size of a line, and a line of it: each of these returns its `text`. */
#define PROGRESS_TEXT 768

/* Without sparklines, for a log. */
char *progress_text(char *text, const char *before, const struct progress *progress);

/*
 * For a terminal of so many columns, `before` at its begin.  What there is no room for is left out,
 * the least important first, and never a part of a number: words, which side is which, the length
 * of the sparklines, the states' whole names, how many are planned, the rate, the sparklines, the
 * states, then whole parts from the end.  What was left out stays so, unless the width
 * changes.  `plain`: sparklines in ASCII.
 */
char *progress_text_fit(char *text, const char *before, const struct progress *progress,
                        struct progress_history *history, size_t columns, bool plain);

/* Leave of `text` what fits into so many columns: up to the end of a part (", " or " | " is behind
 * it), or else of a word. */
char *progress_text_cut(char *text, size_t columns);

#endif
