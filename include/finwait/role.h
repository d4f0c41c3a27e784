#ifndef FINWAIT_ROLE_H
#define FINWAIT_ROLE_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/account.h"
#include "finwait/command.h"
#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/load.h"
#include "finwait/lost.h"
#include "finwait/side.h"
#include "finwait/timeline.h"

/*
 * A role: what plays a side.  Its owner knows what a role can be told, and not of which kind it is.
 */

struct event_base;
struct role;

/* What a role tells its owner, from the owner's event loop. */
struct role_events {
    void (*finished)(void *context,
                     struct role *role); /* a client: every connection has ended or is held;
                                            either: its last process has ended; of a
                                            client's command: its first one */
    void (*restarted)(void *context, struct role *role, int64_t took, uint64_t refusals);
    /* role_start came to its end: ns from its first try until it was ready, and how often bind(2)
     * said EADDRINUSE meanwhile.  May be NULL. */
    void (*restart_failed)(void *context, struct role *role, const struct error *error);
    /* role_start met another error than EADDRINUSE: the role stays down, and `finished` is not
     * told again.  May be NULL. */
    void (*lost)(void *context, struct role *role, const struct lost_worker *lost);
    /* A worker has ended, and neither role_kill, role_end nor a `die` of its program was why;
     * before `finished`, should it be the last.  May be NULL. */
    void *context;
};

/* Live figures that are cheap enough for a progress line. */
struct role_progress {
    uint64_t attempted, open, done, failed; /* failed: outcomes other than done, held and reset */
    uint64_t opened;
    uint32_t workers_alive;
    uint32_t workers_died; /* ended of themselves, before role_end or role_kill */
    int64_t ended_at;      /* CLOCK_MONOTONIC when a client's last connection had ended or was held,
                              by its workers' own clocks; 0: one of them has not come to it */
};

/* What a kind of role does when it is told to: the functions below say what each is. */
struct role_ops {
    void (*go)(struct role *role);
    void (*stop)(struct role *role);
    void (*kill)(struct role *role);
    void (*strike_one)(struct role *role, uint32_t worker, int number);
    int (*start)(struct role *role, const struct event_spec *as, struct error *error);
    void (*signal)(struct role *role, int number); /* to each of its processes; none while down */
    void (*strike)(struct role *role, int number); /* a command's first process; NULL: it is none */
    void (*account)(const struct role *role, struct account *account);
    void (*progress)(const struct role *role, struct role_progress *progress);
    void (*look)(struct role *role, enum command_look when); /* NULL: none to look at */
    void (*command)(const struct role *role, struct command_report *report); /* NULL: it is none */
    void (*drop)(struct role *role);                                         /* NULL: it cannot */
    void (*end)(struct role *role);
    void (*free)(struct role *role); /* it has ended */
};

/* What every kind begins with. */
struct role {
    const struct role_ops *ops;
    enum side side;
    struct role_events events;
    struct role *before; /* the owner's: what played the side before, whose account counts, too */
    bool frozen;         /* role_freeze was called; processes to come are frozen as well */
};

/* A kind of role: one file and one row of role_kinds. */
struct role_kind {
    /* Whether it is what plays `plan`; the first one that does is taken. */
    bool (*plays)(const struct role_plan *plan);
    /* As role_new, whose `events` and side it need not set. */
    struct role *(*make)(const struct role_plan *plan, const struct lab *lab,
                         struct event_base *base, struct error *error);
};

extern const struct role_kind *const role_kinds[]; /* ends with NULL */

/* Worker processes of our own, each running its share of the connections (finwait/load.h). */
extern const struct role_kind role_workers;

/* A command of the user's, run by a process of ours (finwait/command.h). */
extern const struct role_kind role_command;

/*
 * Start it in the host of `plan->side` and wait until it is ready: the server listens, the client
 * waits for role_go.  `plan` and what it points to are copied; `lab` and `base`, the owner's loop
 * for `events`, must outlive the role.  NULL with STATUS_MACHINE, e.g. bind: EADDRINUSE.
 */
