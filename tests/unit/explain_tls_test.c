#include <errno.h>

#include "fixture_tls.h"

/* What is told of TLS. */

/* ---- each row of how TLS connections can end ---- */

static void failed_handshakes_are_told(void **state)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);

    (void)state;
    SAYS(result, "!TLS", "!close_notify");
    result_free(result);
    result = fixture_tls();
    for (unsigned i = 0; i < SIDE_N; i++) {
        memset(&result->side[i].account.tls, 0, sizeof result->side[i].account.tls);
        ends_in(result, (enum side)i, OUTCOME_HANDSHAKE);
    }
    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "certificate verify failed", 5000);
    SAYS(result,
         "5,000 TLS handshakes failed as the client saw it (\"certificate verify failed\"): TCP",
         "5,000 TLS handshakes failed as the server saw it: TCP", "!close_notify");
    result_free(result);
}

static void a_client_that_gives_up_is_the_cause(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    not_remarked(result, "tls.given_up");
    for (unsigned i = 0; i < SIDE_N; i++) {
        result->side[i].account.tls.count[TLS_HANDSHAKES] = 0;
        result->side[i].account.tls.count[TLS_INCOMPLETE] = CONNECTIONS;
    }
    ends_in(result, SIDE_SERVER, OUTCOME_HANDSHAKE);
    not_remarked(result, "tls.given_up"); /* its program would complete them */
    fixture_program(result, SIDE_CLIENT, "connect(flight) close");
    SAYS(result,
         "The client gave 5,000 TLS handshakes up behind the server's flight, as its program "
         "says: connect(flight).",
         "Of the server's handshakes 5,000 were never completed: 5,000 met the FIN in the middle "
         "of it.");
    fixture_program(result, SIDE_CLIENT, "connect(hello) rst");
    SAYS(result, "behind its ClientHello, as its program says: connect(hello).");
    result_free(result);
}

static void memory_that_ran_out_is_told_first(void **state)
{
    struct result *result = fixture_tls();
    struct result_side *server = &result->side[SIDE_SERVER];

    (void)state;
    server->account.outcome[OUTCOME_DONE] = CONNECTIONS - 330;
    server->account.outcome[OUTCOME_HANDSHAKE] = 330;
    text_counts_add(&server->tls_errors, "internal error", 200);
    SAYS(result, "330 TLS handshakes failed as the server saw it (\"internal error\")",
         "!Memory ran out");
    not_remarked(result, "tls.out_of_memory");
    text_counts_add(&server->tls_errors, "malloc failure", 130);
    SAYS(result, "Memory ran out in the server's workers: OpenSSL got none on 130 of its",
         "The \"internal error\" of 200 others may be the same", "ulimit -v", "!ENOMEM",
         "330 TLS handshakes failed as the server saw it: TCP", "!most often");
    const struct remark *remark = remarked(result, "tls.out_of_memory", CERTAINTY_LIKELY);
    assert_int_equal(remark->side, SIDE_SERVER);
    assert_evidence(remark, "server.outcome.handshake", 330);
    assert_true(remark < remark_of(result, "tls.handshake_failed"));
    server->account.error[ENOMEM] = 7;
    SAYS(result, "7 other calls met ENOMEM.");
    result_free(result);
}

static void both_notified_is_clean(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, CONNECTIONS);
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS);
    SAYS(result, "Each side read the other's close_notify", "!closed socket", "!<rst.",
         "!<tls.truncated", "!<tls.tickets_unread");
    result_free(result);
}

static void one_notified_is_told_whose(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS);
    SAYS(result, "The client read the server's close_notify", "!Each side", "!closed socket");
    result_free(result);
}

static void a_late_close_notify_meets_a_closed_socket(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS);
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    meets_data(result, SIDE_SERVER, 4000);
    SAYS(result,
         "The client's close_notify met a closed socket 5,000 times: the server had closed "
         "without waiting for it, and its kernel answered with a RST, so no TIME_WAIT stays.",
         "!The server's close_notify met", "!unread");
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, CONNECTIONS, CONNECTIONS);
    SAYS(result, "and its kernel answered with a RST.", "!no TIME_WAIT stays");
    result_free(result);
}

