#ifndef FINWAIT_RUN_TIMELINE_H
#define FINWAIT_RUN_TIMELINE_H

#include <event2/event.h>
#include <stdbool.h>

#include "finwait/error.h"
#include "finwait/load.h"
#include "finwait/side.h"

/*
 * The timeline of a trial: it sets the scenario's faults and does its events when they are due,
 * from the trial's event loop, and records in the result what was done when.
 */

struct trial;
struct timeline; /* opaque */

/* NULL with STATUS_MACHINE.  Nothing happens yet. */
struct timeline *timeline_new(struct trial *trial, struct error *error);
void timeline_free(struct timeline *timeline); /* NULL is allowed */

/* Do what is due at 0, before the first connection. */
void timeline_open(struct timeline *timeline);

/* The load begins now (trial->load_began): the rest happens in its time. */
void timeline_begin(struct timeline *timeline);

/* What has not come to pass until now does not: record it. */
void timeline_close(struct timeline *timeline);

/* Whether `side`, which is down or frozen, is going to be started or continued. */
bool timeline_revives(const struct timeline *timeline, enum side side);

/* Whether events have left `side` down or frozen. */
bool timeline_holds(const struct timeline *timeline, enum side side);

/* How a restart of `side` ended: to be called from the role's events. */
void timeline_restarted(struct timeline *timeline, enum side side, int64_t took, uint64_t refusals);
void timeline_not_restarted(struct timeline *timeline, enum side side, const struct error *error);

#endif
