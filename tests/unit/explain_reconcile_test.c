#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/explain.h"
#include "fixture_timeline.h"

enum { CONNECTIONS = 5000 };

static void set_counter(struct result_side *side, const char *name, uint64_t moved)
{
    struct counters *counters = &side->counters;
    size_t at = 0;

    while (at < counters->count && strcmp(counters->item[at].name, name) != 0) {
        at++;
    }
    if (at == counters->count) {
        assert_non_null(counters_add(counters, name));
        counters->item[at].before = 100;
    }
    counters->item[at].after = counters->item[at].before + moved;
}

static void play(struct result *result, enum side which, const char *opens, enum tcp_state final,
                 unsigned tw)
{
    struct result_side *side = &result->side[which];
    struct predicted_side *predicted = &result->predicted[0].side[which];

    side->played = true;
    side->workers = 2;
    side->account.attempted = CONNECTIONS;
    side->account.opened = CONNECTIONS;
    side->account.outcome[OUTCOME_DONE] = CONNECTIONS;
    side->has_final = true;
    side->final.at = 3 * NS_PER_S;
    if (final != TCP_STATE_CLOSE) {
        side->final.state[final] = CONNECTIONS;
    }
    set_counter(side, opens, CONNECTIONS);
    set_counter(side, "TcpExtTW", (uint64_t)tw * CONNECTIONS);
    set_counter(side, "TcpExtTWKilled", 0);
    set_counter(side, "TcpOutSegs", 40000);
    predicted->path = strdup("established");
    predicted->final = final;
    predicted->fate = strdup("done");
    predicted->tw = tw;
}

/* Server first, 5,000 connections in 2 s of load and 1 s of settle, all as it should be. */
static struct result *as_predicted(void)
{
    struct result *result = result_new();

    result->private_lab = true;
    result->phase[PHASE_LOAD] = (struct phase_span){true, 0, 2 * NS_PER_S};
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 2 * NS_PER_S, 3 * NS_PER_S};
    result->predicted = calloc(1, sizeof *result->predicted);
    assert_non_null(result->predicted);
    result->predicted_count = 1;
    play(result, SIDE_CLIENT, "TcpActiveOpens", TCP_STATE_CLOSE, 0);
    play(result, SIDE_SERVER, "TcpPassiveOpens", TCP_STATE_TIME_WAIT, 1);
    result->side[SIDE_SERVER].final.state[TCP_STATE_LISTEN] = 1;
    return result;
}

/* What makes a result odd. */
static void none(struct result *result)
{
    (void)result;
}

static void within_one_percent(struct result *result)
{
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 4950;
    set_counter(&result->side[SIDE_SERVER], "TcpPassiveOpens", 5050);
    set_counter(&result->side[SIDE_CLIENT], "TcpRetransSegs", 40);
}

static void fewer_time_wait(struct result *result)
{
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 4210;
}

static void recycled(struct result *result)
{
    fewer_time_wait(result);
    set_counter(&result->side[SIDE_SERVER], "TcpExtTWRecycled", 790);
}

static void fewer_tw(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpExtTW", 4000);
}

/* Nothing was made that is missing: the clue must not be given. */
static void fewer_time_wait_made(struct result *result)
{
    fewer_time_wait(result);
    fewer_tw(result);
}

/* With lab: host, what an earlier run left is there before the load begins. */
static void left_by_an_earlier_run(struct result *result)
{
    struct result_side *server = &result->side[SIDE_SERVER];

    server->observation = calloc(1, sizeof *server->observation);
    assert_non_null(server->observation);
    server->observation_count = 1;
    server->observation[0].at = -100;
    server->observation[0].state[TCP_STATE_TIME_WAIT] = 2000;
    server->final.state[TCP_STATE_TIME_WAIT] = 7000;
}

static void more_than_an_earlier_run_left(struct result *result)
{
    left_by_an_earlier_run(result);
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 7200;
}

static void client_keeps_sockets(struct result *result)
{
    result->side[SIDE_CLIENT].final.state[TCP_STATE_TIME_WAIT] = 40;
}

