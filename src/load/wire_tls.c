#include <errno.h>
#include <sys/socket.h>

#include "finwait/clock.h"
#include "steps.h"
#include "verdict.h"
#include "wire.h"

/* TLS on the connection's own socket: what OpenSSL says, in the words of steps and accounts. */

/* How a connection ends by an error of OpenSSL's, once its handshake is complete. */
static const enum outcome outcomes[] = {
    [TLS_TRUNCATED] = OUTCOME_TRUNCATED,
    [TLS_ALERT] = OUTCOME_ALERT,
    [TLS_FAILED] = OUTCOME_TLS,
};

/* OpenSSL answers a truncation with an alert, whose error takes the peer's away from the socket. */
static enum wire_status lost(struct conn *conn, enum tls_status status, enum outcome outcome,
                             const struct tls_trouble *trouble)
{
    if (status == TLS_TRUNCATED) {
        verdict_peer_closed(conn);
    }
    conn->worker->loss = (struct loss){
        .outcome = outcome,
        .errnum = trouble->errnum,
        .reason = trouble->reason,
    };
    return WIRE_LOST;
}

static void note_notify(struct conn *conn)
{
    if (!conn->notified) {
        conn->notified = true;
        conn->worker->account->tls.count[TLS_NOTIFY_RECEIVED]++;
    }
}

/* At once, for the worker may be killed; any call that reads may have met some. */
static void count_tickets(struct worker *worker)
{
    worker->account->tls.count[TLS_TICKETS] =
        worker->before.tickets + tls_tickets_received(worker->plan->tls);
}

/* What a call on an open connection comes to. */
static enum wire_status status_of(struct conn *conn, enum tls_status status,
                                  const struct tls_trouble *trouble)
{
    count_tickets(conn->worker);
    switch (status) {
    case TLS_OK:
        return WIRE_OK;
    case TLS_WANT_READ:
        return WIRE_WANT_READ;
    case TLS_WANT_WRITE:
        return WIRE_WANT_WRITE;
    case TLS_BUSY:
        return WIRE_BUSY;
    case TLS_NOTIFIED:
        note_notify(conn);
        return WIRE_END;
    case TLS_FIN:
        conn->notified = true;
        verdict_peer_closed(conn);
        return WIRE_END;
    case TLS_ERRNO:
        return lost(conn, status, OUTCOME_ERROR, trouble);
    default:
        return lost(conn, status, outcomes[status], trouble);
    }
}

static enum step_result handshake_done(struct conn *conn)
{
    struct account *account = conn->worker->account;

    conn_end_turn(conn);
    histogram_record(&account->latency[LATENCY_HANDSHAKE], clock_now() - conn->established);
    count_tickets(conn->worker);
    account->tls.count[TLS_HANDSHAKES]++;
    account->tls.count[TLS_RESUMED] += tls_resumed(conn->tls);
    if (account->tls.negotiated[0] == '\0') {
        tls_negotiated(account->tls.negotiated, sizeof account->tls.negotiated, conn->tls);
    }
    return STEP_NEXT;
}

/* ---- a server's, whose clients need not mean it ---- */

