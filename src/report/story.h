#ifndef REPORT_STORY_H
#define REPORT_STORY_H

#include "facts.h"

/* The explanation while it is being told. */
struct story {
    struct facts facts;
    FILE *out;
    bool begun;
};

/* Add a sentence, full stop included. */
void story_say(struct story *story, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* One thing to look for in a result: says a sentence or more when it is there, else nothing. */
typedef void observer(struct story *story);

/* Whether the load went as far as can be explained by its close order. */
observer observe_cut, observe_empty, observe_refused, observe_queue, observe_timeouts,
    observe_no_fds, observe_workers, observe_blind; /* story_load.c */
observer observe_no_ports;                          /* story_ports.c */

/* How the connections were closed. */
observer observe_closer, observe_crossing, observe_resets; /* story_close.c */

/* What was left behind, and what becomes of it. */
observer observe_close_wait, observe_fin_wait2, observe_established, observe_unacked,
    observe_nothing_left;                                       /* story_left.c */
observer observe_time_wait, observe_recycled, observe_overflow; /* story_time_wait.c */

/* What was foreseen. */
observer observe_prediction; /* story_prediction.c */

/* "client ends in close, server ends in time_wait"; for a race, every way.  "" without a
 * model.  A new string, or NULL when out of memory. */
char *story_prediction(const struct result *result);

#endif