/* A life of 4 s or less counts as TWKilled: that is no disagreement. */
static void short_lived_tw(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpExtTW", 1000);
    set_counter(&result->side[SIDE_SERVER], "TcpExtTWKilled", 4000);
}

/* Failures are outside the prediction: 300 of them may or may not leave a socket. */
static void failures(struct result *result)
{
    struct account *account = &result->side[SIDE_CLIENT].account;

    account->outcome[OUTCOME_DONE] -= 300;
    account->outcome[OUTCOME_TIMEOUT] = 300;
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 4900;
    set_counter(&result->side[SIDE_SERVER], "TcpExtTW", 4800);
}

static void race(struct result *result)
{
    result->predicted = reallocarray(result->predicted, 2, sizeof *result->predicted);
    assert_non_null(result->predicted);
    result->predicted_count = 2;
    result->predicted[1] = result->predicted[0];
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct predicted_side *predicted = &result->predicted[1].side[side];
        predicted->path = strdup("established");
        predicted->fate = strdup("done");
        predicted->tw = 1 - predicted->tw;
        predicted->final =
            predicted->final == TCP_STATE_CLOSE ? TCP_STATE_TIME_WAIT : TCP_STATE_CLOSE;
    }
    fewer_time_wait(result);
    fewer_tw(result);
}

/* 120 s of load, watched to its end: half of the TIME_WAIT had their 60 s. */
static void long_load(struct result *result)
{
    result->phase[PHASE_LOAD].end = 120 * NS_PER_S;
    result->side[SIDE_SERVER].final.at = 120 * NS_PER_S;
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 2600;
}

static void long_load_kept(struct result *result)
{
    long_load(result);
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 5000;
}

/* Orphans wait in FIN_WAIT2 for tcp_fin_timeout, 2 s: those of the first of 2 s have gone at 3 s.
 */
static void fin_wait2_orphans(struct result *result)
{
    struct result_side *server = &result->side[SIDE_SERVER];

    result->predicted[0].side[SIDE_SERVER].final = TCP_STATE_FIN_WAIT2;
    server->final.state[TCP_STATE_TIME_WAIT] = 0;
    server->final.state[TCP_STATE_FIN_WAIT2] = 2500;
    text_pairs_add(&server->sysctl, "net.ipv4.tcp_fin_timeout", "2");
}

static void fin_wait2_linger2(struct result *result)
{
    fin_wait2_orphans(result);
    text_pairs_add(&result->scenario, "server.sockopt.linger2", "1s");
    result->side[SIDE_SERVER].final.state[TCP_STATE_FIN_WAIT2] = 0;
}

/* A descriptor keeps FIN_WAIT2 for ever. */
static void fin_wait2_held(struct result *result)
{
    struct predicted_side *predicted = &result->predicted[0].side[SIDE_SERVER];

    fin_wait2_orphans(result);
    free(predicted->fate);
    predicted->fate = strdup("held");
    result->side[SIDE_SERVER].account.outcome[OUTCOME_HELD] = CONNECTIONS;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] = 0;
}

static void kernel_opened_more(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpPassiveOpens", 5200);
}

/* SYNs were dropped, and their connections may have been accepted behind the counters' reading. */
static void let_in_late(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpPassiveOpens", 4600);
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenDrops", 400);
}

static void kernel_saw_no_attempt(struct result *result)
{
    set_counter(&result->side[SIDE_CLIENT], "TcpActiveOpens", 4000);
}

/* An attempt without a port never sends a SYN. */
static void attempts_without_port(struct result *result)
{
    struct account *account = &result->side[SIDE_CLIENT].account;

    account->attempted += 1000;
    account->outcome[OUTCOME_NO_PORT] = 1000;
}

static void host_lab_unaccepted(struct result *result)
{
    result->private_lab = false;
    result->side[SIDE_SERVER].account.attempted = 4000;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] = 4000;
    result->side[SIDE_SERVER].counters.item[0].after = 4100;
}

