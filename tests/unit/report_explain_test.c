#include <errno.h>

#include "report_fixture.h"

/* A phrase that the explanation must hold, or with "!" in front must not. */
static void assert_explains(struct result *result, const char *const *phrases)
{
    char *text = report_explain(result);

    assert_non_null(text);
    for (; *phrases != NULL; phrases++) {
        bool wanted = (*phrases)[0] != '!';
        const char *phrase = *phrases + (wanted ? 0 : 1);
        if ((strstr(text, phrase) != NULL) != wanted) {
            fail_msg("%s \"%s\" in: %s", wanted ? "no" : "unwanted", phrase, text);
        }
    }
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "  "));
    assert_null(strstr(text, "null"));
    free(text);
    result_free(result);
}

#define EXPLAINS(result, ...) assert_explains(result, (const char *const[]){__VA_ARGS__, NULL})

static void server_first_piles_up_on_the_server(void **state)
{
    (void)state;
    EXPLAINS(
        fixture_closed_by(SIDE_SERVER), "The server closed first: 5,000 of its sockets",
        "Samples caught the server's sockets in fin_wait2 and time_wait, the client's in last_ack.",
        "5,000 sockets stand in TIME_WAIT on the server", "the run was over after 2 s",
        "at 5,000 a second, 300,000 would stand", "On the server they take no ports",
        /* 2 x 28,232 */ "cap the pile at 28,232",
        "tcp_max_tw_buckets, 262,144 here, of which 1.9 % is used",
        "That is what the model foresaw: client ends in close, server ends in time_wait.",
        "!The client closed first", "!run out", "!CLOSE_WAIT", "!FIN_WAIT2", "!RST", "!aborted");
}

static void client_first_takes_the_clients_ports(void **state)
{
    (void)state;
    EXPLAINS(
        fixture_closed_by(SIDE_CLIENT), "The client closed first: 5,000 of its sockets",
        "5,000 sockets stand in TIME_WAIT on the client",
        "ip_local_port_range 32768-60999 gives 28,232", "2 addresses to 1 destination make 56,464",
        /* 56,464 / 5,000 a second */ "At this rate they run out after 11.3 s", "EADDRNOTAVAIL",
        "client ends in time_wait, server ends in close", "!The server closed first",
        "!take no ports", "!tcp_max_tw_buckets"); /* the ports are the nearer limit */
}

static void a_slow_client_never_runs_out(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->phase[PHASE_LOAD].end = 10 * NS_PER_S; /* 500 a second: 30,000 of 56,464 */
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 10 * NS_PER_S, 11 * NS_PER_S};
    EXPLAINS(result, "At this rate 53 % of them are in use at most, so they do not run out.",
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
             "!run out after");
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
    EXPLAINS(late, "2 addresses to 3 destinations make 169,392");
    EXPLAINS(early, "2 addresses to 1 destination make 56,464");
}

static void the_socket_options_port_range_counts(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    text_pairs_add(&result->scenario, "client.sockopt.local_port_range", "40000-40999");
    EXPLAINS(result, "40000-40999 gives 1,000", "make 2,000", "run out after 400 ms");
}

static void reuse_of_ports_saves_the_client(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    result->private_lab = false; /* tcp_tw_reuse 2 works on loopback */
    EXPLAINS(result, "With tcp_tw_reuse at 2 connect takes ports back", "!run out after");
}

static void a_leak_is_told_on_both_sides(void **state)
{
    (void)state;
    EXPLAINS(fixture_leaked_by(SIDE_SERVER), "The client closed first",
             "5,000 sockets stand in CLOSE_WAIT on the server", "until the server closes them",
             "5,000 sockets stand in FIN_WAIT2 on the client",
             "5,000 of them are orphans, closed by the application: the kernel drops",
             "drops each after tcp_fin_timeout, 47 s here.", "!TIME_WAIT", "!no timer ends those",
             "!The server closed first");
    EXPLAINS(fixture_leaked_by(SIDE_CLIENT), "The server closed first",
             "5,000 sockets stand in CLOSE_WAIT on the client", "until the client closes them",
             "5,000 sockets stand in FIN_WAIT2 on the server", "!TIME_WAIT");
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
    EXPLAINS(result, "TCP_LINGER2, 2s here", "!tcp_fin_timeout");
}

