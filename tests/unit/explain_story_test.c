#include <errno.h>

#include "finwait/grow.h"
#include "fixture.h"

static void server_first_piles_up_on_the_server(void **state)
{
    (void)state;
    EXPLAINS(
        fixture_closed_by(SIDE_SERVER),
        "The server closed first on 5,000 of 5,000 connections. 5,000 of its sockets",
        "Samples caught the server's sockets in fin_wait2 and time_wait, the client's in last_ack.",
        "5,000 sockets stand in TIME_WAIT on the server", "the run was over after 2 s",
        "at 5,000 a second, 300,000 would stand there by Little's law",
        "the pile would reach its ceiling of 28,232 after 5.65 s.",
        "On the server they take no ports",
        /* 2 x 28,232 */ "cap the pile at 28,232",
        "The next ceiling is tcp_max_tw_buckets, 262,144 here, of which 1.9 % is used",
        "That is what the model foresaw: client ends in close, server ends in time_wait.",
        "!<closed_first client", "!run out", "!<close_wait.", "!<fin_wait2.", "!<rst.", "!aborted");
}

static void client_first_takes_the_clients_ports(void **state)
{
    (void)state;
    EXPLAINS(fixture_closed_by(SIDE_CLIENT),
             "The client closed first on 5,000 of 5,000 connections. 5,000 of its sockets",
             "5,000 sockets stand in TIME_WAIT on the client",
             "ip_local_port_range 32768-60999 gives 28,232",
             "2 addresses to 1 destination make 56,464",
             "300,000 would stand there by Little's law (rate x 60 s)",
             "but the pile's ceiling is 56,464.",
             /* 28,232 / 5,000 a second */ "these 28,232 are all in TIME_WAIT after 5.65 s",
             "becomes slow, long before it fails with EADDRNOTAVAIL", "!run out",
             "client ends in time_wait, server ends in close", "!<closed_first server",
             "!take no ports", "!tcp_max_tw_buckets"); /* the ports are the nearer limit */
}

static void a_slow_client_never_runs_out(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->phase[PHASE_LOAD].end = 20 * NS_PER_S; /* 250 a second: 15,000 of 56,464 */
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 20 * NS_PER_S, 21 * NS_PER_S};
    EXPLAINS(result, "15,000 would stand there (Little's law: rate x 60 s).",
             "At this rate 27 % of them are in use at most, so they do not run out.",
             "!EADDRNOTAVAIL", "!tcp_max_tw_buckets");
}

static void few_buckets_limit_the_client_first(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct text_pair *buckets = &result->side[SIDE_CLIENT].sysctl.item[3];

    (void)state;
    assert_string_equal(buckets->name, "net.ipv4.tcp_max_tw_buckets");
    free(buckets->value);
    buckets->value = strdup("10000");
    EXPLAINS(result, "The ceiling is tcp_max_tw_buckets, 10,000 here, of which 50 % is used",
             "the pile's ceiling is 10,000.", "!run out after", "!walk past");
}

static void destinations_multiply_the_ports_unless_bound_early(void **state)
{
    struct result *late = fixture_closed_by(SIDE_CLIENT);
    struct result *early = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    free(late->scenario.item[10].value);
    late->scenario.item[10].value = strdup("3");
    assert_string_equal(late->scenario.item[10].name, "server.addresses");
    free(early->scenario.item[10].value);
    early->scenario.item[10].value = strdup("3");
    text_pairs_add(&early->scenario, "client.sockopt.bind_no_port", "off");
    text_pairs_add(&early->scenario, "client.bind", "on");
    EXPLAINS(late, "2 addresses to 3 destinations make 169,392");
    EXPLAINS(early, "2 addresses to 1 destination make 56,464");
}

static void the_socket_options_port_range_counts(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    text_pairs_add(&result->scenario, "client.sockopt.local_port_range", "40000-40999");
    EXPLAINS(result, "40000-40999 gives 1,000", "make 2,000",
             "At this rate all are in TIME_WAIT after 400 ms, and connect(2) fails", "!walk past");
}

static void reuse_of_ports_saves_the_client(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->private_lab = false; /* tcp_tw_reuse 2 works on loopback */
    EXPLAINS(result, "With tcp_tw_reuse at 2 connect takes ports back", "!walk past");
}

