#include "fixture.h"

/* Sockets that stand in a state worth explaining: handshakes, self-connects, CLOSE; and RSTs that
 * abort nothing. */

/* ---- SYN_RECV ---- */

static struct result *pending(uint32_t requests, uint32_t client)
{
    struct result *result = fixture_new();

    fixture_state(result, SIDE_SERVER, TCP_STATE_SYN_RECV, requests, requests);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, client, client);
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_synack_retries", "5");
    return result;
}

static void strike(struct result *result, const char *fault)
{
    fixture_fault(result, fault);
}

static void a_lost_third_ack_is_no_half_open_connection(void **state)
{
    struct result *result = pending(40, 40);

    (void)state;
    strike(result, "{at: 0s, drop: ack, toward: server}");
    EXPLAINS(result, "40 requests stand in SYN_RECV on the server: the SYN-ACK is sent,",
             "the ACK that completes the handshake has not been taken.",
             "Faults lost the ACKs on their way to the server.",
             "The client's ends are ESTABLISHED already", "tcp_synack_retries says (5 here)",
             "!<established.half_open", "!<accept_queue.", "!DEFER", "!flood");
}

static void a_full_accept_queue_keeps_requests_pending(void **state)
{
    struct result *result = pending(6, 15);

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 9, 9);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 15);
    EXPLAINS(result, "6 requests stand in SYN_RECV",
             "An ACK that meets a full accept queue (TcpExtListenOverflows) is dropped",
             "9 sockets on the client and 9 on the server are still established",
             "!<established.half_open", "!Faults", "!more are established");
}

static void deferred_accepts_are_told(void **state)
{
    struct result *result = pending(1, 1);

    (void)state;
    text_pairs_add(&result->scenario, "server.sockopt.defer_accept", "10s");
    EXPLAINS(result, "1 request stands in SYN_RECV",
             "With TCP_DEFER_ACCEPT (server.sockopt.defer_accept, 10 s) an ACK without data",
             "!<established.half_open");
}

static void requests_without_a_client_are_a_flood(void **state)
{
    (void)state;
    EXPLAINS(pending(40, 0), "The client has no such connection, as in a SYN flood.",
             "!ESTABLISHED already");
}

static void more_than_the_pending_ones_are_half_open(void **state)
{
    (void)state;
    EXPLAINS(pending(40, 50), "10 sockets are still established on the client while the server has "
                              "none: half-open");
}

static void cookies_leave_nothing_on_the_server(void **state)
{
    struct result *result = pending(0, 40);

    (void)state;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtSyncookiesSent", 40);
    strike(result, "{at: 0s, drop: ack, toward: server}");
    EXPLAINS(
        result,
        "The server answered 40 SYNs with cookies (TcpExtSyncookiesSent) and remembers nothing "
        "of them; the ACKs that would have brought the cookies back were lost.",
        "!<syn_recv.");
}

/* ---- SYN_SENT ---- */

static struct result *unanswered(void)
{
    struct result *result = fixture_new();

    fixture_state(result, SIDE_CLIENT, TCP_STATE_SYN_SENT, 33, 33);
    text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_syn_retries", "6");
    return result;
}

