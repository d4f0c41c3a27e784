#include "conn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "verdict.h"

enum {
    /* How long a connection that could not be opened keeps its slot. */
    REOPEN_MS = 10,
    /* Connections that a sweep ends before others, and who looks after the worker, get a turn. */
    SWEPT_AT_ONCE = 256,
    /* Steps of one connection before the others, and who looks after the worker, get their turn. */
    STEPS_AT_ONCE = 1000,
};

static void wait_no_more(struct conn *conn)
{
    if (conn->waits) {
        TAILQ_REMOVE(&conn->worker->waiting, conn, link);
        conn->waits = false;
    }
}

void conn_event_over(const struct worker *worker)
{
    worker->events.over(worker->events.context);
}

/* The program of the connection that begins. */
static const struct play *begin_play(struct worker *worker, uint64_t number)
{
    const struct mix *mix = worker->plan->mix;
    const struct play *play = &worker->play[mix != NULL ? mix_turn(mix, number) : 0];

    if (play->account != NULL) {
        play->account->attempted++;
    }
    return play;
}

struct conn *conn_new(struct worker *worker, int fd, int64_t born)
{
    struct conn *conn = TAILQ_FIRST(&worker->spare);

    if (conn != NULL) {
        TAILQ_REMOVE(&worker->spare, conn, link);
    } else {
        conn = malloc(sizeof *conn);
        if (conn == NULL) {
            return NULL;
        }
    }
    conn->worker = worker;
    conn->waits = false;
    conn->number = worker->index + worker->account->attempted * worker->plan->workers;
    conn->play = begin_play(worker, conn->number);
    conn->fd = fd;
    conn->pc = 0;
    conn->rounds = 0;
    conn->interest = 0;
    conn->readable = false;
    conn->writable = false;
    conn->closed_told = false;
    conn->heard = false;
    conn->opened = false;
    conn->paused = false;
    conn->timed = false;
    conn->queued = false;
    conn->shaking = false;
    conn->peer_fin = false;
    conn->closer_known = false;
    conn->bare = false;
    conn->last_round = false;
    conn->bad_status = false;
    conn->error = 0;
    conn->notified = false;
    conn->head_read = false;
    conn->receiving = false;
    conn->linger = worker->linger;
    conn->sent = 0;
    conn->born = born;
    conn->established = 0;
    conn->stays = 0;
    conn->asked = 0;
    conn->idle = 0;
    conn->wake = 0;
    conn->closing = 0;
    conn->since = 0;
    conn->until = 0;
    conn->tls = NULL;
    conn->spill = NULL;
    conn->spill_length = 0;
    worker->open++;
    worker->account->attempted++;
    return conn;
}

void conn_not_begun(struct worker *worker)
{
    uint64_t number = worker->index + worker->account->attempted * worker->plan->workers;
    const struct play *play = begin_play(worker, number);

    worker->account->attempted++;
    worker->account->error[ENOMEM]++;
    worker->account->outcome[OUTCOME_ERROR]++;
    if (play->account != NULL) {
        play->account->outcome[OUTCOME_ERROR]++;
    }
}

void worker_give_up(struct worker *worker)
{
    worker->gave_up = true;
    event_base_loopbreak(worker->base);
}

void conn_unregister(struct conn *conn)
{
    if (conn->interest != 0) {
        event_del(&conn->event);
        conn->interest = 0;
    }
}

static void conn_recycle(struct conn *conn)
{
    conn->worker->open--;
    wait_no_more(conn);
    TAILQ_INSERT_HEAD(&conn->worker->spare, conn, link);
}