static void a_leak_is_told_on_both_sides(void **state)
{
    (void)state;
    EXPLAINS(fixture_leaked_by(SIDE_SERVER), "The client closed first",
             "5,000 sockets stand in CLOSE_WAIT on the server", "until the server closes them",
             "5,000 sockets stand in FIN_WAIT2 on the client",
             "All of them are orphans, closed by the application: the kernel drops",
             "drops each after tcp_fin_timeout, 47 s here.", "!<time_wait.", "!no timer ends those",
             "!<closed_first server");
    EXPLAINS(fixture_leaked_by(SIDE_CLIENT), "The server closed first",
             "5,000 sockets stand in CLOSE_WAIT on the client", "until the client closes them",
             "5,000 sockets stand in FIN_WAIT2 on the server", "!<time_wait.");
}

static void fin_wait2_with_a_descriptor_stays(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    result->side[SIDE_CLIENT].final.fin_wait2_orphans = 0;
    EXPLAINS(result, "5,000 still have a descriptor, and no timer ends those.", "!orphans");
}

static void the_socket_options_fin_timeout_counts(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    text_pairs_add(&result->scenario, "client.sockopt.linger2", "2s");
    EXPLAINS(result, "TCP_LINGER2, 2 s here", "!tcp_fin_timeout");
    result = fixture_leaked_by(SIDE_SERVER);
    text_pairs_add(&result->scenario, "client.sockopt.linger2", "0s"); /* stands for the sysctl */
    EXPLAINS(result, "drops each after tcp_fin_timeout, 47 s here.", "!TCP_LINGER2");
}

static void resets_leave_nothing(void **state)
{
    (void)state;
    EXPLAINS(fixture_reset(), "The server sent 5,000 RSTs (TcpOutRsts) for 5,000 connections.",
             "5,000 times the server closed with SO_LINGER at 0 s (TcpExtTCPAbortOnData)",
             "aborted rather than closed", "Nothing piled up",
             "client ends in close (reset), server ends in close", "!<closed_first",
             "!The client sent", "!would stand", "!No sample caught");
}

/* TcpExtTCPAbortOnData has two causes, and the program tells which of them it was. */
static void the_program_tells_the_cause_of_an_abort(void **state)
{
    static const struct {
        const char *program, *linger, *cause; /* sockopt.linger; NULL: not set */
    } cases[] = {
        {"accept recv send linger(0s) close", NULL, "closed with SO_LINGER at 0 s ("},
        {"accept recv send linger(0s) linger(off) close", NULL, "got data after it"},
        {"accept recv send linger(3s) close", NULL, "server got data after it had"},
        {"accept recv send close", NULL, "server got data after it had closed ("},
        {"accept recv send close", "0s", "closed with SO_LINGER at 0 s ("},
        {"accept recv send close", "3s", "server got data after it had closed ("},
        {"accept recv send rst", NULL, "closed with SO_LINGER at 0 s ("},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result *result = fixture_new();
        fixture_program(result, SIDE_CLIENT, "connect send recv rst"); /* the other side's own */
        fixture_program(result, SIDE_SERVER, cases[i].program);
        if (cases[i].linger != NULL) {
            text_pairs_add(&result->scenario, "server.sockopt.linger", cases[i].linger);
        }
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", CONNECTIONS);
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPAbortOnData", CONNECTIONS);
        EXPLAINS(result, cases[i].cause, "!at 0 s, or got");
    }
}

/* The client's failures say nothing of how far the server's programs went. */
static void failures_of_the_peer_leave_the_cause_of_an_abort(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    fixture_program(result, SIDE_SERVER, "accept recv send linger(0s) close");
    SAYS(result, "closed with SO_LINGER at 0 s (");
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 1;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_RESET] += 1;
    EXPLAINS(result, "!at 0 s (");
}

