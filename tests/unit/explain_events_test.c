#include <errno.h>

#include "fixture.h"

/* What befell the roles, and what the other observers make of it. */

static void start(struct result *result, const char *event, const char *error)
{
    struct moment *moment = fixture_event(result, event);

    moment->has_took = error == NULL;
    moment->took = 26 * NS_PER_MS / 10;
    moment->error = error != NULL ? strdup(error) : NULL;
}

/* ---- who, when, and what the kernel does at it ---- */

static void a_kill_is_told_with_what_the_kernel_does(void **state)
{
    struct result *server = fixture_new();
    struct result *client = fixture_new();

    (void)state;
    fixture_event(server, "{at: 500ms, kill: server}");
    server->side[SIDE_SERVER].account.outcome[OUTCOME_KILLED] = 50;
    fixture_event(client, "{at: 500ms, kill: client}");
    fixture_program(client, SIDE_CLIENT, "connect inherit(2s) hold");
    EXPLAINS(server, "500 ms into the load the server was killed (SIGKILL)",
             "with a FIN or, where data had come that it had not read, a RST; with the listener",
             "it reset what waited in the accept queue.",
             "50 of its connections were open or held then (killed).",
             "From then on nothing listened.", "!inherit");
    EXPLAINS(client, "500 ms into the load the client was killed", "!listener", "!(killed)",
             "what a child of its `inherit` had as well stayed open until that closed it.",
             "From then on no connection was begun.");
}

static void a_start_is_told_when_it_was_ready(void **state)
{
    struct result *ready = fixture_new();
    struct result *failed = fixture_new();

    (void)state;
    fixture_event(ready, "{at: 1s, kill: server}");
    start(ready, "{at: 1200ms, start: server}", NULL);
    fixture_event(failed, "{at: 1s, kill: server}");
    start(failed, "{at: 2s, start: server}", "it was not ready in time");
    EXPLAINS(ready,
             "1.20 s into the load the server was started again, and was ready after 2.60 ms.",
             "!From then on nothing listened", "!host");
    EXPLAINS(failed, "due 2 s into the load, failed: it was not ready in time.", "!was ready");
}

static void a_stop_is_told_with_what_piled_up(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 99, 0);
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 3, 0); /* as ever */
    fixture_event(result, "{at: 800ms, stop: client}");
    fixture_event(result, "{at: 1500ms, cont: client}");
    EXPLAINS(result,
             "From 800 ms to 1.50 s into the load the client was stopped (SIGSTOP): its kernel "
             "went on acknowledging what came, but no program connected, read, wrote or closed.",
             "Samples then saw up to 99 in established on the client.", "!due meanwhile");
}

static void connects_that_fell_due_in_a_stop_are_told(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    free(result->scenario.item[7].value);
    assert_string_equal(result->scenario.item[7].name, "load.rate");
    result->scenario.item[7].value = strdup("200/s");
    fixture_event(result, "{at: 0s, stop: client}");
    fixture_event(result, "{at: 500ms, cont: client}");
    EXPLAINS(result, "For the first 500 ms of the load the client was stopped",
             "The connects that were due meanwhile were made all at once when it went on");
}

static void what_was_not_reached_did_not_happen(void **state)
{
    struct result *result = fixture_refused();

    (void)state;
    fixture_event(result, "{at: 9s, kill: server}")->happened = false;
    EXPLAINS(
        result,
        "The kill of the server due 9 s into the load did not happen: the run was over before.",
        "nothing listened on port 8080 when the SYN arrived", "!SIGKILL");
}

/* ---- what others make of it ---- */

static void connects_to_a_killed_server_are_refused(void **state)
{
    struct result *result = fixture_refused();

    (void)state;
    fixture_event(result, "{at: 0s, kill: server}");
    EXPLAINS(result, "Before the first connection the server was killed",
             "nothing listened on port 8080 after the server had been killed");
}

static void a_fault_that_refuses_is_no_missing_listener(void **state)
{
    struct result *throughout = fixture_refused();
    struct result *killed = fixture_refused();

    (void)state;
    fixture_fault(throughout, "{at: 0s, reset: syn, toward: server, share: 50%}");
    fixture_fault(killed, "{at: 0s, reset: syn, toward: server, share: 50%}");
    fixture_event(killed, "{at: 1s, kill: server}");
    EXPLAINS(throughout, "the fault answered the SYN with a RST; the server listened all the time.",
             "!nothing listened");
    EXPLAINS(killed, "nothing listened, or the fault answered the SYN with a RST.");
}

static void resets_of_who_was_killed_are_not_all_its_own(void **state)
{
    struct result *unread = fixture_new();
    struct result *late = fixture_new();

    (void)state;
    fixture_event(unread, "{at: 1s, kill: server}");
    fixture_counter(&unread->side[SIDE_SERVER].counters, "TcpOutRsts", 50);
    fixture_counter(&unread->side[SIDE_SERVER].counters, "TcpExtTCPAbortOnClose", 50);
    fixture_event(late, "{at: 1s, kill: client}");
    fixture_counter(&late->side[SIDE_CLIENT].counters, "TcpOutRsts", 19);
    fixture_counter(&late->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnData", 19);
    EXPLAINS(unread, "50 times the server closed, or was killed, with data it had not read");
    EXPLAINS(late,
             "The client sent 19 RSTs (TcpOutRsts).", /* not for how many: some it never saw */
             "19 times the client got data after it had closed or had been killed", "!SO_LINGER");
}

static void requests_of_a_killed_client_are_no_flood(void **state)
{
    struct result *killed = fixture_new();
    struct result *gave_up = fixture_new();

    (void)state;
    fixture_state(killed, SIDE_SERVER, TCP_STATE_SYN_RECV, 40, 40);
    fixture_event(killed, "{at: 1s, kill: client}");
    fixture_state(gave_up, SIDE_SERVER, TCP_STATE_SYN_RECV, 40, 40);
    gave_up->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] = 40;
    EXPLAINS(killed, "The client has no such connection any more: it was killed.", "!flood");
    EXPLAINS(gave_up, "The client has no such connection any more: it has given up.", "!flood");
}