static void an_unanswered_syn_is_told_with_its_reason(void **state)
{
    struct result *lost = unanswered();
    struct result *linear = unanswered();
    struct result *answer_lost = unanswered();
    struct result *full = unanswered();
    struct result *backlog = unanswered();

    (void)state;
    strike(lost, "{at: 0s, drop: any}");
    strike(answer_lost, "{at: 0s, drop: syn-ack, toward: client}");
    fixture_counter(&full->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 5);
    fixture_counter(&backlog->side[SIDE_SERVER].counters, "TcpExtListenDrops", 33);
    text_pairs_add(&backlog->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_syncookies", "0");
    text_pairs_add(&backlog->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_max_syn_backlog", "8");
    EXPLAINS(lost,
             "33 sockets stand in SYN_SENT on the client: no answer to their SYNs has come, for "
             "faults lost SYNs on their way to the server.",
             "which tcp_syn_retries (6 here) bounds; then connect meets ETIMEDOUT.");
    text_pairs_add(&linear->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_syn_linear_timeouts", "4");
    EXPLAINS(linear, "which tcp_syn_retries and tcp_syn_linear_timeouts (6 + 4 = 10 here) bound; "
                     "then connect meets ETIMEDOUT.");
    EXPLAINS(answer_lost, "for faults lost SYN-ACKs on their way to the client.");
    EXPLAINS(full, "for the server's accept queue was full (TcpExtListenOverflows)");
    EXPLAINS(backlog, "tcp_max_syn_backlog is 8 on the server",
             "for the server had no room for more requests (TcpExtListenDrops).");
    EXPLAINS(unanswered(), "for whoever was to answer is silent.");
}

/* ---- a connection with itself ---- */

static void a_self_connect_is_told_as_one(void **state)
{
    struct result *result = fixture_new();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    text_pairs_add(&result->scenario, "client.to", "198.18.0.1:40000");
    *client = (struct account){.attempted = 1, .opened = 1};
    client->outcome[OUTCOME_HELD] = 1;
    account_init(&result->side[SIDE_SERVER].account);
    result->side[SIDE_SERVER].counters.item[0].after =
        result->side[SIDE_SERVER].counters.item[0].before;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 1, 1);
    EXPLAINS(result,
             "1 connection is one of the client with itself: nothing listened at 198.18.0.1:40000",
             "simultaneous open (RFC 9293 section 3.5)", "It is still established",
             "!<established.half_open");
}

static void a_connection_elsewhere_that_was_accepted_is_not(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    text_pairs_add(&result->scenario, "client.to", "198.19.0.1:8080");
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 1, 1);
    EXPLAINS(result, "!<self_connect", "half-open");
}

/* ---- CLOSE ---- */

static void held_sockets_that_no_table_lists_are_told(void **state)
{
    struct result *result = fixture_new();
    struct account *server = &result->side[SIDE_SERVER].account;

    (void)state;
    server->outcome[OUTCOME_DONE] = 0;
    server->outcome[OUTCOME_HELD] = CONNECTIONS;
    fixture_state(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 4000, 1000);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpEstabResets", CONNECTIONS);
    EXPLAINS(result, "The server still holds the descriptors of 4,000 connections that are over,",
             "over, ended by a RST (TcpEstabResets).", "neither sock_diag nor ss(8) lists it",
             "!<sockets.none_left", "!<sockets.none_left");
}

/* What is held after shutdown(2) may be over by FINs: RSTs of other sockets say nothing of it. */
static void fins_end_held_sockets_as_rsts_do(void **state)
{
    static const struct {
        const char *program;
        uint64_t resets, timeouts;
        const char *says;
    } rows[] = {
        {"accept wait-fin shut-wr hold", 16, 0, "!ended by a RST"},
        {"accept wait-fin shut-wr hold", CONNECTIONS, 0, "over, ended by a RST (TcpEstabResets)."},
        {"accept recv hold", 16, 0, "over, ended by a RST (TcpEstabResets)."},
        {"accept recv hold", 15, 0, "!ended by a RST"},
        {"accept recv hold", 36, 20, "!ended by a RST"}, /* 16 and 20, of 16 */
        {"accept recv hold", 16, 16, "over, given up by TCP"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        struct account *server = &result->side[SIDE_SERVER].account;
        struct counters *counters = &result->side[SIDE_SERVER].counters;
        fixture_program(result, SIDE_SERVER, rows[i].program);
        server->outcome[OUTCOME_DONE] = CONNECTIONS - 16;
        server->outcome[OUTCOME_HELD] = 16;
        fixture_counter(counters, "TcpEstabResets", rows[i].resets);
        fixture_counter(counters, "TcpExtTCPAbortOnTimeout", rows[i].timeouts);
        SAYS(result, "the descriptors of 16 connections that are over", rows[i].says);
        assert_evidence(remarked(result, "close.unlisted", CERTAINTY_PROVEN), "server.outcome.held",
                        16);
        result_free(result);
    }
}

/* What finwait's own programs hold is counted on any machine; what others hold, nowhere. */
static void what_no_table_lists_may_be_a_leak(void **state)
{
    static const struct {
        uint64_t resets;
        enum certainty certainty;
        const char *told;
    } rows[] = {
        {0, CERTAINTY_LIKELY, "!a leak may hide"},
        {3, CERTAINTY_LIKELY, "3 were sent on the whole machine (TcpOutRsts) for 5,000"},
        {CONNECTIONS, CERTAINTY_UNKNOWN, "so a leak may hide behind them"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_on_host();
        result->side[SIDE_SERVER].played = false;
        fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0, 0);
        counters_fini(&result->host_counters);
        fixture_counter(&result->host_counters, "TcpOutRsts", rows[i].resets);
        SAYS(result, "no table of the kernel listed a socket", rows[i].told,
             "Descriptors that the server still holds of sockets in CLOSE", "!neither side held");
        remarked(result, "sockets.none_left", rows[i].certainty);
        result_free(result);
    }
}

/* A few sockets that stand do not tell of those that RSTs took away. */
static void what_resets_took_may_be_a_leak_beside_others(void **state)
{
    static const struct {
        uint64_t resets;
        uint32_t left; /* in TIME_WAIT */
        bool told;
    } rows[] = {{CONNECTIONS, 12, true}, {CONNECTIONS, CONNECTIONS, false}, {12, 12, false}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_on_host();
        result->side[SIDE_SERVER].played = false;
        fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, rows[i].left, rows[i].left);
        counters_fini(&result->host_counters);
        fixture_counter(&result->host_counters, "TcpOutRsts", rows[i].resets);
        explain(result);
        not_remarked(result, "sockets.none_left");
        if (rows[i].told) {
            assert_evidence(remarked(result, "close.unlisted", CERTAINTY_UNKNOWN),
                            "host.counter.TcpOutRsts", CONNECTIONS);
        } else {
            not_remarked(result, "close.unlisted");
        }
        result_free(result);
    }
}

static void held_sockets_are_told_in_lab_host_as_well(void **state)
{
    struct result *result = fixture_on_host();
    struct account *server = &result->side[SIDE_SERVER].account;

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0, 0);
    server->outcome[OUTCOME_DONE] = 0;
    server->outcome[OUTCOME_HELD] = CONNECTIONS;
    SAYS(result, "The server still holds the descriptors of 5,000 connections that are over.");
    not_remarked(result, "sockets.none_left");
    result_free(result);
}