/* An answer that a RST has overtaken: who closes early can be told how not to. */
static void whose_close_lost_messages_is_advised(void **state)
{
    static const struct {
        const char *program, *counter, *advice; /* NULL: none */
    } cases[] = {
        {"accept send close", "TcpExtTCPAbortOnClose",
         "let the server shut down its sending side (shut-wr) and read until the client's FIN "
         "(wait-fin) before it closes"},
        {"accept send close", "TcpExtTCPAbortOnData",
         "let the server shut down its sending side (shut-wr) and read until the client's FIN "
         "(wait-fin) before it closes"},
        {"accept send linger(0s) close", "TcpExtTCPAbortOnData",
         "let the server close with SO_LINGER off, so that what it sent arrives"},
        {"accept send close", "TcpExtTCPAbortOnMemory", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (uint64_t lost = 0; lost < 2; lost++) {
            struct result *result = fixture_new();
            fixture_program(result, SIDE_SERVER, cases[i].program);
            fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 400);
            fixture_counter(&result->side[SIDE_SERVER].counters, cases[i].counter, 400);
            result->side[SIDE_SERVER].account.messages_sent = 5000;
            result->side[SIDE_CLIENT].account.messages_received = 5000 - 400 * lost;
            explain(result);
            const struct remark *remark = remark_of(result, "rst.sent");
            assert_non_null(remark);
            if (lost > 0 && cases[i].advice != NULL) {
                assert_string_equal(remark->advice, cases[i].advice);
                assert_evidence(remark, "client.messages_received", 4600);
            } else {
                assert_null(remark->advice);
            }
            result_free(result);
        }
    }
}

/* RSTs of other programs, and all connections of the run in TIME_WAIT: nothing was aborted. */
static void resets_of_the_machine_are_not_blamed_on_the_run(void **state)
{
    struct result *result = fixture_on_host();
    struct result *aborted = fixture_on_host();

    (void)state;
    fixture_counter(&result->host_counters, "TcpExtTCPAbortOnData", CONNECTIONS);
    result->host_counters.item[1].after += CONNECTIONS; /* TcpOutRsts */
    EXPLAINS(result, "5,041 RSTs were sent on the whole machine (TcpOutRsts) while",
             "made: by other programs too, for most of these connections show no sign of one.",
             "!aborted", "!a program closed");
    fixture_state(aborted, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0, 0);
    fixture_counter(&aborted->host_counters, "TcpExtTCPAbortOnData", CONNECTIONS);
    aborted->host_counters.item[1].after += CONNECTIONS;
    SAYS(aborted, "were made, those of other programs included. 5,000 times a program closed",
         "As far as the whole machine tells, the connections were aborted rather than closed");
    aborted->side[SIDE_CLIENT].account.outcome[OUTCOME_HELD] = CONNECTIONS; /* in CLOSE */
    EXPLAINS(aborted, "As far as the whole machine tells");
}

/* A RST would have ended sockets that stand in any of these. */
static void sockets_that_stand_have_met_no_rst(void **state)
{
    static const enum tcp_state standing[][SIDE_N] = {
        {TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT},
        {TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE}, /* a server that is not ours */
        {TCP_STATE_ESTABLISHED, TCP_STATE_ESTABLISHED},
        {TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED},
        {TCP_STATE_CLOSE, TCP_STATE_LAST_ACK},
        {TCP_STATE_CLOSE, TCP_STATE_CLOSE},
    };
    size_t last = sizeof standing / sizeof standing[0] - 1;

    (void)state;
    for (size_t i = 0; i <= last; i++) {
        struct result *result = fixture_on_host();
        fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0, 0);
        fixture_state(result, SIDE_CLIENT, standing[i][SIDE_CLIENT], CONNECTIONS, CONNECTIONS);
        fixture_state(result, SIDE_SERVER, standing[i][SIDE_SERVER], CONNECTIONS, CONNECTIONS);
        fixture_counter(&result->host_counters, "TcpExtTCPAbortOnData", CONNECTIONS);
        result->host_counters.item[1].after += CONNECTIONS;
        SAYS(result, i < last ? "most of these connections show no sign of one." : "were aborted",
             i < last ? "!aborted" : "!no sign");
        remarked(result, "rst.machine", CERTAINTY_LIKELY);
        result_free(result);
    }
}