/* Only a mini-socket in FIN_WAIT2 that is gone was met by a record: the other RSTs are for FINs. */
static void no_more_records_than_mini_sockets(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    meets_data(result, SIDE_SERVER, 2056);
    SAYS(result, " 2,056 more answered TLS records (data, close_notify or an alert) that came for",
         " 3,000 more answered segments for which there was no socket, as far as counters tell.");
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 56, 56);
    SAYS(result, " 2,000 more answered TLS records", " 3,056 more answered segments for which");
    result_free(result);
}

/* Who closes right behind its close_notify is in LAST_ACK when the RST comes: no TcpEstabResets. */
static void a_peer_in_last_ack_counts_no_reset(void **state)
{
    struct result *result = fixture_tls();
    struct counters *client = &result->side[SIDE_CLIENT].counters;

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    meets_data(result, SIDE_SERVER, 4000);
    assert_string_equal(client->item[client->count - 1].name, "TcpEstabResets");
    client->item[client->count - 1].after = client->item[client->count - 1].before + 8;
    SAYS(result, " 4,000 more answered TLS records",
         "The client's close_notify met a closed socket 5,000 times");
    fixture_state(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 4000, 0);
    set_scenario(result, "server.sockopt.linger2", "1s"); /* or their time was over */
    SAYS(result, "!answered TLS records", "closed socket 1,008 times");
    result_free(result);
}

/* `rst` on the server, and a close_notify of the client's on its way: TLS is not to blame. */
static void a_reset_that_was_meant_is_no_late_close_notify(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    resets_from(result, SIDE_SERVER, "TcpExtTCPAbortOnData");
    fixture_predict(result, TCP_STATE_CLOSE, TCP_STATE_CLOSE);
    SAYS(result, "!<tls.notify_late");
    free(result->predicted[0].side[SIDE_SERVER].path);
    result->predicted[0].side[SIDE_SERVER].path = strdup("established fin_wait1 close");
    SAYS(result, "close_notify met a closed socket");
    result_free(result);
}

/* Nor is what may have been a `rst` that some never came to, or an orphan that was not to wait. */
static void what_may_have_been_an_abort_is_no_late_close_notify(void **state)
{
    struct result *late = fixture_tls();
    struct result *unknown = fixture_tls();
    struct result *orphans = fixture_tls();

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct result *result = (struct result *[]){late, unknown, orphans}[i];
        notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
        resets_from(result, SIDE_SERVER, "TcpExtTCPAbortOnData");
    }
    fixture_program(unknown, SIDE_SERVER, "accept recv send rst");
    unknown->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 9;
    unknown->side[SIDE_SERVER].account.outcome[OUTCOME_TIMEOUT] = 9;
    set_scenario(orphans, "server.sockopt.linger2", "-1");
    explain(late);
    explain(unknown);
    explain(orphans);
    assert_evidence(remarked(late, "tls.notify_late", CERTAINTY_PROVEN),
                    "server.counter.TcpExtTCPAbortOnData", CONNECTIONS);
    not_remarked(unknown, "tls.notify_late");
    not_remarked(orphans, "tls.notify_late");
    result_free(late);
    result_free(unknown);
    result_free(orphans);
}

static void against_a_server_that_is_not_ours(void **state)
{
    struct result *result = fixture_tls();
    struct result_side *server = &result->side[SIDE_SERVER];

    (void)state;
    result->private_lab = false;
    server->has_tls = false;
    server->played = false;
    memset(&server->account, 0, sizeof server->account);
    for (unsigned i = 0; i < SIDE_N; i++) {
        counters_fini(&result->side[i].counters);
    }
    result->side[SIDE_CLIENT].account.tls.count[TLS_NOTIFY_RECEIVED] = CONNECTIONS;
    result->side[SIDE_CLIENT].account.tls.count[TLS_NOTIFY_SENT] = CONNECTIONS;
    fixture_counter(&result->host_counters, "TcpOutRsts", 100); /* of other programs */
    SAYS(result, "The client read the server's close_notify", "!closed socket");
    fixture_counter(&result->host_counters, "TcpExtTCPAbortOnClose", 0);
    result->host_counters.item[0].after += CONNECTIONS;
    SAYS(result, "The client's close_notify met a closed socket 5,000 times",
         "so no TIME_WAIT stays");
    result->host_counters.item[1].after += 200; /* these lay unread when the server closed */
    SAYS(result, "The client's close_notify met a closed socket 4,800 times");
    remarked(result, "tls.notify_late", CERTAINTY_LIKELY);
    result_free(result);
}