static void what_orphans_wait_for_is_not_taken_for_held(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_DONE] = CONNECTIONS - 10;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_HELD] = 10;
    EXPLAINS(result, "The client still holds the descriptors of 10 connections that are over",
             "!The server still holds");
}

static void bound_sockets_in_close_are_told(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_CLOSE, 100, 100);
    EXPLAINS(result, "100 sockets stand in CLOSE on the client: the connection is over",
             "keeps the port it was bound to. ss -a lists no such socket",
             "ss --bound-inactive of a recent iproute2 does.", "!<sockets.none_left");
}

/* ---- an accept queue that is not empty ---- */

/* A server of ours or another, with `queued` connections that nobody accepted, `closed` by the
 * client, of CONNECTIONS in CLOSE_WAIT. */
static struct result *queued_at(bool ours, uint32_t queued, uint32_t closed)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    struct result_side *server = &result->side[SIDE_SERVER];

    server->played = ours;
    server->final.state[TCP_STATE_LISTEN] = 1;
    server->final.accept_queue = queued;
    server->final.close_wait_unaccepted = closed;
    explain(result);
    return result;
}

static void what_was_never_accepted_is_no_leak(void **state)
{
    (void)state;
    for (int ours = 0; ours < 2; ours++) {
        struct result *result = queued_at(ours != 0, CONNECTIONS, CONNECTIONS);
        const struct remark *remark = remarked(result, "close_wait.unaccepted", CERTAINTY_PROVEN);
        assert_evidence(remark, "server.close_wait.unaccepted", CONNECTIONS);
        assert_evidence(remark, "server.accept_queue.final", CONNECTIONS);
        not_remarked(result, "close_wait.leak");
        not_remarked(result, "accept_queue.waiting");
        result_free(result);
    }
}

static void only_what_was_accepted_is_a_leak(void **state)
{
    struct result *result = queued_at(false, 100, 100);

    (void)state;
    assert_evidence(remarked(result, "close_wait.unaccepted", CERTAINTY_PROVEN),
                    "server.close_wait.unaccepted", 100);
    SAYS(result, "100 sockets stand in CLOSE_WAIT in the server's accept queue",
         "4,900 sockets stand in CLOSE_WAIT on the server: it has had the peer's FIN");
    result_free(result);
}

