#include "finwait/clock.h"
#include "program_testing.h"

/*
 * What the model predicts of TLS, against what was seen with OpenSSL 3.0 on Linux 6.18: who sends
 * close_notify, tickets, alerts, and what TCP makes of them.
 */

#define PLAIN   .tls = {.on = true}
#define TICKETS .tls = {.on = true, .tickets = true}
#define IGNORES .tls = {.on = true, .tickets = true, .ignore_unexpected_eof = {true, true}}

/* The peer of a RST that met it in the middle of its program. */
#define RESET                                                                                      \
    {                                                                                              \
        .path = "established close", .fate = MODEL_RESET                                           \
    }

/* What has one end, known in full. */
static const struct fact {
    const char *what;
    const char *client, *server;
    struct model_tls tls;
    struct side_fact side[SIDE_N];
    int64_t timeout;
} facts[] = {
    {
        "close_notify both ways",
        "connect send recv wait-notify notify wait-fin close",
        "accept recv send notify wait-notify close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "close_notify one way, the peer just closes",
        "connect send recv wait-notify wait-fin close",
        "accept recv send notify close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "the mirror of that",
        "connect send recv notify close",
        "accept recv send wait-notify wait-fin close",
        TICKETS,
        {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "close_notify, then SHUT_WR, then drain",
        "connect send recv wait-notify wait-fin notify close",
        "accept recv send notify shut-wr wait-fin close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "no close_notify, SSL_OP_IGNORE_UNEXPECTED_EOF",
        "connect send recv wait-notify close",
        "accept recv send close",
        IGNORES,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "linger {1,0}",
        "connect send recv wait-notify close",
        "accept recv send rst",
        TICKETS,
        {RESET, {.path = "established close", .rst = 1, .abort_on_data = 1}},
    },
    {
        "the client closes without having read the tickets",
        "connect pause(1s) close",
        "accept wait-notify close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "its close_notify is read before the RST behind it",
        "connect pause(1s) notify close",
        "accept wait-notify wait-fin close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "without tickets TIME_WAIT is back",
        "connect pause(1s) notify close",
        "accept wait-notify wait-fin close",
        PLAIN,
        {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "so it is once recv has read the tickets",
        "connect send recv close",
        "accept recv send wait-fin close",
        TICKETS,
        {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "or drain",
        "connect pause(1s) drain close",
        "accept wait-fin close",
        TICKETS,
        {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "or wait-fin",
        "connect wait-fin close",
        "accept close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "or wait-notify",
        "connect wait-notify wait-fin close",
        "accept notify close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "send reads none",
        "connect send pause(1s) close",
        "accept recv wait-fin close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "a killed process with unread tickets sends a RST",
        "connect pause(1s) die",
        "accept wait-fin close",
        TICKETS,
        {{.path = "established close", .fate = MODEL_DIED, .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "close with the peer's close_notify unread",
        "connect send recv pause(1s) close",
        "accept recv send notify wait-notify close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "recv meets close_notify where a message is due",
        "connect send recv notify wait-fin close",
        "accept recv send recv close",
        TICKETS,
        {PASSIVE_CLOSER,
         {.path = "established fin_wait1 fin_wait2 time_wait",
          .fate = MODEL_EOF,
          .tw = 1,
          .orphan = true}},
    },
    {
        "recv meets a FIN that passes for one",
        "connect send recv close",
        "accept recv send recv close",
        IGNORES,
        {ACTIVE_CLOSER, {.path = "established close_wait last_ack close", .fate = MODEL_EOF}},
    },
    {
        "wait-notify discards the messages before it",
        "connect send send notify close",
        "accept wait-notify wait-fin close",
        PLAIN,
        {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "close_notify does not end what the peer sends",
        "connect notify recv wait-notify wait-fin close",
        "accept wait-notify send notify close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "a message unread before the close_notify is lost, the close_notify is no data",
        "connect send notify wait-fin close",
        "accept pause(1s) close",
        PLAIN,
        {RESET, {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "truncation draws an alert, which an open socket reads",
        "connect wait-notify close",
        "accept shut-wr wait-notify wait-fin close",
        PLAIN,
        {{.path = "established close_wait last_ack close", .fate = MODEL_TRUNCATED},
         {.path = "established fin_wait1 fin_wait2 time_wait",
          .fate = MODEL_ALERT,
          .tw = 1,
          .orphan = true}},
    },
    {
        "wait-fin discards the alert",
        "connect wait-notify close",
        "accept shut-wr wait-fin close",
        PLAIN,
        {{.path = "established close_wait last_ack close", .fate = MODEL_TRUNCATED}, ACTIVE_CLOSER},
    },
    {
        "no alert after one's own close_notify: the peer's close finds nothing unread",
        "connect notify pause(1s) wait-notify pause(1h) close",
        "accept wait-notify close",
        PLAIN,
        {{.path = "established close_wait last_ack close", .fate = MODEL_TRUNCATED}, ACTIVE_CLOSER},
    },
    {
        "nor after SHUT_WR",
        "connect shut-wr pause(1s) wait-notify close",
        "accept wait-fin close",
        PLAIN,
        {{.path = "established fin_wait1 fin_wait2 time_wait",
          .fate = MODEL_TRUNCATED,
          .tw = 1,
          .orphan = true},
         PASSIVE_CLOSER},
    },
    {
        "wait-fin and drain send no alert",
        "connect send recv wait-fin close",
        "accept recv send close",
        TICKETS,
        {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "notify after a RST",
        "connect pause(1s) notify close",
        "accept rst",
        PLAIN,
        {RESET, {.path = "established close", .rst = 1, .abort_on_data = 1}},
    },
};

/* Of handshakes that the client gives up. */
static const struct fact given_up[] = {
    {
        "a half-close behind the ClientHello: the server reads the FIN",
        "connect(hello) shut-wr wait-fin close",
        "accept recv send close",
        TICKETS,
        {ACTIVE_CLOSER, {.path = "established close_wait last_ack close", .fate = MODEL_HANDSHAKE}},
    },
    {
        "the same behind its flight",
        "connect(flight) shut-wr wait-fin close",
        "accept hold",
        PLAIN,
        {ACTIVE_CLOSER, {.path = "established close_wait last_ack close", .fate = MODEL_HANDSHAKE}},
    },
    {
        "no alert, and so TIME_WAIT stays, by SSL_OP_IGNORE_UNEXPECTED_EOF",
        "connect(flight) pause(1s) close",
        "accept recv send close",
        IGNORES,
        {ACTIVE_CLOSER, {.path = "established close_wait last_ack close", .fate = MODEL_HANDSHAKE}},
    },
    {
        "the flight lies unread",
        "connect(hello) pause(1s) close",
        "accept recv send close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_close = 1}, RESET},
    },
    {
        "it was discarded, and then SO_LINGER {1,0}",
        "connect(hello) pause(1s) drain rst",
        "accept recv send close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_data = 1}, RESET},
    },
    {
        "it was read",
        "connect(flight) rst",
        "accept recv send close",
        TICKETS,
        {{.path = "established close", .rst = 1, .abort_on_data = 1}, RESET},
    },
    {
        "the server waits for as long as load.timeout lets it",
        "connect(flight) hold",
        "accept recv send close",
        TICKETS,
        {{.path = "established close_wait", .fate = MODEL_HELD},
         {.path = "established fin_wait1 fin_wait2",
          .fate = MODEL_TIMEOUT,
          .tw = 1,
          .orphan = true}},
        .timeout = 2 * NS_PER_S,
    },
    {
        "and for ever without one, which is no mistake",
        "connect(hello) hold",
        "accept recv send close",
        TICKETS,
        {{.path = "established", .fate = MODEL_HELD},
         {.path = "established", .fate = MODEL_BLOCKED}},
    },
};

static void check_facts(const struct fact *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct fact *fact = &rows[i];
        struct pair pair;
        pair_init(&pair, fact->client, fact->server);
        pair.input.tls = fact->tls;
        pair.input.timeout = fact->timeout;
        if (model_explore(pair.model, &pair.input, &pair.error) != 0) {
            fail_msg("%s: %s", fact->what, pair.error.what);
        }
        if (pair.model->end_count != 1) {
            fail_msg("%s: %zu ends", fact->what, pair.model->end_count);
        }
        for (unsigned side = 0; side < SIDE_N; side++) {
            check_side(fact->what, (enum side)side, &fact->side[side],
                       &pair.model->end[0].side[side]);
        }
        pair_fini(&pair);
    }
}

static void connections_end_as_seen(void **state)
{
    (void)state;
    check_facts(facts, COUNT(facts));
}

static void handshakes_that_are_given_up_end_as_seen(void **state)
{
    (void)state;
    check_facts(given_up, COUNT(given_up));
}

/* What the server has sent by then meets a socket that is closed: a RST, whichever way. */
static void a_close_in_mid_handshake_costs_its_time_wait(void **state)
{
    static const char *const clients[] = {"connect(hello) close", "connect(flight) close"};

    (void)state;
    for (size_t i = 0; i < COUNT(clients); i++) {
        struct pair pair;
        struct model_tls tls = {.on = true, .tickets = true};
        bool by_fin = false;
        assert_int_equal(pair_explore_tls(&pair, clients[i], "accept recv send close", tls), 0);
        for (size_t end = 0; end < pair.model->end_count; end++) {
            const struct model_side *client = &pair.model->end[end].side[SIDE_CLIENT];
            const struct model_side *server = &pair.model->end[end].side[SIDE_SERVER];
            assert_int_equal(client->final, TCP_STATE_CLOSE);
            assert_int_equal(server->final, TCP_STATE_CLOSE);
            assert_true(client->rst_sent > 0);
            assert_true(server->fate == MODEL_HANDSHAKE || (i == 0 && server->fate == MODEL_RESET));
            by_fin |= server->fate == MODEL_HANDSHAKE;
        }
        assert_true(by_fin);
        pair_fini(&pair);
    }
}

static void a_client_and_a_server_that_wait_for_each_other_are_told(void **state)
{
    struct pair pair;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect(hello) wait-fin close", "accept close",
                                      (struct model_tls){.on = true}),
                     -1);
    assert_non_null(strstr(pair.error.what, "neither can go on"));
    pair_fini(&pair);
}

/* ---- Ends that differ, but not in what matters ---- */

/* What is answered to a socket that is closed: a RST, and no TIME_WAIT on either side. */
static void check_refused(const struct model *model, enum side closer, enum model_fate peers_fate)
{
    for (size_t i = 0; i < model->end_count; i++) {
        const struct model_side *closed = &model->end[i].side[closer];
        const struct model_side *peer = &model->end[i].side[side_peer(closer)];
        assert_int_equal(closed->final, TCP_STATE_CLOSE);
        assert_int_equal(closed->fate, MODEL_DONE);
        assert_true(closed->rst_sent > 0);
        assert_int_equal(closed->abort_on_close, 0);
        assert_int_equal(closed->tw + closed->abort_on_data, 1);
        assert_false(closed->lost_data);
        assert_int_equal(peer->final, TCP_STATE_CLOSE);
        assert_int_equal(peer->fate, peers_fate);
        assert_int_equal(peer->rst_sent, 0);
        assert_int_equal(peer->tw, 0);
        assert_false(peer->lost_data);
    }
    assert_true(model->end_count > 1);
}

static void what_meets_a_closed_socket_costs_its_time_wait(void **state)
{
    static const struct {
        const char *client, *server;
        enum side closer;
        enum model_fate peers_fate;
    } cases[] = {
        {"connect send recv wait-notify wait-fin notify close", "accept recv send notify close",
         SIDE_SERVER, MODEL_DONE},
        {"connect send recv notify close", "accept recv send wait-notify wait-fin notify close",
         SIDE_CLIENT, MODEL_DONE},
        {"connect send recv wait-notify close", "accept recv send close", SIDE_SERVER,
         MODEL_TRUNCATED},
        {"connect send recv recv close", "accept recv send close", SIDE_SERVER, MODEL_TRUNCATED},
        {"connect send recv close", "accept recv send wait-notify close", SIDE_CLIENT,
         MODEL_TRUNCATED},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        struct model_tls tls = {.on = true, .tickets = true};
        assert_int_equal(pair_explore_tls(&pair, cases[i].client, cases[i].server, tls), 0);
        check_refused(pair.model, cases[i].closer, cases[i].peers_fate);
        pair_fini(&pair);
    }
}

/* An answer at once finds the server's socket open or closed: a RST either way, for two reasons. */
static void a_prompt_close_notify_is_unread_or_refused(void **state)
{
    struct pair pair;
    struct model_tls tls = {.on = true, .tickets = true};
    bool unread = false, refused = false;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect send recv wait-notify notify close",
                                      "accept recv send notify close", tls),
                     0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *server = &pair.model->end[i].side[SIDE_SERVER];
        assert_int_equal(server->final, TCP_STATE_CLOSE);
        assert_true(server->rst_sent > 0);
        unread |= server->abort_on_close == 1;
        refused |= server->abort_on_close == 0;
    }
    assert_true(unread && refused);
    pair_fini(&pair);
}

/* Without a pause the client's close may come before the tickets: they meet a closed socket. */
static void tickets_can_come_after_the_close(void **state)
{
    struct pair pair;
    struct model_tls tls = {.on = true, .tickets = true};
    bool unread = false, refused = false;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect close", "accept wait-fin close", tls), 0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *client = &pair.model->end[i].side[SIDE_CLIENT];
        assert_int_equal(client->final, TCP_STATE_CLOSE);
        assert_true(client->rst_sent > 0);
        assert_false(client->lost_data);
        unread |= client->abort_on_close == 1;
        refused |= client->abort_on_close == 0;
    }
    assert_true(unread && refused);
    pair_fini(&pair);
}

/* The alert and the close that follows it are two events: the RST may come between them. */
static void a_rst_can_come_before_the_failed_program_closes(void **state)
{
    struct pair pair;
    struct model_tls tls = {.on = true};
    bool before = false, after = false;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect wait-notify close", "accept close", tls), 0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        char path[256];
        path_text(path, &pair.model->end[i].side[SIDE_CLIENT]);
        before |= strcmp(path, "established close_wait close") == 0;
        after |= strcmp(path, "established close_wait last_ack close") == 0;
    }
    assert_true(before && after);
    pair_fini(&pair);
}

/* Tickets that meet a RST are no error of accept, but what is read then meets an end of file. */
static void tickets_use_up_the_reset(void **state)
{
    static const struct {
        const char *server;
        bool tickets;
        enum model_fate fate, other; /* the second where the RST came after accept */
    } cases[] = {
        {"accept wait-notify close", true, MODEL_TRUNCATED, MODEL_RESET},
        {"accept recv close", true, MODEL_TRUNCATED, MODEL_RESET},
        {"accept wait-fin close", true, MODEL_DONE, MODEL_RESET},
        {"accept wait-notify close", false, MODEL_RESET, MODEL_RESET},
        {"accept wait-fin close", false, MODEL_RESET, MODEL_RESET},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        struct model_tls tls = {.on = true, .tickets = cases[i].tickets};
        bool seen = false, seen_other = false;
        assert_int_equal(pair_explore_tls(&pair, "connect rst", cases[i].server, tls), 0);
        for (size_t end = 0; end < pair.model->end_count; end++) {
            enum model_fate fate = pair.model->end[end].side[SIDE_SERVER].fate;
            seen |= fate == cases[i].fate;
            seen_other |= fate == cases[i].other;
            assert_true(fate == cases[i].fate || fate == cases[i].other);
        }
        assert_true(seen && seen_other);
        pair_fini(&pair);
    }
}

/* ---- Rounds, windows, waits ---- */

static void rounds_and_full_windows_work_as_without_tls(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send recv repeat(1000) wait-notify notify wait-fin close",
              "accept recv send repeat(1000) notify wait-notify close");
    pair.input.tls = (struct model_tls){.on = true, .tickets = true};
    pair_fill(&pair, SIDE_SERVER, true);
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    assert_int_equal(pair.model->end_count, 1);
    assert_true(model_certain(pair.model, SIDE_SERVER, TCP_STATE_TIME_WAIT));
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].fate, MODEL_DONE);
    pair_fini(&pair);
}