static void notify_unread_on_a_machine_is_likely(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    result->private_lab = false;
    for (unsigned i = 0; i < SIDE_N; i++) {
        counters_fini(&result->side[i].counters);
    }
    notifies(result, SIDE_CLIENT, CONNECTIONS, CONNECTIONS);
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS - 200);
    fixture_counter(&result->host_counters, "TcpExtTCPAbortOnClose", 200);
    SAYS(result, "closed with a close_notify of the");
    assert_evidence(remarked(result, "tls.notify_unread", CERTAINTY_LIKELY),
                    "host.counter.TcpExtTCPAbortOnClose", 200);
    result_free(result);
}

/* A client that closes first and reads nothing may have sent the RSTs as well as the server. */
static void the_machine_does_not_tell_whose_resets(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    result->private_lab = false;
    for (unsigned i = 0; i < SIDE_N; i++) {
        counters_fini(&result->side[i].counters);
    }
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 0;
    fixture_counter(&result->host_counters, "TcpOutRsts", CONNECTIONS);
    fixture_counter(&result->host_counters, "TcpExtTCPAbortOnClose", 2000);
    SAYS(result, "on the whole machine (TcpOutRsts)", "!closed socket",
         "!unread:", "!<tls.tickets_unread");
    result_free(result);
}

/* A close_notify is an end, too, but where a message was due nobody knows that all has come. */
static void a_close_notify_where_a_message_was_due(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS);
    ends_in(result, SIDE_CLIENT, OUTCOME_EOF);
    SAYS(result,
         "On 5,000 of the client's connections the server's close_notify came where a message was "
         "due.",
         "!nothing was cut off", "!Neither side");
    set_scenario(result, "client.tls.ignore_unexpected_eof", "on");
    SAYS(result, "close_notify, or a FIN that passed for it, came where a message was due.");
    result_free(result);
}

static void no_close_notify_at_all_is_told(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    SAYS(result, "Neither side sent a close_notify: to TLS such an end cannot be told from a "
                 "truncation (RFC 8446 section 6.1).");
    result->side[SIDE_SERVER].has_tls = false;
    SAYS(result, "The client neither sent nor read a close_notify: to TLS", "!Neither side");
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TRUNCATED] = 1; /* is told by itself */
    SAYS(result, "!neither sent");
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TRUNCATED] = 0;
    result->side[SIDE_CLIENT].account.tls.count[TLS_NOTIFY_SENT] = 1;
    SAYS(result, "!neither sent");
    result_free(result);
}

/* What a RST loses and what a close_notify tells stand side by side without contradiction. */
static void an_abort_is_no_loss_where_close_notify_came(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, CONNECTIONS);
    meets_data(result, SIDE_CLIENT, 1000);
    SAYS(result,
         "what is still under way is lost: that no data was among it, only a close_notify can "
         "tell.",
         "The server read the client's close_notify: it knows that nothing was cut off.",
         "!data still under way");
    result_free(result);
}

static void a_wait_in_the_handshake_is_told(void **state)
{
    struct result *result = fixture_tls();
    struct account *client = &result->side[SIDE_CLIENT].account;

    (void)state;
    set_scenario(result, "load.timeout", "2s");
    client->outcome[OUTCOME_DONE] = CONNECTIONS - 50;
    client->outcome[OUTCOME_TIMEOUT] = 50;
    SAYS(result, "50 connections of the client ended because a step", "!in the TLS handshake");
    client->tls.count[TLS_HANDSHAKES] = CONNECTIONS - 40;
    SAYS(result, "40 of them were in the TLS handshake, which connect and accept include");
    client->tls.count[TLS_HANDSHAKES] = CONNECTIONS - 50;
    SAYS(result, "All of them were in the TLS handshake", "and the server fell silent.");
    client->outcome[OUTCOME_DONE] -= 20; /* of which nobody knows how far they came */
    client->outcome[OUTCOME_RESET] = 20;
    SAYS(result, "30 of them were in the TLS handshake");
    result_free(result);
}

