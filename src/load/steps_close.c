#include "steps.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "closer.h"
#include "finwait/clock.h"
#include "inherit.h"
#include "verdict.h"

/* How the steps run that close, and those that come before a close. */

enum {
    /* How long until a close is tried again that there was no thread for. */
    NO_THREAD_MS = 1,
};

static enum step_result shut(struct conn *conn, int how)
{
    if (shutdown(conn->fd, how) == 0) {
        return STEP_NEXT;
    }
    if (errno != ENOTCONN) {
        return conn_fail(conn, errno);
    }
    /* In CLOSE: an error took the connection there, or both FINs have passed and nothing is left
     * to shut. */
    int errnum = verdict_socket_error(conn);
    return errnum != 0 ? conn_fail(conn, errnum) : STEP_NEXT;
}

enum step_result step_shut_wr(struct conn *conn, const struct step *step)
{
    (void)step;
    conn_closing_begins(conn);
    verdict_shutting(conn);
    return shut(conn, SHUT_WR);
}

enum step_result step_shut_rd(struct conn *conn, const struct step *step)
{
    (void)step;
    return shut(conn, SHUT_RD);
}

/* How reading and discarding ended. */
enum discarded {
    DISCARDED_ALL,  /* nothing more has arrived */
    DISCARDED_FIN,  /* the peer's FIN has been read */
    DISCARDED_SOME, /* there is more, and it is the others' turn */
    DISCARDED_ERROR,
};

static enum discarded discard(struct conn *conn)
{
    conn_forget_spill(conn);
    conn->head_read = false;
    for (int i = 0; !conn->peer_fin; i++) {
        if (i == READS) {
            return DISCARDED_SOME;
        }
        ssize_t n = recv(conn->fd, NULL, WORKER_SCRATCH, MSG_TRUNC);
        if (n < 0) {
            return errno == EAGAIN ? DISCARDED_ALL : DISCARDED_ERROR;
        }
        if (n == 0) {
            conn->peer_fin = true;
            verdict_peer_closed(conn);
        }
        /* Beneath TLS lie records, and not all of them hold payload. */
        conn->worker->account->bytes_received += conn->worker->plan->tls == NULL ? (uint64_t)n : 0;
    }
    return DISCARDED_FIN;
}

/* There is no FIN yet.  A bound of the step's own is in place of load.timeout. */
static enum step_result wait_on(struct conn *conn, int64_t bound, bool more)
{
    if (bound == 0) {
        return more ? conn_yield(conn) : conn_await(conn, EV_READ);
    }
    if (!conn_has_waited(conn, bound)) {
        return more ? conn_again(conn, 0) : conn_await_bound(conn, EV_READ);
    }
    conn->worker->account->idle_timeouts++;
    return STEP_NEXT;
}

enum step_result step_wait_fin(struct conn *conn, const struct step *step)
{
    conn_closing_begins(conn);
    if (conn_reads_in_vain(conn)) {
        return wait_on(conn, step_bound(step), false);
    }
    switch (discard(conn)) {
    case DISCARDED_FIN:
        return STEP_NEXT;
    case DISCARDED_ALL:
        return wait_on(conn, step_bound(step), false);
    case DISCARDED_SOME:
        return wait_on(conn, step_bound(step), true);
    default:
        return conn_fail(conn, errno);
    }
}

enum step_result step_drain(struct conn *conn, const struct step *step)
{
    (void)step;
    switch (discard(conn)) {
    case DISCARDED_ERROR:
        return conn_fail(conn, errno);
    case DISCARDED_SOME:
        return conn_yield(conn);
    default:
        return STEP_NEXT;
    }
}

enum step_result step_pause(struct conn *conn, const struct step *step)
{
    return conn_sleep(conn, step->arg);
}

enum step_result step_linger(struct conn *conn, const struct step *step)
{
    return conn_set_linger(conn, step->arg) == 0 ? STEP_NEXT : conn_fail(conn, errno);
}

/*
 * With a linger time close(2) sleeps until all is sent and acknowledged or the time is over, on a
 * non-blocking socket too (tcp_close() and sk_stream_wait_close()): that is not for this thread.
 */
static enum step_result close_aside(struct conn *conn)
{
    int errnum = closer_close(conn->worker->closer, conn);

    return errnum == EAGAIN ? conn_again(conn, NO_THREAD_MS * NS_PER_MS)
           : errnum != 0    ? conn_fail(conn, errnum)
                            : STEP_WAIT;
}

enum step_result step_close(struct conn *conn, const struct step *step)
{
    int fd = conn->fd;

    (void)step;
    conn_closing_begins(conn);
    conn_unregister(conn);
    if (conn->linger > 0) {
        return close_aside(conn);
    }
    verdict_closing(conn);
    conn->fd = -1;
    if (close(fd) != 0) {
        return conn_fail(conn, errno);
    }
    return conn_end(conn, OUTCOME_DONE);
}

enum step_result step_inherit(struct conn *conn, const struct step *step)
{
    int errnum = inherit_descriptor(conn->fd, step->arg, conn->worker->leash);

    return errnum == 0 ? STEP_NEXT : conn_fail(conn, errnum);
}

enum step_result step_rst(struct conn *conn, const struct step *step)
{
    if (conn_set_linger(conn, 0) != 0) {
        return conn_fail(conn, errno);
    }
    return step_close(conn, step);
}

enum step_result step_hold(struct conn *conn, const struct step *step)
{
    (void)step;
    return conn_hold(conn);
}

/* Not exit(3): nothing may be flushed, closed or said; the kernel alone cleans up. */
enum step_result step_die(struct conn *conn, const struct step *step)
{
    (void)step;
    conn->worker->account->outcome[OUTCOME_DIED]++;
    if (conn->play->account != NULL) {
        conn->play->account->outcome[OUTCOME_DIED]++;
    }
    kill(getpid(), SIGKILL);
    return STEP_WAIT;
}
