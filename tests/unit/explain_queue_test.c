#include "fixture.h"

/* A full accept queue: what bounds it, and what it dropped. */

/* 286 overflows, as listen(5) and 64 clients give. */
static struct result *overflowing(uint64_t syns)
{
    struct result *result = fixture_new();

    fixture_set(&result->scenario, "server.backlog", "5");
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 286);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenDrops", 286);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPSynRetrans", syns);
    return result;
}

static void assert_advised(struct result *result, const char *advice)
{
    const struct remark *remark = remarked(result, "accept_queue.full", CERTAINTY_PROVEN);

    assert_string_equal(remark->advice, advice);
    assert_evidence(remark, "server.counter.TcpExtListenOverflows", 286);
}

static void the_smaller_bound_is_the_one_to_raise(void **state)
{
    struct result *backlog = overflowing(0);
    struct result *somaxconn = overflowing(0);
    struct result *both = overflowing(0);

    (void)state;
    fixture_set(&somaxconn->side[SIDE_SERVER].sysctl, "net.core.somaxconn", "3");
    fixture_set(&both->side[SIDE_SERVER].sysctl, "net.core.somaxconn", "5");
    SAYS(backlog, "server.backlog, 5, bounds it, and not net.core.somaxconn, 4096");
    assert_advised(backlog, "raise server.backlog, or load less");
    SAYS(somaxconn, "net.core.somaxconn, 3, bounds it, and not server.backlog, 5");
    assert_advised(somaxconn, "raise net.core.somaxconn on the server's host, or load less");
    SAYS(both, "server.backlog is 5, net.core.somaxconn 5");
    assert_advised(both, "raise server.backlog and net.core.somaxconn, or load less");
    result_free(backlog);
    result_free(somaxconn);
    result_free(both);
}

static void dropped_syns_are_told_from_third_segments(void **state)
{
    struct result *mixed = overflowing(58);
    struct result *syns = overflowing(280);

    (void)state;
    histogram_record(&mixed->side[SIDE_CLIENT].account.latency[LATENCY_RESPONSE], 3 * NS_PER_S);
    SAYS(mixed, "58 of them dropped a SYN, which is sent again after a second",
         "228 dropped the handshake's third segment, or data in its place",
         "established on the client alone", "The longest response took 3 s", "!RST");
    assert_evidence(remark_of(mixed, "accept_queue.full"), "client.counter.TcpExtTCPSynRetrans",
                    58);
    fixture_state(syns, SIDE_CLIENT, TCP_STATE_SYN_SENT, 9, 6);
    EXPLAINS(syns, "286 of them dropped a SYN", "!third segment");
    result_free(mixed);
}

/* load.timeout below a second: no SYN is sent again, and none waits in the end. */
static void the_syns_of_connects_that_gave_up_are_no_third_segments(void **state)
{
    static const enum outcome ends[] = {OUTCOME_TIMEOUT, OUTCOME_KILLED};
    static const char *const names[] = {"client.outcome.timeout", "client.outcome.killed"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result *all = overflowing(0);
        struct result *some = overflowing(0);
        all->side[SIDE_CLIENT].account.opened -= 286;
        all->side[SIDE_SERVER].account.opened -= 286;
        all->side[SIDE_CLIENT].account.outcome[ends[i]] = 286;
        some->side[SIDE_CLIENT].account.opened -= 40; /* the others were open when it came */
        some->side[SIDE_SERVER].account.opened -= 40;
        some->side[SIDE_CLIENT].account.outcome[ends[i]] = 50;
        SAYS(all,
             "286 of them dropped a SYN, which is sent again after a second (TcpExtTCPSynRetrans) "
             "unless its connect has ended by then, as 286 had.",
             "!third segment");
        assert_evidence(remarked(all, "accept_queue.full", CERTAINTY_PROVEN), names[i], 286);
        SAYS(some, "40 of them dropped a SYN", "246 dropped the handshake's third segment");
        result_free(all);
        result_free(some);
    }
}

