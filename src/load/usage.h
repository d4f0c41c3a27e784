#ifndef FINWAIT_LOAD_USAGE_H
#define FINWAIT_LOAD_USAGE_H

#include "conn.h"

/* What a worker's process uses of the machine, into its account. */

/* Before the first connection: what there is of memory without any. */
void usage_begin(struct worker *worker);

/* As of now; to be called now and then, and at the end. */
void usage_look(struct worker *worker);

#endif
