#ifndef SAMPLE_OWNERS_H
#define SAMPLE_OWNERS_H

#include "finwait/error.h"
#include "finwait/owner.h"
#include "sockets.h"

/*
 * Say who holds the sockets, appended to `owners`, when so many wait in the accept queues of each
 * side.  The sockets are put in another order.  -1 with STATUS_MACHINE: it could not be found out,
 * and nothing is appended.
 */
int owners_find(struct owners *owners, struct sockets *sockets, const uint32_t queued[ENDS_N],
                struct error *error);

#endif
