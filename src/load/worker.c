#include "worker.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

#include "closer.h"
#include "conn.h"
#include "finwait/clock.h"
#include "pace.h"
#include "serve.h"
#include "usage.h"
#include "wire.h"

enum {
    /* How often a worker looks after itself, at the least. */
    CHORES_MS = 100,
};

/* The conductor sees to it that nobody is waiting for what cannot be told: a full pipe is its
 * death. */
static void tell(struct worker *worker, enum control what)
{
    char byte = (char)what;

    if (write(worker->control, &byte, 1) != 1) {
        event_base_loopbreak(worker->base);
    }
}

void worker_turn(struct worker *worker)
{
    if (worker->pace == NULL || !worker->going) {
        return;
    }
    pace_turn(worker->pace);
    if (!worker->finished && worker->open == 0 && pace_over(worker->pace)) {
        worker->finished = true;
        usage_look(worker);
        tell(worker, CONTROL_FINISHED);
    }
}

static void on_control(evutil_socket_t fd, short what, void *argument)
{
    struct worker *worker = argument;
    char byte;

    (void)what;
    if (read(fd, &byte, 1) != 1) { /* the conductor is gone */
        event_base_loopbreak(worker->base);
        return;
    }
    if (byte == CONTROL_GO) {
        worker->going = true;
        pace_go(worker->pace);
    } else {
        worker->stopping = true;
    }
    worker_turn(worker);
}

static void on_chores(evutil_socket_t fd, short what, void *argument)
{
    struct worker *worker = argument;

    (void)fd;
    (void)what;
    usage_look(worker);
    if (worker->plan->timeout > 0) {
        conn_sweep(worker);
        worker_turn(worker);
    }
}

static struct timeval chores_interval(int64_t timeout)
{
    int64_t interval = CHORES_MS * NS_PER_MS;

    if (timeout > 0 && timeout / 4 < interval) {
        interval = timeout / 4 > NS_PER_MS ? timeout / 4 : NS_PER_MS;
    }
    return clock_timeval(interval);
}

/* An open loop's arrivals want timers finer than epoll's milliseconds. */
static struct event_base *base_new(const struct role_plan *plan)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    int flags = EVENT_BASE_FLAG_NOLOCK | (plan->rate > 0 ? EVENT_BASE_FLAG_PRECISE_TIMER : 0);

    if (config != NULL && event_config_set_flag(config, flags) == 0) {
        base = event_base_new_with_config(config);
    }
    if (config != NULL) {
        event_config_free(config);
    }
    return base;
}

static uint32_t find_last_send(const struct program *program)
{
    uint32_t last = PROGRAM_MAX;

    for (uint32_t i = 0; i < program->length; i++) {
        if (program->step[i].op == STEP_SEND) {
            last = i;
        }
    }
    return last;
}

static void take_over(struct worker *worker)
{
    const struct account *account = worker->account;

    worker->before.cpu_user = account->cpu_user;
    worker->before.cpu_system = account->cpu_system;
    worker->before.attempted = account->attempted;
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

static int worker_init(struct worker *worker, const int *listeners, uint32_t listener_count)
{
    const struct role_plan *plan = worker->plan;
    struct timeval chores = chores_interval(plan->timeout);

    TAILQ_INIT(&worker->waiting);
    TAILQ_INIT(&worker->held);
    TAILQ_INIT(&worker->spare);
    worker->last_send = find_last_send(plan->program);
    worker->wire = plan->tls != NULL ? &wire_tls : &wire_tcp;
    worker->peek = plan->pipelined && plan->message.protocol == PROTOCOL_HTTP && plan->tls == NULL;
    worker->base = base_new(plan);
    worker->scratch = malloc(WORKER_SCRATCH);
    if (worker->base == NULL || worker->scratch == NULL ||
        message_build(&worker->message, &plan->message, plan->side, false, plan->host) != 0 ||
        message_build(&worker->last_message, &plan->message, plan->side, plan->say_close,
                      plan->host) != 0 ||
        init_closer(worker) != 0) {
        return -1;
    }
    event_assign(&worker->control_event, worker->base, worker->control, EV_READ | EV_PERSIST,
                 on_control, worker);
    event_add(&worker->control_event, NULL);
    event_assign(&worker->chores_event, worker->base, -1, EV_PERSIST, on_chores, worker);
    event_add(&worker->chores_event, &chores);
    if (plan->side == SIDE_SERVER) {
        worker->serve = serve_new(worker, listeners, listener_count);
        return worker->serve != NULL ? 0 : -1;
    }
    worker->pace = pace_new(worker);
    return worker->pace != NULL ? 0 : -1;
}

int worker_main(const struct role_plan *plan, uint32_t index, struct board *board,
                const struct worker_descriptors *descriptors)
{
    /* A process has one worker, and nothing of it is freed: the kernel frees best. */
    static struct worker worker;

    worker = (struct worker){
        .plan = plan,
        .index = index,
        .board = board,
        .account = &board->slot[index].account,
        .control = descriptors->control,
        .leash = descriptors->leash,
    };
    take_over(&worker);
    if (worker_init(&worker, descriptors->listeners, descriptors->listener_count) != 0) {
        return EXIT_FAILURE;
    }
    usage_begin(&worker);
    tell(&worker, CONTROL_READY);
    event_base_loop(worker.base, 0);
    return EXIT_SUCCESS;
}
