#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conn.h"
#include "dial.h"
#include "finwait/clock.h"
#include "persist.h"
#include "steps.h"
#include "verdict.h"
#include "wire.h"

/* How the steps run that open and that exchange.  Each tries its system call first and waits only
 * on EAGAIN. */

/* ---- opening ---- */

static void count_opened(struct conn *conn)
{
    conn->opened = true;
    conn->worker->account->opened++;
    if (conn->play->account != NULL) {
        conn->play->account->opened++;
    }
}

static enum step_result connection_opened(struct conn *conn)
{
    struct account *account = conn->worker->account;

    count_opened(conn);
    histogram_record(&account->latency[LATENCY_CONNECT], clock_now() - conn->born);
    return conn->worker->wire->open(conn);
}

/*
 * A RST that answers the SYN is ECONNREFUSED; any other came after the handshake, and EPIPE after
 * the peer's FIN as well (tcp_reset(), net/ipv4/tcp_input.c).
 */
static enum step_result connect_failed(struct conn *conn, int errnum)
{
    if (errnum != ECONNRESET && errnum != EPIPE) {
        return conn_fail_open(conn, errnum);
    }
    count_opened(conn);
    return conn_fail(conn, errnum);
}

/*
 * What connect(2) has begun: a socket that can be written and has nothing to read is established.
 * Else a second connect(2) tells how the first went; the kernel ignores the address this time
 * (SS_CONNECTING in __inet_stream_connect(), net/ipv4/af_inet.c).
 */
static enum step_result connect_on(struct conn *conn)
{
    const struct address *any = &conn->worker->plan->servers.first;

    if (conn->writable && !conn->readable) {
        return connection_opened(conn);
    }
    if (connect(conn->fd, &any->sa, any->length) == 0 || errno == EISCONN) {
        return connection_opened(conn);
    }
    return errno == EALREADY ? conn_await(conn, EV_READ | EV_WRITE) : connect_failed(conn, errno);
}

enum step_result step_connect(struct conn *conn, const struct step *step)
{
    struct address to;
    int errnum;

    (void)step;
    if (conn->opened) {
        return conn->worker->wire->open(conn);
    }
    if (conn->fd >= 0) {
        return connect_on(conn);
    }
    errnum = dial_socket(&conn->worker->dial, conn->number, &conn->fd, &to);
    if (errnum != 0) {
        return conn_fail_open(conn, errnum);
    }
    if (connect(conn->fd, &to.sa, to.length) == 0) {
        return connection_opened(conn);
    }
    return errno == EINPROGRESS ? conn_await(conn, EV_READ | EV_WRITE)
                                : conn_fail_open(conn, errno);
}

enum step_result step_accept(struct conn *conn, const struct step *step)
{
    (void)step;
    if (!conn->opened) {
        count_opened(conn);
    }
    return conn->worker->wire->open(conn);
}

/* ---- messages ---- */

/*
 * The peer's message has been read, and its next answers the one that now begins: until then only a
 * FIN or a RST can be there.  Epoll has told of the FIN; a RST fails the send, though libevent
 * tells of it as readable (EPOLLERR in epoll_dispatch()).
 */
static void expect_answer(struct conn *conn)
{
    if (conn->heard) {
        conn->heard = false;
        conn->readable &= conn->closed_told;
    }
}

enum step_result step_send(struct conn *conn, const struct step *step)
{
    struct worker *worker = conn->worker;
    const struct message *message = &worker->message[persist_says(conn)];
    size_t length = conn->bare || step->arg == SEND_HEAD ? message->head : message->length;
    enum wire_status before = persist_look(conn);

    if (before != WIRE_OK) {
        return before == WIRE_END ? conn_leave(conn) : wire_stop(conn, before);
    }
    if (conn->sent == 0 && step_sends_rest(step)) {
        conn->sent = message->head;
    }
    if (conn->sent == 0 && conn->asked == 0) {
        conn->asked = clock_now();
    }
    for (int i = 0; conn->sent < length; i++) {
        if (i == WRITES) {
            return conn_yield(conn);
        }
        size_t done;

        expect_answer(conn);
        enum wire_status status =
            worker->wire->send(conn, message->bytes + conn->sent, length - conn->sent, &done);
        if (status != WIRE_OK) {
            return wire_stop(conn, status);
        }
        conn->sent += done;
        worker->account->bytes_sent += done;
    }
    conn->sent = 0;
    conn->idle = 0;
    if (conn->bare || length == message->length) {
        worker->account->messages_sent++;
        verdict_sent(conn);
    }
    return STEP_NEXT;
}

