#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "board.h"
#include "finwait/load.h"
#include "listener.h"
#include "worker.h"

enum {
    /* How long a worker may take to get ready: it only allocates. */
    READY_MS = 10000,
};

struct role_worker {
    struct role *role;
    pid_t pid;   /* 0 once reaped */
    int control; /* our end of its socket pair; -1 once closed */
    struct event *event;
    bool finished; /* has said so, or is dead */
};

struct role {
    enum side side;
    struct role_events events;
    struct board *board;
    bool told; /* events.finished was called */
    uint32_t count;
    uint32_t finished;
    uint32_t died;
    struct role_worker worker[];
};

/* ---- in the worker's process ---- */

/* The conductor's handlers and mask are not the worker's; its death is (prctl(2)). */
static void become_worker(pid_t conductor)
{
    sigset_t none;

    /* Ctrl-C and timeout(1) reach the whole group: the conductor decides. */
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != conductor) {
        _exit(EXIT_FAILURE);
    }
}

static _Noreturn void run_worker(struct role *role, const struct role_plan *plan, uint32_t index,
                                 int control, const struct lab *lab, struct listeners *listeners,
                                 pid_t conductor)
{
    struct error error;

    become_worker(conductor);
    for (uint32_t i = 0; i < index; i++) {
        close(role->worker[i].control);
    }
    if (lab_enter(lab, role->side, &error) != 0) {
        error_print(&error, stderr);
        _exit(EXIT_FAILURE);
    }
    listeners_keep(listeners, index);
    _exit(worker_main(plan, index, role->board, control, listeners_of(listeners, index),
                      listeners->count));
}

/* ---- in the conductor's ---- */

static void settle_open(struct role *role, const struct role_worker *worker, enum outcome outcome)
{
    struct account *account = &role->board->slot[worker - role->worker].account;

    account->outcome[outcome] += account_open(account);
}

static void count_finished(struct role *role, struct role_worker *worker)
{
    if (worker->finished) {
        return;
    }
    worker->finished = true;
    if (++role->finished == role->count && !role->told) {
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
        settle_open(worker->role, worker, outcome);
    }
    forget_control(worker);
}

/* A byte, or the end of file that its death is. */
static void on_word(evutil_socket_t fd, short what, void *argument)
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

static int fork_worker(struct role *role, const struct role_plan *plan, uint32_t index,
                       const struct lab *lab, struct listeners *listeners, struct error *error)
{
    struct role_worker *worker = &role->worker[index];
    pid_t conductor = getpid();
    sigset_t all;
    sigset_t before;
    int pair[2];

    worker->role = role;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return error_errno(error, STATUS_MACHINE, errno, "socketpair");
    }
    /* No handler of ours may run in the child before it has its own. */
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before);
    worker->pid = fork();
    if (worker->pid == 0) {
        close(pair[0]);
        run_worker(role, plan, index, pair[1], lab, listeners, conductor);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(pair[1]);
    if (worker->pid < 0) {
        close(pair[0]);
        worker->pid = 0;
        return error_errno(error, STATUS_MACHINE, errno, "fork");
    }
    worker->control = pair[0];
    return 0;
}

static int await_ready(const struct role *role, uint32_t index, struct error *error)
{
    struct pollfd ready = {.fd = role->worker[index].control, .events = POLLIN};
    char byte;

    while (poll(&ready, 1, READY_MS) < 0 && errno == EINTR) {
    }
    if (recv(ready.fd, &byte, 1, MSG_DONTWAIT) == 1 && byte == CONTROL_READY) {
        return 0;
    }
    return error_set(error, STATUS_MACHINE, "worker %u of the %s did not get ready", index,
                     side_name(role->side));
}

static int start_workers(struct role *role, const struct role_plan *plan, const struct lab *lab,
                         struct listeners *listeners, struct event_base *base, struct error *error)
{
    for (uint32_t i = 0; i < role->count; i++) {
        if (fork_worker(role, plan, i, lab, listeners, error) != 0) {
            return -1;
        }
    }
    for (uint32_t i = 0; i < role->count; i++) {
        struct role_worker *worker = &role->worker[i];

        if (await_ready(role, i, error) != 0) {
            return -1;
        }
        worker->event = event_new(base, worker->control, EV_READ | EV_PERSIST, on_word, worker);
        if (worker->event == NULL || event_add(worker->event, NULL) != 0) {
            return error_set(error, STATUS_MACHINE, "event_add: out of memory");
        }
    }
    return 0;
}

static int open_listeners(struct listeners *listeners, const struct role_plan *plan,
                          const struct lab *lab, struct error *error)
{
    struct error other;
    int opened;

    if (plan->side != SIDE_SERVER) {
        return 0;
    }
    if (lab_enter(lab, plan->side, error) != 0) {
        return -1;
    }
    opened = listeners_open(listeners, plan, error);
    if (lab_leave(lab, opened == 0 ? error : &other) != 0 && opened == 0) {
        listeners_close(listeners);
        return -1;
    }
    return opened;
}

static struct role *role_alloc(const struct role_plan *plan, const struct role_events *events)
{
    struct role *role = calloc(1, sizeof *role + plan->workers * sizeof role->worker[0]);

    if (role == NULL) {
        return NULL;
    }
    role->side = plan->side;
    role->events = *events;
    role->count = plan->workers;
    for (uint32_t i = 0; i < role->count; i++) {
        role->worker[i].control = -1;
    }
    role->board = board_new(plan->workers);
    if (role->board == NULL) {
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
        error_errno(error, STATUS_MACHINE, ENOMEM, "%s: shared memory", side_name(plan->side));
        return NULL;
    }
    if (open_listeners(&listeners, plan, lab, error) != 0 ||
        start_workers(role, plan, lab, &listeners, base, error) != 0) {
        listeners_close(&listeners);
        role_free(role);
        return NULL;
    }
    /* The workers have them now: when the last worker ends, the listener is closed. */
    listeners_close(&listeners);
    return role;
}

static void tell_all(struct role *role, enum control what)
{
    char byte = (char)what;

    for (uint32_t i = 0; i < role->count; i++) {
        if (role->worker[i].control >= 0) {
            /* A worker that is just dying is found out by on_word. */
            (void)!send(role->worker[i].control, &byte, 1, MSG_NOSIGNAL);
        }
    }
}

void role_go(struct role *role)
{
    tell_all(role, CONTROL_GO);
}

void role_stop(struct role *role)
{
    tell_all(role, CONTROL_STOP);
}

void role_end(struct role *role)
{
    for (uint32_t i = 0; i < role->count; i++) {
        if (role->worker[i].pid > 0) {
            kill(role->worker[i].pid, SIGKILL);
        }
    }
    for (uint32_t i = 0; i < role->count; i++) {
        reap(&role->worker[i], OUTCOME_CUT);
    }
}

void role_free(struct role *role)
{
    if (role != NULL) {
        role_end(role);
        board_free(role->board);
        free(role);
    }
}

void role_account(const struct role *role, struct account *account)
{
    account_init(account);
    for (uint32_t i = 0; i < role->count; i++) {
        account_merge(account, &role->board->slot[i].account);
    }
}

void role_progress(const struct role *role, struct role_progress *progress)
{
    *progress = (struct role_progress){.workers_died = role->died};
    for (uint32_t i = 0; i < role->count; i++) {
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
