#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/result.h"
#include "fixture_timeline.h"

/*
 * 10 s of load, 10 s of settle, 10 s of decay.  The server's TIME_WAIT: 0 at 0 s, 100 at 10 s,
 * 100 at 20 s, 40 at 30 s.  100 connections attempted: 90 done, 3 reset, 5 refused, 2 still open.
 */
static struct result *hand_made(void)
{
    static const struct {
        int64_t seconds;
        uint32_t time_wait;
    } seen[] = {{-1, 7}, {0, 0}, {10, 100}, {20, 100}, {30, 40}};
    struct result *result = result_new();
    struct result_side *client = &result->side[SIDE_CLIENT];
    struct result_side *server = &result->side[SIDE_SERVER];

    result->phase[PHASE_LOAD] = (struct phase_span){true, 0, 10 * NS_PER_S};
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 10 * NS_PER_S, 20 * NS_PER_S};
    result->phase[PHASE_DECAY] = (struct phase_span){true, 20 * NS_PER_S, 30 * NS_PER_S};
    server->observation_count = sizeof seen / sizeof seen[0];
    server->observation = calloc(server->observation_count, sizeof *server->observation);
    assert_non_null(server->observation);
    for (size_t i = 0; i < server->observation_count; i++) {
        server->observation[i].at = seen[i].seconds * NS_PER_S;
        server->observation[i].state[TCP_STATE_TIME_WAIT] = seen[i].time_wait;
    }
    server->has_final = true;
    server->final = server->observation[3];
    client->played = true;
    client->account.attempted = 100;
    client->account.opened = 95;
    client->account.outcome[OUTCOME_DONE] = 90;
    client->account.outcome[OUTCOME_RESET] = 3;
    client->account.outcome[OUTCOME_REFUSED] = 5;
    client->account.error[ECONNREFUSED] = 5;
    client->account.cpu_user = 1500 * NS_PER_MS;
    client->account.cpu_system = 500 * NS_PER_MS;
    client->account.bytes_sent = 4096;
    for (int64_t ms = 1; ms <= 2; ms++) {
        histogram_record(&client->account.latency[LATENCY_CONNECT], ms * NS_PER_MS);
    }
    return result;
}

static void add_counter(struct counters *counters, const char *name, uint64_t before,
                        uint64_t after)
{
    struct counter *counter = counters_add(counters, name);

    assert_non_null(counter);
    counter->before = before;
    counter->after = after;
}

static void predict(struct result *result, const char *client_fate)
{
    result->predicted = calloc(1, sizeof *result->predicted);
    assert_non_null(result->predicted);
    result->predicted_count = 1;
    result->predicted[0].side[SIDE_CLIENT].fate = strdup(client_fate);
    result->predicted[0].side[SIDE_SERVER].fate = strdup("done");
}

static void assert_value(const struct result *result, const char *name, double expected)
{
    double value = NAN;

    if (!result_metric(result, name, &value)) {
        fail_msg("%s is absent, expected %.17g", name, expected);
    }
    if (fabs(value - expected) > 1e-12 * fabs(expected)) {
        fail_msg("%s is %.17g, expected %.17g", name, value, expected);
    }
}

static void assert_absent(const struct result *result, const char *name)
{
    double value = 0;

    if (result_metric(result, name, &value)) {
        fail_msg("%s is %.17g, expected it to be absent", name, value);
    }
}

