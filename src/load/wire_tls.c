#include <errno.h>

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

    histogram_record(&account->latency[LATENCY_HANDSHAKE], clock_now() - conn->established);
    count_tickets(conn->worker);
    account->tls.count[TLS_HANDSHAKES]++;
    account->tls.count[TLS_RESUMED] += tls_resumed(conn->tls);
    if (account->tls.negotiated[0] == '\0') {
        tls_negotiated(account->tls.negotiated, sizeof account->tls.negotiated, conn->tls);
    }
    return STEP_NEXT;
}

static enum step_result tls_open(struct conn *conn)
{
    struct tls_trouble trouble = {0};
    enum tls_status status;

    if (conn->tls == NULL) {
        conn->established = clock_now();
        conn->tls = tls_stream_new(conn->worker->plan->tls, conn->fd);
        if (conn->tls == NULL) {
            return conn_fail(conn, ENOMEM);
        }
    }
    status = tls_handshake(conn->tls, &trouble);
    switch (status) {
    case TLS_OK:
        return handshake_done(conn);
    case TLS_WANT_READ:
    case TLS_WANT_WRITE:
    case TLS_BUSY:
    case TLS_ERRNO:
        return wire_stop(conn, status_of(conn, status, &trouble));
    default:
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
