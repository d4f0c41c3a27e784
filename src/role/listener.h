#ifndef FINWAIT_ROLE_LISTENER_H
#define FINWAIT_ROLE_LISTENER_H

#include <stdint.h>

#include "finwait/load.h"

/*
 * The server's listening sockets.  All workers share one an address, or each has
 * its own (socket(7), SO_REUSEPORT).
 */
struct listeners {
    uint32_t sets;  /* 1, or one a worker */
    uint32_t count; /* in a set: one an address */
    int *fd;        /* sets × count */
    int errnum;     /* of bind(2) or listen(2), when listeners_open failed there */
};

/* Listen, in the calling thread's namespace.  -1 with STATUS_MACHINE, e.g. EADDRINUSE. */
int listeners_open(struct listeners *listeners, const struct role_plan *plan, struct error *error);
void listeners_close(struct listeners *listeners);

/* The set of worker `index`: `count` descriptors. */
const int *listeners_of(const struct listeners *listeners, uint32_t index);

#endif