int conn_set_linger(struct conn *conn, int64_t seconds)
{
    struct linger linger = {
        .l_onoff = seconds >= 0,
        .l_linger = seconds >= 0 ? (int)seconds : 0,
    };

    conn->linger = seconds;
    return setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

static void conn_stop_timer(struct conn *conn)
{
    if (conn->paused || conn->timed) {
        event_del(&conn->timer);
        conn->paused = false;
        conn->timed = false;
    }
}

/*
 * Close without side effects of ours: the interpreter's own closing steps come before.  Nobody
 * wants to know how long it takes, and only that would a linger time change.
 */
static void conn_close(struct conn *conn)
{
    conn_unregister(conn);
    conn_stop_timer(conn);
    if (conn->fd >= 0) {
        verdict_closing(conn);
        if (conn->linger > 0) {
            conn_set_linger(conn, -1);
        }
        close(conn->fd);
        conn->fd = -1;
    }
    conn->worker->account->tls.count[TLS_INCOMPLETE] += conn->shaking;
    tls_stream_free(conn->tls);
    conn->tls = NULL;
    conn_end_turn(conn);
    free(conn->spill);
    conn->spill = NULL;
}

void conn_closing_begins(struct conn *conn)
{
    if (conn->closing == 0) {
        conn->closing = clock_now();
    }
}

bool conn_keep_spill(struct conn *conn, const char *bytes, size_t length)
{
    char *kept = NULL;

    if (length > 0) {
        kept = malloc(length);
        if (kept == NULL) {
            return false;
        }
        memcpy(kept, bytes, length);
    }
    free(conn->spill);
    conn->spill = kept;
    conn->spill_length = length;
    return true;
}

void conn_forget_spill(struct conn *conn)
{
    conn->worker->account->bytes_received += conn->spill_length;
    free(conn->spill);
    conn->spill = NULL;
    conn->spill_length = 0;
}

static void conn_account(struct conn *conn, enum outcome outcome)
{
    struct account *account = conn->worker->account;

    verdict_count(conn, outcome);
    if (outcome == OUTCOME_DONE) {
        int64_t now = clock_now();
        histogram_record(&account->latency[LATENCY_LIFE], now - conn->born);
        histogram_record(&account->latency[LATENCY_CLOSE], now - conn->closing);
    }
}

enum step_result conn_end(struct conn *conn, enum outcome outcome)
{
    conn_account(conn, outcome);
    conn_close(conn);
    conn_recycle(conn);
    return STEP_ENDED;
}

static enum outcome outcome_of(int errnum)
{
    switch (errnum) {
    case ECONNRESET:
    case EPIPE:
        return OUTCOME_RESET;
    case ECONNREFUSED:
        return OUTCOME_REFUSED;
    case ETIMEDOUT:
        return OUTCOME_TIMEOUT;
    case EADDRNOTAVAIL:
    case EADDRINUSE:
        return OUTCOME_NO_PORT;
    case EMFILE:
    case ENFILE:
        return OUTCOME_NO_FD;
    default:
        return OUTCOME_ERROR;
    }
}

static void note_no_port(struct worker *worker)
{
    struct account *account = worker->account;

    if (account->first_no_port == 0) {
        account->first_no_port = clock_now() - worker->board->began;
    }
}

static void count_error(struct conn *conn, int errnum)
{
    if (outcome_of(errnum) == OUTCOME_NO_PORT) {
        note_no_port(conn->worker);
    }
    if (errnum > 0 && errnum < ERRNO_LIMIT) {
        conn->worker->account->error[errnum]++;
    }
}

enum step_result conn_fail(struct conn *conn, int errnum)
{
    count_error(conn, errnum);
    if (outcome_of(errnum) == OUTCOME_RESET) {
        verdict_peer_closed(conn);
    }
    return conn_end(conn, outcome_of(errnum));
}

enum step_result conn_lose(struct conn *conn, const struct loss *loss)
{
    if (loss->reason != 0) {
        tls_account_error(&conn->worker->account->tls, loss->reason, 1);
    }
    if (loss->errnum != 0) {
        return conn_fail(conn, loss->errnum);
    }
    return conn_end(conn, loss->outcome);
}

static void on_reopen(evutil_socket_t fd, short what, void *argument)
{
    struct conn *conn = argument;
    struct worker *worker = conn->worker;

    (void)fd;
    (void)what;
    conn->paused = false;
    conn_recycle(conn);
    conn_event_over(worker);
}

enum step_result conn_fail_open(struct conn *conn, int errnum)
{
    struct timeval wait = clock_timeval(REOPEN_MS * NS_PER_MS);

    count_error(conn, errnum);
    conn_account(conn, outcome_of(errnum));
    conn_close(conn);
    wait_no_more(conn);
    if (evtimer_assign(&conn->timer, conn->worker->base, on_reopen, conn) != 0 ||
        evtimer_add(&conn->timer, &wait) != 0) {
        conn_recycle(conn);
    }
    return STEP_ENDED;
}

static void on_ready(evutil_socket_t fd, short what, void *argument)
{
    struct conn *conn = argument;
    struct worker *worker = conn->worker;

    (void)fd;
    conn->readable |= (what & EV_READ) != 0;
    conn->writable |= (what & EV_WRITE) != 0;
    conn->closed_told |= (what & EV_CLOSED) != 0;
    if (!conn->paused) {
        conn_run(conn);
        conn_event_over(worker);
    }
}

bool conn_reads_in_vain(const struct conn *conn)
{
    const struct program *program = conn->play->program;

    bool just_sent = conn->pc > 0 && program->step[conn->pc - 1].op == STEP_SEND;

    return !conn->readable && conn->tls == NULL && ((conn->interest & EV_READ) != 0 || just_sent);
}

static void sweep_in(struct worker *worker, int64_t ns)
{
    struct timeval wait = clock_timeval(ns);

    worker->sweeping = evtimer_add(&worker->sweep, &wait) == 0;
    if (!worker->sweeping) {
        worker_give_up(worker);
    }
}

/* How long the first that waits has left; it may be late. */
static int64_t time_left(const struct worker *worker, int64_t now)
{
    return TAILQ_FIRST(&worker->waiting)->since + worker->plan->timeout - now;
}

void conn_sweep(struct worker *worker)
{
    int64_t now = clock_now();

    worker->sweeping = false;
    for (int i = 0; i < SWEPT_AT_ONCE && !TAILQ_EMPTY(&worker->waiting); i++) {
        if (time_left(worker, now) > 0) {
            break;
        }
        conn_end(TAILQ_FIRST(&worker->waiting), OUTCOME_TIMEOUT);
    }
    if (!TAILQ_EMPTY(&worker->waiting)) {
        int64_t left = time_left(worker, now);
        sweep_in(worker, left > 0 ? left : 0);
    }
}

static void on_sweep(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    conn_sweep(argument);
    conn_event_over(argument);
}

int conn_init_sweep(struct worker *worker)
{
    return evtimer_assign(&worker->sweep, worker->base, on_sweep, worker);
}

static void wait_from_now(struct conn *conn)
{
    struct worker *worker = conn->worker;

    if (worker->plan->timeout > 0 && conn->since == 0) {
        conn->since = clock_now();
        conn->waits = true;
        TAILQ_INSERT_TAIL(&worker->waiting, conn, link);
        if (!worker->sweeping) {
            sweep_in(worker, worker->plan->timeout);
        }
    }
}

/*
 * Edge-triggered and kept for the connection's life: a step always tries its system call
 * until EAGAIN before it waits, so one epoll_ctl(2) serves most programs.
 */
static enum step_result watch(struct conn *conn, short interest)
{
    short wanted = (short)(conn->interest | interest);

    conn->readable &= (interest & EV_READ) == 0;
    if (wanted == conn->interest) {
        return STEP_WAIT;
    }
    conn_unregister(conn);
    if (event_assign(&conn->event, conn->worker->base, conn->fd,
                     (short)(wanted | EV_CLOSED | EV_ET | EV_PERSIST), on_ready, conn) != 0 ||
        event_add(&conn->event, NULL) != 0) {
        return conn_fail(conn, ENOMEM);
    }
    conn->interest = wanted;
    return STEP_WAIT;
}

enum step_result conn_await(struct conn *conn, short interest)
{
    wait_from_now(conn);
    return watch(conn, interest);
}

/* ---- waiting for time ---- */

static enum step_result call_later(struct conn *conn, int64_t ns, event_callback_fn callback)
{
    struct timeval wait = clock_timeval(ns);

    conn_stop_timer(conn);
    if (evtimer_assign(&conn->timer, conn->worker->base, callback, conn) != 0 ||
        evtimer_add(&conn->timer, &wait) != 0) {
        return conn_fail(conn, ENOMEM);
    }
    conn->paused = true;
    return STEP_WAIT;
}

static void on_again(evutil_socket_t fd, short what, void *argument)
{
    struct conn *conn = argument;
    struct worker *worker = conn->worker;

    (void)fd;
    (void)what;
    conn->paused = false;
    conn_run(conn);
    conn_event_over(worker);
}

enum step_result conn_again(struct conn *conn, int64_t ns)
{
    return call_later(conn, ns, on_again);
}

enum step_result conn_yield(struct conn *conn)
{
    wait_from_now(conn);
    return conn_again(conn, 0);
}

/* libevent counts from when it last looked at the clock: a pause is never shorter than it says. */
static bool is_early(struct conn *conn, int64_t due)
{
    int64_t left = due - clock_now();
    struct timeval wait = clock_timeval(left);

    return left > 0 && evtimer_add(&conn->timer, &wait) == 0;
}

static void on_slept(evutil_socket_t fd, short what, void *argument)
{
    struct conn *conn = argument;

    if (is_early(conn, conn->wake)) {
        return;
    }
    conn->pc++;
    verdict_woke(conn);
    on_again(fd, what, conn);
}

enum step_result conn_sleep(struct conn *conn, int64_t ns)
{
    int64_t now = clock_now();

    if (conn->idle == 0) {
        conn->idle = now;
    }
    conn->wake = now + ns;
    return call_later(conn, ns, on_slept);
}

bool conn_has_waited(struct conn *conn, int64_t ns)
{
    int64_t now = clock_now();

    if (conn->until == 0) {
        conn->until = now + ns;
    }
    return now >= conn->until;
}

static void on_bound(evutil_socket_t fd, short what, void *argument)
{
    struct conn *conn = argument;

    if (!is_early(conn, conn->until)) {
        conn->timed = false;
        on_again(fd, what, conn);
    }
}

enum step_result conn_await_bound(struct conn *conn, short interest)
{
    if (!conn->timed) {
        enum step_result result = call_later(conn, conn->until - clock_now(), on_bound);
        if (result != STEP_WAIT) {
            return result;
        }
        conn->paused = false;
        conn->timed = true;
    }
    return watch(conn, interest);
}

enum step_result conn_leave(struct conn *conn)
{
    conn->pc = (uint32_t)program_leave(conn->play->program, conn->pc) - 1;
    return STEP_NEXT;
}

enum step_result conn_hold(struct conn *conn)
{
    verdict_kept(conn);
    conn_account(conn, OUTCOME_HELD);
    conn_unregister(conn);
    conn_stop_timer(conn);
    conn_end_turn(conn);
    free(conn->spill);
    conn->spill = NULL;
    conn_recycle(conn);
    return STEP_ENDED;
}

void conn_run(struct conn *conn)
{
    const struct worker *worker = conn->worker;

    for (int i = 0; i < STEPS_AT_ONCE; i++) {
        const struct step *step = &conn->play->program->step[conn->pc];

        if (worker->runners[step->op](conn, step) != STEP_NEXT) {
            return;
        }
        if (conn->since != 0) {
            conn->since = 0;
            wait_no_more(conn);
        }
        if (conn->until != 0) {
            conn->until = 0;
            conn_stop_timer(conn);
        }
        conn->pc++;
    }
    (void)conn_again(conn, 0);
}