static void resets_of_full_queues_are_counted_among_them(void **state)
{
    struct result *result = overflowing(58);

    (void)state;
    fixture_set(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_abort_on_overflow", "2");
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtEmbryonicRsts", 5);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtSyncookiesRecv", 230);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 7);
    SAYS(result,
         "With tcp_abort_on_overflow at 2, 5 of those were answered with a RST, but not the ACKs "
         "that brought back a cookie.",
         "5 of them ended requests in SYN_RECV (TcpExtEmbryonicRsts)",
         "2 more answered segments for which there was no socket");
    result_free(result);
}

/* Where something else keeps SYNs from their answer, or nobody counted. */
static void what_cannot_be_told_apart_is_not(void **state)
{
    struct result *fault = overflowing(58);
    struct result *requests = overflowing(58);
    struct result *uncounted = fixture_new();

    (void)state;
    fixture_fault(fault, "{at: 0s, drop: 5%}");
    requests->side[SIDE_SERVER]
        .counters.item[requests->side[SIDE_SERVER].counters.count - 1]
        .after += 9;
    fixture_counter(&uncounted->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 286);
    EXPLAINS(fault, "was full 286 times", "!dropped a SYN", "!third segment");
    EXPLAINS(requests, "was full 286 times", "!dropped a SYN", "!third segment");
    EXPLAINS(uncounted, "was full 286 times", "!dropped a SYN", "!third segment");
}

