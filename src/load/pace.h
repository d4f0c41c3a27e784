#ifndef FINWAIT_LOAD_PACE_H
#define FINWAIT_LOAD_PACE_H

#include <stdbool.h>

#include "finwait/address.h"

/* When a client's connections begin, and from where to where. */

struct conn;
struct error;
struct role_plan;
struct worker;
struct pace;

/*
 * Give a client's socket its options, and close it: what the kernel refuses one it refuses all, and
 * so before the first.  -1 with STATUS_MACHINE names the option.
 */
int pace_try_options(const struct role_plan *plan, struct error *error);

/* NULL when out of memory. */
struct pace *pace_new(struct worker *worker);

/* Begin: the clock of an open loop starts now. */
void pace_go(struct pace *pace);

/* Begin the connections there is room for (closed loop).  Called at the end of each event. */
void pace_turn(struct pace *pace);

/* Whether all that was to be begun has been. */
bool pace_over(const struct pace *pace);

/*
 * Make the socket of `conn`, with its options and its source address, and store its
 * destination in `to`.  0, or the errno of what failed.
 */
int pace_socket(struct conn *conn, struct address *to);

#endif
