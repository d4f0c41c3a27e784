#ifndef FINWAIT_LOAD_H
#define FINWAIT_LOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/account.h"
#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/message.h"
#include "finwait/program.h"
#include "finwait/side.h"
#include "finwait/sockopt.h"

/*
 * The load: two roles, each a few worker processes.  A worker is one process with one
 * event_base that runs its share of the connections, each through its program.
 */

/* All that a role's workers have to know. */
struct role_plan {
    enum side side;
    uint32_t workers; /* > 0 */
    const struct program *program;
    struct message_spec message;
    bool say_close; /* http: this side's last message says Connection: close */
    const struct sockopts *sockopts;
    const char *host;            /* http: the Host header */
    int64_t timeout;             /* ns a step may wait; 0: for ever */
    struct address_pool servers; /* count > 0.  server: listens on all of them; client: connects
                                    to each in turn */
    struct address_pool sources; /* client: source addresses in turn, when count > 0 */
    bool pipelined;              /* a peer may send a message before the last one was answered */
    uint32_t backlog;            /* server */
    bool own_listeners;          /* server: each worker has its own (SO_REUSEPORT) */
    uint64_t connections;        /* client: 0 for no limit */
    uint32_t concurrency;        /* client, closed loop */
    double rate;                 /* client, open loop; 0 for closed loop */
    int64_t duration; /* client: ns after role_go in which connections begin; 0: no limit */
};

struct event_base;
struct role; /* opaque */

/* What a role tells its owner, from the owner's event loop. */
struct role_events {
    void (*finished)(void *context,
                     struct role *role); /* a client: every connection has ended or is held;
                                            either: the last worker's process has ended */
    void *context;
};

/*
 * Fork the workers into the host of `plan->side` and wait until each is ready: the
 * server listens, the client waits for role_go.  `plan` is copied by fork; it need not outlive
 * the call.  `base` is the owner's loop, for `events`.  NULL with STATUS_MACHINE, e.g. bind:
 * EADDRINUSE.
 */
struct role *role_new(const struct role_plan *plan, const struct lab *lab, struct event_base *base,
                      const struct role_events *events, struct error *error);

/* Begin (client). */
void role_go(struct role *role);

/* Begin no further connection (client); those under way go on. */
void role_stop(struct role *role);

/*
 * End every worker at once (SIGKILL) and reap it; what was open counts as OUTCOME_CUT.
 * The accounts stay readable.
 */
void role_end(struct role *role);

/* role_end, and free all.  NULL is allowed. */
void role_free(struct role *role);

/* The sum over all workers as of now, of ended ones too; safe at any time. */
void role_account(const struct role *role, struct account *account);

/* Live figures that are cheap enough for a progress line. */
struct role_progress {
    uint64_t attempted, open, done, failed; /* failed: outcomes other than done, held and reset */
    uint32_t workers_alive;
    uint32_t workers_died; /* ended before role_end */
};
void role_progress(const struct role *role, struct role_progress *progress);

/* How many processes a role needs, and whether its descriptors fit. */
struct fit_need {
    uint64_t descriptors; /* open at once, over the whole role */
    bool guessed;         /* they are an estimate: as many as fit will do */
    uint64_t listeners;   /* that each worker has besides */
    uint32_t workers;     /* asked for; 0: choose */
};
/*
 * Raise RLIMIT_NOFILE as far as allowed and choose the number of workers: enough for CPUs
 * (half of them a role) and for `need->descriptors`.  -1 with STATUS_MACHINE when no sensible
 * number of processes suffices.
 */
int fit_workers(const struct fit_need *need, enum side side, uint32_t *workers,
                struct error *error);

#endif