static bool is_listed(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->metric_count; i++) {
        if (strcmp(result->metric[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void values_are_exact(void **state)
{
    static const struct {
        const char *name;
        double value;
    } expected[] = {
        {"server.time_wait.peak", 100},
        {"server.time_wait.mean", 75}, /* (50 × 10 s + 100 × 10 s) / 20 s */
        {"server.time_wait.final", 100},
        {"server.time_wait.slope", 10},
        {"server.time_wait.area", 2200}, /* 500 + 1000 + 700 */
        {"server.time_wait.last", 30},   /* the last of decay */
        {"server.close_wait.peak", 0},
        {"connections.attempted", 100},
        {"connections.opened", 95},
        {"connections.completed", 90},
        {"connections.failed", 8},
        {"connections.rate", 9},
        {"latency.connect.min", 0.001},
        {"latency.connect.mean", 0.0015},
        {"latency.connect.max", 0.002},
        {"latency.connect.p999", 0.002},
        {"errors.ECONNREFUSED", 5},
        {"client.errors.ECONNREFUSED", 5},
        {"outcome.refused", 5},
        {"outcome.cut", 0},
        {"client.outcome.done", 90},
        {"client.bytes_sent", 4096},
        {"cpu.client", 2},
    };
    struct result *result = hand_made();

    (void)state;
    for (int measured = 0; measured < 2; measured++) {
        for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
            assert_value(result, expected[i].name, expected[i].value);
        }
        result_measure(result);
    }
    result_free(result);
}

/* A killed worker's connections may have been established before it looked at them. */
static void what_the_server_accepted_was_opened(void **state)
{
    struct result *result = hand_made();
    struct result_side *server = &result->side[SIDE_SERVER];
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    server->played = true;
    server->account.attempted = server->account.opened = 98;
    assert_value(result, "connections.opened", 95); /* others, for none was killed */
    client->outcome[OUTCOME_KILLED] = 2;
    assert_value(result, "connections.opened", 97);
    client->outcome[OUTCOME_KILLED] = 5;
    assert_value(result, "connections.opened", 98);
    assert_value(result, "client.opened", 95);
    server->account.opened = 12; /* some wait in its queue still */
    assert_value(result, "connections.opened", 95);
    result_free(result);
}

static void what_was_not_measured_is_absent(void **state)
{
    static const char *const names[] = {
        "client.time_wait.peak",  /* never observed */
        "client.time_wait.final", /* */
        "cpu.server",             /* not played */
        "server.outcome.done",
        "server.errors.EPIPE",
        "server.bytes_sent",
        "latency.close.p50",
        "sampler.cost",
        "cpu.host",
        "cpu.host.softirq",
        "client.counter.TcpExtTW",
        "host.counter.TcpExtTW",
        "no.such.metric",
        "",
    };
    struct result *result = hand_made();

    (void)state;
    result_measure(result);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_absent(result, names[i]);
    }
    result->side[SIDE_SERVER].has_final = false;
    result_measure(result);
    assert_absent(result, "server.time_wait.final");
    result_free(result);
    result = result_new();
    result_measure(result);
    assert_int_equal(result->metric_count, 0);
    assert_absent(result, "connections.attempted");
    assert_absent(result, "errors.EPIPE");
    result_free(result);
}

static void a_run_cut_in_load_has_no_settle(void **state)
{
    struct result *result = hand_made();

    (void)state;
    result->phase[PHASE_SETTLE].reached = false;
    result->phase[PHASE_DECAY].reached = false;
    assert_value(result, "server.time_wait.mean", 50);
    result->phase[PHASE_LOAD].reached = false;
    assert_absent(result, "server.time_wait.peak");
    assert_absent(result, "server.time_wait.mean");
    assert_absent(result, "server.time_wait.slope");
    assert_absent(result, "connections.rate");
    result_free(result);
}

static void the_final_observation_counts_for_the_peak(void **state)
{
    struct result *result = hand_made();

    (void)state;
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 101;
    assert_value(result, "server.time_wait.peak", 101);
    result_free(result);
}

/* What sockstat told between two observations is TIME_WAIT's, and of no other state. */
static void what_was_counted_between_observations_is_of_time_wait(void **state)
{
    struct result *result = hand_made();
    struct result_side *server = &result->side[SIDE_SERVER];
    size_t count;

    (void)state;
    server->sockstat = calloc(2, sizeof *server->sockstat);
    assert_non_null(server->sockstat);
    server->sockstat[server->sockstat_count++] = (struct series_point){5 * NS_PER_S, 150};
    server->sockstat[server->sockstat_count++] = (struct series_point){35 * NS_PER_S, 30};
    struct series_point *points = result_points(server, TCP_STATE_TIME_WAIT, &count);
    assert_int_equal(count, server->observation_count + 2);
    for (size_t i = 1; i < count; i++) {
        assert_true(points[i].at > points[i - 1].at);
    }
    assert_true(points[2].value == 150 && points[count - 1].value == 30);
    free(points);
    assert_value(result, "server.time_wait.peak", 150);
    assert_value(result, "server.time_wait.mean", (5 * 75 + 5 * 125 + 10 * 100) / 20.0);
    points = result_points(server, TCP_STATE_CLOSE_WAIT, &count);
    assert_int_equal(count, server->observation_count);
    free(points);
    result_free(result);
}

/* Which samples there were, and what they come to: 1,000 a second for a second, settle another. */
struct seen_case {
    const char *name;
    int64_t ms[8]; /* when the pile was looked at; 0: no more */
    int64_t final; /* ms of the last observation of settle; 0: none */
    double mean;   /* 750 is the truth */
};

static double pile_at(int64_t ms)
{
    return ms <= 0 ? 0 : ms < 1000 ? (double)ms : 1000;
}

static struct result *growing_pile(const struct seen_case *seen)
{
    struct result *result = result_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    result->phase[PHASE_LOAD] = (struct phase_span){true, 0, NS_PER_S};
    result->phase[PHASE_SETTLE] = (struct phase_span){true, NS_PER_S, 2 * NS_PER_S};
    server->observation = calloc(8, sizeof *server->observation);
    assert_non_null(server->observation);
    for (size_t i = 0; i < 8 && seen->ms[i] != 0; i++) {
        struct observation *observation = &server->observation[server->observation_count++];
        observation->at = seen->ms[i] * NS_PER_MS;
        observation->state[TCP_STATE_TIME_WAIT] = (uint32_t)pile_at(seen->ms[i]);
    }
    server->has_final = seen->final != 0;
    server->final.at = seen->final * NS_PER_MS;
    server->final.state[TCP_STATE_TIME_WAIT] = (uint32_t)pile_at(seen->final);
    return result;
}

static void a_growing_pile_has_the_mean_of_its_integral(void **state)
{
    static const struct seen_case cases[] = {
        {"all", {-5, 100, 300, 700, 1000, 1500, 2001}, 2001, 750},
        {"none before", {100, 300, 700, 1000, 1500, 2001}, 2001, 750},
        {"a late first one", {-5, 600, 1000, 2001}, 2001, 750},
        {"none at the end of settle", {-5, 500, 1000, 1400}, 0, 750},
        {"none after the load but the final one", {-5, 500, 1000}, 2001, 750},
        {"the final one alone", {-5}, 2000, 500}, /* the line to it is all that is known */
        {"one alone", {-5, 1000}, 0, 750},
        {"one that came late", {-5, 1000, 4000}, 0, 750},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = growing_pile(&cases[i]);
        double peak = 0;
        print_message("%s\n", cases[i].name);
        assert_value(result, "server.time_wait.mean", cases[i].mean);
        assert_value(result, "server.close_wait.mean", 0);
        assert_true(result_metric(result, "server.time_wait.peak", &peak) && peak >= 1000);
        result_free(result);
    }
}

/* With a decay phase samples go on behind the final one, which is a point between them. */
static void the_final_observation_is_in_the_mean_before_a_decay(void **state)
{
    struct result *result = growing_pile(&(struct seen_case){"", {-5, 1000, 3000}, 2000, 0});

    (void)state;
    result->phase[PHASE_DECAY] = (struct phase_span){true, 2 * NS_PER_S, 3 * NS_PER_S};
    result->side[SIDE_SERVER].final.state[TCP_STATE_TIME_WAIT] = 200;
    assert_value(result, "server.time_wait.mean", 550); /* (500 + 600) / 2 */
    assert_value(result, "server.time_wait.area", 1700);
    result_free(result);
}

/* A pile that stands in the series from before the load on has it for a beginning. */
static void what_stood_at_the_start_is_in_mean_and_peak(void **state)
{
    struct result *result = growing_pile(&(struct seen_case){"", {-5, 2000}, 0, 0});
    struct observation *seen = result->side[SIDE_SERVER].observation;

    (void)state;
    seen[0].state[TCP_STATE_LISTEN] = 3;
    seen[1].state[TCP_STATE_LISTEN] = 1;
    assert_value(result, "server.listen.mean", 2);
    assert_value(result, "server.listen.peak", 3);
    assert_value(result, "server.listen.area", 4);
    seen[0].at = NS_PER_S; /* not looked at before */
    assert_value(result, "server.listen.mean", 2.5);
    result->side[SIDE_SERVER].observation_count = 0;
    assert_absent(result, "server.listen.mean");
    assert_absent(result, "server.listen.area");
    result_free(result);
}

/* So short a run that no sample fell into it. */
static void the_final_observation_alone_is_one(void **state)
{
    struct result *result = hand_made();

    (void)state;
    result->side[SIDE_SERVER].observation_count = 1; /* before the load */
    assert_value(result, "server.time_wait.peak", 100);
    assert_value(result, "server.time_wait.mean", 53.5); /* from 7 */
    assert_absent(result, "server.time_wait.slope");
    result->side[SIDE_SERVER].has_final = false;
    assert_absent(result, "server.time_wait.peak");
    result_free(result);
}

/* Counters that stood still and errnos that did not occur are 0, but not listed. */
static void zeros_that_are_left_out(void **state)
{
    struct result *result = hand_made();

    (void)state;
    add_counter(&result->side[SIDE_SERVER].counters, "TcpExtTW", 5, 105);
    add_counter(&result->side[SIDE_SERVER].counters, "TcpExtTWKilled", 9, 9);
    add_counter(&result->side[SIDE_SERVER].counters, "TcpCurrEstab", 9, 7);
    add_counter(&result->host_counters, "TcpActiveOpens", 1, 3);
    result_measure(result);
    assert_value(result, "server.counter.TcpExtTW", 100);
    assert_value(result, "server.counter.TcpExtTWKilled", 0);
    assert_value(result, "server.counter.TcpCurrEstab", -2);
    assert_value(result, "host.counter.TcpActiveOpens", 2);
    assert_value(result, "errors.EPIPE", 0);
    assert_value(result, "client.errors.EPIPE", 0);
    assert_absent(result, "server.counter.TcpExtNoSuchCounter");
    assert_true(is_listed(result, "server.counter.TcpExtTW"));
    assert_true(is_listed(result, "server.counter.TcpCurrEstab"));
    assert_true(is_listed(result, "errors.ECONNREFUSED"));
    assert_true(is_listed(result, "client.time_wait.peak") == false);
    assert_true(is_listed(result, "server.close_wait.peak"));
    assert_false(is_listed(result, "server.counter.TcpExtTWKilled"));
    assert_false(is_listed(result, "errors.EPIPE"));
    assert_false(is_listed(result, "client.errors.EPIPE"));
    result_free(result);
}

static void the_prediction_says_what_completed_means(void **state)
{
    struct result *result = hand_made();

    (void)state;
    assert_value(result, "connections.completed", 90); /* done and held always have */
    predict(result, "reset");
    assert_value(result, "connections.completed", 93);
    assert_value(result, "connections.failed", 5);
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_CUT] = 2;
    assert_value(result, "connections.failed", 5); /* cut short is not failed */
    result_free(result);
}

/* Whatever the model foresees of it, who did not get a message has failed. */
static void a_message_due_is_a_failure(void **state)
{
    struct result *result = hand_made();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    predict(result, "reset");
    client->due[OUTCOME_RESET] = 2;
    client->outcome[OUTCOME_DONE] = 89;
    client->outcome[OUTCOME_HELD] = 1;
    client->due[OUTCOME_HELD] = 1;
    client->due[OUTCOME_EOF] = 1; /* nobody foresaw it: failed anyway */
    assert_value(result, "connections.completed", 90);
    assert_value(result, "connections.failed", 8);
    assert_value(result, "client.message_due", 4);
    assert_absent(result, "server.message_due"); /* not ours */
    result_free(result);
}

static void statuses_are_counted_by_class_too(void **state)
{
    struct result *result = hand_made();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    assert_absent(result, "client.http.2xx"); /* not known to speak HTTP */
    text_pairs_add(&result->scenario, "protocol", "http");
    client->status[200 - HTTP_STATUS_MIN] = 5;
    client->status[299 - HTTP_STATUS_MIN] = 2;
    client->status[599 - HTTP_STATUS_MIN] = 1;
    assert_value(result, "client.http.2xx", 7);
    assert_value(result, "client.http.5xx", 1);
    assert_value(result, "client.http.1xx", 0);
    assert_value(result, "client.http.status.299", 2);
    assert_value(result, "client.http.status.404", 0);
    assert_absent(result, "server.http.2xx"); /* it is not played */
    result->side[SIDE_SERVER].played = true;
    result->side[SIDE_SERVER].account.status[204 - HTTP_STATUS_MIN] = 3;
    assert_value(result, "server.http.2xx", 3);
    result_free(result);
}

/* What each role knows of who closed first, put together. */
static void who_closed_first(void **state)
{
    static const struct {
        uint64_t opened, client_first, client_second, server_first, server_second;
        double client, server, both, unknown;
        uint64_t accepted; /* 0: as many as were opened */
    } cases[] = {
        {100, 100, 0, 0, 100, 100, 0, 0, 0},
        {100, 0, 100, 100, 0, 0, 100, 0, 0},
        {100, 70, 30, 60, 40, 40, 30, 30, 0}, /* 30 FINs crossed */
        {100, 100, 0, 100, 0, 0, 0, 100, 0},
        {600, 165, 423, 0, 0, 165, 423, 0, 12}, /* a foreign server */
        {100, 0, 0, 0, 90, 90, 0, 0, 10},       /* a killed client */
        {100, 0, 0, 0, 0, 0, 0, 0, 100},
        {3812, 0, 0, 3812, 1, 1, 3812, 0, 0,
         3813}, /* accepted, and never seen by a killed client */
        {100, 40, 60, 61, 42, 42, 61, 0, 0, 103},
        {100, 100, 0, 0, 50, 100, 0, 0, 0, 50}, /* half were never accepted */
        {100, 0, 100, 0, 100, 0, 0, 0, 100, 0}, /* RSTs of the link toward both */
        {100, 10, 80, 20, 70, 20, 30, 0, 50, 0},
        {100, 0, 0, 0, 0, 0, 0, 0, 103, 103},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = hand_made();
        struct account *client = &result->side[SIDE_CLIENT].account;
        struct account *server = &result->side[SIDE_SERVER].account;
        client->opened = cases[i].opened;
        server->opened = cases[i].accepted > 0 ? cases[i].accepted : cases[i].opened;
        client->closed_first = cases[i].client_first;
        client->closed_second = cases[i].client_second;
        server->closed_first = cases[i].server_first;
        server->closed_second = cases[i].server_second;
        assert_value(result, "closed_first.client", cases[i].client);
        assert_value(result, "closed_first.server", cases[i].server);
        assert_value(result, "closed_first.both", cases[i].both);
        assert_value(result, "closed_first.unknown", cases[i].unknown);
        result_free(result);
    }
}

static void saw(struct result_side *side, uint64_t first, uint64_t second)
{
    side->played = side->has_final = true;
    side->account.opened = first + second;
    side->account.closed_first = first;
    side->account.closed_second = second;
}

static void counted(struct result_side *side, uint64_t minis, uint64_t killed, uint64_t rsts)
{
    add_counter(&side->counters, "TcpExtTW", 5, 5 + minis);
    add_counter(&side->counters, "TcpExtTWKilled", 0, killed);
    add_counter(&side->counters, "TcpOutRsts", 0, rsts);
    add_counter(&side->counters, "TcpExtTCPTimeWaitOverflow", 7, 7);
}

/* Where all ended by FINs a mini-socket is of a first one; the roles looked a moment too early. */
static void the_kernels_know_better_who_closed_first(void **state)
{
    static const struct {
        uint64_t client_minis, server_minis, rsts;
        uint32_t left; /* sockets that may make another */
        double client, server, both;
    } cases[] = {
        {58, 50, 0, 0, 50, 42, 8},
        {60, 40, 0, 0, 60, 40, 0},
        {58, 50, 1, 0, 55, 40, 5}, /* a RST leaves no mini-socket */
        {58, 50, 0, 1, 55, 40, 5},
        {50, 45, 0, 0, 55, 40, 5}, /* one was not made, for whatever reason */
        {101, 50, 0, 0, 55, 40, 5},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = hand_made();
        struct result_side *client = &result->side[SIDE_CLIENT];
        struct result_side *server = &result->side[SIDE_SERVER];
        saw(client, 60, 40);
        saw(server, 45, 55);
        counted(client, cases[i].client_minis - 1, 1, 0);
        counted(server, cases[i].server_minis, 0, cases[i].rsts);
        server->final.state[TCP_STATE_LAST_ACK] = cases[i].left;
        assert_value(result, "closed_first.client", cases[i].client);
        assert_value(result, "closed_first.server", cases[i].server);
        assert_value(result, "closed_first.both", cases[i].both);
        assert_value(result, "closed_first.unknown", 0);
        result_free(result);
    }
}

static void the_server_drives_when_it_is_alone(void **state)
{
    struct result *result = hand_made();

    (void)state;
    result->side[SIDE_CLIENT].played = false;
    result->side[SIDE_SERVER].played = true;
    result->side[SIDE_SERVER].account.attempted = 7;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_EOF] = 7;
    histogram_record(&result->side[SIDE_SERVER].account.latency[LATENCY_LIFE], NS_PER_S);
    assert_value(result, "connections.attempted", 7);
    assert_value(result, "connections.failed", 7);
    assert_value(result, "outcome.eof", 7);
    assert_value(result, "latency.life.max", 1);
    assert_absent(result, "latency.connect.max");
    assert_absent(result, "client.outcome.done");
    result_free(result);
}