/* 0: a byte or an end has come.  Else an errno, which the socket has told then. */
static int hear(const struct conn *conn)
{
    char byte;

    return recv(conn->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ? 0 : errno;
}

/* In the order in which they came. */
static bool has_its_turn(const struct conn *conn)
{
    const struct worker *worker = conn->worker;

    return worker->plan->unfinished == 0 ||
           (worker->shaking < worker->plan->unfinished &&
            (TAILQ_EMPTY(&worker->turns) || TAILQ_FIRST(&worker->turns) == conn));
}

static enum step_result await_turn(struct conn *conn)
{
    struct worker *worker = conn->worker;

    if (!conn->queued) {
        TAILQ_INSERT_TAIL(&worker->turns, conn, turn);
        conn->queued = true;
        worker->account->tls.count[TLS_WAITED]++;
    }
    return conn_await(conn, EV_READ);
}

static const enum tls_until until[] = {
    [CONNECT_WHOLE] = TLS_WHOLE, [CONNECT_HELLO] = TLS_HELLO, [CONNECT_FLIGHT] = TLS_FLIGHT};

/* OpenSSL wants 40 kB of a connection before its first byte: nothing is made for a client that says
 * nothing, and no more at once than plan->unfinished for those that do not go on. */
static enum step_result begin(struct conn *conn)
{
    struct worker *worker = conn->worker;

    if (conn->established == 0) {
        conn->established = clock_now();
    }
    if (worker->plan->side == SIDE_SERVER) {
        int errnum = conn->queued ? 0 : hear(conn);
        if (errnum != 0) {
            return errnum == EAGAIN ? conn_await(conn, EV_READ) : conn_fail(conn, errnum);
        }
        if (!has_its_turn(conn)) {
            return await_turn(conn);
        }
    }
    conn->tls = tls_stream_new(worker->plan->tls, conn->fd);
    if (conn->tls == NULL) {
        return conn_fail(conn, ENOMEM);
    }
    tls_handshake_until(conn->tls, until[program_until(conn->play->program)]);
    conn_take_turn(conn);
    return STEP_NEXT;
}

/* From here on the connection is TCP's alone. */
static enum step_result give_up(struct conn *conn)
{
    conn->worker->account->tls.count[TLS_INCOMPLETE]++;
    conn_end_turn(conn);
    tls_stream_free(conn->tls);
    conn->tls = NULL;
    return STEP_NEXT;
}

static void note_spoken(struct conn *conn)
{
    size_t length;
    const char *began = tls_peer_began(conn->tls, &length);

    verdict_spoken(conn, message_spoken(began, length));
}

static enum step_result tls_open(struct conn *conn)
{
    struct tls_trouble trouble = {0};
    enum tls_status status;

    if (conn->tls == NULL) {
        enum step_result begun = begin(conn);
        if (begun != STEP_NEXT) {
            return begun;
        }
    }
    status = tls_handshake(conn->tls, &trouble);
    switch (status) {
    case TLS_OK:
        return program_until(conn->play->program) == CONNECT_WHOLE ? handshake_done(conn)
                                                                   : give_up(conn);
    case TLS_WANT_READ:
    case TLS_WANT_WRITE:
    case TLS_BUSY:
    case TLS_ERRNO:
        return wire_stop(conn, status_of(conn, status, &trouble));
    default:
        note_spoken(conn);
        return wire_stop(conn, lost(conn, status, OUTCOME_HANDSHAKE, &trouble));
    }
}

static enum wire_status tls_send(struct conn *conn, const char *bytes, size_t length, size_t *done)
{
    struct tls_trouble trouble = {0};

    return status_of(conn, tls_write(conn->tls, bytes, length, done, &trouble), &trouble);
}

static enum wire_status tls_recv(struct conn *conn, char *bytes, size_t size, size_t *done)
{
    struct tls_trouble trouble = {0};

    return status_of(conn, tls_read(conn->tls, bytes, size, done, &trouble), &trouble);
}

const struct wire wire_tls = {.open = tls_open, .send = tls_send, .recv = tls_recv};

/* ---- the steps that only TLS has ---- */

enum step_result step_notify(struct conn *conn, const struct step *step)
{
    struct tls_trouble trouble = {0};
    enum wire_status status;

    (void)step;
    conn_closing_begins(conn);
    status = status_of(conn, tls_notify(conn->tls, &trouble), &trouble);
    if (status != WIRE_OK) {
        return wire_stop(conn, status);
    }
    conn->worker->account->tls.count[TLS_NOTIFY_SENT]++;
    return STEP_NEXT;
}

enum step_result step_wait_notify(struct conn *conn, const struct step *step)
{
    (void)step;
    conn_closing_begins(conn);
    conn_forget_spill(conn);
    for (int i = 0; i < READS && !conn->notified; i++) {
        size_t done = 0;
        enum wire_status status = tls_recv(conn, conn->worker->scratch, WORKER_SCRATCH, &done);

        if (status != WIRE_OK && status != WIRE_END) {
            return wire_stop(conn, status);
        }
        conn->worker->account->bytes_received += done;
    }
    return conn->notified ? STEP_NEXT : conn_yield(conn);
}
