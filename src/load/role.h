#ifndef FINWAIT_LOAD_ROLE_H
#define FINWAIT_LOAD_ROLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "board.h"
#include "finwait/load.h"
#include "leash.h"
#include "listener.h"
#include "worker.h"

/* A role as its owner's process sees it. */

struct role_worker {
    struct role *role;
    pid_t pid;   /* 0 once reaped */
    int control; /* our end of its socket pair; -1 once closed */
    struct event *event;
    bool finished; /* has said so, or is dead */
};

struct role {
    struct role_plan plan; /* what it points to are the copies below */
    struct program program;
    struct sockopts sockopts;
    char host[ADDRESS_TEXT];
    const struct lab *lab;
    enum side home;     /* in whose host it runs: its own side's, unless it was moved */
    uint32_t addresses; /* how many of its own it was to have: a host it moves to may have fewer */
    struct leash leash;
    struct event_base *base;
    struct role_events events;
    struct board *board;
    bool going;    /* role_go was called */
    bool stopping; /* role_stop was called */
    bool frozen;   /* role_freeze was called; workers to come are frozen as well */
    bool ended;
    bool told; /* events.finished was called */
    uint32_t finished;
    uint32_t died;
    struct event *again;         /* role_restart's next try; NULL when none is under way */
    int64_t restart_began;       /* CLOCK_MONOTONIC */
    uint64_t refusals;           /* of bind(2), since then */
    struct role_worker worker[]; /* plan.workers */
};

/* ---- role_fork.c ---- */

/*
 * Fork every worker, wait until each is ready and listen to what it says.  -1 with
 * STATUS_MACHINE; those that run already are left for role_reap_all.
 */
int role_fork_all(struct role *role, const struct listeners *listeners, struct error *error);

/* ---- role.c ---- */

/* The addresses that the role itself has, of those in its plan. */
struct address_pool *role_own_pool(struct role_plan *plan);

/* A server's listeners, in its host; nothing for a client. */
int role_listen(struct role *role, struct listeners *listeners, struct error *error);

/* Kill and reap every worker; what was open counts as `outcome`, and what was held as killed when
 * that is OUTCOME_KILLED. */
void role_reap_all(struct role *role, enum outcome outcome);

/* What a worker says: a byte, or the end of file that its death is. */
void role_on_word(evutil_socket_t fd, short what, void *worker);

/* ---- role_life.c ---- */

/* Give up a restart that is under way. */
void role_restart_cancel(struct role *role);

#endif
