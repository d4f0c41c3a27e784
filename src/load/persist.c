#include "persist.h"

#include <errno.h>

#include "finwait/clock.h"

static void note(struct account *account, const struct message_reader *reader)
{
    int64_t stays = reader->stays * NS_PER_S;

    account->closes_announced += reader->peer_closes;
    if (stays > 0 && (account->keep_alive == 0 || stays < account->keep_alive)) {
        account->keep_alive = stays;
    }
}

void persist_heard(struct conn *conn)
{
    const struct message_reader *reader = &conn->reader;

    note(conn->worker->account, reader);
    if (conn->worker->plan->obeys) {
        conn->last_round |= reader->peer_closes || reader->close_delimited;
        conn->stays = reader->stays > 0 ? clock_now() + reader->stays * NS_PER_S : 0;
    }
}

enum message_says persist_says(const struct conn *conn)
{
    const struct role_plan *plan = conn->worker->plan;
    bool last =
        conn->last_round || conn->rounds + 1 >= (uint32_t)program_rounds(conn->play->program);

    if (conn->pc == conn->play->last_send && last) {
        return conn->last_round || conn->play->says_close ? SAYS_CLOSE : SAYS_NOTHING;
    }
    return plan->obeys && plan->side == SIDE_SERVER && conn->reader.asks_to_stay ? SAYS_KEEP_ALIVE
                                                                                 : SAYS_NOTHING;
}

bool persist_is_over(struct conn *conn)
{
    conn->worker->account->told_to_close += conn->last_round;
    return conn->last_round;
}

/* Whether the server has ended it meanwhile.  What else it has sent is for the next recv. */
static enum wire_status look(struct conn *conn)
{
    struct worker *worker = conn->worker;
    size_t done = 0;
    enum wire_status status = worker->wire->recv(conn, worker->scratch, WORKER_SCRATCH, &done);

    switch (status) {
    case WIRE_END:
        worker->account->ended_by_fin++;
        return WIRE_END;
    case WIRE_LOST:
        return WIRE_LOST;
    case WIRE_OK:
        if (!worker->peek && !conn_keep_spill(conn, worker->scratch, done)) {
            worker->loss = (struct loss){.outcome = OUTCOME_ERROR, .errnum = ENOMEM};
            return WIRE_LOST;
        }
        return WIRE_OK;
    default:
        return WIRE_OK;
    }
}

enum wire_status persist_look(struct conn *conn)
{
    const struct role_plan *plan = conn->worker->plan;

    if (!plan->obeys || plan->side != SIDE_CLIENT || conn->sent > 0 || conn->asked != 0) {
        return WIRE_OK;
    }
    if (persist_is_over(conn) || (conn->stays != 0 && clock_now() >= conn->stays)) {
        return WIRE_END;
    }
    return conn->rounds > 0 && conn->spill_length == 0 ? look(conn) : WIRE_OK;
}

bool persist_allows_fin(const struct conn *conn)
{
    const struct role_plan *plan = conn->worker->plan;

    return plan->obeys && plan->side == SIDE_SERVER && conn->rounds > 0;
}
