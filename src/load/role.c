#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dial.h"
#include "finwait/clock.h"
#include "role.h"

/* ---- workers that end ---- */

/* A held connection has ended for its program, but only its death takes the descriptor away. */
static void settle(struct role *role, const struct role_worker *worker, enum outcome outcome)
{
    struct account *account = &role->board->slot[worker - role->worker].account;

    account->outcome[outcome] += account_open(account);
    if (outcome == OUTCOME_KILLED) {
        account->outcome[OUTCOME_KILLED] += account->outcome[OUTCOME_HELD];
        account->outcome[OUTCOME_HELD] = 0;
    }
}

static void count_finished(struct role *role, struct role_worker *worker)
{
    if (worker->finished) {
        return;
    }
    worker->finished = true;
    if (++role->finished == role->plan.workers && !role->told) {
        role->told = true;
        role->events.finished(role->events.context, role);
    }
}

static void forget_control(struct role_worker *worker)
{
    if (worker->event != NULL) {
        event_free(worker->event);
        worker->event = NULL;
    }
    if (worker->control >= 0) {
        close(worker->control);
        worker->control = -1;
    }
}

static void reap(struct role_worker *worker, enum outcome outcome)
{
    if (worker->pid > 0) {
        waitpid(worker->pid, NULL, 0);
        worker->pid = 0;
        worker->role->board->slot[worker - worker->role->worker].room = 0;
        settle(worker->role, worker, outcome);
    }
    forget_control(worker);
}

void role_on_word(evutil_socket_t fd, short what, void *argument)
{
    struct role_worker *worker = argument;
    char byte;

    (void)what;
    if (read(fd, &byte, 1) != 1) {
        kill(worker->pid, SIGKILL);
        reap(worker, OUTCOME_KILLED);
        worker->role->died++;
    }
    count_finished(worker->role, worker);
}

void role_reap_all(struct role *role, enum outcome outcome)
{
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        if (role->worker[i].pid > 0) {
            kill(role->worker[i].pid, SIGKILL);
        }
    }
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        reap(&role->worker[i], outcome);
    }
}

/* ---- the beginning ---- */

int role_listen(struct role *role, struct listeners *listeners, struct error *error)
{
    const struct role_plan *plan = &role->plan;
    struct error other;
    int opened;

    if (plan->side != SIDE_SERVER) {
        return 0;
    }
    if (lab_enter(role->lab, role->home, error) != 0) {
        return -1;
    }
    opened = listeners_open(listeners, plan, error);
    if (lab_leave(role->lab, opened == 0 ? error : &other) != 0 && opened == 0) {
        listeners_close(listeners);
        return -1;
    }
    return opened;
}

struct address_pool *role_own_pool(struct role_plan *plan)
{
    return plan->side == SIDE_SERVER ? &plan->servers : &plan->sources;
}

/* A role that is started again needs its plan after the caller's is gone. */
static void keep_plan(struct role *role, const struct role_plan *plan)
{
    role->plan = *plan;
    role->program = *plan->program;
    role->plan.program = &role->program;
    role->sockopts = *plan->sockopts;
    role->plan.sockopts = &role->sockopts;
    if (plan->host != NULL) {
        snprintf(role->host, sizeof role->host, "%s", plan->host);
        role->plan.host = role->host;
    }
}

static struct role *role_alloc(const struct role_plan *plan, const struct role_events *events)
{
    struct role *role = calloc(1, sizeof *role + plan->workers * sizeof role->worker[0]);

    if (role == NULL) {
        return NULL;
    }
    keep_plan(role, plan);
    role->events = *events;
    role->home = plan->side;
    role->addresses = role_own_pool(&role->plan)->count;
    for (uint32_t i = 0; i < plan->workers; i++) {
        role->worker[i] = (struct role_worker){.role = role, .control = -1};
    }
    role->board = board_new(plan->workers);
    if (role->board == NULL || leash_new(&role->leash) != 0) {
        board_free(role->board);
        free(role);
        return NULL;
    }
    return role;
}

struct role *role_new(const struct role_plan *plan, const struct lab *lab, struct event_base *base,
                      const struct role_events *events, struct error *error)
{
    struct listeners listeners = {0};
    struct role *role = role_alloc(plan, events);

    if (role == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "%s: shared memory, or a socket pair",
                    side_name(plan->side));
        return NULL;
    }
    role->lab = lab;
    role->base = base;
    if ((plan->side == SIDE_CLIENT && dial_try_options(plan, error) != 0) ||
        role_listen(role, &listeners, error) != 0 || role_fork_all(role, &listeners, error) != 0) {
        listeners_close(&listeners);
        role_free(role);
        return NULL;
    }
    /* The workers have them now: when the last worker ends, the listener is closed. */
    listeners_close(&listeners);
    return role;
}

/* ---- what it is told ---- */

static void tell_all(struct role *role, enum control what)
{
    char byte = (char)what;

    for (uint32_t i = 0; i < role->plan.workers; i++) {
        if (role->worker[i].control >= 0) {
            /* A worker that is just dying is found out by on_word. */
            (void)!send(role->worker[i].control, &byte, 1, MSG_NOSIGNAL);
        }
    }
}

void role_go(struct role *role)
{
    role->going = true;
    if (role->board->began == 0) {
        role->board->began = clock_now();
    }
    tell_all(role, CONTROL_GO);
}

void role_stop(struct role *role)
{
    role->stopping = true;
    tell_all(role, CONTROL_STOP);
}

void role_end(struct role *role)
{
    role->ended = true;
    role_restart_cancel(role);
    role_reap_all(role, OUTCOME_CUT);
    leash_free(&role->leash);
}

void role_free(struct role *role)
{
    if (role != NULL) {
        role_end(role);
        board_free(role->board);
        free(role);
    }
}

/* ---- what it has counted ---- */

void role_account(const struct role *role, struct account *account)
{
    account_init(account);
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        account_merge(account, &role->board->slot[i].account);
    }
}

void role_progress(const struct role *role, struct role_progress *progress)
{
    *progress = (struct role_progress){.workers_died = role->died};
    for (uint32_t i = 0; i < role->plan.workers; i++) {
        const struct account *account = &role->board->slot[i].account;
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
        progress->done += fine;
        progress->failed += failed;
        progress->workers_alive += role->worker[i].pid > 0;
    }
    progress->open = progress->attempted > progress->done + progress->failed
                         ? progress->attempted - progress->done - progress->failed
                         : 0;
}