/* The rest of a message may still lie in the kernel's buffer. */
static void note_head(struct conn *conn, bool head)
{
    conn->receiving = false;
    conn->idle = 0;
    conn->worker->account->heads_received += head;
    if (!conn->head_read) {
        verdict_received(conn);
        persist_heard(conn);
    }
    conn->head_read = head;
}

static enum step_result received(struct conn *conn, bool head)
{
    struct account *account = conn->worker->account;

    account->messages_received++;
    conn->heard = conn->worker->plan->in_turn;
    note_head(conn, head);
    if (conn->asked != 0 && conn->worker->plan->side == SIDE_CLIENT) {
        histogram_record(&account->latency[LATENCY_RESPONSE], clock_now() - conn->asked);
    }
    conn->asked = 0;
    return STEP_NEXT;
}

static enum message_progress feed_failed(struct conn *conn, int errnum)
{
    conn->worker->loss.errnum = errnum;
    return MESSAGE_BAD;
}

/* MSG_TRUNC takes the bytes out of the queue without a copy, tcp(7).  0, or an errno. */
static int take_peeked(int fd, size_t length)
{
    while (length > 0) {
        ssize_t taken = recv(fd, NULL, length, MSG_TRUNC);
        if (taken <= 0) {
            return taken < 0 ? errno : EIO; /* somebody else has taken them */
        }
        length -= (size_t)taken;
    }
    return 0;
}

/* What a server says to plain HTTP on its port for TLS. */
static void look_for_tls(struct conn *conn, const char *bytes, size_t length)
{
    if (conn->reader.status == 400 && conn->worker->plan->tls == NULL) {
        conn->asked_for_tls |= message_asks_tls(bytes, length);
    }
}

/* MESSAGE_BAD: worker->loss says by what. */
static enum message_progress feed(struct conn *conn, const char *bytes, size_t length, bool peeked)
{
    size_t used = 0;
    enum message_progress progress = message_reader_feed(&conn->reader, bytes, length, &used);

    conn->worker->account->bytes_received += used;
    conn->worker->loss = (struct loss){.outcome = OUTCOME_BAD_MESSAGE};
    look_for_tls(conn, bytes, used);
    if (progress == MESSAGE_BAD) {
        verdict_spoken(conn, (enum spoken)conn->reader.spoken);
    }
    if (peeked) {
        int errnum = take_peeked(conn->fd, used);
        return errnum == 0 ? progress : feed_failed(conn, errnum);
    }
    if (progress != MESSAGE_BAD && used < length &&
        !conn_keep_spill(conn, bytes + used, length - used)) {
        return feed_failed(conn, ENOMEM);
    }
    return progress;
}

static enum step_result recv_end(struct conn *conn, const struct step *step)
{
    if (message_reader_fin(&conn->reader)) {
        return received(conn, false);
    }
    bool good = step_receives(step, RECV_OR_FIN) || persist_allows_fin(conn);
    if (!good || message_reader_begun(&conn->reader)) {
        return conn_end(conn, OUTCOME_EOF);
    }
    conn->receiving = false;
    conn->worker->account->ended_by_fin++;
    verdict_ended_idle(conn);
    return conn_leave(conn);
}

/* From now on the connection is idle, if it was not before. */
static void begin_idle(struct conn *conn, const struct step *step)
{
    if (conn->idle == 0 && conn->worker->plan->side == SIDE_CLIENT &&
        step_receives(step, RECV_OR_FIN) && !message_reader_begun(&conn->reader)) {
        conn->idle = clock_now();
    }
}

/* A bound of its own is for as long as nothing has come. */
static enum step_result recv_wait(struct conn *conn, const struct step *step)
{
    int64_t bound = step_bound(step);