/* Their third segment met a full queue: sent and closed, they are a good end to the client. */
static void client_alone(struct result *result)
{
    struct account *server = &result->side[SIDE_SERVER].account;

    server->attempted = server->opened = server->outcome[OUTCOME_DONE] = 4000;
    set_counter(&result->side[SIDE_SERVER], "TcpPassiveOpens", 4000);
    set_counter(&result->side[SIDE_SERVER], "TcpExtTW", 4000);
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 4000;
}

/* The server's programs end as it was not foreseen, the client's do. */
static void server_reset(struct result *result)
{
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 70;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_RESET] += 70;
}

/* One of two ends has it so: no disagreement. */
static void server_reset_as_foreseen(struct result *result)
{
    race(result);
    server_reset(result);
    free(result->predicted[1].side[SIDE_SERVER].fate);
    result->predicted[1].side[SIDE_SERVER].fate = strdup("reset");
}

static void workers_died(struct result *result)
{
    result->side[SIDE_SERVER].workers_died = 1;
}

static void workers_stood_still(struct result *result)
{
    result->side[SIDE_SERVER].account.stood_still = 800 * NS_PER_MS;
    result->side[SIDE_CLIENT].account.stood_still = 40 * NS_PER_MS;
}

static void workers_stood_still_as_told(struct result *result)
{
    const struct event_spec stop = {.kind = EVENT_STOP, .side = SIDE_SERVER};

    workers_stood_still(result);
    result_add_event(result, &stop);
}

static void workers_died_as_told(struct result *result)
{
    struct account *server = &result->side[SIDE_SERVER].account;

    workers_died(result);
    server->outcome[OUTCOME_DIED] = server->outcome[OUTCOME_DONE];
    server->outcome[OUTCOME_DONE] = 0;
    free(result->predicted[0].side[SIDE_SERVER].fate);
    result->predicted[0].side[SIDE_SERVER].fate = strdup("died");
}

/* What waited in its listener's queue is no other count of the same. */
static void died_with_its_queue(struct result *result)
{
    workers_died_as_told(result);
    kernel_opened_more(result);
    set_counter(&result->side[SIDE_SERVER], "TcpEstabResets", 200);
}

static void still_open(struct result *result)
{
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 10;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_CUT] += 4;
}

static void still_open_but_cut_short(struct result *result)
{
    still_open(result);
    result->partial = true;
}

/* Sockets on their way when the run was cut are nobody's surprise. */
static void under_way_when_cut(struct result *result)
{
    fewer_time_wait_made(result);
    client_keeps_sockets(result);
    result->partial = true;
}

static void cut_in_decay(struct result *result)
{
    client_keeps_sockets(result);
    result->partial = true;
    result->phase[PHASE_DECAY] = (struct phase_span){true, 3 * NS_PER_S, 4 * NS_PER_S};
}

/* Their time is over: that none is left is as foreseen. */
static void fin_wait2_expired(struct result *result)
{
    fin_wait2_orphans(result);
    free(result->side[SIDE_SERVER].sysctl.item[0].value);
    result->side[SIDE_SERVER].sysctl.item[0].value = strdup("1");
    result->side[SIDE_SERVER].final.at = 9 * NS_PER_S;
    result->side[SIDE_SERVER].final.state[TCP_STATE_FIN_WAIT2] = 0;
}

static void one_still_open(struct result *result)
{
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 1;
}

static void overflows_elsewhere(struct result *result)
{
    result->private_lab = false;
    result->side[SIDE_SERVER].played = false;
    result->host_counters = result->side[SIDE_SERVER].counters;
    result->side[SIDE_SERVER].counters = (struct counters){0};
    result->host_counters.item[0] = (struct counter){"TcpExtListenOverflows", 0, 3};
}

static void tw_overflow(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpExtTCPTimeWaitOverflow", 20);
}

/* Each overflow is a drop as well; only other drops are news. */
static void overflows(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenOverflows", 37);
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenDrops", 37);
}

static void drops(struct result *result)
{
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenDrops", 12);
}

