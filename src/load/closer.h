#ifndef FINWAIT_LOAD_CLOSER_H
#define FINWAIT_LOAD_CLOSER_H

#include <stdbool.h>

/*
 * Closes that take their time: close(2) with a linger time sleeps.  Each gets a thread of its own
 * for as long as it takes, so that it holds up no other connection.
 */

struct closer;
struct conn;
struct role_plan;
struct worker;

/* Whether a connection of this role can have a linger time when it is closed. */
bool closer_is_needed(const struct role_plan *plan);

/* NULL when there is no memory or no descriptor left. */
struct closer *closer_new(struct worker *worker);

/*
 * Close the connection's descriptor, which nobody waits for any more; once that is done the
 * connection ends (conn_end, conn_fail).  0; or EAGAIN, there can be no more threads just now, or
 * ENOMEM, and nothing has been done.
 */
int closer_close(struct closer *closer, struct conn *conn);

#endif