/* ---- a role in the other's host ---- */

static void what_is_of_both_roles_is_attributed_to_neither(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    fixture_unpredict(result);
    text_pairs_add(&result->scenario, "client.to", "198.18.0.1:8080");
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_REFUSED] = 61;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 61);
    fixture_event(result, "{at: 1s, kill: server}");
    start(result, "{at: 1200ms, start: server, host: client}", NULL);
    EXPLAINS(result, "the server was started again, on the client's host, and was ready",
             "From then on one host had the sockets of both roles",
             "At the end of settle the client's host had 5,000 in time_wait.",
             "The server's host had no socket.",
             "nothing listened at 198.18.0.1:8080 when the SYN arrived", "!gave way to",
             "!holds a local port", "!sent 61 RSTs");
}

static void a_start_on_its_own_host_moves_nothing(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_event(result, "{at: 1s, kill: server}");
    start(result, "{at: 1200ms, start: server, host: server}", NULL);
    EXPLAINS(result, "The server closed first on", "!both roles");
}

static void refusals_by_the_clients_own_host_are_counted_once(void **state)
{
    struct result *result = fixture_refused();

    (void)state;
    text_pairs_add(&result->scenario, "client.to", "198.18.0.1:81");
    result->side[SIDE_CLIENT].account.opened = 10;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", CONNECTIONS);
    EXPLAINS(result, "nothing listened at 198.18.0.1:81", "!The client sent");
}

/* ---- what a loss costs ---- */

static void a_partition_is_told_by_its_effect(void **state)
{
    struct result *result = fixture_new();
    struct histogram *connect = &result->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT];

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_SYN_SENT, 198, 0);
    for (unsigned i = 0; i < 100; i++) {
        histogram_record(connect, i < 95 ? NS_PER_MS : 2370 * NS_PER_MS);
    }
    fixture_fault(result, "{at: 500ms, partition: on, for: 1s}");
    EXPLAINS(
        result, "Samples then saw up to 198 in syn_sent on the client.",
        "Whoever lost its SYN or the SYN-ACK waited for one to be sent again, a second or more: "
        "the p99 of client connect is 2.");
}

static void a_loss_of_fins_slows_no_connect(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    histogram_record(&result->side[SIDE_CLIENT].account.latency[LATENCY_CONNECT], 2 * NS_PER_S);
    fixture_fault(result, "{at: 0s, drop: fin}");
    EXPLAINS(result, "!Whoever");
}

static void a_mixture_of_losses_is_not_told_apart(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_CLOSING, 11, 11);
    fixture_state(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 12, 12);
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 5, 5);
    result->side[SIDE_SERVER].final.fin_wait2_orphans = 12;
    fixture_fault(result, "{at: 0s, drop: 30%}");
    EXPLAINS(result,
             "11 sockets stand on the client in CLOSING, with the peer's FIN in hand: their FIN is "
             "not acknowledged, for faults lost FINs on their way to the server or ACKs on their "
             "way back.",
             "All of them are orphans");
}

static void a_full_request_queue_is_told_with_its_sysctls(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenDrops", 174);
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_syncookies", "0");
    text_pairs_add(&result->side[SIDE_SERVER].sysctl, "net.ipv4.tcp_max_syn_backlog", "16");
    EXPLAINS(result, "The server dropped 174 SYNs (TcpExtListenDrops)",
             "tcp_max_syn_backlog is 16 on the server", "!<accept_queue.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_is_told_with_what_the_kernel_does),
        cmocka_unit_test(a_start_is_told_when_it_was_ready),
        cmocka_unit_test(a_stop_is_told_with_what_piled_up),
        cmocka_unit_test(connects_that_fell_due_in_a_stop_are_told),
        cmocka_unit_test(what_was_not_reached_did_not_happen),
        cmocka_unit_test(connects_to_a_killed_server_are_refused),
        cmocka_unit_test(a_fault_that_refuses_is_no_missing_listener),
        cmocka_unit_test(resets_of_who_was_killed_are_not_all_its_own),
        cmocka_unit_test(requests_of_a_killed_client_are_no_flood),
        cmocka_unit_test(what_is_of_both_roles_is_attributed_to_neither),
        cmocka_unit_test(a_start_on_its_own_host_moves_nothing),
        cmocka_unit_test(refusals_by_the_clients_own_host_are_counted_once),
        cmocka_unit_test(a_partition_is_told_by_its_effect),
        cmocka_unit_test(a_loss_of_fins_slows_no_connect),
        cmocka_unit_test(a_mixture_of_losses_is_not_told_apart),
        cmocka_unit_test(a_full_request_queue_is_told_with_its_sysctls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