/* A leak is a program that came to its end and holds on. */
static void what_is_still_to_close_is_no_leak(void **state)
{
    struct result *leak = fixture_leaked_by(SIDE_SERVER);
    struct result *slow = fixture_leaked_by(SIDE_SERVER);
    struct result *stopped = fixture_leaked_by(SIDE_CLIENT);
    struct result *foreign = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    slow->side[SIDE_SERVER].account.outcome[OUTCOME_HELD] = 0;
    slow->side[SIDE_SERVER].account.outcome[OUTCOME_CUT] = CONNECTIONS;
    stopped->side[SIDE_CLIENT].account.outcome[OUTCOME_HELD] = 0; /* all of them open */
    foreign->side[SIDE_SERVER].played = false;
    SAYS(leak, "or exits, as a leak does.");
    remarked(leak, "close_wait.leak", CERTAINTY_PROVEN);
    SAYS(slow, "which is no leak", "!as a leak does");
    assert_evidence(remarked(slow, "close_wait.pending", CERTAINTY_PROVEN), "server.outcome.cut",
                    CONNECTIONS);
    not_remarked(slow, "close_wait.leak");
    SAYS(stopped, "which is no leak", "!as a leak does");
    SAYS(foreign, "as a leak does; one that is only slow closes them in a longer settle");
    remarked(foreign, "close_wait.leak", CERTAINTY_LIKELY);
    result_free(leak);
    result_free(slow);
    result_free(stopped);
    result_free(foreign);
}

static void an_accept_queue_of_open_connections_is_told(void **state)
{
    struct result *open = queued_at(false, 12, 0);
    struct result *mixed = queued_at(false, 12, 2);

    (void)state;
    assert_evidence(remarked(open, "accept_queue.waiting", CERTAINTY_PROVEN),
                    "server.accept_queue.final", 12);
    not_remarked(open, "close_wait.unaccepted");
    SAYS(mixed, "2 sockets stand in CLOSE_WAIT in the server's accept queue",
         "10 connections still wait in the server's accept queue");
    result_free(open);
    result_free(mixed);
}

static void a_single_orphan_is_told_in_the_singular(void **state)
{
    struct result *one = fixture_new();
    struct result *of_two = fixture_new();

    (void)state;
    fixture_state(one, SIDE_CLIENT, TCP_STATE_FIN_WAIT2, 1, 1);
    one->side[SIDE_CLIENT].final.fin_wait2_orphans = 1;
    fixture_state(of_two, SIDE_CLIENT, TCP_STATE_FIN_WAIT2, 2, 2);
    of_two->side[SIDE_CLIENT].final.fin_wait2_orphans = 1;
    EXPLAINS(one, "It is an orphan, closed by the application: the kernel drops it after");
    EXPLAINS(of_two, "One of them is an orphan, closed by the application: the kernel drops it");
}

/* ---- RSTs that answer ---- */

static struct result *answered(enum side peer_counts, const char *own, const char *peers)
{
    struct result *result = fixture_new();

    fixture_state(result, SIDE_SERVER, TCP_STATE_LAST_ACK, CONNECTIONS, 0);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", CONNECTIONS);
    if (own != NULL) {
        fixture_counter(&result->side[SIDE_CLIENT].counters, own, CONNECTIONS);
    }
    if (peers != NULL) {
        fixture_counter(&result->side[peer_counts].counters, peers, CONNECTIONS);
    }
    return result;
}

/* One source port for all: a SYN meets what the connection before it has left, unless it was only
 * late. */
static struct result *challenged(const char *fault)
{
    struct result *result = answered(SIDE_SERVER, NULL, "TcpExtTCPSYNChallenge");

    text_pairs_add(&result->scenario, "client.port", "7777");
    if (fault != NULL) {
        fixture_fault(result, fault);
    }
    return result;
}

