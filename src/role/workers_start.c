#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "workers.h"

/*
 * How workers come to run.  The first time their owner waits for them; later others may be starting
 * as well, or be struck meanwhile, and it is told by its loop: a start waits for no other's.
 */

enum {
    /* How long a worker may take to get ready: it only allocates. */
    READY_MS = 10000,
    /* How long until bind(2) is tried again. */
    AGAIN_MS = 1,
};

/* ---- listening ---- */

/* A server's listeners, in its host; nothing for a client. */
static int open_listeners(const struct workers *workers, struct listeners *listeners,
                          struct error *error)
{
    const struct role_plan *plan = &workers->plan;
    struct error other;
    int opened;

    if (plan->side != SIDE_SERVER) {
        return 0;
    }
    if (lab_enter(workers->lab, workers->home, error) != 0) {
        return -1;
    }
    opened = listeners_open(listeners, plan, error);
    if (lab_leave(workers->lab, opened == 0 ? error : &other) != 0 && opened == 0) {
        listeners_close(listeners);
        return -1;
    }
    return opened;
}

struct address_pool *workers_own_pool(struct role_plan *plan)
{
    return plan->side == SIDE_SERVER ? &plan->servers : &plan->sources;
}

/* ---- what they say ---- */

void workers_tell_finished(struct workers *workers)
{
    if (!workers->told) {
        workers->told = true;
        workers->role.events.finished(workers->role.events.context, &workers->role);
    }
}

void workers_count_finished(struct worker_process *process)
{
    struct workers *workers = process->workers;

    if (process->finished) {
        return;
    }
    process->finished = true;
    if (++workers->finished == workers->plan.workers) {
        workers_tell_finished(workers);
    }
}

/* `length` is what recv(2) gave, with `errnum`: 0 when the worker has ended, which it says why. */
static int not_ready(const struct workers *workers, const struct worker_process *process,
                     ssize_t length, int errnum, struct error *error)
{
    ptrdiff_t index = process - workers->process;
    const char *side = side_name(workers->plan.side);

    if (length < 0 && errnum != EAGAIN) {
        return error_errno(error, STATUS_MACHINE, errnum, "hear of worker %td of the %s", index,
                           side);
    }
    return error_set(error, STATUS_MACHINE, "worker %td of the %s %s", index, side,
                     length == 0 ? "ended before it was ready" : "did not get ready in time");
}

static void fail_start(struct workers *workers, const struct error *error)
{
    workers_start_cancel(workers);
    workers_reap_all(workers, OUTCOME_KILLED);
    if (workers->role.events.restart_failed != NULL) {
        workers->role.events.restart_failed(workers->role.events.context, &workers->role, error);
    }
}

static void forget_end(struct workers *workers)
{
    workers->told = false;
    workers->finished = 0;
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        workers->process[i].finished = false;
    }
}

/* What the role was told before goes for the new workers too: first not to begin, then to go. */
static void tell_again(struct workers *workers)
{
    if (workers->stopping) {
        workers_tell(workers, CONTROL_STOP);
    }
    if (workers->going) {
        workers_tell(workers, CONTROL_GO);
    }
    if (workers->role.frozen) {
        workers_signal(workers, SIGSTOP);
    }
}

/* By the workers' own clock: their owner may have been busy with another role meanwhile. */
static int64_t time_to_start(const struct workers *workers)
{
    int64_t ready = workers->start.began;

    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        int64_t its = workers->board->slot[i].ready;

        ready = its > ready ? its : ready;
    }
    return ready - workers->start.began;
}

static void started(struct workers *workers)
{
    const struct role_events *events = &workers->role.events;
    int64_t took = time_to_start(workers);

    workers_start_cancel(workers);
    forget_end(workers);
    tell_again(workers);
    if (events->restarted != NULL) {
        events->restarted(events->context, &workers->role, took, workers->start.refusals);
    }
}

static void tell_lost(struct workers *workers, const struct worker_process *process, int status)
{
    const struct role_events *events = &workers->role.events;
    uint32_t index = (uint32_t)(process - workers->process);
    struct lost_worker lost = {
        .worker = index,
        .how = WIFSIGNALED(status) ? LOST_BY_SIGNAL : LOST_WITH_STATUS,
        .number = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
        .at = clock_now(),
    };

    if (process->given_up) {
        lost.how = process->how;
        lost.number = process->number;
    }
    if (workers->board->slot[index].account.outcome[OUTCOME_DIED] == process->died &&
        events->lost != NULL) {
        events->lost(events->context, &workers->role, &lost);
    }
}

void workers_ended(struct worker_process *process)
{
    struct workers *workers = process->workers;
    struct error error;

    tell_lost(workers, process, workers_reap(process, OUTCOME_KILLED));
    if (workers->start.timer != NULL) {
        not_ready(workers, process, 0, 0, &error);
        fail_start(workers, &error);
        return;
    }
    workers->died++;
    workers_count_finished(process);
}

static void on_word(evutil_socket_t fd, short what, void *argument)
{
    struct worker_process *process = argument;
    struct workers *workers = process->workers;
    char byte;

    (void)what;
    ssize_t n = read(fd, &byte, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n != 1) { /* the end of file is a worker's death */
        workers_ended(process);
    } else if (byte != CONTROL_READY) {
        workers_count_finished(process);
    } else if (++workers->start.ready == workers->plan.workers) {
        started(workers);
    }
}

