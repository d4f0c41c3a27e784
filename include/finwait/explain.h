#ifndef FINWAIT_EXPLAIN_H
#define FINWAIT_EXPLAIN_H

#include "finwait/result.h"

/* What a result means: observers, each of which looks for one thing in it. */

/*
 * One paragraph that says what piled up where and why, derived from the data: who closed first
 * by what the kernel was seen to hold, what Little's law predicts, what was seen.
 * A new string without line breaks; the caller frees it.  NULL when out of memory.
 */
char *explain_text(const struct result *result);

/* "client ends in close, server ends in time_wait"; for a race, every way.  "" without a
 * model.  A new string, or NULL when out of memory. */
char *explain_prediction(const struct result *result);

#endif
