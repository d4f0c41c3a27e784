#ifndef FINWAIT_LOAD_WORKER_H
#define FINWAIT_LOAD_WORKER_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "board.h"
#include "finwait/load.h"

/* A worker: one process, one event_base, its share of a role's connections. */

/* How a connection came to fail. */
struct loss {
    enum outcome outcome; /* OUTCOME_ERROR: the errno's own */
    int errnum;           /* 0: none */
    uint64_t reason;      /* OpenSSL's; 0: none */
};

struct wire;
struct conn;
TAILQ_HEAD(conn_list, conn);

/* What the conductor tells a worker, and a worker the conductor: one byte each. */
enum control {
    CONTROL_GO = 'g',       /* to a client: begin */
    CONTROL_STOP = 's',     /* to a worker: begin no further connection */
    CONTROL_READY = 'r',    /* from a worker: it can serve, or begin */
    CONTROL_FINISHED = 'f', /* from a client: every connection has ended or is held */
};

struct worker {
    const struct role_plan *plan;
    uint32_t index;  /* among plan->workers */
    uint64_t memory; /* bytes, before the first connection */
    struct board *board;
    struct account *account; /* its own slot's; goes on from what a predecessor counted there */
    struct {
        int64_t cpu_user, cpu_system;
        uint64_t attempted, tickets;
    } before; /* what the predecessor had counted */
    struct event_base *base;
    int control;
    int leash; /* for its children, leash.h */
    struct event control_event;
    const struct wire *wire;
    bool peek;                   /* look at what has come first, and take no more than a message */
    struct loss loss;            /* the last WIRE_LOST's */
    struct message message;      /* every message but the last of a connection … */
    struct message last_message; /* … and the last */
    int64_t linger;              /* of a new connection's socket, as in struct conn */
    uint32_t last_send;          /* index of the program's last send */
    char *scratch;               /* where bytes are read that nobody will look at again */
    struct conn_list waiting;    /* waiting in a step, the longest first */
    struct conn_list held;
    struct conn_list spare;
    uint32_t open; /* connections that run their program */
    bool going;    /* the client has been told to begin */
    bool stopping; /* no new connections */
    bool finished; /* said so */
    struct event chores_event;
    struct closer *closer; /* NULL: no close takes its time */
    struct serve *serve;   /* the server's part */
    struct pace *pace;     /* the client's part */
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

/* To be called at the end of each event's callback: begin what there is room for, say when
 * finished. */
void worker_turn(struct worker *worker);

#define WORKER_SCRATCH ((size_t)65536)

#endif
