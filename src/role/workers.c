#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"

/* The kind of role that we play ourselves: worker processes, each with its slot of the board. */

enum {
    /* Connections begun: with fewer, what may be left of them is closed in no time. */
    DROP_WORTH = 1000,
};

/* ---- what it is told ---- */

/* Whom nothing is told before it is ready: a start says it all again. */
static bool hears(const struct workers *workers)
{
    return workers->start.timer == NULL;
}

static void workers_go(struct role *role)
{
    struct workers *workers = workers_of(role);

    workers->going = true;
    if (workers->board->began == 0) {
        workers->board->began = clock_now();
    }
    if (hears(workers)) {
        workers_tell(workers, CONTROL_GO);
    }
}

static void workers_stop(struct role *role)
{
    struct workers *workers = workers_of(role);

    workers->stopping = true;
    if (hears(workers)) {
        workers_tell(workers, CONTROL_STOP);
    }
}

static void workers_kill(struct role *role)
{
    struct workers *workers = workers_of(role);

    workers_start_cancel(workers);
    workers_reap_all(workers, OUTCOME_KILLED);
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        workers->process[i].finished = true;
    }
    workers->finished = workers->plan.workers;
    workers_tell_finished(workers);
}

/* Its end is asked for: no worker has died.  What is starting has no process yet, or none that
 * serves. */
static void workers_strike_one(struct role *role, uint32_t worker, int number)
{
    struct workers *workers = workers_of(role);
    struct worker_process *process = &workers->process[worker];

    if (!hears(workers) || worker >= workers->plan.workers || process->pid == 0) {
        return;
    }
    if (number == SIGKILL) {
        workers_reap(process, OUTCOME_KILLED);
        workers_count_finished(process);
    } else {
        process->frozen = number == SIGSTOP;
        kill(process->pid, number);
    }
}

static int workers_start(struct role *role, const struct event_spec *as, struct error *error)
{
    return workers_start_again(workers_of(role), as, error);
}

static void workers_strike(struct role *role, int number)
{
    if (hears(workers_of(role))) {
        if (number == SIGSTOP) {
            workers_watch_last(workers_of(role));
        }
        workers_signal(workers_of(role), number);
    }
    for (uint32_t i = 0; i < workers_of(role)->plan.workers && number == SIGCONT; i++) {
        workers_of(role)->process[i].frozen = false;
    }
}

static uint64_t attempted(const struct workers *workers)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < workers->board->slots; i++) {
        sum += workers->board->slot[i].account.attempted;
    }
    return sum;
}

static void workers_drop(struct role *role)
{
    struct workers *workers = workers_of(role);

    workers->dropped = attempted(workers) >= DROP_WORTH;
    if (workers->dropped) {
        workers_signal(workers, WORKER_DROPS);
        workers_signal(workers, SIGCONT); /* it may be stopped, and gets the other one first */
    }
}

static void workers_end(struct role *role)
{
    struct workers *workers = workers_of(role);

    workers->ended = true;
    workers_watch_end(workers);
    workers_start_cancel(workers);
    if (workers->dropped) {
        workers_await_gone(workers);
    }
    workers_reap_all(workers, OUTCOME_CUT);
    leash_free(&workers->leash);
}

static void workers_free(struct role *role)
{
    board_free(workers_of(role)->board);
    free(role);
}

/* ---- what it has counted ---- */

static void workers_account(const struct role *role, struct account *account)
{
    const struct board *board = ((const struct workers *)role)->board;

    account_init(account);
    for (uint32_t i = 0; i < board->slots; i++) {
        account_merge(account, &board->slot[i].account);
    }
}

/* 0 as long as one of them has not ended. */
static int64_t last_end(const struct workers *workers)
{
    int64_t last = 0;

    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        int64_t its = workers->board->slot[i].ended;

        if (its == 0) {
            return 0;
        }
        last = its > last ? its : last;
    }
    return last;
}

static void workers_progress(const struct role *role, struct role_progress *progress)
{
    const struct workers *workers = (const struct workers *)role;

    *progress = (struct role_progress){
        .workers_died = workers->died,
        .ended_at = last_end(workers),
    };
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        const struct account *account = &workers->board->slot[i].account;
        /* Each is read once, and what counts last first: the worker counts on meanwhile. */
        uint64_t fine = account->outcome[OUTCOME_DONE] + account->outcome[OUTCOME_HELD] +
                        account->outcome[OUTCOME_RESET];
        uint64_t failed = 0;

        for (unsigned outcome = 0; outcome < OUTCOME_N; outcome++) {
            bool bad =
                outcome != OUTCOME_DONE && outcome != OUTCOME_HELD && outcome != OUTCOME_RESET;
            failed += bad ? account->outcome[outcome] : 0;
        }
        progress->attempted += account->attempted;
        progress->opened += account->opened;
        progress->done += fine;
        progress->failed += failed;
        progress->workers_alive += workers->process[i].pid > 0;
    }
    progress->open = progress->attempted > progress->done + progress->failed
                         ? progress->attempted - progress->done - progress->failed
                         : 0;
}

/* ---- the kind ---- */

static const struct role_ops workers_ops = {
    .go = workers_go,
    .stop = workers_stop,
    .kill = workers_kill,
    .strike_one = workers_strike_one,
    .start = workers_start,
    .signal = workers_strike,
    .account = workers_account,
    .progress = workers_progress,
    .drop = workers_drop,
    .end = workers_end,
    .free = workers_free,
};

static bool workers_play(const struct role_plan *plan)
{
    return plan->program != NULL && plan->command == NULL;
}

/* A role that is started again needs its plan after the caller's is gone. */
static void keep_plan(struct workers *workers, const struct role_plan *plan)
{
    workers->plan = *plan;
    workers->program = *plan->program;
    workers->plan.program = &workers->program;
    if (plan->mix != NULL) {
        workers->mix = *plan->mix;
        workers->plan.mix = &workers->mix;
    }
    workers->sockopts = *plan->sockopts;
    workers->plan.sockopts = &workers->sockopts;
    if (plan->host != NULL) {
        snprintf(workers->host, sizeof workers->host, "%s", plan->host);
        workers->plan.host = workers->host;
    }
}

static struct workers *workers_alloc(const struct role_plan *plan)
{
    struct workers *workers =
        calloc(1, sizeof *workers + plan->workers * sizeof workers->process[0]);

    if (workers == NULL) {
        return NULL;
    }
    workers->role.ops = &workers_ops;
    keep_plan(workers, plan);
    workers->home = plan->side;
    workers->addresses = workers_own_pool(&workers->plan)->count;
    for (uint32_t i = 0; i < plan->workers; i++) {
        workers->process[i] = (struct worker_process){.workers = workers, .control = -1};
    }
    workers->board = board_new(plan->workers);
    if (workers->board == NULL || leash_new(&workers->leash) != 0) {
        board_free(workers->board);
        free(workers);
        return NULL;
    }
    return workers;
}

static struct role *workers_make(const struct role_plan *plan, const struct lab *lab,
                                 struct event_base *base, struct error *error)
{
    struct workers *workers = workers_alloc(plan);

    if (workers == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "%s: shared memory, or a socket pair",
                    side_name(plan->side));
        return NULL;
    }
    workers->lab = lab;
    workers->base = base;
    if ((plan->side == SIDE_CLIENT && dial_try_options(plan, error) != 0) ||
        workers_start_first(workers, error) != 0 || workers_watch(workers, error) != 0) {
        workers_end(&workers->role);
        workers_free(&workers->role);
        return NULL;
    }
    return &workers->role;
}

const struct role_kind role_workers = {.plays = workers_play, .make = workers_make};