static void overflows_of_a_stopped_server(struct result *result)
{
    overflows(result);
    fixture_event(result, "{at: 1s, stop: server}");
}

static void drops_of_requests(struct result *result)
{
    drops(result);
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_syncookies", "0");
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_max_syn_backlog", "16");
}

static void retransmissions(struct result *result)
{
    set_counter(&result->side[SIDE_CLIENT], "TcpRetransSegs", 1234);
}

/* TcpOutSegs does not count them. */
static void more_sent_again_than_not(struct result *result)
{
    set_counter(&result->side[SIDE_CLIENT], "TcpRetransSegs", 3277);
    set_counter(&result->side[SIDE_CLIENT], "TcpOutSegs", 2286);
}

static void loss_probes(struct result *result)
{
    set_counter(&result->side[SIDE_CLIENT], "TcpRetransSegs", 1234);
    set_counter(&result->side[SIDE_CLIENT], "TcpExtTCPLossProbes", 1230);
}

/* Without a model or a measurement there is nothing to disagree with. */
static void retransmissions_by_faults(struct result *result)
{
    retransmissions(result);
    fixture_fault(result, "{at: 0s, drop: 5%}");
}

/* What a killed server's kernel accepted nobody took up. */
static void killed_by_an_event(struct result *result)
{
    fixture_event(result, "{at: 1s, kill: server}");
    kernel_opened_more(result);
}

static void overflows_in_spite_of_faults(struct result *result)
{
    fixture_fault(result, "{at: 0s, drop: 5%}");
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenOverflows", 37);
    set_counter(&result->side[SIDE_SERVER], "TcpExtListenDrops", 37);
}

static void a_fault_that_failed(struct result *result)
{
    struct moment *entry = fixture_fault(result, "{drop: fin}");

    entry->error = strdup("nftables: no such file");
}

static void a_start_that_was_refused(struct result *result)
{
    struct moment *entry = fixture_event(result, "{start: server}");

    entry->refusals = 12;
    entry->error = strdup("it was not ready in time");
}

static void nothing_known(struct result *result)
{
    fewer_time_wait(result);
    fewer_tw(result);
    result->side[SIDE_SERVER].has_final = false;
    result->side[SIDE_SERVER].counters.item[1].name[0] = 'x'; /* no TcpExtTW */
}

/* What says that prediction, roles and kernel do not agree, or that the kernel counted what it
 * should not. */
static const char *const watched[] = {
    "timeline.failed",      "connections.miscounted", "connections.not_accepted",
    "segments.resent",      "connections.unfinished", "syn_queue.full",
    "listener.dropped",     "accept_queue.full",      "workers.died",
    "workers.lost",         "workers.stood_still",    "time_wait.overflow",
    "prediction.elsewhere", "prediction.time_wait",   "prediction.failed"};

static bool is_watched(const struct remark *remark)
{
    for (size_t i = 0; i < sizeof watched / sizeof watched[0]; i++) {
        if (strcmp(watched[i], remark->id) == 0) {
            return true;
        }
    }
    return false;
}

struct due {
    const char *id;
    const char *metric; /* of its evidence, or NULL */
    double value;
    const char *saying; /* a part of its text, or NULL */
};

