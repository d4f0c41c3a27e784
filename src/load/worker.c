#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "closer.h"
#include "conn.h"
#include "finwait/clock.h"
#include "finwait/load.h"
#include "pace.h"
#include "serve.h"
#include "steps.h"
#include "usage.h"
#include "wire.h"

/* The longest load.timeout that a coarse clock's 4 ms matter to. */
#define PRECISE_TIMEOUT NS_PER_S

enum {
    /* How often a worker looks after itself, if it does not stand by. */
    CHORES_MS = 100,
};

/* A worker's process. */
struct process {
    struct worker worker;
    int control;
    struct event control_event;
    struct event chores_event;
    struct event turn_event;
    int64_t due;         /* when it is to do its chores */
    bool going;          /* the client has been told to begin */
    bool turning;        /* turn_event is active */
    bool finished;       /* said so */
    struct serve *serve; /* the server's part */
    struct pace *pace;   /* the client's part */
};

/* The conductor would wait for what it was not told, but not for a process that has ended. */
static void tell(struct process *process, enum control what)
{
    char byte = (char)what;
    ssize_t written;

    do {
        written = write(process->control, &byte, 1);
    } while (written < 0 && errno == EINTR);
    if (written < 0 && errno != EPIPE) {
        perror("finwait: a worker's word to its conductor");
    }
    if (written != 1) {
        worker_give_up(&process->worker);
    }
}

static void beat(struct worker *worker)
{
    worker->board->slot[worker->index].beat++;
}

/*
 * Begin what there is room for, say when finished: once for all the events of a turn of the loop.
 * Connections begun side by side have their packets handled side by side, and the other CPU is
 * interrupted for fewer of them (8 to 13 % of the CPU a connection).
 */
static void on_turn(evutil_socket_t fd, short what, void *argument)
{
    struct process *process = argument;

    (void)fd;
    (void)what;
    process->turning = false;
    pace_turn(process->pace);
    if (!process->finished && process->worker.open == 0 && pace_over(process->pace)) {
        process->finished = true;
        process->worker.board->slot[process->worker.index].ended = clock_now();
        usage_look(&process->worker);
        tell(process, CONTROL_FINISHED);
    }
}

/* What is made active now is run behind the events that already are, before the next wait. */
static void on_event_over(void *context)
{
    struct process *process = context;

    beat(&process->worker);
    if (process->going && !process->turning) {
        process->turning = true;
        event_active(&process->turn_event, EV_TIMEOUT, 0);
    }
}

static void on_control(evutil_socket_t fd, short what, void *argument)
{
    struct process *process = argument;
    char byte;

    (void)what;
    ssize_t n = read(fd, &byte, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (n != 1) { /* the conductor is gone */
        worker_give_up(&process->worker);
        return;
    }
    if (byte == CONTROL_GO) {
        process->going = true;
        pace_go(process->pace);
    } else if (process->pace != NULL) {
        pace_stop(process->pace);
    }
    on_event_over(process);
}

/* What keeps the loop from its chores keeps it from all else: a signal, a machine without a CPU to
 * spare, one event's work. */
static void note_lateness(struct process *process)
{
    struct account *account = process->worker.account;
    int64_t late = clock_now() - process->due;

    account->stood_still = late > account->stood_still ? late : account->stood_still;
}

static int await_chores(struct process *process, int64_t ns)
{
    struct timeval wait = clock_timeval(ns);

    process->due = clock_now() + ns;
    return evtimer_add(&process->chores_event, &wait);
}

static void on_chores(evutil_socket_t fd, short what, void *argument)
{
    struct process *process = argument;
    int64_t wait = CHORES_MS * NS_PER_MS;

    (void)fd;
    (void)what;
    beat(&process->worker);
    note_lateness(process);
    usage_look(&process->worker);
    if (process->serve != NULL) {
        wait = serve_review(process->serve);
    }
    if (await_chores(process, wait) != 0) {
        worker_give_up(&process->worker);
    }
}

static bool some_program(const struct role_plan *plan, bool (*is_so)(const struct program *))
{
    for (size_t i = 0; i < role_plan_programs(plan); i++) {
        if (is_so(role_plan_program(plan, i))) {
            return true;
        }
    }
    return false;
}

static bool waits_exactly(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        if (step_bound(&program->step[i]) > 0 || program->step[i].op == STEP_PAUSE) {
            return true;
        }
    }
    return false;
}

static bool reads_heads(const struct program *program)
{
    return program_receives(program, RECV_HEAD);
}

/*
 * A program's pauses and short bounds of its waits want timers finer than epoll's milliseconds.
 * They cost a system call a turn of the loop: a load.timeout that no connection comes near does
 * without, and so does an open loop, whose arrivals have a timer of their own.
 */
static struct event_base *base_new(const struct role_plan *plan)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    bool bounded = plan->timeout > 0 && plan->timeout <= PRECISE_TIMEOUT;
    bool precise = bounded || some_program(plan, waits_exactly);
    int flags = EVENT_BASE_FLAG_NOLOCK | (precise ? EVENT_BASE_FLAG_PRECISE_TIMER : 0);

    if (config != NULL && event_config_set_flag(config, flags) == 0) {
        base = event_base_new_with_config(config);
    }
    if (config != NULL) {
        event_config_free(config);
    }
    return base;
}

