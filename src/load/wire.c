#include "wire.h"

#include <errno.h>
#include <sys/socket.h>

#include "verdict.h"

enum step_result wire_stop(struct conn *conn, enum wire_status status)
{
    switch (status) {
    case WIRE_WANT_READ:
        return conn_await(conn, EV_READ);
    case WIRE_WANT_WRITE:
        return conn_await(conn, EV_WRITE);
    case WIRE_BUSY:
        return conn_yield(conn);
    default:
        return conn_lose(conn, &conn->worker->loss);
    }
}

static enum wire_status failed(struct conn *conn, enum wire_status want)
{
    if (errno == EAGAIN) {
        return want;
    }
    conn->worker->loss = (struct loss){.outcome = OUTCOME_ERROR, .errnum = errno};
    return WIRE_LOST;
}

static enum step_result tcp_open(struct conn *conn)
{
    (void)conn;
    return STEP_NEXT;
}

static enum wire_status tcp_send(struct conn *conn, const char *bytes, size_t length, size_t *done)
{
    ssize_t n = send(conn->fd, bytes, length, MSG_NOSIGNAL);

    if (n < 0) {
        return failed(conn, WIRE_WANT_WRITE);
    }
    *done = (size_t)n;
    return WIRE_OK;
}

static enum wire_status tcp_recv(struct conn *conn, char *bytes, size_t size, size_t *done)
{
    ssize_t n = recv(conn->fd, bytes, size, conn->worker->peek ? MSG_PEEK : 0);

    if (n < 0) {
        return failed(conn, WIRE_WANT_READ);
    }
    *done = (size_t)n;
    if (n == 0) {
        conn->peer_fin = true;
        verdict_peer_closed(conn);
        return WIRE_END;
    }
    return WIRE_OK;
}

const struct wire wire_tcp = {.open = tcp_open, .send = tcp_send, .recv = tcp_recv};
