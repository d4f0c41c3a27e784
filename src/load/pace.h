#ifndef FINWAIT_LOAD_PACE_H
#define FINWAIT_LOAD_PACE_H

#include <stdbool.h>

/* When a client's connections begin. */

struct worker;
struct pace;

/* NULL when out of memory. */
struct pace *pace_new(struct worker *worker);

/* Begin: the clock of an open loop starts now. */
void pace_go(struct pace *pace);

/* Begin the connections there is room for (closed loop).  Called at the end of each event. */
void pace_turn(struct pace *pace);

/* Begin no further connection. */
void pace_stop(struct pace *pace);

/* Whether all that was to be begun has been. */
bool pace_over(const struct pace *pace);

#endif