struct role *role_new(const struct role_plan *plan, const struct lab *lab, struct event_base *base,
                      const struct role_events *events, struct error *error);

/* Begin (client). */
void role_go(struct role *role);

/* Begin no further connection (client); those under way go on. */
void role_stop(struct role *role);

/*
 * SIGKILL all that it runs; what was open or held counts as OUTCOME_KILLED, a server's listener is
 * closed, a start under way is given up.  Its processes do not count as died.  events.finished is
 * called before it returns, unless it has been: the owner knows whether a start is to come and the
 * load is not over yet.  After a start it will be called anew.
 */
void role_kill(struct role *role);

/* SIGKILL, SIGSTOP or SIGCONT to worker `worker` alone, from 0; not while a start is under way. */
void role_strike_one(struct role *role, uint32_t worker, int number);

/* SIGSTOP or SIGCONT: its sockets live on, nobody serves them.  A start thaws it no more. */
void role_freeze(struct role *role, bool frozen);

/* The signal to the first process of a command, while there is one. */
void role_signal(struct role *role, int number);

/* Look which processes a command has now, and what they have, for role_report. */
void role_look(struct role *role, enum command_look when);

/*
 * Start a role that was killed, or a command that was asked to end (it is waited for), as it was
 * made but for what `as`, the event, says is different this time (NULL: nothing); it counts on in
 * its account.  In another host a server listens on that host's addresses, no more of them than
 * before, at the same port; a client connects from them.  A server's bind(2) is tried again every
 * few milliseconds while it says EADDRINUSE.  Returns at once; events.restarted or
 * events.restart_failed tells the end, from the loop.  A client goes on with what it had not begun,
 * in what is left of its duration; role_go and role_stop need not be called again.  Each refusal
 * counts as errors.EADDRINUSE.  -1: the role is up, being started, or ended by role_end
 * (STATUS_USAGE), or there is no memory.
 */
int role_start(struct role *role, const struct event_spec *as, struct error *error);

/*
 * Before role_end, where nobody looks any more: what it has open is to end by RST, at once, and no
 * more by FIN, which takes the kernel several times as long.  Only workers can, where it is worth
 * it.
 */
void role_drop(struct role *role);

/*
 * End all that it runs at once (SIGKILL) and reap it, and what its children kept open; what was
 * open counts as OUTCOME_CUT, what was held stays OUTCOME_HELD.  The accounts stay readable.
 */
void role_end(struct role *role);

/* role_end, and free all.  NULL is allowed. */
void role_free(struct role *role);

/* All that it has counted as of now, in ended processes too; safe at any time. */
void role_account(const struct role *role, struct account *account);

void role_progress(const struct role *role, struct role_progress *progress);

/* What has become of a role's command; false: it is none. */
bool role_report(const struct role *role, struct command_report *report);

/* How many processes a role of workers needs, and whether its descriptors fit. */
struct fit_need {
    uint64_t descriptors; /* open at once, over the whole role */
    bool guessed;         /* they are an estimate: as many as fit will do */
    bool drawn;           /* a hash draws each one's worker: their shares are not even */
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

/* As many workers may a role have. */
#define FIT_WORKERS_MAX 256U

/* How many sockets a role can have open at most, in as many workers as there may be, with an
 * RLIMIT_NOFILE of so many descriptors; and in `workers`, where the scenario limits each to that.
 */
double fit_most(double descriptors, uint32_t listeners);
double fit_most_of(uint32_t descriptors, uint32_t listeners, uint32_t workers);

/* Of `most` sockets that fit into `workers` evenly, how many do where a hash draws the worker of
 * each: with more, some worker lacks room with a probability of 1e-6 and up. */
double fit_sure(double most, uint32_t workers);

/* How many workers are to accept at once from a listener that they share: as many as `asked` for,
 * where there is a CPU for each, and else half of the CPUs, for the other role wants its own. */
uint32_t fit_accepting(uint32_t asked);

/* RLIMIT_NOFILE, the soft one, as it was before that raised it; 0: it did not, or there was none.
 */
uint32_t fit_limit_before(void);

#endif