static int listen_to(struct workers *workers, struct error *error)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        struct worker_process *process = &workers->process[i];

        process->event =
            event_new(workers->base, process->control, EV_READ | EV_PERSIST, on_word, process);
        if (process->event == NULL || event_add(process->event, NULL) != 0) {
            return error_set(error, STATUS_MACHINE, "event_add: out of memory");
        }
    }
    return 0;
}

/* ---- the first time ---- */

static int await_ready(const struct workers *workers, struct error *error)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        struct pollfd ready = {.fd = workers->process[i].control, .events = POLLIN};
        char byte;

        while (poll(&ready, 1, READY_MS) < 0 && errno == EINTR) {
        }
        ssize_t length = recv(ready.fd, &byte, 1, MSG_DONTWAIT);
        if (length != 1 || byte != CONTROL_READY) {
            return not_ready(workers, &workers->process[i], length, errno, error);
        }
    }
    return 0;
}

int workers_start_first(struct workers *workers, struct error *error)
{
    struct listeners listeners = {0};
    int status = open_listeners(workers, &listeners, error);

    if (status == 0) {
        status = workers_fork(workers, &listeners, error);
    }
    /* The workers have them now: when the last worker ends, the listener is closed. */
    listeners_close(&listeners);
    if (status != 0 || await_ready(workers, error) != 0) {
        return -1;
    }
    return listen_to(workers, error);
}

/* ---- again ---- */

void workers_start_cancel(struct workers *workers)
{
    if (workers->start.timer != NULL) {
        event_free(workers->start.timer);
        workers->start.timer = NULL;
    }
}

static int come_back(struct workers *workers, int64_t ns, struct error *error)
{
    struct timeval wait = clock_timeval(ns);

    if (workers->start.timer == NULL || evtimer_add(workers->start.timer, &wait) != 0) {
        return error_set(error, STATUS_MACHINE, "event_add: out of memory");
    }
    return 0;
}

/* The board's first slot has no worker that could count meanwhile. */
static int refused(struct workers *workers, struct error *error)
{
    workers->start.refusals++;
    workers->board->slot[0].account.error[EADDRINUSE]++;
    return come_back(workers, AGAIN_MS * NS_PER_MS, error);
}

/* Listen and fork; the rest is theirs, and on_word's. */
static int try(struct workers *workers, struct error *error)
{
    struct listeners listeners = {0};
    int status;

    if (open_listeners(workers, &listeners, error) != 0) {
        return listeners.errnum == EADDRINUSE ? refused(workers, error) : -1;
    }
    status = workers_fork(workers, &listeners, error);
    listeners_close(&listeners);
    if (status != 0 || listen_to(workers, error) != 0) {
        return -1;
    }
    return come_back(workers, READY_MS * NS_PER_MS, error);
}

/* It is time to try, or to give up what runs already. */
static void on_time(evutil_socket_t fd, short what, void *argument)
{
    struct workers *workers = argument;
    struct error error;
    int status;

    (void)fd;
    (void)what;
    if (!workers->start.tried) {
        workers->start.tried = true;
        workers->start.began = clock_now();
    }
    status = workers_are_down(workers)
                 ? try(workers, &error)
                 : error_set(&error, STATUS_MACHINE, "the workers of the %s did not get ready",
                             side_name(workers->plan.side));
    if (status != 0) {
        fail_start(workers, &error);
    }
}

static void set_switch(struct workers *workers, enum sockopt_id id, enum event_switch is)
{
    if (is == EVENT_AS_IT_WAS) {
        return;
    }
    sockopt_set(&workers->sockopts, id, is == EVENT_ON);
    if (id == SOCKOPT_REUSEPORT && workers->plan.side == SIDE_SERVER &&
        workers->plan.by_reuseport) {
        workers->plan.own_listeners = is == EVENT_ON;
    }
}

static void move(struct workers *workers, enum side host)
{
    struct address_pool *own = workers_own_pool(&workers->plan);
    const struct address_pool *there = lab_pool(workers->lab, host);
    uint16_t port = address_port(&own->first);

    workers->home = host;
    if (own->count > 0) { /* else the kernel chooses the client's address */
        own->first = there->first;
        own->count = workers->addresses < there->count ? workers->addresses : there->count;
        address_set_port(&own->first, port);
    }
}

/* What is different this time. */
static void change(struct workers *workers, const struct event_spec *as)
{
    set_switch(workers, SOCKOPT_REUSEADDR, as->reuseaddr);
    set_switch(workers, SOCKOPT_REUSEPORT, as->reuseport);
    if (as->moves) {
        move(workers, as->host);
    }
}

int workers_start_again(struct workers *workers, const struct event_spec *as, struct error *error)
{
    if (workers->ended || workers->start.timer != NULL || !workers_are_down(workers)) {
        return error_set(error, STATUS_USAGE, "the %s cannot be started: it has not been killed",
                         side_name(workers->plan.side));
    }
    if (as != NULL) {
        change(workers, as);
    }
    workers->start = (struct workers_start){
        .timer = evtimer_new(workers->base, on_time, workers),
    };
    if (come_back(workers, 0, error) != 0) {
        workers_start_cancel(workers);
        return -1;
    }
    return 0;
}