static const struct {
    const char *name;
    void (*make)(struct result *result);
    struct due due[5]; /* no others of those that are watched */
} cases[] = {
    {"none", none, {{0}}},
    {"within_one_percent", within_one_percent, {{0}}},
    {"fewer_time_wait",
     fewer_time_wait,
     {{"prediction.elsewhere", "server.time_wait.final", 4210, "5,000 were made (TcpExtTW)"}}},
    {"recycled", recycled, {{"prediction.elsewhere", "server.time_wait.final", 4210, "of 790"}}},
    {"fewer_time_wait_made",
     fewer_time_wait_made,
     {{"prediction.elsewhere", "server.time_wait.final", 4210, NULL},
      {"prediction.time_wait", "server.counter.TcpExtTW", 4000, NULL}}},
    {"left_by_an_earlier_run", left_by_an_earlier_run, {{0}}},
    {"more_than_an_earlier_run_left",
     more_than_an_earlier_run_left,
     {{"prediction.elsewhere", "server.time_wait.final", 7200, NULL}}},
    {"client_keeps_sockets",
     client_keeps_sockets,
     {{"prediction.elsewhere", "connections.foreseen", 5000, "40 sockets were left there"}}},
    {"fewer_tw",
     fewer_tw,
     {{"prediction.time_wait", "server.counter.TcpExtTW", 4000, "TcpExtTWKilled counted 4,000"}}},
    {"short_lived_tw", short_lived_tw, {{0}}},
    {"failures", failures, {{"prediction.failed", "connections.foreseen", 4700, "300 of 5,000"}}},
    {"client_alone",
     client_alone,
     {{"connections.not_accepted", "server.counter.TcpPassiveOpens", 4000,
       "the other 1,000 were established on the client alone"},
      {"prediction.failed", "server.attempted", 4000, "1,000 connections that the client ended"},
      {"prediction.elsewhere", "server.time_wait.final", 4000, NULL},
      {"prediction.time_wait", "server.counter.TcpExtTW", 4000, NULL}}},
    {"server_reset",
     server_reset,
     {{"prediction.failed", "server.outcome.reset", 70, "70 of the 5,000 connections"}}},
    {"server_reset_as_foreseen", server_reset_as_foreseen, {{0}}},
    {"race", race, {{0}}},
    {"long_load", long_load, {{0}}},
    {"long_load_kept",
     long_load_kept,
     {{"prediction.elsewhere", "server.time_wait.final", 5000, "5,000 of about 2,500"}}},
    {"fin_wait2_orphans", fin_wait2_orphans, {{0}}},
    {"fin_wait2_linger2", fin_wait2_linger2, {{0}}},
    {"fin_wait2_held",
     fin_wait2_held,
     {{"prediction.elsewhere", "server.fin_wait2.final", 2500, "only 2,500 of 5,000"}}},
    {"kernel_opened_more",
     kernel_opened_more,
     {{"connections.miscounted", "server.counter.TcpPassiveOpens", 5200, "accepted 5,000"}}},
    {"let_in_late",
     let_in_late,
     {{"listener.dropped", NULL, 0, NULL}, {"connections.not_accepted", NULL, 0, NULL}}},
    {"kernel_saw_no_attempt",
     kernel_saw_no_attempt,
     {{"connections.miscounted", "client.counter.TcpActiveOpens", 4000, "began 5,000"}}},
    {"attempts_without_port",
     attempts_without_port,
     {{"prediction.failed", "connections.foreseen", 5000, "1,000 of 6,000"}}},
    {"host_lab_unaccepted",
     host_lab_unaccepted,
     {{"connections.not_accepted", "server.attempted", 4000, NULL},
      {"prediction.failed", "server.attempted", 4000, "never came to the server's program"}}},
    {"workers_died",
     workers_died,
     {{"workers.lost", "server.workers_died", 1, "1 of the server's 2 worker processes"}}},
    {"workers_died_as_told",
     workers_died_as_told,
     {{"workers.died", "server.workers_died", 1, NULL}}},
    {"workers_stood_still",
     workers_stood_still,
     {{"workers.stood_still", "server.stood_still", 0.8, "for about 800 ms"}}},
    {"workers_stood_still_as_told", workers_stood_still_as_told, {{0}}},
    {"died_with_its_queue",
     died_with_its_queue,
     {{"workers.died", "server.workers_died", 1, NULL}}},
    {"still_open",
     still_open,
     {{"connections.unfinished", "server.outcome.cut", 4, "10 connections of the server were"}}},
    {"still_open_but_cut_short", still_open_but_cut_short, {{0}}},
    {"under_way_when_cut", under_way_when_cut, {{0}}},
    {"cut_in_decay", cut_in_decay, {{"prediction.elsewhere", NULL, 0, "40 sockets"}}},
    {"fin_wait2_expired", fin_wait2_expired, {{0}}},
    {"one_still_open",
     one_still_open,
     {{"connections.unfinished", NULL, 0, "1 connection of the server was still open"}}},
    {"overflows_elsewhere",
     overflows_elsewhere,
     {{"accept_queue.full", "host.counter.TcpExtListenOverflows", 3, NULL}}},
    {"tw_overflow",
     tw_overflow,
     {{"time_wait.overflow", "server.counter.TcpExtTCPTimeWaitOverflow", 20, NULL}}},
    {"overflows",
     overflows,
     {{"accept_queue.full", "server.counter.TcpExtListenOverflows", 37, NULL}}},
    {"drops", drops, {{"listener.dropped", "server.counter.TcpExtListenDrops", 12, NULL}}},
    {"overflows_of_a_stopped_server",
     overflows_of_a_stopped_server,
     {{"accept_queue.full", NULL, 0, "As long as the server was stopped"}}},
    {"drops_of_requests",
     drops_of_requests,
     {{"syn_queue.full", "server.sysctl.net.ipv4.tcp_max_syn_backlog", 16, NULL}}},
    {"loss_probes", loss_probes, {{0}}},
    {"retransmissions",
     retransmissions,
     {{"segments.resent", "client.counter.TcpRetransSegs", 1234,
       "sent 1,234 segments again (TcpRetransSegs) beside the 40,000 of TcpOutSegs"}}},
    {"more_sent_again_than_not",
     more_sent_again_than_not,
     {{"segments.resent", "client.counter.TcpOutSegs", 2286, "sent 3,277 segments again"}}},
    {"retransmissions_by_faults", retransmissions_by_faults, {{0}}},
    {"killed_by_an_event", killed_by_an_event, {{0}}},
    {"overflows_in_spite_of_faults",
     overflows_in_spite_of_faults,
     {{"accept_queue.full", "server.counter.TcpExtListenOverflows", 37, NULL}}},
    {"a_fault_that_failed",
     a_fault_that_failed,
     {{"timeline.failed", NULL, 0, "into the load, failed: nftables: no such file."}}},
    {"a_start_that_was_refused", a_start_that_was_refused, {{0}}},
    {"nothing_known", nothing_known, {{0}}},
};