/* Other programs move its counters, too. */
static void the_whole_machine_proves_nothing(void **state)
{
    static const struct {
        const char *counter, *id, *told;
    } rows[] = {
        {"TcpExtTWRecycled", "time_wait.recycled",
         "Up to 5,000 TIME_WAIT sockets were each taken over by a new connection before its time "
         "(TcpExtTWRecycled, 8,900 on the whole machine): a connect that tcp_tw_reuse allows."},
        {"TcpExtTCPTimeWaitOverflow", "time_wait.overflow", "8,900 times the machine had no room"},
        {"TcpExtListenOverflows", "accept_queue.full", "accept queue was full 8,900 times"},
        {"TcpRetransSegs", "segments.resent", "This machine (other programs included) sent 8,900"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_on_host();
        char name[64];
        fixture_counter(&result->host_counters, rows[i].counter, 8900);
        snprintf(name, sizeof name, "host.counter.%s", rows[i].counter);
        SAYS(result, rows[i].told);
        assert_evidence(remarked(result, rows[i].id, CERTAINTY_LIKELY), name, 8900);
        result_free(result);
    }
}

static void few_resets_are_no_abort(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 12);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnClose", 12);
    EXPLAINS(result, "The client sent 12 RSTs",
             "12 times the client closed with data it had not read", "!aborted rather than closed");
}

static void crossing_fins_are_a_simultaneous_close(void **state)
{
    (void)state;
    EXPLAINS(fixture_simultaneous(), "4,600 connections were closed by both sides at once",
             "both ends went to TIME_WAIT", "4,800 sockets stand in TIME_WAIT on the client",
             "4,800 more stand in TIME_WAIT on the server", "!closed first on");
}

static void one_connection_is_told_as_one(void **state)
{
    struct result *both = fixture_new();
    struct result *due = fixture_new();
    struct account *client = &due->side[SIDE_CLIENT].account;

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct account *account = &both->side[side].account;
        account->attempted = account->opened = account->outcome[OUTCOME_DONE] = 1;
        account->closed_first = 1;
    }
    client->opened = client->due[OUTCOME_EOF] = client->messages_cut = 1;
    EXPLAINS(both, "1 connection was closed by both sides", "!All 1");
    EXPLAINS(due, "1 of 1 connection ended while a message was due to the client",
             "1 of these messages was truncated: a part of it had come.");
}

/* What a client of its own program does not is no mistake of a foreign one. */
static void a_server_of_foreign_clients_may_take_their_fin(void **state)
{
    static const char or_fin[] =
        "write recv(or-fin) for recv in server.program (accept recv send close): it takes the FIN "
        "of a spare or idle connection for a good end";

    (void)state;
    for (int way = 0; way < 4; way++) {
        struct result *result = fixture_new();
        struct account *server = &result->side[SIDE_SERVER].account;
        fixture_program(result, SIDE_SERVER, "accept recv send close");
        result->side[SIDE_CLIENT].played = way == 1;
        server->opened = CONNECTIONS;
        server->due[way == 2 ? OUTCOME_RESET : OUTCOME_EOF] = 44;
        server->messages_cut = way == 3;
        SAYS(result, "44 of 5,000 connections ended while a message was due to the server");
        const char *advice = remark_of(result, "message.missing")->advice;
        assert_string_equal(advice != NULL ? advice : "none", way == 0 ? or_fin : "none");
        result_free(result);
    }
}

static void what_stood_before_an_unopened_load_is_no_pile(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->side[SIDE_CLIENT].account.opened = 0;
    result->side[SIDE_SERVER].account.opened = 0;
    EXPLAINS(result, "!a second", "!nan", "!stand in TIME_WAIT");
}

static void taking_turns_is_no_simultaneous_close(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        fixture_state(result, (enum side)side, TCP_STATE_TIME_WAIT, 2500, 2500);
        fixture_counter(&result->side[side].counters, "TcpExtTW", 2500);
        result->side[side].account.closed_first = 2500;
        result->side[side].account.closed_second = 2500;
    }
    EXPLAINS(result,
             "Who closed first changed: the client on 2,500 of 5,000 connections, the server on "
             "2,500.",
             "!<closed_first.both");
}

static void a_cut_run_says_so_and_claims_no_end(void **state)
{
    (void)state;
    EXPLAINS(fixture_cut(), "The run was cut short by SIGINT in its load phase",
             "At most 4,990 sockets stood in TIME_WAIT on the server", "!<prediction.",
             "!<sockets.none_left", "!sockets stand in");
}

static void nothing_attempted_is_nothing_to_explain(void **state)
{
    (void)state;
    EXPLAINS(fixture_empty(), "No connection was attempted", "!<sockets.none_left",
             "!<closed_first", "!Little");
}

static void refusal_is_no_abort(void **state)
{
    (void)state;
    EXPLAINS(fixture_refused(), "None of the 5,000 attempts",
             "5,000 of 5,000 connects were refused (ECONNREFUSED): nothing listened on port 8080",
             "!not what", "!sent 5,000 RSTs", "!aborted", "!<sockets.none_left", "!<closed_first");
}