static void rsts_that_abort_nothing_are_told_by_their_reason(void **state)
{
    struct result *data = answered(SIDE_SERVER, "TcpExtTW", "TcpEstabResets");
    struct result *aborts = answered(SIDE_SERVER, "TcpExtEmbryonicRsts", NULL);

    (void)state;
    EXPLAINS(answered(SIDE_SERVER, "TcpExtTCPTimeWaitOverflow", NULL),
             "They answered what came for sockets that TIME_WAIT had no room for",
             "They cut nothing off: no socket of the server was in ESTABLISHED or CLOSE_WAIT any "
             "more (its TcpEstabResets did not move), so no data is lost.",
             "!aborted");
    text_pairs_add(&aborts->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_abort_on_overflow", "1");
    EXPLAINS(aborts, "They ended requests in SYN_RECV");
    EXPLAINS(answered(SIDE_SERVER, "TcpExtEmbryonicRsts", NULL), "!ended requests");
    EXPLAINS(answered(SIDE_SERVER, NULL, "TcpExtTCPKeepAlive"), "They answered keepalive probes");
    EXPLAINS(answered(SIDE_SERVER, NULL, "TcpExtTCPSYNChallenge"), "!challenge ACKs");
    EXPLAINS(challenged(NULL), "They answered challenge ACKs");
    EXPLAINS(challenged("{at: 0s, drop: 5%}"), "They answered segments", "!challenge ACKs",
             "They cut nothing off", "!no data is lost");
    EXPLAINS(answered(SIDE_SERVER, NULL, NULL),
             "answered segments for which there was no socket, as far as counters tell.",
             "!aborted", "!it is lost");
    EXPLAINS(data,
             "data that came for sockets in FIN_WAIT2 that no program held any more: it is "
             "lost.",
             "5,000 sockets of the server went from ESTABLISHED or CLOSE_WAIT straight to CLOSE");
}

/* 55 messages went to connections that the server's kernel had dropped: the client had closed by
 * then, so that nothing of it was in a state that TcpEstabResets counts. */
static void what_was_not_received_is_lost(void **state)
{
    struct result *whole = answered(SIDE_SERVER, NULL, NULL);
    struct result *halves = answered(SIDE_SERVER, NULL, NULL);
    struct result *unread = answered(SIDE_SERVER, NULL, NULL);

    (void)state;
    whole->side[SIDE_SERVER].account.messages_sent = 300;
    whole->side[SIDE_CLIENT].account.messages_received = 245;
    whole->side[SIDE_CLIENT].account.heads_received = 250;
    SAYS(whole, "No socket of the server was in ESTABLISHED or CLOSE_WAIT any more",
         "but not all that was sent before was received.",
         "The client received 245 of the 300 messages", "whole, and read 250 heads.",
         "!cut nothing off", "!no data is lost");
    assert_evidence(remarked(whole, "rst.sent", CERTAINTY_LIKELY), "client.counter.TcpOutRsts",
                    CONNECTIONS);
    result_free(whole);
    halves->side[SIDE_CLIENT].account.bytes_sent = 1000;
    halves->side[SIDE_SERVER].account.bytes_received = 999;
    EXPLAINS(halves, "They cut nothing off", "!no data is lost");
    fixture_program(unread, SIDE_SERVER, "accept wait-fin close"); /* what it read it threw away */
    unread->side[SIDE_CLIENT].account.messages_sent = 300;
    unread->side[SIDE_CLIENT].account.bytes_sent = 300;
    EXPLAINS(unread, "They cut nothing off", "!no data is lost", "!received none");
}

/* SO_LINGER at 0 s in LAST_ACK: TCPAbortOnData moves, and no RST is sent (tcp_need_reset()). */
static void aborts_behind_a_fin_may_send_no_rst(void **state)
{
    static const struct {
        const char *program;
        bool silent;
    } rows[] = {
        {"accept wait-fin shut-wr rst", true},
        {"accept shut-wr wait-fin linger(0s) close", true},
        {"accept wait-fin rst", false},
        {"accept recv send rst", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        struct counters *server = &result->side[SIDE_SERVER].counters;
        fixture_program(result, SIDE_SERVER, rows[i].program);
        fixture_counter(server, "TcpOutRsts", CONNECTIONS);
        fixture_counter(server, "TcpExtTCPAbortOnData", CONNECTIONS);
        SAYS(result, "5,000 times the server closed with SO_LINGER at 0 s (TcpExtTCPAbortOnData).",
             rows[i].silent ? "Such a close sends a RST unless" : "!Such a close",
             rows[i].silent ? "!aborted rather than closed" : "aborted rather than closed");
        assert_evidence(
            remarked(result, "rst.sent", rows[i].silent ? CERTAINTY_LIKELY : CERTAINTY_PROVEN),
            "server.counter.TcpExtTCPAbortOnData", CONNECTIONS);
        result_free(result);
    }
}

/* A counter explains no more RSTs than it counts. */
static void no_more_rsts_are_told_by_a_counter_than_it_counts(void **state)
{
    static const struct {
        const char *counter;
        bool of_peer;
        const char *told;
    } rows[] = {
        {"TcpExtEmbryonicRsts", false, "6 of them ended requests in SYN_RECV"},
        {"TcpExtTCPTimeWaitOverflow", false, "6 of them answered what came for sockets that"},
        {"TcpExtTCPKeepAlive", true, "6 of them answered keepalive probes"},
        {"TcpExtTCPSYNChallenge", true, "6 of them answered challenge ACKs"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum side counts = rows[i].of_peer ? SIDE_SERVER : SIDE_CLIENT;
        struct result *result = fixture_new();
        char evidence[64];
        text_pairs_add(&result->scenario, "client.port", "7777");
        text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_abort_on_overflow", "1");
        fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 9);
        fixture_counter(&result->side[counts].counters, rows[i].counter, 6);
        snprintf(evidence, sizeof evidence, "%s.counter.%s", side_name(counts), rows[i].counter);
        SAYS(result, "sent 9 RSTs", rows[i].told,
             "3 more answered segments for which there was no socket, as far as counters tell.");
        assert_evidence(remarked(result, "rst.sent", CERTAINTY_LIKELY), evidence, 6);
        result_free(result);
    }
}

static void rsts_beyond_the_aborts_are_told_apart(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    result->side[SIDE_SERVER].counters.item[1].after += 22; /* TcpOutRsts */
    assert_string_equal(result->side[SIDE_SERVER].counters.item[1].name, "TcpOutRsts");
    EXPLAINS(result,
             "22 more answered segments for which there was no socket, as far as counters tell.",
             "aborted rather than closed");
}

static void a_reset_by_linger2_is_no_linger_0(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    text_pairs_add(&result->scenario, "server.sockopt.linger2", "-1");
    EXPLAINS(result, "the server closed with TCP_LINGER2 at -1, and its FIN was acknowledged",
             "!SO_LINGER");
}

/* ---- a full accept queue ---- */

static void latency_is_blamed_on_the_queue_only_when_it_shows(void **state)
{
    struct result *quick = fixture_new();
    struct result *slow = fixture_new();

    (void)state;
    fixture_counter(&quick->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 3);
    fixture_counter(&slow->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 3);
    for (unsigned i = 0; i < 1000; i++) {
        histogram_record(&quick->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT], NS_PER_MS);
        histogram_record(&slow->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT],
                         i < 980 ? NS_PER_MS : 1030 * NS_PER_MS);
    }
    EXPLAINS(quick, "accept queue was full 3 times", "!<connect.slow");
    EXPLAINS(slow, "a second or more: the p99 of client connect is 1.03 s.");
}

