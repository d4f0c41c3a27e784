#ifndef FINWAIT_CMD_HELD_H
#define FINWAIT_CMD_HELD_H

#include <stddef.h>
#include <stdio.h>

#include "finwait/result.h"

/* Results that wait, as JSON in memory that child processes share, for a report of them all. */

/* NULL: STATUS_MACHINE. */
FILE *held_open(struct error *error);

/* Append one, from any process.  -1: STATUS_MACHINE. */
int held_add(FILE *held, const struct result *result, struct error *error);

/* All of them, in the order in which they came; NULL and a count of 0: STATUS_MACHINE. */
struct result **held_take(FILE *held, size_t *count, struct error *error);

/* NULL is allowed. */
void held_free(struct result **results, size_t count);

#endif