static void exhausted_ports_are_told_with_what_holds_them(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->attempted = 56000 + 777;
    client->outcome[OUTCOME_NO_PORT] = 777;
    client->error[EADDRNOTAVAIL] = 777;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 56000, 56000);
    EXPLAINS(result, "ran out of local ports: 777 connects failed with EADDRNOTAVAIL",
             "!Until then",
             "28,232 ports (ip_local_port_range 32768-60999) on each of 2 source addresses",
             "941 a second can go on for ever", /* 56,464 / 60 s */
             "14,116 ports of one parity first", "!At this rate they run out",
             "Up to 56,000 of them stood in TIME_WAIT on the client");
}

static struct result *out_of_ports(const char *rate)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    text_pairs_add(&result->scenario, "client.sockopt.local_port_range", "40000-42499");
    client->attempted += 5;
    client->outcome[OUTCOME_NO_PORT] = 5;
    client->error[EADDRNOTAVAIL] = 5;
    client->first_no_port = 2 * NS_PER_S;
    for (size_t i = 0; i < result->scenario.count; i++) {
        if (strcmp(result->scenario.item[i].name, "load.rate") == 0) {
            free(result->scenario.item[i].value);
            result->scenario.item[i].value = strdup(rate);
        }
    }
    return result;
}

static void how_long_ports_last_is_told(void **state)
{
    (void)state;
    EXPLAINS(out_of_ports("4000/s"), "the first 2 s into the load",
             "At 4,000 connections begun a second they last 1.25 s");      /* 5,000 / 4,000 */
    EXPLAINS(out_of_ports("max"), "Until then 2,500 a second were taken"); /* 5,000 / 2 s */
}

static void a_fixed_port_is_the_only_one(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->attempted += 5;
    client->outcome[OUTCOME_NO_PORT] = 5;
    client->error[EADDRINUSE] = 5;
    client->first_no_port = 250 * NS_PER_MS;
    text_pairs_add(&result->scenario, "client.port", "5555");
    EXPLAINS(result, "5 binds failed with EADDRINUSE, the first 250 ms into the load",
             "the same source port (client.port 5555)", "client.sockopt.reuseaddr", "!28,232",
             "!parity");
}

static void on_the_host_the_roles_tell_who_was_first(void **state)
{
    (void)state;
    EXPLAINS(fixture_on_host(), "The server closed first on 5,000 of 5,000 connections.",
             "5,000 sockets stand in TIME_WAIT on the server", "!TcpExtTW", "!5,123", "!<rst.");
}

static void leftovers_of_others_are_not_this_runs(void **state)
{
    struct result *result = fixture_on_host();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 7000, 7000);
    EXPLAINS(result, "That is more than the 5,000 connections of this run: another",
             "of which this run uses 2.7 %;", "!stood there before", "on at 5,000 a second",
             "!<prediction.");
}

static void a_full_accept_queue_is_told(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 321);
    EXPLAINS(result, "accept queue was full 321 times", "net.core.somaxconn 4096");
}

static void an_overflow_of_buckets_is_told(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPTimeWaitOverflow", 99);
    EXPLAINS(result, "99 times the server had no room for another mini-socket");
}

static void a_wrong_prediction_is_told_with_its_numbers(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_predict(result, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT);
    EXPLAINS(
        result,
        "The model foresaw time_wait on the server, but only 0 of 5,000 stood in it in the end.",
        "No sample caught one in TIME_WAIT either; the longest time between two samples was "
        "104 ms.",
        "!<prediction.met");
}

static void a_race_is_told_as_one(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_predict(result, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE);
    fixture_predict(result, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE);
    EXPLAINS(result,
             "is a race, says the model: client ends in close, server ends in time_wait; or "
             "client ends in time_wait, server ends in close.");
}

static void half_open_connections_are_told(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40, 40);
    EXPLAINS(result, "40 sockets are still established on the server while the client has none",
             "!<sockets.none_left");
}