/* A close_notify too, so that a close after it sends a FIN. */
static void wait_fin_reads_what_comes_before_the_fin(void **state)
{
    struct model_tls tls = {.on = true};
    struct pair pair;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect send recv wait-fin(300ms) close",
                                      "accept recv send notify hold", tls),
                     0);
    assert_int_equal(pair.model->end_count, 1);
    assert_true(model_certain(pair.model, SIDE_CLIENT, TCP_STATE_FIN_WAIT2));
    pair_fini(&pair);
}

static void a_close_notify_is_met_again(void **state)
{
    struct model_tls tls = {.on = true};
    struct pair pair;

    (void)state;
    assert_int_equal(pair_explore_tls(&pair, "connect recv(or-fin) wait-notify hold",
                                      "accept notify close", tls),
                     0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        assert_int_equal(pair.model->end[i].side[SIDE_CLIENT].fate, MODEL_HELD);
    }
    pair_fini(&pair);
}

static void waiting_for_ever_is_refused(void **state)
{
    static const struct {
        const char *client, *server;
        const char *what, *hint;
    } cases[] = {
        {"connect wait-notify notify close", "accept wait-notify notify close",
         "client waits in `wait-notify` while server waits in `wait-notify`: neither can go on",
         "`notify`"},
        {"connect send recv wait-notify close", "accept recv send hold",
         "client waits in `wait-notify` for a close_notify that server's `hold` never sends",
         "put `hold` where client's `wait-notify` is, or `notify` before server's `hold`"},
    };
    struct model_tls tls = {.on = true, .tickets = true};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        assert_int_equal(pair_explore_tls(&pair, cases[i].client, cases[i].server, tls), -1);
        assert_int_equal(pair.error.status, STATUS_USAGE);
        if (strstr(pair.error.what, cases[i].what) == NULL ||
            strstr(pair.error.hint, cases[i].hint) == NULL) {
            fail_msg("%s / %s gave: %s\n  %s", cases[i].client, cases[i].server, pair.error.what,
                     pair.error.hint);
        }
        pair_fini(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_end_as_seen),
        cmocka_unit_test(handshakes_that_are_given_up_end_as_seen),
        cmocka_unit_test(a_close_in_mid_handshake_costs_its_time_wait),
        cmocka_unit_test(a_client_and_a_server_that_wait_for_each_other_are_told),
        cmocka_unit_test(what_meets_a_closed_socket_costs_its_time_wait),
        cmocka_unit_test(a_prompt_close_notify_is_unread_or_refused),
        cmocka_unit_test(tickets_can_come_after_the_close),
        cmocka_unit_test(a_rst_can_come_before_the_failed_program_closes),
        cmocka_unit_test(tickets_use_up_the_reset),
        cmocka_unit_test(rounds_and_full_windows_work_as_without_tls),
        cmocka_unit_test(wait_fin_reads_what_comes_before_the_fin),
        cmocka_unit_test(a_close_notify_is_met_again),
        cmocka_unit_test(waiting_for_ever_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