static void resets_leave_nothing(void **state)
{
    (void)state;
    EXPLAINS(fixture_reset(), "The server sent 5,000 RSTs (TcpOutRsts) for 5,000 connections.",
             "5,000 times the server closed with SO_LINGER at 0 s", "aborted rather than closed",
             "Nothing piled up", "client ends in close (reset), server ends in close",
             "!closed first", "!The client sent", "!would stand", "!No sample caught");
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
    EXPLAINS(fixture_simultaneous(), "4,800 on the client, 4,800 on the server, of 5,000",
             "On at least 4,600 of them this was a simultaneous close",
             "4,800 sockets stand in TIME_WAIT on the client",
             "4,800 more stand in TIME_WAIT on the server", "!closed first");
}

static void taking_turns_is_no_simultaneous_close(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        fixture_state(result, (enum side)side, TCP_STATE_TIME_WAIT, 2500, 2500);
        fixture_counter(&result->side[side].counters, "TcpExtTW", 2500);
    }
    EXPLAINS(result, "sometimes one side was first, sometimes the other",
             "!this was a simultaneous");
}

static void a_cut_run_says_so_and_claims_no_end(void **state)
{
    (void)state;
    EXPLAINS(fixture_cut(), "The run was cut short by SIGINT in its load phase",
             "At most 4,990 sockets stood in TIME_WAIT on the server", "!the model foresaw",
             "!Nothing piled up", "!sockets stand in");
}

static void nothing_attempted_is_nothing_to_explain(void **state)
{
    (void)state;
    EXPLAINS(fixture_empty(), "No connection was attempted", "!piled up", "!closed first",
             "!Little");
}

static void refusal_is_no_abort(void **state)
{
    (void)state;
    EXPLAINS(fixture_refused(), "None of the 5,000 attempts",
             "5,000 of 5,000 connects were refused (ECONNREFUSED): nothing listened on port 8080",
             "!sent 5,000 RSTs", "!aborted", "!piled up", "!closed first");
}

static void exhausted_ports_are_told_with_what_holds_them(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    client->attempted += 777;
    client->outcome[OUTCOME_NO_PORT] = 777;
    client->error[EADDRNOTAVAIL] = 777;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 56000, 56000);
    EXPLAINS(result, "ran out of local ports: 777 connects failed with EADDRNOTAVAIL",
             "28,232 ports on each of 2 source addresses",
             "Up to 56,000 of them stood in TIME_WAIT on the client");
}

static void on_the_host_observations_tell_who_was_first(void **state)
{
    (void)state;
    EXPLAINS(fixture_on_host(), "The server closed first.",
             "5,000 sockets stand in TIME_WAIT on the server", "!TcpExtTW", "!5,123", "!RST");
}

static void leftovers_of_others_are_not_this_runs(void **state)
{
    struct result *result = fixture_on_host();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 7000, 7000);
    EXPLAINS(result, "That is more than the 5,000 connections of this run", "on at 5,000 a second",
             "!the model foresaw");
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
    EXPLAINS(result,
             "The model foresaw time_wait on the server, but only 0 of 5,000 connections came",
             "No sample caught one in TIME_WAIT either; the longest time between two samples was "
             "104 ms.",
             "!That is what the model foresaw");
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
             "!piled up");
}

static void what_was_not_observed_is_not_claimed(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        result->side[side].observation_count = 0;
        result->side[side].has_final = false;
    }
    EXPLAINS(result, "were not observed", "!piled up", "!closed first");
}

static void a_bare_result_is_explained_too(void **state)
{
    (void)state;
    EXPLAINS(result_new(), "Neither role counted connections");
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
        cmocka_unit_test(few_resets_are_no_abort),
        cmocka_unit_test(crossing_fins_are_a_simultaneous_close),
        cmocka_unit_test(taking_turns_is_no_simultaneous_close),
        cmocka_unit_test(a_cut_run_says_so_and_claims_no_end),
        cmocka_unit_test(nothing_attempted_is_nothing_to_explain),
        cmocka_unit_test(refusal_is_no_abort),
        cmocka_unit_test(exhausted_ports_are_told_with_what_holds_them),
        cmocka_unit_test(on_the_host_observations_tell_who_was_first),
        cmocka_unit_test(leftovers_of_others_are_not_this_runs),
        cmocka_unit_test(a_full_accept_queue_is_told),
        cmocka_unit_test(an_overflow_of_buckets_is_told),
        cmocka_unit_test(a_wrong_prediction_is_told_with_its_numbers),
        cmocka_unit_test(a_race_is_told_as_one),
        cmocka_unit_test(half_open_connections_are_told),
        cmocka_unit_test(what_was_not_observed_is_not_claimed),
        cmocka_unit_test(a_bare_result_is_explained_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