/* Who never had a message of the handshake waits for a peer that may have sent it. */
static void what_a_fault_took_of_a_handshake_is_no_silence(void **state)
{
    static const struct {
        const char *fault, *told;
        enum certainty certainty;
    } rows[] = {
        {"{at: 0s, reset: data, toward: client}",
         "TCP had connected, and faults lost data on their way to the client.", CERTAINTY_PROVEN},
        {"{at: 0s, drop: data, toward: server}", "and faults lost data on their way to the server.",
         CERTAINTY_PROVEN},
        {"{at: 0s, drop: 5%, toward: client}", "and faults may have lost data on their way to the",
         CERTAINTY_LIKELY},
        {"{at: 0s, partition: on}", "and faults lost data", CERTAINTY_PROVEN},
        {"{at: 0s, drop: fin}", "and the server fell silent.", CERTAINTY_PROVEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_tls();
        struct account *client = &result->side[SIDE_CLIENT].account;
        set_scenario(result, "load.timeout", "2s");
        client->outcome[OUTCOME_DONE] = CONNECTIONS - 50;
        client->outcome[OUTCOME_TIMEOUT] = 50;
        client->tls.count[TLS_HANDSHAKES] = CONNECTIONS - 50;
        fixture_fault(result, rows[i].fault);
        SAYS(result, rows[i].told);
        assert_evidence(remarked(result, "timeout.step", rows[i].certainty),
                        "client.outcome.timeout", 50);
        result_free(result);
    }
}

static void a_close_over_an_unread_close_notify_resets(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    notifies(result, SIDE_CLIENT, CONNECTIONS, 0);
    resets_from(result, SIDE_SERVER, "TcpExtTCPAbortOnClose");
    SAYS(result, "5,000 times the server closed with a close_notify of the client unread",
         "(TcpExtTCPAbortOnClose), so no TIME_WAIT stays", "!<tls.notify_late",
         "!<tls.tickets_unread");
    result_free(result);
}

static void truncation_ends_in_a_reset(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    ends_in(result, SIDE_CLIENT, OUTCOME_TRUNCATED);
    meets_data(result, SIDE_SERVER, 1000);
    SAYS(result, "On 5,000 of the client's connections the server's FIN came and no close_notify",
         "answers that with a fatal alert, which met a closed socket: the server's kernel sent",
         "sent a RST for it, so no TIME_WAIT stays.", "!<tls.notify_late",
         "!On 5,000 of the server's");
    result_free(result);
}

static void truncation_of_a_half_close_ends_in_an_alert(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    ends_in(result, SIDE_SERVER, OUTCOME_TRUNCATED);
    ends_in(result, SIDE_CLIENT, OUTCOME_ALERT);
    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "tlsv1 alert decode error", 5000);
    SAYS(result, "On 5,000 of the server's connections the client's FIN came",
         "OpenSSL answers that with a fatal alert.",
         "A fatal alert from the server ended 5,000 of the client's connections",
         "connections (\"tlsv1 alert decode error\").", "!closed socket");
    result_free(result);
}

/* OpenSSL's words are counted by side, not by outcome. */
static void words_for_one_end_are_not_for_another(void **state)
{
    struct result *result = fixture_tls();
    struct result_side *client = &result->side[SIDE_CLIENT];

    (void)state;
    client->account.outcome[OUTCOME_DONE] = CONNECTIONS - 43;
    client->account.outcome[OUTCOME_TRUNCATED] = 40;
    client->account.outcome[OUTCOME_ALERT] = 3;
    notifies(result, SIDE_SERVER, CONNECTIONS, CONNECTIONS - 43);
    text_counts_add(&client->tls_errors, "unexpected eof while reading", 40);
    text_counts_add(&client->tls_errors, "sslv3 alert bad record mac", 3);
    SAYS(result, "A fatal alert from the server ended 3 of the client's connections.",
         "!nothing was cut off");
    result_free(result);
}

static void unread_tickets_make_the_close_a_reset(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 0;
    resets_from(result, SIDE_CLIENT, "TcpExtTCPAbortOnClose");
    SAYS(result,
         "The server's session tickets follow its TLS 1.3 handshake, and the client never read",
         "read 10,000 of them. 5,000 times it closed with tickets unread",
         "RST instead of a FIN (TcpExtTCPAbortOnClose), so no TIME_WAIT stays", "!close_notify of",
         "!<tls.notify_late", "!they met");
    result->side[SIDE_SERVER].account.tls.count[TLS_RESUMED] = CONNECTIONS; /* one ticket each */
    SAYS(result, "never read 5,000 of them. 5,000 times");
    strcpy(result->side[SIDE_SERVER].account.tls.negotiated, "TLSv1.2, ECDHE-RSA-AES128");
    SAYS(result, "!<tls.tickets_unread");
    result_free(result);
}