/* Whose RSTs they were is told only where the side's own do not make up for the resets. */
static void resets_of_half_open_ends_are_told_by_whose_they_were(void **state)
{
    static const struct {
        uint64_t sent;
        bool counted;
        const char *says;
    } rows[] = {
        {0, true, "The client's ends met ECONNRESET or EPIPE, and the server sent fewer RSTs."},
        {9, true,
         "Some of the client's ends met ECONNRESET or EPIPE, and the server sent fewer RSTs."},
        {40, true, "!sent fewer"},
        {0, false, "!sent fewer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        struct counters *server = &result->side[SIDE_SERVER].counters;
        fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40, 40);
        result->side[SIDE_CLIENT].account.outcome[OUTCOME_DONE] -= 40;
        result->side[SIDE_CLIENT].account.outcome[OUTCOME_RESET] = 40;
        fixture_counter(server, "TcpOutRsts", rows[i].sent);
        if (!rows[i].counted) {
            counters_fini(server);
        }
        SAYS(result, rows[i].says);
        const struct remark *remark =
            remarked(result, "established.half_open",
                     rows[i].says[0] == '!' ? CERTAINTY_PROVEN : CERTAINTY_LIKELY);
        assert_evidence(remark, "client.outcome.reset", 40);
        if (rows[i].counted) {
            assert_evidence(remark, "server.counter.TcpOutRsts", (double)rows[i].sent);
        }
        result_free(result);
    }
}

static void what_was_not_observed_is_not_claimed(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        result->side[side].observation_count = 0;
        result->side[side].has_final = false;
    }
    EXPLAINS(result, "were not observed", "!<sockets.none_left", "!<closed_first");
}

static void a_bare_result_is_explained_too(void **state)
{
    (void)state;
    EXPLAINS(result_new(), "Neither role counted connections");
}

/* ---- the prediction, told as far as it came true ---- */

static void what_gave_way_is_no_agreement(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1383, 1383);
    EXPLAINS(result,
             "The model foresaw time_wait on the server, but only 1,383 of 5,000 stood in it",
             "5,000 were made (TcpExtTW): a SYN on the same address and port took the place of "
             "3,617 before their 60 s were over.",
             "!<prediction.met");
}

static void what_is_missing_within_tolerance_is_told(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 4988, 4988);
    EXPLAINS(result, "That is what the model foresaw: client ends in close, server ends in "
                     "time_wait; a SYN on the same address and port took the place of the other "
                     "12.");
}

static void failures_are_not_what_the_model_foresaw(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->outcome[OUTCOME_DONE] = 250;
    client->outcome[OUTCOME_EOF] = CONNECTIONS - 250;
    EXPLAINS(result,
             "4,750 of 5,000 connections did not end as the model foresaw: "
             "client ends in close",
             "!<prediction.met");
}

static void failures_outweigh_a_race(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_predict(result, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE);
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_DONE] = 250;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_REFUSED] = CONNECTIONS - 250;
    EXPLAINS(result, "4,750 of 5,000 connections did not end as the model foresaw",
             "!<prediction.race");
}

static void counters_that_disagree_are_no_agreement(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->predicted[0].side[SIDE_SERVER].tw = 1;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTWKilled", 3000);
    EXPLAINS(result, "but its host's TcpExtTW and TcpExtTWKilled counted 8,000.",
             "!<prediction.met");
}

static void sockets_whose_time_is_over_came_to_rest(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    (void)state;
    fixture_predict(result, TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_FIN_WAIT2, CONNECTIONS, 0);
    result->side[SIDE_CLIENT].final.fin_wait2_orphans = 0;
    text_pairs_add(&result->scenario, "client.sockopt.linger2", "1s");
    result->side[SIDE_CLIENT].final.at = 3 * NS_PER_S;
    EXPLAINS(result, "That is what the model foresaw", "those whose time there was over have gone.",
             "!came to rest", "!only 0");
}

/* ---- roles that are not ours ---- */

static void a_foreign_server_is_named_by_its_address(void **state)
{
    struct result *refused = fixture_refused();
    struct result *full = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    text_pairs_add(&refused->scenario, "server.at", "10.0.0.1:80");
    refused->side[SIDE_SERVER].played = false;
    EXPLAINS(refused, "nothing listened at 10.0.0.1:80 when", "!8080");
    full->side[SIDE_SERVER].played = false;
    fixture_counter(&full->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 1);
    EXPLAINS(full, "An accept queue on this machine (other programs' included) was full 1 time (",
             "!server.backlog");
}

