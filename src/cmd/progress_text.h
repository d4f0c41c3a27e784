#ifndef FINWAIT_CMD_PROGRESS_TEXT_H
#define FINWAIT_CMD_PROGRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/conduct.h"

/* Samples that the longest sparkline shows. */
#define PROGRESS_SAMPLES 16

/* The states that a progress line shows. */
enum { PROGRESS_TIME_WAIT, PROGRESS_CLOSE_WAIT, PROGRESS_STATES };

/* The latest samples of them, the last one last; NAN where there was none yet. */
struct progress_history {
    double value[PROGRESS_STATES][SIDE_N][PROGRESS_SAMPLES];
    double peak[PROGRESS_STATES]; /* of both sides since the begin: what fills a bar */
};

void progress_history_init(struct progress_history *history);
void progress_history_add(struct progress_history *history, const struct progress *progress);

/* The size of a line, and a line of it: each of these returns its `text`. */
#define PROGRESS_TEXT 768

/* Without sparklines, for a log. */
char *progress_text(char *text, const char *before, const struct progress *progress);

/*
 * For a terminal of so many columns, `before` at its begin.  What there is no room for is left out,
 * the least important first, and never a part of a number: words, which side is which, the length
 * of the sparklines, the states' whole names, how many are planned, the rate, the sparklines, the
 * states, then whole parts from the end.  `plain`: sparklines in ASCII.
 */
char *progress_text_fit(char *text, const char *before, const struct progress *progress,
                        const struct progress_history *history, size_t columns, bool plain);

/* Leave of `text` what fits into so many columns: up to the end of a part (", " or " | " is behind
 * it), or else of a word. */
char *progress_text_cut(char *text, size_t columns);

#endif
