#include "conn.h"

/* Handshakes of TLS under way, and connections whose own waits for its turn. */

static void leave_queue(struct conn *conn)
{
    if (conn->queued) {
        TAILQ_REMOVE(&conn->worker->turns, conn, turn);
        conn->queued = false;
    }
}

/* Its readiness was told before its turn, and is not told again (EV_ET). */
static void wake_next(const struct worker *worker)
{
    if (!TAILQ_EMPTY(&worker->turns) && worker->shaking < worker->plan->unfinished) {
        event_active(&TAILQ_FIRST(&worker->turns)->event, EV_READ, 0);
    }
}

void conn_take_turn(struct conn *conn)
{
    leave_queue(conn);
    conn->shaking = true;
    conn->worker->shaking++;
    wake_next(conn->worker);
}

void conn_end_turn(struct conn *conn)
{
    leave_queue(conn);
    if (conn->shaking) {
        conn->worker->shaking--;
        conn->shaking = false;
    }
    wake_next(conn->worker);
}