/* The client closes before they come; the server's close_notify, behind them, is not to blame. */
static void tickets_can_meet_a_closed_socket(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 0;
    notifies(result, SIDE_SERVER, CONNECTIONS, 0);
    meets_data(result, SIDE_CLIENT, 1000);
    SAYS(result, "never read 10,000 of them. 5,000 times they met a closed socket, and its",
         "!it closed with", "!<tls.notify_late");
    result_free(result);
}

/* The second ticket and the FIN meet no socket either: a RST more, and no connection more. */
static void a_connection_meets_its_tickets_once(void **state)
{
    struct result *result = fixture_tls();
    struct counters *counters = &result->side[SIDE_CLIENT].counters;

    (void)state;
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 0;
    fixture_counter(counters, "TcpOutRsts", UINT64_C(2) * CONNECTIONS);
    fixture_counter(counters, "TcpExtTCPAbortOnClose", 200);
    fixture_counter(counters, "TcpExtTCPAbortOnData", 1300);
    fixture_counter(counters, "TcpExtTW", 3000);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpEstabResets", CONNECTIONS);
    SAYS(result, "200 times it closed with tickets unread", "4,300 times they met a closed socket",
         " 3,000 more answered TLS records",
         " 5,500 more answered segments for which there was no");
    result_free(result);
}

/* ssl3_read_n() sends no alert then. */
static void no_alert_follows_its_own_close_notify(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    ends_in(result, SIDE_CLIENT, OUTCOME_TRUNCATED);
    notifies(result, SIDE_CLIENT, CONNECTIONS, CONNECTIONS);
    SAYS(result, "On 5,000 of the client's connections", "!<tls.alert");
    result_free(result);
}

static void resumption_that_never_came_about_is_told(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    set_scenario(result, "tls.resumption", "ticket");
    SAYS(result, "No TLS handshake of the client resumed a session, though tls.resumption is "
                 "ticket: all of the 5,000 were full ones.");
    result->side[SIDE_CLIENT].account.tls.count[TLS_RESUMED] = 1;
    SAYS(result, "!resumed a session");
    result_free(result);
}

/* A ticket is data behind the handshake: who does not read has none. */
static void what_was_not_read_is_not_resumed(void **state)
{
    struct result *result = fixture_tls();

    (void)state;
    set_scenario(result, "tls.resumption", "ticket");
    SAYS(result, "<tls.not_resumed client>", "!let the client read");
    result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS] = 0;
    EXPLAINS(result, "so it had nothing to resume. -> let the client read before it closes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_handshakes_are_told),
        cmocka_unit_test(a_client_that_gives_up_is_the_cause),
        cmocka_unit_test(memory_that_ran_out_is_told_first),
        cmocka_unit_test(both_notified_is_clean),
        cmocka_unit_test(one_notified_is_told_whose),
        cmocka_unit_test(a_late_close_notify_meets_a_closed_socket),
        cmocka_unit_test(no_more_records_than_mini_sockets),
        cmocka_unit_test(a_peer_in_last_ack_counts_no_reset),
        cmocka_unit_test(a_reset_that_was_meant_is_no_late_close_notify),
        cmocka_unit_test(what_may_have_been_an_abort_is_no_late_close_notify),
        cmocka_unit_test(against_a_server_that_is_not_ours),
        cmocka_unit_test(notify_unread_on_a_machine_is_likely),
        cmocka_unit_test(the_machine_does_not_tell_whose_resets),
        cmocka_unit_test(a_close_notify_where_a_message_was_due),
        cmocka_unit_test(no_close_notify_at_all_is_told),
        cmocka_unit_test(an_abort_is_no_loss_where_close_notify_came),
        cmocka_unit_test(a_wait_in_the_handshake_is_told),
        cmocka_unit_test(what_a_fault_took_of_a_handshake_is_no_silence),
        cmocka_unit_test(a_close_over_an_unread_close_notify_resets),
        cmocka_unit_test(truncation_ends_in_a_reset),
        cmocka_unit_test(truncation_of_a_half_close_ends_in_an_alert),
        cmocka_unit_test(words_for_one_end_are_not_for_another),
        cmocka_unit_test(unread_tickets_make_the_close_a_reset),
        cmocka_unit_test(tickets_can_meet_a_closed_socket),
        cmocka_unit_test(a_connection_meets_its_tickets_once),
        cmocka_unit_test(no_alert_follows_its_own_close_notify),
        cmocka_unit_test(resumption_that_never_came_about_is_told),
        cmocka_unit_test(what_was_not_read_is_not_resumed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