    begin_idle(conn, step);
    if (bound == 0 || message_reader_begun(&conn->reader)) {
        return conn_await(conn, EV_READ);
    }
    if (!conn_has_waited(conn, bound)) {
        return conn_await_bound(conn, EV_READ);
    }
    conn->receiving = false;
    conn->worker->account->idle_timeouts++;
    return conn_leave(conn);
}

static enum step_result recv_lost(struct conn *conn, const struct step *step)
{
    if (step_receives(step, RECV_OR_FIN) && !message_reader_begun(&conn->reader)) {
        verdict_ended_idle(conn);
    }
    return wire_stop(conn, WIRE_LOST);
}

/* The size of the next read: never beyond a message whose length is known. */
static size_t recv_size(const struct conn *conn)
{
    const struct message_reader *reader = &conn->reader;
    bool exact = reader->protocol == PROTOCOL_RAW && reader->left < WORKER_SCRATCH;

    return exact ? (size_t)reader->left : WORKER_SCRATCH;
}

/* Go on with the message whose head recv(head) has read.  Whether there is no more of it: the head
 * was all, and has been counted. */
static bool rest_is_nothing(struct conn *conn)
{
    size_t used;

    conn->reader.head_only = false;
    conn->receiving = message_reader_feed(&conn->reader, "", 0, &used) != MESSAGE_WHOLE;
    conn->head_read = conn->receiving;
    return !conn->receiving;
}

static void begin_message(struct conn *conn, const struct step *step)
{
    const struct role_plan *plan = conn->worker->plan;

    conn->receiving = true;
    conn->asked_for_tls = false;
    message_reader_init(&conn->reader, &plan->message, side_peer(plan->side));
    conn->reader.interim = conn->worker->account->status; /* the first of them is that of 100 */
    conn->reader.head_only = step_receives(step, RECV_HEAD);
}

/* What was read beyond the last message, or head, comes first; a raw message of no bytes is whole
 * at once. */
static enum message_progress feed_spill(struct conn *conn)
{
    char *spill = conn->spill;
    size_t length = conn->spill_length;
    enum message_progress progress;

    conn->spill = NULL;
    conn->spill_length = 0;
    progress = feed(conn, spill != NULL ? spill : "", length, false);
    free(spill);
    return progress;
}

static enum step_result recv_done(struct conn *conn, const struct step *step,
                                  enum message_progress progress)
{
    bool head = step_receives(step, RECV_HEAD);

    switch (progress) {
    case MESSAGE_WHOLE:
        return received(conn, head);
    case MESSAGE_HEAD:
        note_head(conn, head);
        return STEP_NEXT;
    default:
        return conn_lose(conn, &conn->worker->loss);
    }
}

enum step_result step_recv(struct conn *conn, const struct step *step)
{
    struct worker *worker = conn->worker;
    enum message_progress progress = MESSAGE_MORE;

    if (!conn->receiving) {
        if (!conn->head_read) {
            begin_message(conn, step);
        } else if (rest_is_nothing(conn)) {
            return STEP_NEXT;
        }
        progress = feed_spill(conn);
    }
    if (progress == MESSAGE_MORE && conn_reads_in_vain(conn)) {
        return recv_wait(conn, step);
    }
    for (int i = 0; progress == MESSAGE_MORE; i++) {
        if (i == READS) {
            return conn_yield(conn);
        }
        size_t done;
        enum wire_status status = worker->wire->recv(conn, worker->scratch, recv_size(conn), &done);
        if (status == WIRE_END) {
            return recv_end(conn, step);
        }
        if (status != WIRE_OK) {
            return status == WIRE_WANT_READ ? recv_wait(conn, step)
                   : status == WIRE_LOST    ? recv_lost(conn, step)
                                            : wire_stop(conn, status);
        }
        progress = feed(conn, worker->scratch, done, worker->peek);
    }
    return recv_done(conn, step, progress);
}

enum step_result step_repeat(struct conn *conn, const struct step *step)
{
    if (++conn->rounds < (uint32_t)step->arg && !persist_is_over(conn)) {
        conn->pc = 0; /* the interpreter goes on to the step after the first */
    }
    return STEP_NEXT;
}

step_runner *const step_runners[STEP_OP_N] = {
#define X(id, stem, ...) [STEP_##id] = step_##stem,
    STEPS(X)
#undef X
};