/* That of a head: it says what becomes of the connection. */
static uint32_t find_last_send(const struct program *program)
{
    uint32_t last = PROGRAM_MAX;

    for (uint32_t i = 0; i < program->length; i++) {
        if (program->step[i].op == STEP_SEND && !step_sends_rest(&program->step[i])) {
            last = i;
        }
    }
    return last;
}

_Static_assert(MIX_MAX == ACCOUNT_MIX, "an account for each program");

static void init_plays(struct worker *worker)
{
    const struct role_plan *plan = worker->plan;

    for (size_t i = 0; i < role_plan_programs(plan); i++) {
        const struct program *program = role_plan_program(plan, i);
        worker->play[i] = (struct play){
            .program = program,
            .last_send = find_last_send(program),
            .says_close = plan->say_close && (plan->mix == NULL || program_awaits_end(program)),
            .account = plan->mix != NULL ? &worker->account->mix[i] : NULL,
        };
    }
}

static void take_over(struct worker *worker)
{
    const struct account *account = worker->account;

    worker->before.cpu_user = account->cpu_user;
    worker->before.cpu_system = account->cpu_system;
    worker->before.attempted = account->attempted;
    worker->late = worker->board->began != 0;
    worker->before.tickets = account->tls.count[TLS_TICKETS];
}

static int64_t first_linger(const struct sockopts *options)
{
    return options->set[SOCKOPT_LINGER] ? options->value[SOCKOPT_LINGER] : -1;
}

static int init_closer(struct worker *worker)
{
    worker->linger = first_linger(worker->plan->sockopts);
    if (!closer_is_needed(worker->plan)) {
        return 0;
    }
    worker->closer = closer_new(worker);
    return worker->closer != NULL ? 0 : -1;
}

static int build_messages(struct worker *worker)
{
    const struct role_plan *plan = worker->plan;
    const bool needed[SAYS_N] = {
        [SAYS_NOTHING] = true,
        [SAYS_CLOSE] = plan->say_close || plan->obeys,
        [SAYS_KEEP_ALIVE] = plan->obeys && plan->side == SIDE_SERVER,
    };

    for (unsigned says = 0; says < SAYS_N; says++) {
        if (needed[says] && message_build(&worker->message[says], &plan->message, plan->side,
                                          (enum message_says)says, plan->host) != 0) {
            return -1;
        }
    }
    return 0;
}

/* All that connections want; begins none. */
static int worker_init(struct worker *worker)
{
    const struct role_plan *plan = worker->plan;
    struct error error;

    TAILQ_INIT(&worker->waiting);
    TAILQ_INIT(&worker->spare);
    TAILQ_INIT(&worker->turns);
    init_plays(worker);
    worker->runners = step_runners;
    worker->wire = plan->tls != NULL ? &wire_tls : &wire_tcp;
    worker->peek = (plan->pipelined || some_program(plan, reads_heads)) &&
                   plan->message.protocol == PROTOCOL_HTTP && plan->tls == NULL;
    worker->base = base_new(plan);
    worker->scratch = malloc(WORKER_SCRATCH);
    if (worker->base == NULL || conn_init_sweep(worker) != 0 || worker->scratch == NULL ||
        build_messages(worker) != 0) {
        return -1;
    }
    if (plan->side == SIDE_CLIENT && dial_init(&worker->dial, plan, worker->index, &error) != 0) {
        fprintf(stderr, "finwait: a client's worker: %s\n", error.what);
        return -1;
    }
    return init_closer(worker);
}

static int process_init(struct process *process, const struct worker_descriptors *descriptors)
{
    struct worker *worker = &process->worker;

    event_assign(&process->control_event, worker->base, process->control, EV_READ | EV_PERSIST,
                 on_control, process);
    event_assign(&process->turn_event, worker->base, -1, EV_PERSIST, on_turn, process);
    evtimer_assign(&process->chores_event, worker->base, on_chores, process);
    if (event_add(&process->control_event, NULL) != 0 ||
        await_chores(process, CHORES_MS * NS_PER_MS) != 0) {
        return -1;
    }
    if (worker->plan->side == SIDE_SERVER) {
        process->serve = serve_new(worker, descriptors->listeners, descriptors->listener_count);
        return process->serve != NULL ? 0 : -1;
    }
    process->pace = pace_new(worker);
    return process->pace != NULL ? 0 : -1;
}

int worker_main(const struct role_plan *plan, uint32_t index, struct board *board,
                const struct worker_descriptors *descriptors)
{
    /* A process has one worker, and nothing of it is freed: the kernel frees best. */
    static struct process process;
    struct worker *worker = &process.worker;

    process.control = descriptors->control;
    *worker = (struct worker){
        .plan = plan,
        .index = index,
        .board = board,
        .account = &board->slot[index].account,
        .events = {.over = on_event_over, .context = &process},
        .leash = descriptors->leash,
    };
    take_over(worker);
    if (worker_init(worker) != 0 || process_init(&process, descriptors) != 0) {
        fprintf(stderr, "finwait: worker %u of the %s: no memory or no descriptors\n", index,
                side_name(plan->side));
        return EXIT_FAILURE;
    }
    usage_begin(worker);
    board->slot[index].ended = 0;
    board->slot[index].ready = clock_now();
    tell(&process, CONTROL_READY);
    /* A loop that begins forgets that it was to break. */
    return !worker->gave_up && event_base_loop(worker->base, 0) == 0 && !worker->gave_up
               ? EXIT_SUCCESS
               : EXIT_FAILURE;
}