static void a_foreign_client_has_ports_of_its_own(void **state)
{
    struct result *result = fixture_on_host();

    (void)state;
    result->side[SIDE_CLIENT].played = false;
    account_init(&result->side[SIDE_CLIENT].account);
    EXPLAINS(result, "5,000 sockets stand in TIME_WAIT on the server", "!address", "!cap the pile",
             "its ceiling of 262,144");
}

/* ---- rates ---- */

static void an_open_loop_is_told_by_its_arrivals(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    assert_string_equal(result->scenario.item[7].name, "load.rate");
    free(result->scenario.item[7].value);
    result->scenario.item[7].value = strdup("2500/s");
    result->phase[PHASE_LOAD].end = 20 * NS_PER_S; /* they live long */
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 20 * NS_PER_S, 21 * NS_PER_S};
    EXPLAINS(result, "on at 2,500 a second, 150,000 would stand", "!250 a second");
}

static void a_moment_is_not_extrapolated(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    result->phase[PHASE_LOAD].end = NS_PER_MS;
    EXPLAINS(result, "5,000 sockets stand", "!Little", "!a second,");
}

static void overflowing_sockets_count_for_the_rate(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    assert_string_equal(result->side[SIDE_SERVER].sysctl.item[3].name,
                        "net.ipv4.tcp_max_tw_buckets");
    free(result->side[SIDE_SERVER].sysctl.item[3].value);
    result->side[SIDE_SERVER].sysctl.item[3].value = strdup("1000");
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1000, 1000);
    result->side[SIDE_SERVER].counters.item[1].after -= 4000; /* TcpExtTW */
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPTimeWaitOverflow", 4000);
    EXPLAINS(result, "went on at 5,000 a second", "its ceiling of 1,000 after 200 ms",
             "only 1,000 of 5,000 stood in it in the end. For 4,000 there was no room",
             "!took the place");
}

/* ---- the rest ---- */

static void resets_beside_time_wait_do_not_deny_it(void **state)
{
    struct result *result = fixture_reset();

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 8, 8);
    EXPLAINS(result, "aborted rather than closed", "!nothing lingers");
}

static void timeouts_are_told_and_are_no_leak(void **state)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    text_pairs_add(&result->scenario, "load.timeout", "2s");
    client->outcome[OUTCOME_DONE] = 4000;
    client->outcome[OUTCOME_TIMEOUT] = 1000;
    client->error[ETIMEDOUT] = 1;
    EXPLAINS(result,
             "999 connections of the client ended because a step had waited for the server "
             "longer than load.timeout, 2 s",
             "1 connection of the client ended because TCP itself gave up", "!as a leak does");
}

static void foretold(struct result *result, const char *name)
{
    result->limit = grow_by_one(result->limit, result->limit_count, sizeof *result->limit);
    result->limit[result->limit_count++] = (struct result_limit){
        .name = grow_text(name),
        .has_side = true,
        .side = SIDE_CLIENT,
        .text = grow_format("too few %s.", name),
        .advice = grow_format("have more %s", name),
    };
}

/* What was foretold and came is advised of once. */
static void missing_descriptors_are_told(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    text_pairs_add(&result->environment, "rlimit_nofile", "256");
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_NO_FD] = 17;
    result->side[SIDE_CLIENT].account.error[EMFILE] = 17;
    EXPLAINS(result,
             "17 times the client had no descriptor left (EMFILE), with "
             "RLIMIT_NOFILE at 256 a process. -> raise RLIMIT_NOFILE (ulimit -n), give",
             "!fs.file-max");
    result = fixture_closed_by(SIDE_SERVER);
    result->side[SIDE_CLIENT].account.error[EMFILE] = 17;
    foretold(result, "descriptors");
    foretold(result, "local ports");
    EXPLAINS(result, "Foretold before the load: too few descriptors.",
             "-> raise RLIMIT_NOFILE (ulimit -n), give", "!have more descriptors",
             "have more local ports");
    result = fixture_closed_by(SIDE_SERVER);
    result->side[SIDE_SERVER].account.error[ENFILE] = 1;
    EXPLAINS(result,
             "1 time the server had no descriptor left (ENFILE): fs.file-max bounds those of the "
             "whole machine. -> raise fs.file-max, or load less",
             "!RLIMIT_NOFILE", "!EMFILE");
}