/* 0, 1/rate, 2/rate and so on, as long as there are connections and load.duration is not over. */
static void what_was_due_is_the_scenarios(void **state)
{
    static const struct {
        const char *rate, *connections, *duration;
        double due; /* 0: absent */
    } rows[] = {
        {"100/s", "0", "3s", 300},     {"100/s", "250", "3s", 250}, {"100/s", "250", "0s", 250},
        {"100/s", "50000", "3s", 300}, {"3/s", "0", "500ms", 2},    {"max", "250", "3s", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = hand_made();
        text_pairs_add(&result->scenario, "load.rate", rows[i].rate);
        text_pairs_add(&result->scenario, "load.connections", rows[i].connections);
        text_pairs_add(&result->scenario, "load.duration", rows[i].duration);
        if (rows[i].due > 0) {
            assert_value(result, "connections.scheduled", rows[i].due);
        } else {
            assert_absent(result, "connections.scheduled");
        }
        result->cut_by = strdup("SIGINT");
        assert_absent(result, "connections.scheduled");
        assert_absent(result, "connections.missed");
        result_free(result);
    }
}

static void what_was_not_begun_is_missed(void **state)
{
    static const struct {
        const char *rate, *connections, *duration;
        uint64_t attempted;
        double missed; /* -1: absent */
        bool short_of;
    } rows[] = {
        {"100/s", "0", "3s", 300, 0, false},  {"100/s", "0", "3s", 301, 0, false},
        {"100/s", "0", "3s", 290, 10, false}, {"100/s", "0", "3s", 200, 100, true},
        {"100/s", "50", "3s", 50, 0, false},  {"100/s", "50", "0s", 10, 40, true},
        {"max", "50", "0s", 50, 0, false},    {"max", "50", "0s", 49, 1, true},
        {"max", "50", "3s", 20, -1, false},   {"max", "0", "3s", 20, -1, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = hand_made();
        text_pairs_add(&result->scenario, "load.rate", rows[i].rate);
        text_pairs_add(&result->scenario, "load.connections", rows[i].connections);
        text_pairs_add(&result->scenario, "load.duration", rows[i].duration);
        result->side[SIDE_CLIENT].account.attempted = rows[i].attempted;
        if (rows[i].missed >= 0) {
            assert_value(result, "connections.missed", rows[i].missed);
        } else {
            assert_absent(result, "connections.missed");
        }
        assert_int_equal(result_fell_short(result), rows[i].short_of);
        result->side[SIDE_CLIENT].account.outcome[OUTCOME_DIED] = 1;
        assert_false(result_fell_short(result));
        result_free(result);
    }
}

static void the_last_tenth_against_the_first(void **state)
{
    struct result *result = result_new();

    (void)state;
    assert_absent(result, "connections.opened.slowdown");
    result->has_opening = true;
    assert_absent(result, "connections.opened.slowdown");
    result->opening_first = 3 * NS_PER_S;
    result->opening_last = 4 * NS_PER_S;
    assert_value(result, "connections.opened.slowdown", 0.25);
    result->opening_last = 2 * NS_PER_S;
    assert_value(result, "connections.opened.slowdown", -0.5);
    result_free(result);
}

static void sampler_figures(void **state)
{
    struct result *result = result_new();

    (void)state;
    result->has_sampler = true;
    result->sampler_cpu = 250 * NS_PER_MS;
    result->sampler_gap_max = 2 * NS_PER_S;
    assert_value(result, "sampler.cost", 0.25);
    assert_value(result, "sampler.gap", 2);
    assert_absent(result, "sampler.time_wait_gap");
    result->sampler_time_wait_gap = NS_PER_S;
    assert_value(result, "sampler.time_wait_gap", 1);
    assert_absent(result, "sampler.late");
    result->sampler_late = NS_PER_S / 2;
    assert_value(result, "sampler.late", 0.5);
    assert_absent(result, "cpu.host");
    result->has_host_cpu = true;
    result->host_cpu = (struct host_cpu){.user = NS_PER_S, .softirq = NS_PER_S / 4};
    assert_value(result, "cpu.host", 1.25);
    assert_value(result, "cpu.host.softirq", 0.25);
    result_free(result);
}

static void a_lab_is_made_and_ends(void **state)
{
    struct result *result = result_new();

    (void)state;
    assert_absent(result, "lab.teardown"); /* of a file that does not tell */
    result->has_lab = true;
    result->lab_teardown = 20 * NS_PER_MS;
    assert_absent(result, "lab.setup"); /* lab: host */
    assert_value(result, "lab.teardown", 0.02);
    result->lab_setup = 10 * NS_PER_MS;
    assert_value(result, "lab.setup", 0.01);
    result_free(result);
}

static void the_last_restart_counts_and_all_refusals(void **state)
{
    struct result *result = hand_made();

    (void)state;
    assert_absent(result, "timeline.restart");
    assert_absent(result, "timeline.refusals");
    fixture_event(result, "{at: 1s, kill: server}")->has_took = true;
    assert_absent(result, "timeline.refusals");
    for (int64_t i = 1; i <= 2; i++) {
        struct moment *entry = fixture_event(result, "{at: 2s, start: server}");
        entry->refusals = 5;
        entry->has_took = true;
        entry->took = i * 250 * NS_PER_MS;
    }
    assert_value(result, "timeline.restart", 0.5);
    assert_value(result, "timeline.refusals", 10);
    result->moment[2].has_took = false;
    assert_absent(result, "timeline.restart");
    result_free(result);
}

static void each_role_has_its_own_last_restart(void **state)
{
    struct result *result = hand_made();
    struct moment *moment;

    (void)state;
    moment = fixture_event(result, "{at: 2s, start: server}");
    moment->has_took = true;
    moment->took = 750 * NS_PER_MS;
    assert_absent(result, "client.restart");
    moment = fixture_event(result, "{at: 2s, start: client}");
    assert_absent(result, "client.restart"); /* it failed */
    moment->has_took = true;
    moment->took = 250 * NS_PER_MS;
    assert_value(result, "server.restart", 0.75);
    assert_value(result, "client.restart", 0.25);
    assert_value(result, "timeline.restart", 0.25);
    result_free(result);
}

static void full_and_resumed_handshakes_are_two_rates(void **state)
{
    struct result *result = hand_made();
    struct result_side *client = &result->side[SIDE_CLIENT];
    struct result_side *server = &result->side[SIDE_SERVER];

    (void)state;
    client->account.tls.count[TLS_HANDSHAKES] = 90;
    client->account.tls.count[TLS_RESUMED] = 60;
    client->account.tls.count[TLS_NOTIFY_SENT] = 7;
    assert_absent(result, "client.tls.handshakes"); /* transport: tcp */
    assert_absent(result, "tls.full.rate");
    client->has_tls = true;
    server->has_tls = true; /* but not played */
    assert_value(result, "client.tls.handshakes", 90);
    assert_value(result, "client.tls.resumed", 60);
    assert_value(result, "client.tls.tickets", 0);
    assert_value(result, "client.tls.notify_sent", 7);
    assert_absent(result, "server.tls.handshakes");
    assert_value(result, "tls.full.rate", 3); /* in 10 s */
    assert_value(result, "tls.resumed.rate", 6);
    client->played = false;
    server->played = true;
    server->account.tls.count[TLS_HANDSHAKES] = 20;
    assert_value(result, "tls.full.rate", 2);
    assert_value(result, "tls.resumed.rate", 0);
    result->phase[PHASE_LOAD].reached = false;
    assert_absent(result, "tls.full.rate");
    result_free(result);
}

static void memory_is_what_was_added(void **state)
{
    struct result *result = hand_made();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    assert_absent(result, "client.memory_per_connection");
    client->memory_start = 1000000;
    assert_absent(result, "client.memory_per_connection"); /* none was open */
    client->memory_peak = 1500000;
    client->memory_open = 100;
    assert_value(result, "client.memory_per_connection", 5000);
    assert_absent(result, "server.memory_per_connection");
    client->memory_peak = 999999;
    assert_absent(result, "client.memory_per_connection");
    client->memory_peak = 1000000;
    assert_value(result, "client.memory_per_connection", 0);
    client->memory_start = 0;
    assert_absent(result, "client.memory_per_connection");
    result_free(result);
}

/* Whatever is listed has a row, comes in the table's order, and once. */
static void the_list_follows_the_table(void **state)
{
    struct result *result = hand_made();
    const struct metric_info *before = metric_table;

    (void)state;
    add_counter(&result->side[SIDE_SERVER].counters, "TcpExtTW", 5, 105);
    add_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 0, 1);
    result_measure(result);
    result_measure(result);
    assert_true(result->metric_count > 100);
    for (size_t i = 0; i < result->metric_count; i++) {
        const struct metric_info *info = metric_find(result->metric[i].name);
        assert_non_null(info);
        assert_true(info >= before);
        before = info;
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(result->metric[i].name, result->metric[j].name);
        }
    }
    result_free(result);
}

