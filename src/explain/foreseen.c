#include "foreseen.h"

#include <math.h>
#include <string.h>

#define SLACK_SOCKETS 2.0
#define TOLERANCE     0.01
/* Sockets that end during the run are taken to have come evenly over the load; they may not. */
#define TOLERANCE_EVENLY 0.1

static double slack(double value, double share)
{
    return value * share > SLACK_SOCKETS ? value * share : SLACK_SOCKETS;
}

bool foreseen_differs(double seen, double low, double high, double share)
{
    return seen < low - slack(low, share) || seen > high + slack(high, share);
}

/* ---- what every predicted end of a side agrees on ---- */

bool foreseen_state(const struct result *result, enum side side)
{
    for (size_t i = 1; i < result->predicted_count; i++) {
        if (result->predicted[i].side[side].final != result->predicted[0].side[side].final) {
            return false;
        }
    }
    return result->predicted_count > 0;
}

static bool agree_on_tw(const struct result *result, enum side side)
{
    for (size_t i = 1; i < result->predicted_count; i++) {
        if (result->predicted[i].side[side].tw != result->predicted[0].side[side].tw) {
            return false;
        }
    }
    return result->predicted_count > 0;
}

static bool keeps_descriptor(const struct predicted_side *predicted)
{
    return predicted->fate != NULL && strcmp(predicted->fate, outcome_name(OUTCOME_HELD)) == 0;
}

/* How long a socket rests where the model says it does; INT64_MAX: for ever. */
static int64_t rest_ns(const struct facts *facts, enum side side)
{
    const struct predicted_side *predicted = &facts->result->predicted[0].side[side];
    bool own;

    if (predicted->final == TCP_STATE_TIME_WAIT) {
        return TIME_WAIT_LENGTH;
    }
    if (predicted->final == TCP_STATE_FIN_WAIT2 && !keeps_descriptor(predicted)) {
        int64_t stay = facts_fin_wait2(facts, side, &own);
        /* tcp_fin_timeout's default is TCP_TIMEWAIT_LEN, too (TCP_FIN_TIMEOUT, tcp.h). */
        return stay > 0 ? stay : TIME_WAIT_LENGTH;
    }
    return INT64_MAX;
}

/* The share of the connections, made evenly over the load, whose sockets have not come to the
 * end of their rest when the final observation is made. */
static double share_at_rest(const struct facts *facts, enum side side)
{
    const struct result *result = facts->result;
    const struct phase_span *load = &result->phase[PHASE_LOAD];
    int64_t rest = rest_ns(facts, side);
    double since = (double)result->side[side].final.at - (double)load->begin;
    double length = (double)load->end - (double)load->begin;

    if (!load->reached || since <= (double)rest) {
        return 1;
    }
    double gone = (since - (double)rest) / (length > 0 ? length : 1);
    return gone < 1 ? 1 - gone : 0;
}

/* Sockets seen in `state`; for `close`, where no socket is left, those in any state. */
static double at_rest(const struct observation *seen, enum tcp_state state)
{
    double sockets = 0;

    if (state != TCP_STATE_CLOSE) {
        return seen->state[state];
    }
    for (unsigned i = 1; i < TCP_STATE_N; i++) {
        sockets += i == TCP_STATE_LISTEN ? 0 : seen->state[i];
    }
    return sockets;
}

/* What was there already: with lab: host, an earlier run's. */
static double at_rest_before(const struct result *result, enum side side, enum tcp_state state)
{
    const struct result_side *seen = &result->side[side];

    return seen->observation_count > 0 && seen->observation[0].at <= result->phase[PHASE_LOAD].begin
               ? at_rest(&seen->observation[0], state)
               : 0;
}

/* What ended otherwise is outside the prediction: it may rest anywhere. */
static double outside(const struct facts *facts)
{
    return facts->attempted - facts->foreseen;
}

static bool agrees(const struct facts *facts, enum side side, const struct foreseen_rest *rest)
{
    double high = rest->due + outside(facts) + at_rest_before(facts->result, side, rest->state);

    return !foreseen_differs(rest->seen, rest->due, high,
                             rest->share < 1 ? TOLERANCE_EVENLY : TOLERANCE);
}

/* Sockets of programs that have not come to their end are on their way, not at rest. */
static bool is_under_way(const struct result *result)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        const struct account *account = &result->side[i].account;
        if (result->side[i].played && account_open(account) + account->outcome[OUTCOME_CUT] > 0) {
            return true;
        }
    }
    return false;
}

bool foreseen_rest(const struct facts *facts, enum side side, struct foreseen_rest *rest)
{
    const struct result *result = facts->result;

    *rest = (struct foreseen_rest){.share = 1};
    if (!result->side[side].has_final || !facts->tallied || !foreseen_state(result, side) ||
        is_under_way(result)) {
        return false;
    }
    rest->state = result->predicted[0].side[side].final;
    if (tcp_state_name(rest->state) == NULL) {
        return false;
    }
    rest->seen = at_rest(&result->side[side].final, rest->state);
    rest->share = share_at_rest(facts, side);
    rest->due = rest->state == TCP_STATE_CLOSE ? 0 : facts->foreseen * rest->share;
    rest->agrees = agrees(facts, side, rest);
    return true;
}

bool foreseen_minis(const struct facts *facts, enum side side, struct foreseen_minis *minis)
{
    const char *name = side_name(side);
    double killed;

    if (!facts->tallied || !agree_on_tw(facts->result, side) || is_under_way(facts->result) ||
        !facts_metric(facts, &minis->made, "%s.counter.TcpExtTW", name) ||
        !facts_metric(facts, &killed, "%s.counter.TcpExtTWKilled", name)) {
        return false;
    }
    /* Those with a life of 4 s or less are counted as killed, inet_twsk_schedule(). */
    minis->made += killed;
    minis->each = facts->result->predicted[0].side[side].tw;
    minis->due = minis->each * facts->foreseen;
    double others = (minis->each > 0 ? minis->each : 1) * outside(facts);
    minis->agrees = !foreseen_differs(minis->made, minis->due, minis->due + others, TOLERANCE);
    return true;
}

bool foreseen_fate(const struct result *result, enum side side, enum outcome outcome)
{
    for (size_t i = 0; i < result->predicted_count; i++) {
        const char *fate = result->predicted[i].side[side].fate;
        if (fate != NULL && strcmp(fate, outcome_name(outcome)) == 0) {
            return true;
        }
    }
    return false;
}

bool foreseen_server(const struct facts *facts, struct foreseen_server *server)
{
    const struct result *result = facts->result;
    const struct account *account = &result->side[SIDE_SERVER].account;
    double attempted = (double)account->attempted;

    *server = (struct foreseen_server){0};
    if (result->predicted_count == 0 || !result->side[SIDE_CLIENT].played ||
        !result->side[SIDE_SERVER].played || facts_self_connected(facts)) {
        return false;
    }
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        double count = i != OUTCOME_CUT ? (double)account->outcome[i] : 0;
        server->ended += count;
        server->other += foreseen_fate(result, SIDE_SERVER, (enum outcome)i) ? 0 : count;
    }
    if (foreseen_differs(attempted, facts->foreseen, INFINITY, TOLERANCE)) {
        server->missing = facts->foreseen - attempted;
    }
    return true;
}
