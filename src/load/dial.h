#ifndef FINWAIT_LOAD_DIAL_H
#define FINWAIT_LOAD_DIAL_H

#include <stdint.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/sockopt.h"

/* From where to where a client's connections go. */

struct role_plan;

/* How a worker does it. */
struct dial {
    const struct role_plan *plan;
    struct sockopts options; /* of each socket */
    uint32_t low, ports;     /* those to choose from, unless PORTS_KERNEL */
    uint64_t first, count;   /* the worker's own places, with PORTS_SLICES */
};

/* For worker `index` of the plan's, in its host.  -1 with STATUS_MACHINE: the host's ports cannot
 * be told, or are none for this worker. */
int dial_init(struct dial *dial, const struct role_plan *plan, uint32_t index, struct error *error);

/*
 * Make the socket of the role's connection `number`, with its options and its source address, in
 * *fd (-1: none could be made), and store its destination in `to`.  0, or the errno of what failed.
 */
int dial_socket(struct dial *dial, uint64_t number, int *fd, struct address *to);

#endif