/* A row of ACCOUNT is a counter's whole description: through JSON and back, it is its metric. */
static void each_row_of_the_account_is_read_back_as_its_metric(void **state)
{
    struct result *result = result_new();
    uint64_t next = 1000;
    struct error error;
    double value;

    (void)state;
    result->side[SIDE_SERVER].played = true;
#define X(name, unit, about) result->side[SIDE_SERVER].account.name = next++;
    ACCOUNT(X)
#undef X
    json_t *json = result_to_json(result);
    struct result *loaded = result_from_json(json, &error);
    assert_non_null(loaded);
    next = 1000;
#define X(name, of, means)                                                                         \
    assert_true(result_metric(loaded, "server." #name, &value));                                   \
    assert_int_equal((uint64_t)value, next++);                                                     \
    assert_string_equal(metric_find("server." #name)->unit, of);                                   \
    assert_string_equal(metric_find("server." #name)->about, means);                               \
    assert_false(result_metric(loaded, "client." #name, &value));
    ACCOUNT(X)
#undef X
    json_decref(json);
    result_free(loaded);
    result_free(result);
}

static void every_pattern_is_found(void **state)
{
    static const struct {
        const char *name;
        const char *pattern; /* NULL: no metric */
    } expected[] = {
        {"client.time_wait.peak", "<end>.<state>.peak"},
        {"proxy.front.time_wait.peak", "<end>.<state>.peak"},
        {"server.close_wait.mean", "<end>.<state>.mean"},
        {"server.fin_wait2.final", "<end>.<state>.final"},
        {"client.syn_sent.slope", "<end>.<state>.slope"},
        {"client.listen.area", "<end>.<state>.area"},
        {"client.listen.last", "<end>.<state>.last"},
        {"proxy.back.close_wait.unaccepted", "<end>.close_wait.unaccepted"},
        {"server.close_wait.unaccepted", "<end>.close_wait.unaccepted"},
        {"server.kernel_memory.close_wait", "<side>.kernel_memory.<state>"},
        {"server.accept_queue.final", "<end>.accept_queue.final"},
        {"server.listen_backlog.final", "<end>.listen_backlog.final"},
        {"client.fin_unsent.final", "<end>.fin_unsent.final"},
        {"server.stood_before", "<side>.stood_before"},
        {"server.counter.TcpExtTW", "<side>.counter.<name>"},
        {"proxy.counter.TcpExtTW", "proxy.counter.<name>"},
        {"host.counter.IpExtInOctets", "host.counter.<name>"},
        {"connections.attempted", "connections.attempted"},
        {"connections.scheduled", "connections.scheduled"},
        {"connections.missed", "connections.missed"},
        {"connections.opened", "connections.opened"},
        {"connections.completed", "connections.completed"},
        {"connections.failed", "connections.failed"},
        {"connections.foreseen", "connections.foreseen"},
        {"connections.rate", "connections.rate"},
        {"latency.life.mean", "latency.<latency>.<stat>"},
        {"latency.connect.p99", "latency.<latency>.<quantile>"},
        {"errors.ECONNRESET", "errors.<ERRNO>"},
        {"server.errors.E2BIG", "<side>.errors.<ERRNO>"},
        {"outcome.no_port", "outcome.<outcome>"},
        {"client.outcome.held", "<side>.outcome.<outcome>"},
        {"closed_first.both", "closed_first.<closer>"},
        {"client.message_due", "<side>.message_due"},
        {"client.http.5xx", "<side>.http.<class>"},
        {"client.http.ok", "client.http.ok"},
        {"client.http.status.404", "<side>.http.status.<code>"},
        {"client.mix.polite.attempted", "client.mix.<name>.attempted"},
        {"client.mix.p2.opened", "client.mix.<name>.opened"},
        {"client.mix.p2.completed", "client.mix.<name>.completed"},
        {"client.mix.a_b.failed", "client.mix.<name>.failed"},
        {"client.mix.p2.outcome.reset", "client.mix.<name>.outcome.<outcome>"},
        {"server.workers_died", "<side>.workers_died"},
        {"server.stood_still", "<side>.stood_still"},
        {"client.first_no_port", "client.first_no_port"},
        {"client.last_begun", "client.last_begun"},
        {"client.http.keep_alive_timeout", "client.http.keep_alive_timeout"},
        {"timeline.restart", "timeline.restart"},
        {"server.restart", "<side>.restart"},
        {"server.restart.longer", "<side>.restart.longer"},
        {"timeline.refusals", "timeline.refusals"},
        {"client.tls.handshakes", "<side>.tls.<tls>"},
        {"server.tls.notify_received", "<side>.tls.<tls>"},
        {"tls.full.rate", "tls.full.rate"},
        {"tls.resumed.rate", "tls.resumed.rate"},
        {"client.memory_per_connection", "<side>.memory_per_connection"},
        {"client.command.status", "<player>.command.status"},
        {"proxy.command.status", "<player>.command.status"},
        {"server.command.cpu", "<player>.command.cpu"},
        {"server.command.rss", "<player>.command.rss"},
        {"server.command.killed", "<player>.command.killed"},
        {"server.command.runs", "<player>.command.runs"},
        {"server.command.processes.final", "<player>.command.processes.final"},
        {"proxy.command.processes.old", "<player>.command.processes.old"},
        {"server.command.processes.new", "<player>.command.processes.new"},
        {"server.command.ended", "<player>.command.ended"},
        {"server.command.descriptors", "<player>.command.descriptors"},
        {"proxy.command.descriptors.growth", "<player>.command.descriptors.growth"},
        {"server.command.rss.growth", "<player>.command.rss.growth"},
        {"server.command.cpu.load", "<player>.command.cpu.load"},
        {"cpu.server", "cpu.<side>"},
        {"lab.setup", "lab.setup"},
        {"lab.teardown", "lab.teardown"},
        {"cpu.host", "cpu.host"},
        {"cpu.host.softirq", "cpu.host.softirq"},
        {"sampler.cost", "sampler.cost"},
        {"sampler.gap", "sampler.gap"},
        {"sampler.time_wait_gap", "sampler.time_wait_gap"},
        {"sampler.late", "sampler.late"},
        {"connections.opened.slowdown", "connections.opened.slowdown"},
#define X(name, unit, about) {"client." #name, "<side>." #name},
        ACCOUNT(X)
#undef X
            {"peer.time_wait.peak", NULL},
        {"server.time_wait", NULL},
        {"server.time_wait.peak.", NULL},
        {"server.time_wait.peak.x", NULL},
        {"server.time_wait.peaks", NULL},
        {".server.time_wait.peak", NULL},
        {"server.mix.p2.failed", NULL},
        {"client.mix..failed", NULL},
        {"client.mix.p2", NULL},
        {"client.mix.p2.outcome.fine", NULL},
        {"server.counter.", NULL},
        {"server.counter.Tcp.Ext", NULL},
        {"server.counter.7", NULL},
        {"server.counter.a b", NULL},
        {"errors.EWRONG", NULL},
        {"errors.E41", NULL},
        {"errors.0", NULL},
        {"latency.connect.p95", NULL},
        {"<end>.<state>.peak", NULL},
        {"", NULL},
        {".", NULL},
    };
    size_t found = 0;

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        const struct metric_info *info = metric_find(expected[i].name);
        if (expected[i].pattern == NULL) {
            assert_null(info);
        } else {
            assert_non_null(info);
            assert_string_equal(info->pattern, expected[i].pattern);
            found += i == 0 || expected[i - 1].pattern == NULL ||
                     strcmp(expected[i].pattern, expected[i - 1].pattern) != 0;
        }
    }
    assert_int_equal(found, metric_count); /* the list above leaves no row out */
}

static void every_row_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < metric_count; i++) {
        assert_true(metric_table[i].unit[0] != '\0');
        assert_true(metric_table[i].about[0] != '\0');
    }
}

static void the_nearest_name(void **state)
{
    static const struct {
        const char *name;
        const char *nearest;
    } expected[] = {
        {"server.timewait.peak", "server.time_wait.peak"},
        {"sever.time_wait.peek", "server.time_wait.peak"},
        {"server.TIME_WAIT.peak", "server.time_wait.peak"},
        {"server.time_wait", "server.time_wait.peak"},
        {"conections.completed", "connections.completed"},
        {"latency.connect.p95", "latency.connect.p90"},
        {"errors.ECONREFUSED", "errors.ECONNREFUSED"},
        {"errors.epipe", "errors.EPIPE"},
        {"sever.counter.TcpExtTW", "server.counter.TcpExtTW"},
        {"server.counters.TcpExtTW", "server.counter.TcpExtTW"},
        {"client.mix.polite.complete", "client.mix.polite.completed"},
        {"client.mix.polite.outcome.rest", "client.mix.polite.outcome.reset"},
        {"sever.counter.TcpExtOfNobody", "server.counter.TcpExtOfNobody"},
        {"server.counter.TcpExtTCPTimewaitOverflow", "server.counter.TcpExtTCPTimeWaitOverflow"},
        {"nothing at all like it", ""},
        {"server.counter.a b", ""},
        {"", ""},
        {".", ""},
    };
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        assert_string_equal(metric_nearest(text, sizeof text, expected[i].name),
                            expected[i].nearest);
    }
    char *longest = malloc(10001);
    assert_non_null(longest);
    memset(longest, 'x', 10000);
    longest[10000] = '\0';
    assert_string_equal(metric_nearest(text, sizeof text, longest), "");
    free(longest);
}

/* "<side>.time_wait.peak, errors.ETIMEDOUT" of each row. */
static void what_sysctls_act_on_is_measured(void **state)
{
    (void)state;
    for (size_t i = 0; i < sysctl_count; i++) {
        const char *at = sysctl_table[i].metrics;
        while (*at != '\0') {
            bool sides = strncmp(at, "<side>", strlen("<side>")) == 0;
            char name[128];
            at += sides ? strlen("<side>") : 0;
            size_t length = strcspn(at, ",");
            snprintf(name, sizeof name, "%s%.*s", sides ? "client" : "", (int)length, at);
            if (metric_find(name) == NULL) {
                fail_msg("%s: there is no metric %s", sysctl_table[i].name, name);
            }
            at += length;
            at += strspn(at, ", ");
        }
    }
}

static void the_counter_that_was_meant(void **state)
{
    char text[128];

    (void)state;
    assert_string_equal(metric_meant(text, sizeof text, "server.counter.TcpExtListenOverflow"),
                        "server.counter.TcpExtListenOverflows");
    assert_string_equal(metric_meant(text, sizeof text, "server.counter.TcpExtTW"), "");
    assert_string_equal(metric_meant(text, sizeof text, "server.counter.OfAnotherKernel"), "");
    assert_string_equal(metric_meant(text, sizeof text, "server.close_wait.final"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_exact),
        cmocka_unit_test(what_was_not_measured_is_absent),
        cmocka_unit_test(what_the_server_accepted_was_opened),
        cmocka_unit_test(a_run_cut_in_load_has_no_settle),
        cmocka_unit_test(the_final_observation_counts_for_the_peak),
        cmocka_unit_test(what_was_counted_between_observations_is_of_time_wait),
        cmocka_unit_test(the_final_observation_alone_is_one),
        cmocka_unit_test(a_growing_pile_has_the_mean_of_its_integral),
        cmocka_unit_test(the_final_observation_is_in_the_mean_before_a_decay),
        cmocka_unit_test(what_stood_at_the_start_is_in_mean_and_peak),
        cmocka_unit_test(zeros_that_are_left_out),
        cmocka_unit_test(the_prediction_says_what_completed_means),
        cmocka_unit_test(a_message_due_is_a_failure),
        cmocka_unit_test(statuses_are_counted_by_class_too),
        cmocka_unit_test(who_closed_first),
        cmocka_unit_test(the_kernels_know_better_who_closed_first),
        cmocka_unit_test(the_server_drives_when_it_is_alone),
        cmocka_unit_test(what_was_due_is_the_scenarios),
        cmocka_unit_test(what_was_not_begun_is_missed),
        cmocka_unit_test(the_last_tenth_against_the_first),
        cmocka_unit_test(sampler_figures),
        cmocka_unit_test(a_lab_is_made_and_ends),
        cmocka_unit_test(the_last_restart_counts_and_all_refusals),
        cmocka_unit_test(each_role_has_its_own_last_restart),
        cmocka_unit_test(full_and_resumed_handshakes_are_two_rates),
        cmocka_unit_test(memory_is_what_was_added),
        cmocka_unit_test(the_list_follows_the_table),
        cmocka_unit_test(each_row_of_the_account_is_read_back_as_its_metric),
        cmocka_unit_test(every_pattern_is_found),
        cmocka_unit_test(every_row_is_described),
        cmocka_unit_test(the_nearest_name),
        cmocka_unit_test(the_counter_that_was_meant),
        cmocka_unit_test(what_sysctls_act_on_is_measured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
