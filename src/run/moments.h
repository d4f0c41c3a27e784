#ifndef FINWAIT_RUN_MOMENTS_H
#define FINWAIT_RUN_MOMENTS_H

#include <event2/event.h>
#include <stdbool.h>

#include "finwait/error.h"
#include "finwait/role.h"
#include "finwait/side.h"

/*
 * The timeline of a trial: it sets the scenario's faults and does its events when they are due,
 * from the trial's event loop, and records in the result what was done when.
 */

struct trial;
struct moments; /* opaque */

/* Who is told what an event has made of a role. */
struct moments_calls {
    void (*stopped)(struct trial *trial, struct role *role);
    int (*start_beside)(struct trial *trial, enum side side, struct error *error);
    void (*not_started)(struct trial *trial, struct role *role, const struct error *error);
};

/* NULL with STATUS_MACHINE.  Nothing happens yet. */
struct moments *moments_new(struct trial *trial, const struct moments_calls *calls,
                            struct error *error);
void moments_free(struct moments *moments); /* NULL is allowed */

/* Do what is due at 0, before the first connection. */
void moments_open(struct moments *moments);

/* The load begins now (trial->load_began): the rest happens in its time. */
void moments_begin(struct moments *moments);

/* What has not come to pass until now does not. */
void moments_close(struct moments *moments);

/* Whether `side`, which is down or frozen, is going to be started or continued. */
bool moments_revives(const struct moments *moments, enum side side);

/* Whether events have left `side` down or frozen. */
bool moments_holds(const struct moments *moments, enum side side);

/* How a restart of `side` ended: to be called from the role's events. */
void moments_restarted(struct moments *moments, enum side side, int64_t took, uint64_t refusals);
void moments_not_restarted(struct moments *moments, enum side side, const struct error *error);

#endif
