#include <stdlib.h>
#include <string.h>

#include "findings.h"
#include "finwait/clock.h"
#include "measure.h"

#define TOLERANCE 0.01
/* Sockets that end during the run are taken to have come evenly over the load; they may not. */
#define TOLERANCE_EVENLY 0.1

/* What every predicted end of a side agrees on. */
static bool agree_on_final(const struct result *result, enum side side)
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

/* How long an orphan waits in FIN_WAIT2: TCP_LINGER2, or else tcp_fin_timeout (tcp(7)). */
static int64_t fin_wait2_ns(const struct result *result, enum side side)
{
    const char *sysctl = text_pairs_get(&result->side[side].sysctl, "net.ipv4.tcp_fin_timeout");
    const char *path = side == SIDE_CLIENT ? "client.sockopt.linger2" : "server.sockopt.linger2";
    const char *linger2 = text_pairs_get(&result->scenario, path);
    int64_t ns;

    if (linger2 != NULL && units_parse_duration(linger2, &ns) == 0 && ns > 0) {
        return ns;
    }
    long long seconds = sysctl == NULL ? 0 : strtoll(sysctl, NULL, 10);
    /* tcp_fin_timeout's default is TCP_TIMEWAIT_LEN, too (TCP_FIN_TIMEOUT, include/net/tcp.h). */
    return seconds > 0 && seconds < INT32_MAX ? seconds * NS_PER_S : TIME_WAIT_LENGTH;
}

/* How long a socket rests where the model says it does; INT64_MAX: for ever. */
static int64_t rest_ns(const struct result *result, enum side side)
{
    const struct predicted_side *predicted = &result->predicted[0].side[side];

    if (predicted->final == TCP_STATE_TIME_WAIT) {
        return TIME_WAIT_LENGTH;
    }
    if (predicted->final == TCP_STATE_FIN_WAIT2 && !keeps_descriptor(predicted)) {
        return fin_wait2_ns(result, side);
    }
    return INT64_MAX;
}

/* The share of the connections, made evenly over the load, whose sockets have not come to the
 * end of their rest when the final observation is made. */
static double share_at_rest(const struct result *result, enum side side)
{
    const struct phase_span *load = &result->phase[PHASE_LOAD];
    int64_t rest = rest_ns(result, side);
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

/* The mini-sockets made, those with a life of 4 s or less (inet_twsk_schedule()) among them. */
static bool made_tw(const struct result_side *side, double *made)
{
    double killed;
    bool known = measure_counter(&side->counters, "TcpExtTW", made) &&
                 measure_counter(&side->counters, "TcpExtTWKilled", &killed);

    if (known) {
        *made += killed;
    }
    return known;
}

/* What the counters say of TIME_WAIT sockets that are no longer there. */
static const char *tw_clue(const struct result_side *side, double due, char *text, size_t size)
{
    double recycled;
    double made;

    text[0] = '\0';
    if (measure_counter(&side->counters, "TcpExtTWRecycled", &recycled) && recycled > 0) {
        snprintf(text, size, "; TcpExtTWRecycled counted %s", FIGURE(recycled));
    } else if (made_tw(side, &made) && made >= due) {
        /* tcp_timewait_state_process(): TCP_TW_SYN, and tcp_rfc1337 = 0. */
        snprintf(text, size,
                 "; %s were made (TcpExtTW), so the others were ended early, by a new SYN on the "
                 "same addresses and ports or by an RST",
                 FIGURE(made));
    }
    return text;
}

static void add_final(struct result *result, enum side side, const struct foreseen_rest *rest)
{
    bool some = rest->share < 1;
    char clue[200] = "";

    if (rest->state == TCP_STATE_CLOSE) {
        findings_add(result, "predicted: %s keeps no socket; seen: %s %s at the end of settle",
                     side_name(side), FIGURE(rest->seen), PLURAL(rest->seen, "socket", "sockets"));
        return;
    }
    if (rest->state == TCP_STATE_TIME_WAIT && rest->seen < rest->due) {
        tw_clue(&result->side[side], rest->due, clue, sizeof clue);
    }
    findings_add(result, "predicted: %s ends in %s; seen: %s of %s%s%s at the end of settle%s",
                 side_name(side), tcp_state_name(rest->state), FIGURE(rest->seen),
                 some ? "about " : "", FIGURE(rest->due),
                 some ? " that had not come to the end of it" : "", clue);
}

static bool agrees(const struct result *result, enum side side, const struct tally *tally,
                   const struct foreseen_rest *rest)
{
    /* What did not complete is outside the prediction: it may rest anywhere. */
    double others = (double)tally->failed + (double)tally->open;
    const struct foreseen foreseen = {
        .low = rest->due,
        .high = rest->due + others + at_rest_before(result, side, rest->state),
        .share = rest->share < 1 ? TOLERANCE_EVENLY : TOLERANCE,
    };

    return !findings_differ(rest->seen, foreseen);
}

/* Whether the kernel made as many mini-sockets as foreseen, or none can tell. */
static bool tw_agrees(const struct result *result, enum side side, const struct tally *tally,
                      double *made)
{
    if (!agree_on_tw(result, side) || !made_tw(&result->side[side], made)) {
        return true;
    }
    unsigned each = result->predicted[0].side[side].tw;
    double due = (double)each * (double)tally->completed;
    double others = (double)(each > 0 ? each : 1) * (double)(tally->failed + tally->open);
    return !findings_differ(*made, (struct foreseen){due, due + others, TOLERANCE});
}

bool result_foreseen(const struct result *result, enum side side, struct foreseen_rest *rest)
{
    struct tally tally;
    double made;

    *rest = (struct foreseen_rest){.share = 1};
    if (!result->side[side].has_final || !agree_on_final(result, side) ||
        !measure_tally(result, &tally)) {
        return false;
    }
    rest->state = result->predicted[0].side[side].final;
    if (tcp_state_name(rest->state) == NULL) {
        return false;
    }
    rest->seen = at_rest(&result->side[side].final, rest->state);
    rest->share = share_at_rest(result, side);
    rest->due = rest->state == TCP_STATE_CLOSE ? 0 : (double)tally.completed * rest->share;
    rest->agrees = agrees(result, side, &tally, rest);
    rest->counters_agree = tw_agrees(result, side, &tally, &made);
    return true;
}

static void find_final(struct result *result, enum side side)
{
    struct foreseen_rest rest;

    if (result_foreseen(result, side, &rest) && !rest.agrees) {
        add_final(result, side, &rest);
    }
}

static void find_tw(struct result *result, enum side side, const struct tally *tally)
{
    double made;

    if (tw_agrees(result, side, tally, &made)) {
        return;
    }
    unsigned each = result->predicted[0].side[side].tw;
    findings_add(result,
                 "predicted: %s makes %u TIME_WAIT (or orphaned FIN_WAIT2) %s a connection, %s for "
                 "%s completed; its host's TcpExtTW and TcpExtTWKilled counted %s",
                 side_name(side), each, PLURAL(each, "socket", "sockets"),
                 FIGURE((double)each * (double)tally->completed), FIGURE(tally->completed),
                 FIGURE(made));
}

void findings_model(struct result *result)
{
    struct tally tally;

    /* A cut before the end of settle finds sockets on their way: none of them is at rest yet. */
    if (!measure_tally(result, &tally) ||
        (result->partial && !result->phase[PHASE_DECAY].reached)) {
        return;
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        find_final(result, (enum side)side);
        find_tw(result, (enum side)side, &tally);
    }
}