static bool is_as_due(const struct remark *remark, const struct due *due)
{
    double value;

    return strcmp(remark->id, due->id) == 0 &&
           (due->saying == NULL || strstr(remark->text, due->saying) != NULL) &&
           (due->metric == NULL || (remark_evidence(remark, due->metric, &value) &&
                                    value >= due->value && value <= due->value));
}

static bool is_found(const struct result *result, const struct due *due)
{
    for (size_t i = 0; i < result->remark_count; i++) {
        if (is_as_due(&result->remark[i], due)) {
            return true;
        }
    }
    return false;
}

static void each_disagreement_is_told_and_no_other(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = as_predicted();
        size_t count = 0;
        cases[i].make(result);
        explain(result);
        explain(result); /* anew, not once more */
        for (size_t k = 0; k < result->remark_count; k++) {
            count += is_watched(&result->remark[k]);
        }
        for (const struct due *due = cases[i].due; due->id != NULL; due++, count--) {
            if (!is_found(result, due)) {
                fail_msg("%s: no such %s", cases[i].name, due->id);
            }
        }
        if (count != 0) {
            fail_msg("%s: %zu more than are due", cases[i].name, count);
        }
        result_free(result);
    }
}

static void the_whole_machine_is_named_as_such(void **state)
{
    static const struct due due = {"segments.resent", "host.counter.TcpRetransSegs", 900,
                                   "This machine (other programs included)"};
    struct result *result = result_new();
    struct result_side machine = {0};

    (void)state;
    set_counter(&machine, "TcpRetransSegs", 900);
    result->host_counters = machine.counters;
    explain(result);
    assert_true(is_found(result, &due));
    result_free(result);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_disagreement_is_told_and_no_other),
        cmocka_unit_test(the_whole_machine_is_named_as_such),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
