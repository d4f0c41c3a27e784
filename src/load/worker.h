#ifndef FINWAIT_LOAD_WORKER_H
#define FINWAIT_LOAD_WORKER_H

#include <stdint.h>

#include "board.h"
#include "finwait/load.h"

/* A worker: one process, one event_base, its share of a role's connections. */

/* What the conductor tells a worker, and a worker the conductor: one byte each. */
enum control {
    CONTROL_GO = 'g',       /* to a client: begin */
    CONTROL_STOP = 's',     /* to a worker: begin no further connection */
    CONTROL_READY = 'r',    /* from a worker: it can serve, or begin */
    CONTROL_FINISHED = 'f', /* from a client: every connection has ended or is held */
};

/* The descriptors that a worker brings into its process. */
struct worker_descriptors {
    int control;
    int leash;
    const int *listeners; /* the server's sockets */
    uint32_t listener_count;
};

/*
 * Run a worker until it is killed or the conductor is gone; the calling process has just been
 * forked into its host.  Returns an exit status.
 */
int worker_main(const struct role_plan *plan, uint32_t index, struct board *board,
                const struct worker_descriptors *descriptors);

#endif