/* Requests in SYN_RECV are bounded by the listen backlog, too, which counts what it drops. */
static void what_bounds_the_requests_is_told(void **state)
{
    static const struct {
        const char *backlog, *somaxconn, *says, *advice;
        uint64_t full;
        uint32_t syn_recv;
        enum certainty certainty;
    } rows[] = {
        {"5", "4096", "the listen backlog bounds them (TcpExtTCPReqQFullDrop; server.backlog 5",
         "raise server.backlog, or set net.ipv4.tcp_syncookies to 1", 102, 6, CERTAINTY_PROVEN},
        {"64", "7", "the listen backlog bounds them (TcpExtTCPReqQFullDrop",
         "raise net.core.somaxconn, or set net.ipv4.tcp_syncookies to 1", 102, 0, CERTAINTY_PROVEN},
        {"4096", "4096", "SYN_RECV: tcp_max_syn_backlog is 128 on the server",
         "raise net.ipv4.tcp_max_syn_backlog, or set net.ipv4.tcp_syncookies to 1", 0, 97,
         CERTAINTY_PROVEN},
        {"4096", "4096", "SYN_RECV: tcp_max_syn_backlog is 128 on the server",
         "raise net.ipv4.tcp_max_syn_backlog, or set net.ipv4.tcp_syncookies to 1", 0, 12,
         CERTAINTY_LIKELY},
        {"100", "4096",
         "the listen backlog bounds 40 (TcpExtTCPReqQFullDrop; server.backlog 100, "
         "net.core.somaxconn 4096); the other 62 met tcp_max_syn_backlog, which is 128 on the "
         "server",
         "raise server.backlog and net.ipv4.tcp_max_syn_backlog, or set net.ipv4.tcp_syncookies "
         "to 1",
         40, 100, CERTAINTY_PROVEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        struct result_side *server = &result->side[SIDE_SERVER];
        fixture_set(&result->scenario, "server.backlog", rows[i].backlog);
        fixture_set(&server->sysctl, "net.core.somaxconn", rows[i].somaxconn);
        fixture_set(&server->sysctl, "net.ipv4.tcp_syncookies", "0");
        fixture_set(&server->sysctl, "net.ipv4.tcp_max_syn_backlog", "128");
        fixture_counter(&server->counters, "TcpExtListenDrops", 102);
        fixture_counter(&server->counters, "TcpExtTCPReqQFullDrop", rows[i].full);
        fixture_state(result, SIDE_SERVER, TCP_STATE_SYN_RECV, rows[i].syn_recv, 0);
        SAYS(result, rows[i].says);
        const struct remark *remark = remarked(result, "syn_queue.full", rows[i].certainty);
        assert_string_equal(remark->advice, rows[i].advice);
        assert_evidence(remark, "server.counter.TcpExtListenDrops", 102);
        if (rows[i].full > 0) {
            assert_evidence(remark, "server.counter.TcpExtTCPReqQFullDrop", (double)rows[i].full);
            assert_evidence(remark, "server.backlog", strtod(rows[i].backlog, NULL));
        }
        result_free(result);
    }
}

/* Of 40 that a foreign listener with listen(5) met, `opened`; `queued` wait at the end. */
static struct result *foreign(uint64_t opened, uint32_t queued, uint32_t backlog)
{
    struct result *result = fixture_on_host();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->played = false;
    account_init(&server->account);
    server->final.state[TCP_STATE_LISTEN] = backlog > 0;
    server->final.accept_queue = queued;
    server->final.listen_backlog = backlog;
    result->side[SIDE_CLIENT].account.opened = opened;
    fixture_counter(&result->host_counters, "TcpExtListenOverflows", 102);
    return result;
}

static void assert_owner_advised(struct result *result, const char *says, const char *advice)
{
    SAYS(result, says);
    const struct remark *remark = remarked(result, "accept_queue.full", CERTAINTY_LIKELY);
    assert_string_equal(remark->advice, advice);
    assert_evidence(remark, "host.counter.TcpExtListenOverflows", 102);
    result_free(result);
}

static void a_server_that_never_accepts_needs_no_longer_backlog(void **state)
{
    static const char accept[] = "see why the server does not call accept(2)";
    struct result *ours = overflowing(0);
    struct result *deaf = foreign(6, 6, 5);

    (void)state;
    SAYS(deaf, "Nothing was accepted: 6 connections waited there at the end");
    assert_evidence(remark_of(deaf, "accept_queue.full"), "server.accept_queue.final", 6);
    assert_evidence(remark_of(deaf, "accept_queue.full"), "server.listen_backlog.final", 5);
    assert_owner_advised(deaf, "the server's listener has a backlog of 5, its Send-Q", accept);
    assert_owner_advised(foreign(0, 6, 5), "Nothing was accepted: 6 connections", accept);
    ours->side[SIDE_SERVER].account.attempted = 0;
    ours->side[SIDE_SERVER].final.state[TCP_STATE_LISTEN] = 1;
    ours->side[SIDE_SERVER].final.accept_queue = 6;
    SAYS(ours, "Nothing was accepted: 6 connections waited there at the end");
    assert_advised(ours, accept);
    result_free(ours);
}

static void a_foreign_listener_is_told_with_its_own_backlog(void **state)
{
    (void)state;
    assert_owner_advised(foreign(30, 6, 5), "the server's listener has a backlog of 5, its Send-Q",
                         "let its program call listen(2) with a longer backlog, up to "
                         "net.core.somaxconn");
    assert_owner_advised(foreign(30, 6, 4096), "a backlog of 4,096, its Send-Q",
                         "raise net.core.somaxconn on the server's host, and let its program call "
                         "listen(2) with as long a backlog");
    assert_owner_advised(foreign(30, 0, 0), "its backlog is the listener's",
                         "let its program call listen(2) with a longer backlog, up to "
                         "net.core.somaxconn");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_smaller_bound_is_the_one_to_raise),
        cmocka_unit_test(dropped_syns_are_told_from_third_segments),
        cmocka_unit_test(the_syns_of_connects_that_gave_up_are_no_third_segments),
        cmocka_unit_test(resets_of_full_queues_are_counted_among_them),
        cmocka_unit_test(what_bounds_the_requests_is_told),
        cmocka_unit_test(a_server_that_never_accepts_needs_no_longer_backlog),
        cmocka_unit_test(a_foreign_listener_is_told_with_its_own_backlog),
        cmocka_unit_test(what_cannot_be_told_apart_is_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
