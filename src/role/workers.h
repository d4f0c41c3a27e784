#ifndef FINWAIT_ROLE_WORKERS_H
#define FINWAIT_ROLE_WORKERS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "finwait/board.h"
#include "finwait/leash.h"
#include "finwait/load.h"
#include "finwait/role.h"
#include "listener.h"

/* A role of workers as its owner's process sees it. */

/* The signal at which a worker ends, and its connections with a RST: none of INTERRUPTS, which
 * reach the whole group. */
#define WORKER_DROPS SIGRTMIN

struct worker_process {
    struct workers *workers;
    pid_t pid;   /* 0 once reaped */
    int control; /* our end of its socket pair; -1 once closed */
    struct event *event;
    bool finished; /* has said so, or is dead */
    bool frozen;   /* it alone was stopped */
    uint64_t died; /* what its slot had counted of `die` when it was forked */
    bool given_up; /* workers_give_up was called, for this reason: */
    enum lost_how how;
    int number;
    uint64_t beat;  /* of its slot, when last looked at … */
    uint32_t quiet; /* … and so many times since then */
};

/* A start under way. */
struct workers_start {
    struct event *timer; /* bind(2) is tried again, or nobody got ready in time; NULL: none is */
    bool tried;          /* once at least */
    int64_t began;       /* CLOCK_MONOTONIC of the first try */
    uint64_t refusals;   /* of bind(2), since then */
    uint32_t ready;      /* workers that have said so */
};

struct workers {
    struct role role;      /* the first, see workers_of */
    struct role_plan plan; /* what it points to are the copies below */
    struct program program;
    struct mix mix;
    struct sockopts sockopts;
    char host[ADDRESS_TEXT];
    const struct lab *lab;
    enum side home;     /* in whose host it runs: its own side's, unless it was moved */
    uint32_t addresses; /* how many of its own it was to have: a host it moves to may have fewer */
    struct leash leash;
    struct event_base *base;
    struct board *board;
    bool going;    /* role_go was called */
    bool stopping; /* role_stop was called */
    bool ended;
    bool dropped; /* WORKER_DROPS was sent */
    bool told;    /* events.finished was called */
    uint32_t finished;
    uint32_t died;
    struct event *watch;
    struct workers_start start;
    struct worker_process process[]; /* plan.workers */
};

static inline struct workers *workers_of(struct role *role)
{
    return (struct workers *)role;
}

/* ---- workers_fork.c ---- */

/*
 * Fork every worker: they get ready by themselves.  -1 with STATUS_MACHINE; those that run already
 * are left for workers_reap_all.
 */
int workers_fork(struct workers *workers, const struct listeners *listeners, struct error *error);

/* ---- workers_process.c ---- */

/* A word to every worker that can hear it; one that cannot be told is given up. */
void workers_tell(struct workers *workers, enum control what);

/* End a worker that is of no use any more; its end is heard of as that of any other, and told as
 * lost for this reason. */
void workers_give_up(struct worker_process *process, enum lost_how how, int number);

void workers_signal(const struct workers *workers, int number);

/* Wait for those that were told to drop their connections to end; not for ever. */
void workers_await_gone(const struct workers *workers);

bool workers_are_down(const struct workers *workers);

/* A worker has ended, or is to be killed: what was open counts as `outcome`, and what was held as
 * killed when that is OUTCOME_KILLED.  Returns its wait status; 0: it had been reaped before. */
int workers_reap(struct worker_process *process, enum outcome outcome);
void workers_reap_all(struct workers *workers, enum outcome outcome);

/* ---- workers_watch.c ---- */

/*
 * Look at the workers' beats from now on.  One that stands still though nobody froze the role is
 * given up.  -1 with STATUS_MACHINE.
 */
int workers_watch(struct workers *workers, struct error *error);

/* Look at once whether a signal has stopped one: they are about to be stopped, or ended, by us. */
void workers_watch_last(struct workers *workers);

void workers_watch_end(struct workers *workers);

/* ---- workers_start.c ---- */

/* The addresses that the role itself has, of those in its plan. */
struct address_pool *workers_own_pool(struct role_plan *plan);

/* The first time: they are ready when it returns 0.  -1 with STATUS_MACHINE. */
int workers_start_first(struct workers *workers, struct error *error);

/* role_start. */
int workers_start_again(struct workers *workers, const struct event_spec *as, struct error *error);

/* It has finished, or has been reaped: the last one that is tells the owner. */
void workers_count_finished(struct worker_process *process);

/* A worker has ended by itself, or is given up: reap it and tell. */
void workers_ended(struct worker_process *process);

/* Give up a start that is under way. */
void workers_start_cancel(struct workers *workers);

/* Every worker has finished or is dead: tell the owner, once. */
void workers_tell_finished(struct workers *workers);

#endif