/* ---- a fixed port ---- */

static void a_fixed_port_is_taken_over_by_its_option(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    text_pairs_add(&result->scenario, "client.port", "5555");
    text_pairs_add(&result->scenario, "client.sockopt.reuseaddr", "on");
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTWRecycled", 19);
    EXPLAINS(result, "On the client all have the same port (client.port)",
             "a connect that SO_REUSEADDR or SO_REUSEPORT has let bind its port, whatever",
             "!parity", "!ip_local_port_range");
    result = fixture_closed_by(SIDE_CLIENT); /* tcp_tw_reuse is 2, and this no loopback */
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTWRecycled", 19);
    EXPLAINS(result, "before its time (TcpExtTWRecycled).", "!a connect that");
}

/* ---- TIME_WAIT that gave way ---- */

static void what_gave_way_is_told_without_a_prediction(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1383, 1383);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTW", CONNECTIONS);
    EXPLAINS(
        result,
        "5,000 mini-sockets were made on the server (TcpExtTW): a SYN on the same address and port",
        "took the place of 3,617 before their 60 s were over.");
    EXPLAINS(fixture_closed_by(SIDE_SERVER), "!<time_wait.ended_early");
}

static void orphans_whose_time_is_over_gave_way_to_nothing(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1383, 1383);
    fixture_state(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 3617, 0);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTW", CONNECTIONS);
    text_pairs_add(&result->scenario, "server.sockopt.linger2", "1s");
    EXPLAINS(result, "!<time_wait.ended_early", "!took the place");
}

