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
#include "finwait/tls.h"

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
    struct tls *tls;             /* NULL: plain TCP; must outlive the role */
    const char *host;            /* http: the Host header */
    int64_t timeout;             /* ns a step may wait; 0: for ever */
    struct address_pool servers; /* count > 0.  server: listens on all of them; client: connects
                                    to each in turn */
    struct address_pool sources; /* client: source addresses in turn, when count > 0; their port is
                                    each connection's, 0: the kernel chooses */
    uint32_t descriptors;        /* RLIMIT_NOFILE of each worker; 0: the caller's */
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
    void (*restarted)(void *context, struct role *role, int64_t took, uint64_t refusals);
    /* role_restart came to its end: ns until its workers were ready, and how often bind(2) said
     * EADDRINUSE before.  May be NULL. */
    void (*restart_failed)(void *context, struct role *role, const struct error *error);
    /* role_restart met another error than EADDRINUSE: the role stays down, and `finished` is not
     * told again.  May be NULL. */
    void *context;
};

/*
 * Fork the workers into the host of `plan->side` and wait until each is ready: the
 * server listens, the client waits for role_go.  `plan` and what it points to are copied; `lab`
 * and `base`, the owner's loop for `events`, must outlive the role.  NULL with STATUS_MACHINE, e.g.
 * bind: EADDRINUSE.
 */
struct role *role_new(const struct role_plan *plan, const struct lab *lab, struct event_base *base,
                      const struct role_events *events, struct error *error);

/* Begin (client). */
void role_go(struct role *role);

/* Begin no further connection (client); those under way go on. */
void role_stop(struct role *role);

/*
 * SIGKILL every worker; what was open or held counts as OUTCOME_KILLED, a server's listener is
 * closed, a restart under way is given up.  They do not count as died.  events.finished is called
 * before it returns, unless it has been: the owner knows whether a restart is to come and the load
 * is not over yet.  After a restart it will be called anew.
 */
void role_kill(struct role *role);

/* SIGSTOP or SIGCONT every worker: its sockets live on, nobody serves them.  Nothing while down. */
void role_freeze(struct role *role, bool frozen);

/*
 * Start the workers of a role that was killed, with the plan it was made with; they count on in its
 * account.  A server's bind(2) is tried again every few milliseconds while it says EADDRINUSE.
 * Returns at once; events.restarted or events.restart_failed tells the end, from the loop.  A
 * client goes on with what it had not begun, in what is left of its duration; role_go and role_stop
 * need not be called again.  Each refusal counts as errors.EADDRINUSE.  -1: the role is up, being
 * started, or ended by role_end (STATUS_USAGE), or there is no memory.
 */
int role_restart(struct role *role, struct error *error);

/* Before role_restart: a socket option that is a switch, whatever the plan says of it. */
void role_set_switch(struct role *role, enum sockopt_id id, bool on);

/*
 * Before role_restart: run in the host of `side` from now on.  A server then listens on that host's
 * addresses, no more of them than before, at the same port; a client connects from them.
 */
void role_move(struct role *role, enum side side);

/*
 * End every worker at once (SIGKILL) and reap it, and what its children kept open; what was open
 * counts as OUTCOME_CUT, what was held stays OUTCOME_HELD.
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
    uint32_t workers_died; /* ended of themselves, before role_end or role_kill */
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