static void one_is_not_plural(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct account *account = &result->side[side].account;
        account->attempted = account->opened = account->outcome[OUTCOME_DONE] = 1;
    }
    result->side[SIDE_SERVER].account.closed_first = 1;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1, 1);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTW", 1);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 1);
    EXPLAINS(
        result, "1 socket stands in TIME_WAIT", "The server closed first on 1 of 1 connection.",
        "1 of its sockets gave way to a mini-socket", "sent 1 RST (TcpOutRsts) for 1 connection.",
        "!1 connections", "!1 sockets", "!1 RSTs");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(server_first_piles_up_on_the_server),
        cmocka_unit_test(client_first_takes_the_clients_ports),
        cmocka_unit_test(a_slow_client_never_runs_out),
        cmocka_unit_test(few_buckets_limit_the_client_first),
        cmocka_unit_test(destinations_multiply_the_ports_unless_bound_early),
        cmocka_unit_test(the_socket_options_port_range_counts),
        cmocka_unit_test(reuse_of_ports_saves_the_client),
        cmocka_unit_test(a_leak_is_told_on_both_sides),
        cmocka_unit_test(fin_wait2_with_a_descriptor_stays),
        cmocka_unit_test(the_socket_options_fin_timeout_counts),
        cmocka_unit_test(resets_leave_nothing),
        cmocka_unit_test(failures_of_the_peer_leave_the_cause_of_an_abort),
        cmocka_unit_test(whose_close_lost_messages_is_advised),
        cmocka_unit_test(the_program_tells_the_cause_of_an_abort),
        cmocka_unit_test(resets_of_the_machine_are_not_blamed_on_the_run),
        cmocka_unit_test(sockets_that_stand_have_met_no_rst),
        cmocka_unit_test(the_whole_machine_proves_nothing),
        cmocka_unit_test(few_resets_are_no_abort),
        cmocka_unit_test(crossing_fins_are_a_simultaneous_close),
        cmocka_unit_test(one_connection_is_told_as_one),
        cmocka_unit_test(a_server_of_foreign_clients_may_take_their_fin),
        cmocka_unit_test(what_stood_before_an_unopened_load_is_no_pile),
        cmocka_unit_test(taking_turns_is_no_simultaneous_close),
        cmocka_unit_test(a_cut_run_says_so_and_claims_no_end),
        cmocka_unit_test(nothing_attempted_is_nothing_to_explain),
        cmocka_unit_test(refusal_is_no_abort),
        cmocka_unit_test(exhausted_ports_are_told_with_what_holds_them),
        cmocka_unit_test(how_long_ports_last_is_told),
        cmocka_unit_test(a_fixed_port_is_the_only_one),
        cmocka_unit_test(on_the_host_the_roles_tell_who_was_first),
        cmocka_unit_test(leftovers_of_others_are_not_this_runs),
        cmocka_unit_test(a_full_accept_queue_is_told),
        cmocka_unit_test(an_overflow_of_buckets_is_told),
        cmocka_unit_test(a_wrong_prediction_is_told_with_its_numbers),
        cmocka_unit_test(a_race_is_told_as_one),
        cmocka_unit_test(half_open_connections_are_told),
        cmocka_unit_test(resets_of_half_open_ends_are_told_by_whose_they_were),
        cmocka_unit_test(what_was_not_observed_is_not_claimed),
        cmocka_unit_test(a_bare_result_is_explained_too),
        cmocka_unit_test(what_gave_way_is_no_agreement),
        cmocka_unit_test(what_is_missing_within_tolerance_is_told),
        cmocka_unit_test(failures_are_not_what_the_model_foresaw),
        cmocka_unit_test(failures_outweigh_a_race),
        cmocka_unit_test(counters_that_disagree_are_no_agreement),
        cmocka_unit_test(sockets_whose_time_is_over_came_to_rest),
        cmocka_unit_test(a_foreign_server_is_named_by_its_address),
        cmocka_unit_test(a_foreign_client_has_ports_of_its_own),
        cmocka_unit_test(an_open_loop_is_told_by_its_arrivals),
        cmocka_unit_test(a_moment_is_not_extrapolated),
        cmocka_unit_test(overflowing_sockets_count_for_the_rate),
        cmocka_unit_test(resets_beside_time_wait_do_not_deny_it),
        cmocka_unit_test(timeouts_are_told_and_are_no_leak),
        cmocka_unit_test(missing_descriptors_are_told),
        cmocka_unit_test(one_is_not_plural),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