static void a_few_resets_do_not_make_all_answers_lost_data(void **state)
{
    struct result *result = answered(SIDE_SERVER, "TcpExtTW", "TcpEstabResets");
    struct counters *server = &result->side[SIDE_SERVER].counters;

    (void)state;
    assert_string_equal(server->item[server->count - 1].name, "TcpEstabResets");
    server->item[server->count - 1].after = server->item[server->count - 1].before + 7;
    EXPLAINS(result,
             "They answered segments for which there was no socket, as far as counters tell.",
             "!it is lost");
}

/* 20,000 were made and 19,978 stand: a difference is told, with its cause where it is known. */
static void missing_time_waits_are_told_on_either_side(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIDE_N; i++) {
        enum side side = (enum side)i;
        struct result *quiet = fixture_closed_by(side);
        fixture_unpredict(quiet);
        fixture_state(quiet, side, TCP_STATE_TIME_WAIT, CONNECTIONS, CONNECTIONS - 22);
        SAYS(quiet, side == SIDE_CLIENT
                        ? "22 ended before their 60 s were over, and no counter tells"
                        : "a SYN on the same address and port took the place of 22 before");
        assert_evidence(remarked(quiet, "time_wait.ended_early",
                                 side == SIDE_CLIENT ? CERTAINTY_UNKNOWN : CERTAINTY_PROVEN),
                        side == SIDE_CLIENT ? "client.time_wait.final" : "server.time_wait.final",
                        CONNECTIONS - 22);
        fixture_counter(&quiet->side[side_peer(side)].counters, "TcpOutRsts", 22);
        SAYS(quiet, "RST");
        remarked(quiet, "time_wait.ended_early", CERTAINTY_LIKELY);
        result_free(quiet);
    }
}

/* Data that met mini-sockets in FIN_WAIT2 drew RSTs: those are told with these. */
static void minis_that_data_ended_are_not_missing(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    fixture_unpredict(result);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, CONNECTIONS - 206, CONNECTIONS - 206);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 206);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpEstabResets", 206);
    SAYS(result, "answered data that came for sockets in FIN_WAIT2");
    not_remarked(result, "time_wait.ended_early");
    result_free(result);
}

static void recycled_time_waits_are_not_missing(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    fixture_unpredict(result);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, CONNECTIONS, CONNECTIONS - 22);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTWRecycled", 22);
    explain(result);
    not_remarked(result, "time_wait.ended_early");
    assert_non_null(remark_of(result, "time_wait.recycled"));
    result_free(result);
}

static void more_rsts_than_connections_are_told(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    assert_string_equal(result->side[SIDE_SERVER].counters.item[1].name, "TcpOutRsts");
    SAYS(result, "!drew more than one");
    result->side[SIDE_SERVER].counters.item[1].after += 1;
    EXPLAINS(result, "So a connection drew more than one.", "1 more answered segments");
}

/* Data that meet an end in LAST_ACK are counted as an abort (TCPAbortOnData) without a RST. */
static void aborts_beyond_the_rsts_abort_nothing(void **state)
{
    static const char *const counters[] = {"TcpExtTCPAbortOnData", "TcpExtTCPAbortOnClose",
                                           "TcpExtTCPAbortOnMemory"};
    char name[64];

    (void)state;
    for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++) {
        struct result *result = fixture_closed_by(SIDE_CLIENT);
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 1);
        fixture_counter(&result->side[SIDE_SERVER].counters, counters[i], 4000);
        SAYS(result, "4,000 times the server", "That is 3,999 more than it sent RSTs, so not each",
             "!aborted rather than closed", "!more answered");
        const struct remark *remark = remarked(result, "rst.sent", CERTAINTY_LIKELY);
        snprintf(name, sizeof name, "server.counter.%s", counters[i]);
        assert_evidence(remark, name, 4000);
        assert_evidence(remark, "server.counter.TcpOutRsts", 1);
        result_free(result);
    }
}

/* tcp_set_state() counts what an end aborts itself in TcpEstabResets, too. */
static void own_aborts_are_no_rsts_of_the_peer(void **state)
{
    static const char *const counters[] = {"TcpExtTCPAbortOnClose", "TcpExtTCPAbortOnData",
                                           "TcpExtTCPAbortOnMemory", "TcpExtTCPAbortOnTimeout"};
    char name[64];

    (void)state;
    for (size_t i = 0; i < 2 * sizeof counters / sizeof counters[0]; i++) {
        struct result *result = fixture_new();
        struct result_side *client = &result->side[SIDE_CLIENT];
        uint64_t own = i % 2 == 0 ? 50 : 30; /* of 50 */
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 60);
        fixture_counter(&client->counters, "TcpEstabResets", 50);
        fixture_counter(&client->counters, counters[i / 2], own);
        client->account.outcome[OUTCOME_DONE] -= 40;
        client->account.outcome[OUTCOME_HELD] = 40; /* in CLOSE: no table has them */
        SAYS(result, "!ended by a RST", "!its TcpEstabResets did not move",
             own == 50 ? "!straight to CLOSE"
                       : "20 sockets of the client went from ESTABLISHED or CLOSE_WAIT straight to "
                         "CLOSE (TcpEstabResets, without those it aborted itself).");
        snprintf(name, sizeof name, "client.counter.%s", counters[i / 2]);
        assert_evidence(remarked(result, "rst.sent", CERTAINTY_LIKELY), name, (double)own);
        assert_evidence(remark_of(result, "close.unlisted"), name, (double)own);
        result_free(result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_third_ack_is_no_half_open_connection),
        cmocka_unit_test(a_full_accept_queue_keeps_requests_pending),
        cmocka_unit_test(deferred_accepts_are_told),
        cmocka_unit_test(requests_without_a_client_are_a_flood),
        cmocka_unit_test(more_than_the_pending_ones_are_half_open),
        cmocka_unit_test(cookies_leave_nothing_on_the_server),
        cmocka_unit_test(an_unanswered_syn_is_told_with_its_reason),
        cmocka_unit_test(a_self_connect_is_told_as_one),
        cmocka_unit_test(a_connection_elsewhere_that_was_accepted_is_not),
        cmocka_unit_test(held_sockets_that_no_table_lists_are_told),
        cmocka_unit_test(what_no_table_lists_may_be_a_leak),
        cmocka_unit_test(what_resets_took_may_be_a_leak_beside_others),
        cmocka_unit_test(held_sockets_are_told_in_lab_host_as_well),
        cmocka_unit_test(what_orphans_wait_for_is_not_taken_for_held),
        cmocka_unit_test(bound_sockets_in_close_are_told),
        cmocka_unit_test(what_was_never_accepted_is_no_leak),
        cmocka_unit_test(only_what_was_accepted_is_a_leak),
        cmocka_unit_test(what_is_still_to_close_is_no_leak),
        cmocka_unit_test(an_accept_queue_of_open_connections_is_told),
        cmocka_unit_test(a_single_orphan_is_told_in_the_singular),
        cmocka_unit_test(rsts_that_abort_nothing_are_told_by_their_reason),
        cmocka_unit_test(what_was_not_received_is_lost),
        cmocka_unit_test(aborts_behind_a_fin_may_send_no_rst),
        cmocka_unit_test(fins_end_held_sockets_as_rsts_do),
        cmocka_unit_test(missing_time_waits_are_told_on_either_side),
        cmocka_unit_test(minis_that_data_ended_are_not_missing),
        cmocka_unit_test(recycled_time_waits_are_not_missing),
        cmocka_unit_test(more_rsts_than_connections_are_told),
        cmocka_unit_test(no_more_rsts_are_told_by_a_counter_than_it_counts),
        cmocka_unit_test(rsts_beyond_the_aborts_are_told_apart),
        cmocka_unit_test(own_aborts_are_no_rsts_of_the_peer),
        cmocka_unit_test(aborts_beyond_the_rsts_abort_nothing),
        cmocka_unit_test(a_reset_by_linger2_is_no_linger_0),
        cmocka_unit_test(latency_is_blamed_on_the_queue_only_when_it_shows),
        cmocka_unit_test(a_fixed_port_is_taken_over_by_its_option),
        cmocka_unit_test(what_gave_way_is_told_without_a_prediction),
        cmocka_unit_test(orphans_whose_time_is_over_gave_way_to_nothing),
        cmocka_unit_test(a_few_resets_do_not_make_all_answers_lost_data),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
