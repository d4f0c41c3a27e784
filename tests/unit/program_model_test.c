#include "program_testing.h"

/*
 * What the model predicts, against what was seen on Linux 6.18 (the ways a connection can
 * end: who keeps which state, and which counters move).
 */

static const struct fact {
    const char *what;
    const char *client, *server;
    bool client_fills;
    struct side_fact side[SIDE_N];
} facts[] = {
    {
        "client closes first",
        "connect send recv close",
        "accept recv send wait-fin close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "server closes first",
        "connect send recv wait-fin close",
        "accept recv send close",
        .side = {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "the client half-closes and the server still sends",
        "connect send shut-wr recv wait-fin close",
        "accept recv wait-fin send close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "the server half-closes and the client still sends",
        "connect send recv wait-fin send close",
        "accept recv send shut-wr recv wait-fin close",
        .side = {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "linger {1,0} then close",
        "connect send recv linger(0s) close",
        "accept recv send wait-fin close",
        .side = {{.path = "established close", .rst = 1, .abort_on_data = 1},
                 {.path = "established close", .fate = MODEL_RESET}},
    },
    {
        "rst is the same",
        "connect send recv rst",
        "accept recv send wait-fin close",
        .side = {{.path = "established close", .rst = 1, .abort_on_data = 1},
                 {.path = "established close", .fate = MODEL_RESET}},
    },
    {
        "linger(off) takes it back",
        "connect send recv linger(0s) linger(off) close",
        "accept recv send wait-fin close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "linger {1,0} loses what is still unsent",
        "connect send rst",
        "accept pause(1s) recv close",
        .client_fills = true,
        .side = {{.path = "established close", .rst = 1, .abort_on_data = 1},
                 {.path = "established close", .fate = MODEL_RESET, .lost = true}},
    },
    {
        "linger {1,0} after shut-wr, from FIN_WAIT1",
        "connect send shut-wr pause(1s) rst",
        "accept hold",
        .client_fills = true,
        .side = {{.path = "established fin_wait1 close", .rst = 1, .abort_on_data = 1},
                 {.path = "established close", .fate = MODEL_HELD, .lost = true}},
    },
    {
        "linger {1,0} after shut-wr, from FIN_WAIT2",
        "connect shut-wr pause(1s) rst",
        "accept hold",
        .side = {{.path = "established fin_wait1 fin_wait2 close", .rst = 1, .abort_on_data = 1},
                 {.path = "established close_wait close", .fate = MODEL_HELD}},
    },
    {
        "linger {1,0} by the passive closer ends the peer's FIN_WAIT2",
        "connect send recv close",
        "accept recv send wait-fin pause(100ms) rst",
        .side = {{.path = "established fin_wait1 fin_wait2 close", .tw = 1},
                 {.path = "established close_wait close", .rst = 1, .abort_on_data = 1}},
    },
    {
        "linger {1,2} while the peer does not read: no RST, the orphan goes on",
        "connect send linger(2s) close",
        "accept pause(3s) recv wait-fin close",
        .client_fills = true,
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "linger {1,N} with nothing queued",
        "connect send recv linger(5s) close",
        "accept recv send wait-fin close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "a killed process sends a FIN",
        "connect send recv wait-fin close",
        "accept recv send die",
        .side = {PASSIVE_CLOSER,
                 {.path = "established fin_wait1 fin_wait2 time_wait",
                  .fate = MODEL_DIED,
                  .tw = 1,
                  .orphan = true}},
    },
    {
        "a killed process with unread data sends a RST",
        "connect send recv close",
        "accept pause(1s) die",
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close",
                  .fate = MODEL_DIED,
                  .rst = 1,
                  .abort_on_close = 1,
                  .lost = true}},
    },
    {
        "a killed process with linger {1,0} sends a RST all the same",
        "connect send recv linger(0s) die",
        "accept recv send wait-fin close",
        .side = {{.path = "established close", .fate = MODEL_DIED, .rst = 1, .abort_on_data = 1},
                 {.path = "established close", .fate = MODEL_RESET}},
    },
    {
        "close with unread data, from ESTABLISHED",
        "connect send recv close",
        "accept pause(1s) close",
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "close with unread data, from CLOSE_WAIT",
        "connect send close",
        "accept pause(1s) close",
        .side =
            {{.path = "established fin_wait1 fin_wait2 close", .tw = 1},
             {.path = "established close_wait close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "close with the readable part of a large message unread",
        "connect send wait-fin close",
        "accept pause(1s) close",
        .client_fills = true,
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "drain before close spares the RST",
        "connect send close",
        "accept pause(1s) drain close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "unread data is checked before linger {1,0}: tcp_close()",
        "connect send recv close",
        "accept pause(1s) linger(0s) close",
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "data arrives at a closed FIN_WAIT2 mini-socket",
        "connect send close",
        "accept recv wait-fin pause(100ms) send hold",
        .side = {{.path = "established fin_wait1 fin_wait2 close", .rst = 1, .tw = 1, .lost = true},
                 {.path = "established close_wait close", .fate = MODEL_HELD}},
    },
    {
        "data arrives in FIN_WAIT2 after shut-rd: the full socket is reset",
        "connect shut-rd shut-wr hold",
        "accept wait-fin send hold",
        .side = {{.path = "established fin_wait1 fin_wait2 close",
                  .fate = MODEL_HELD,
                  .rst = 1,
                  .abort_on_data = 1,
                  .lost = true},
                 {.path = "established close_wait close", .fate = MODEL_HELD}},
    },
    {
        "SHUT_RD changes no state, later data is still delivered",
        "connect send shut-rd pause(1s) drain close",
        "accept recv send wait-fin close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "and, when nobody reads it, resets at close",
        "connect send shut-rd pause(1s) close",
        "accept recv send wait-fin close",
        .side = {{.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true},
                 {.path = "established close", .fate = MODEL_RESET}},
    },
    {
        "never close: CLOSE_WAIT, and the peer's orphaned FIN_WAIT2",
        "connect send recv close",
        "accept recv send hold",
        .side = {{.path = "established fin_wait1 fin_wait2", .tw = 1, .orphan = true},
                 {.path = "established close_wait", .fate = MODEL_HELD}},
    },
    {
        "never close: a held FIN_WAIT2 is a full socket",
        "connect shut-wr hold",
        "accept hold",
        .side = {{.path = "established fin_wait1 fin_wait2", .fate = MODEL_HELD},
                 {.path = "established close_wait", .fate = MODEL_HELD}},
    },
    {
        "never close, on both sides",
        "connect send recv hold",
        "accept recv send hold",
        .side = {{.path = "established", .fate = MODEL_HELD},
                 {.path = "established", .fate = MODEL_HELD}},
    },
    {
        "a descriptor does not hold TIME_WAIT: the mini-socket is alone",
        "connect shut-wr wait-fin hold",
        "accept wait-fin close",
        .side = {{.path = "established fin_wait1 fin_wait2 time_wait",
                  .fate = MODEL_HELD,
                  .tw = 1,
                  .orphan = true},
                 PASSIVE_CLOSER},
    },
    {
        "the client closes before accept: CLOSE_WAIT waits in the queue",
        "connect close",
        "accept wait-fin close",
        .side = {ACTIVE_CLOSER, PASSIVE_CLOSER},
    },
    {
        "early answer and close with an unread request: what was received stays readable",
        "connect send send pause(2s) recv wait-fin close",
        "accept recv send pause(1s) close",
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}},
    },
    {
        "the same, but SHUT_WR and drain first",
        "connect send send recv wait-fin close",
        "accept recv send shut-wr wait-fin close",
        .side = {PASSIVE_CLOSER, ACTIVE_CLOSER},
    },
    {
        "recv meets the FIN, and the descriptor is closed",
        "connect send recv close",
        "accept recv close",
        .side = {{.path = "established close_wait last_ack close", .fate = MODEL_EOF},
                 ACTIVE_CLOSER},
    },
    {
        "a FIN received is read before a RST that follows it",
        "connect recv wait-fin pause(2s) close",
        "accept send shut-wr pause(1s) rst",
        .side = {{.path = "established close_wait close"},
                 {.path = "established fin_wait1 fin_wait2 close", .rst = 1, .abort_on_data = 1}},
    },
    {
        "send after a RST",
        "connect pause(1s) send close",
        "accept rst",
        .side = {{.path = "established close", .fate = MODEL_RESET},
                 {.path = "established close", .rst = 1, .abort_on_data = 1}},
    },
    {
        "the window stays shut: a FIN cannot leave",
        "connect send close",
        "accept hold",
        .client_fills = true,
        .side = {{.path = "established fin_wait1", .orphan = true},
                 {.path = "established", .fate = MODEL_HELD, .lost = true}},
    },
    {
        "both close at once: the client's FIN stays behind what the server has not read",
        "connect send shut-wr wait-fin close",
        "accept pause(200ms) send shut-wr wait-fin close",
        .client_fills = true,
        .side = {{.path = "established fin_wait1 closing time_wait", .tw = 1, .orphan = true},
                 ACTIVE_CLOSER},
    },
};

static void connections_end_as_the_kernel_ends_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(facts); i++) {
        const struct fact *fact = &facts[i];
        struct pair pair;
        if (pair_explore(&pair, fact->client, fact->server, fact->client_fills, false) != 0) {
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

static void paths_begin_with_the_handshake(void **state)
{
    struct pair pair;

    (void)state;
    pair_explore_or_fail(&pair, "connect close", "accept wait-fin close");
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].path[0], TCP_STATE_SYN_SENT);
    assert_int_equal(pair.model->end[0].side[SIDE_SERVER].path[0], TCP_STATE_SYN_RECV);
    pair_fini(&pair);
}

/* ---- Races ---- */

static void crossing_closes_have_three_ends(void **state)
{
    static const char *const pairs[][SIDE_N] = {
        {"connect close", "accept close"},
        {"connect send recv close", "accept recv send close"},
        {"connect send shut-wr wait-fin close", "accept send shut-wr wait-fin close"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct pair pair;
        pair_explore_or_fail(&pair, pairs[i][SIDE_CLIENT], pairs[i][SIDE_SERVER]);
        assert_int_equal(pair.model->end_count, 3);
        assert_true(has_end(pair.model, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE));
        assert_true(has_end(pair.model, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT));
        assert_true(has_end(pair.model, TCP_STATE_TIME_WAIT, TCP_STATE_TIME_WAIT));
        assert_int_equal(model_first_fin(pair.model), SIDE_N);
        assert_false(model_certain(pair.model, SIDE_CLIENT, TCP_STATE_TIME_WAIT));
        pair_fini(&pair);
    }
}

static void fins_that_cross_lead_through_closing(void **state)
{
    struct pair pair;
    size_t crossed = 0;

    (void)state;
    pair_explore_or_fail(&pair, "connect close", "accept close");
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *side = pair.model->end[i].side;
        char client[256], server[256];
        if (side[SIDE_CLIENT].tw && side[SIDE_SERVER].tw) {
            crossed++;
            assert_string_equal(path_text(client, &side[SIDE_CLIENT]),
                                "established fin_wait1 closing time_wait");
            assert_string_equal(path_text(server, &side[SIDE_SERVER]), client);
        }
    }
    assert_int_equal(crossed, 1);
    pair_fini(&pair);
}

/* Even a full window does not keep a busy client from seeing the server's FIN first. */
static void without_a_pause_the_full_window_is_a_race(void **state)
{
    struct pair pair;

    (void)state;
    assert_int_equal(pair_explore(&pair, "connect send shut-wr wait-fin close",
                                  "accept send shut-wr wait-fin close", true, false),
                     0);
    assert_int_equal(pair.model->end_count, 2);
    assert_true(model_certain(pair.model, SIDE_SERVER, TCP_STATE_TIME_WAIT));
    assert_true(has_end(pair.model, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT));
    assert_true(has_end(pair.model, TCP_STATE_TIME_WAIT, TCP_STATE_TIME_WAIT));
    pair_fini(&pair);
}

/* linger {1,0} after shut-wr: the FIN may have been acknowledged by then, or not. */
static void rst_after_shut_wr_leaves_from_either_state(void **state)
{
    struct pair pair;
    bool from_fin_wait1 = false, from_fin_wait2 = false;

    (void)state;
    pair_explore_or_fail(&pair, "connect shut-wr rst", "accept hold");
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *client = &pair.model->end[i].side[SIDE_CLIENT];
        char path[256];
        path_text(path, client);
        from_fin_wait1 |= strcmp(path, "established fin_wait1 close") == 0;
        from_fin_wait2 |= strcmp(path, "established fin_wait1 fin_wait2 close") == 0;
        assert_int_equal(client->abort_on_data, 1);
        assert_int_equal(client->tw, 0);
        assert_true(client->rst_sent >= 1);
    }
    assert_true(from_fin_wait1 && from_fin_wait2);
    pair_fini(&pair);
}

/* tcp_rfc1337=0: the last ACK meets a socket that is gone, and its RST ends the TIME_WAIT. */
static void a_rst_can_kill_a_time_wait(void **state)
{
    struct pair pair;

    (void)state;
    pair_explore_or_fail(&pair, "connect wait-fin shut-wr rst", "accept close");
    assert_int_equal(pair.model->end_count, 2);
    assert_true(has_end(pair.model, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT));
    assert_true(has_end(pair.model, TCP_STATE_CLOSE, TCP_STATE_CLOSE));
    for (size_t i = 0; i < pair.model->end_count; i++) {
        assert_int_equal(pair.model->end[i].side[SIDE_SERVER].tw, 1);
    }
    pair_fini(&pair);
}

/* The response was received before the RST, or it is on its way before it: it can be read. */
static void data_is_read_before_the_rst_behind_it(void **state)
{
    struct pair pair;

    (void)state;
    pair_explore_or_fail(&pair, "connect send recv wait-fin close", "accept recv send rst");
    assert_int_equal(pair.model->end_count, 1);
    assert_false(pair.model->end[0].side[SIDE_CLIENT].lost_data);
    pair_fini(&pair);
}

/* What reaches an orphan before the ACK of its FIN finds no mini-socket: the ACK is delayed. */
static void a_delayed_ack_can_come_too_late(void **state)
{
    static const struct {
        const char *server;
        bool race;
        unsigned abort_on_data;
    } cases[] = {
        {"accept recv wait-fin send hold", true, 1},
        {"accept recv wait-fin pause(40ms) send hold", true, 1},
        {"accept recv wait-fin pause(60ms) send hold", false, 0},
        {"accept recv wait-fin rst", true, 0},
        {"accept recv wait-fin pause(60ms) rst", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        pair_explore_or_fail(&pair, "connect send close", cases[i].server);
        assert_int_equal(pair.model->end_count, cases[i].race ? 2 : 1);
        for (size_t end = 0; end < pair.model->end_count; end++) {
            const struct model_side *client = &pair.model->end[end].side[SIDE_CLIENT];
            char path[256];
            assert_int_equal(client->tw, end == 0);
            assert_int_equal(client->abort_on_data, end == 0 ? 0 : cases[i].abort_on_data);
            assert_string_equal(path_text(path, client),
                                end == 0 ? "established fin_wait1 fin_wait2 close"
                                         : "established fin_wait1 close");
        }
        pair_fini(&pair);
    }
}

static void data_under_way_at_close_is_a_race(void **state)
{
    struct pair pair;
    bool unread = false, refused = false;

    (void)state;
    pair_explore_or_fail(&pair, "connect send close", "accept close");
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *server = &pair.model->end[i].side[SIDE_SERVER];
        unread |= server->abort_on_close == 1;
        refused |= server->abort_on_data == 1;
        assert_true(server->lost_data);
        assert_true(server->rst_sent >= 1);
    }
    assert_true(unread && refused);
    pair_fini(&pair);
}

/* However many messages race, how many RSTs answer them makes no ends of its own. */
static void many_messages_do_not_multiply_the_ends(void **state)
{
    struct pair pair;
    size_t few;

    (void)state;
    pair_explore_or_fail(&pair, "connect send close", "accept recv send send send close");
    few = pair.model->end_count;
    pair_fini(&pair);
    pair_explore_or_fail(&pair, "connect send close",
                         "accept recv send send send send send send send send close");
    assert_int_equal(pair.model->end_count, few);
    pair_fini(&pair);
}

static void every_end_comes_with_a_schedule_that_leads_there(void **state)
{
    struct pair pair;

    (void)state;
    pair_explore_or_fail(&pair, "connect send close", "accept recv send close");
    assert_true(pair.model->end_count > 3);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_end *end = &pair.model->end[i];
        const struct model_event *last = &end->event[end->event_count - 1];
        assert_int_equal(end->skipped, 0);
        assert_int_equal(last->state[SIDE_CLIENT], end->side[SIDE_CLIENT].final);
        assert_int_equal(last->state[SIDE_SERVER], end->side[SIDE_SERVER].final);
        assert_int_equal(end->event[0].kind, MODEL_EVENT_STEP);
        assert_int_equal(end->event[0].step.op, STEP_CONNECT);
    }
    pair_fini(&pair);
}

/* ---- Pauses ---- */

static void pauses_order_what_would_race(void **state)
{
    static const struct {
        const char *client, *server;
        enum side first;
    } cases[] = {
        {"connect pause(1s) close", "accept close", SIDE_SERVER},
        {"connect pause(1s) wait-fin close", "accept close", SIDE_SERVER},
        {"connect pause(1s) close", "accept pause(2s) close", SIDE_CLIENT},
        {"connect pause(1500ms) pause(1s) close", "accept pause(2s) close", SIDE_SERVER},
        {"connect pause(1ms) close", "accept pause(1h) close", SIDE_CLIENT},
        {"connect pause(1s) close", "accept pause(1s) close", SIDE_N},
        {"connect pause(0s) close", "accept close", SIDE_N},
        /* A worker can be later than a short pause is long. */
        {"connect pause(10ms) close", "accept close", SIDE_N},
        {"connect pause(11ms) close", "accept close", SIDE_SERVER},
        /* What is over at nearly the same time can come in either order. */
        {"connect pause(10ms) close", "accept pause(11ms) close", SIDE_N},
        {"connect pause(1s) close", "accept pause(1050ms) close", SIDE_N},
        /* Rounds that are left out take their time all the same. */
        {"connect pause(10ms) repeat(100) close", "accept pause(800ms) close", SIDE_SERVER},
        {"connect pause(10ms) repeat(100) close", "accept pause(1200ms) close", SIDE_CLIENT},
        {"connect pause(1h) repeat(1000000) close", "accept pause(1h) repeat(800000) close",
         SIDE_SERVER},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        pair_explore_or_fail(&pair, cases[i].client, cases[i].server);
        assert_int_equal(model_first_fin(pair.model), cases[i].first);
        pair_fini(&pair);
    }
}

/* ---- Rounds ---- */

/* The server receives two messages a round and the client sends one: it is ahead by one, once. */
static void what_is_left_over_a_round_is_used_up(void **state)
{
    struct pair pair;

    (void)state;
    for (unsigned rounds = 3; rounds <= 8; rounds++) {
        char client[64], server[80];
        snprintf(client, sizeof client, "connect send recv repeat(%u) close", rounds);
        snprintf(server, sizeof server, "accept send recv recv repeat(%u) close", rounds);
        assert_int_equal(pair_explore(&pair, client, server, false, false), -1);
        assert_non_null(strstr(pair.error.what, "neither can go on"));
        pair_fini(&pair);
    }
}

static void rounds_that_do_alike_are_left_out(void **state)
{
    struct pair few, many;

    (void)state;
    pair_explore_or_fail(&few, "connect send recv repeat(2) close",
                         "accept recv send repeat(2) wait-fin close");
    pair_explore_or_fail(&many, "connect send recv repeat(1000000) close",
                         "accept recv send repeat(1000000) wait-fin close");
    assert_int_equal(many.model->end_count, 1);
    assert_int_equal(many.model->visited, few.model->visited);
    assert_true(model_certain(many.model, SIDE_CLIENT, TCP_STATE_TIME_WAIT));
    pair_fini(&few);
    pair_fini(&many);
}

static void rounds_of_different_size_can_match(void **state)
{
    static const char *const pairs[][SIDE_N] = {
        {"connect send repeat(3000) recv close",
         "accept recv recv recv repeat(1000) send wait-fin close"},
        {"connect send send recv recv repeat(50) close",
         "accept recv send repeat(100) wait-fin close"},
        {"connect send repeat(1000) shut-wr wait-fin close", "accept wait-fin close"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        struct pair pair;
        pair_explore_or_fail(&pair, pairs[i][SIDE_CLIENT], pairs[i][SIDE_SERVER]);
        assert_int_equal(pair.model->end_count, 1);
        assert_false(pair.model->end[0].side[SIDE_SERVER].lost_data);
        assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].fate, MODEL_DONE);
        assert_int_equal(pair.model->end[0].side[SIDE_SERVER].fate, MODEL_DONE);
        pair_fini(&pair);
    }
}

static void a_difference_in_rounds_is_kept(void **state)
{
    struct pair pair;

    (void)state;
    pair_explore_or_fail(&pair, "connect send recv repeat(10) close",
                         "accept recv send repeat(5) close");
    for (size_t i = 0; i < pair.model->end_count; i++) {
        enum model_fate fate = pair.model->end[i].side[SIDE_CLIENT].fate;
        assert_true(fate == MODEL_EOF || fate == MODEL_RESET);
    }
    pair_fini(&pair);
    pair_explore_or_fail(&pair, "connect send recv repeat(999999) close",
                         "accept recv send repeat(1000000) close");
    assert_int_equal(pair.model->end_count, 1);
    assert_int_equal(pair.model->end[0].side[SIDE_SERVER].fate, MODEL_EOF);
    assert_true(model_certain(pair.model, SIDE_CLIENT, TCP_STATE_TIME_WAIT));
    pair_fini(&pair);
}

/* ---- Waiting for ever ---- */

static void waiting_for_ever_is_refused(void **state)
{
    static const struct {
        const char *client, *server;
        const char *what, *hint;
    } cases[] = {
        {"connect recv close", "accept recv close",
         "client waits in `recv` while server waits in `recv`: neither can go on", "`send`"},
        {"connect send recv wait-fin close", "accept recv send wait-fin close",
         "client waits in `wait-fin` while server waits in `wait-fin`: neither", "`close`"},
        {"connect send recv hold", "accept recv send wait-fin close",
         "server waits in `wait-fin` for a FIN that client's `hold` never sends",
         "put `hold` where server's `wait-fin` is, or end client's program with `close`"},
        {"connect send recv close", "accept recv hold",
         "client waits in `recv` for a message that server's `hold` never sends",
         "end server's program with `close`"},
        {"connect send recv repeat(10) close", "accept recv send repeat(5) hold",
         "client waits in `recv` for a message that server's `hold` never sends", "`close`"},
        {"connect send recv recv repeat(100) close", "accept recv send repeat(100) close",
         "client waits in `recv` while server waits in `recv`", "`send`"},
        {"connect pause(1h) recv close", "accept pause(1s) recv close",
         "client waits in `recv` while server waits in `recv`", "`send`"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        assert_int_equal(pair_explore(&pair, cases[i].client, cases[i].server, false, false), -1);
        assert_int_equal(pair.error.status, STATUS_USAGE);
        if (strstr(pair.error.what, cases[i].what) == NULL ||
            strstr(pair.error.hint, cases[i].hint) == NULL) {
            fail_msg("%s / %s gave: %s\n  %s", cases[i].client, cases[i].server, pair.error.what,
                     pair.error.hint);
        }
        pair_fini(&pair);
    }
}

/* A pair that only sometimes waits for ever is refused as well. */
static void waiting_in_some_schedule_is_enough(void **state)
{
    struct pair pair;

    (void)state;
    /* drain takes the message, or comes too early and leaves it to recv */
    assert_int_equal(pair_explore(&pair, "connect send recv close",
                                  "accept drain recv send wait-fin close", false, false),
                     -1);
    assert_non_null(strstr(pair.error.what, "client waits in `recv` while server waits in `recv`"));
    pair_fini(&pair);
}

static void what_is_too_large_is_refused(void **state)
{
    static const char many[] = " send send send send send send send send send send send send send "
                               "send send send send send send send send send send send send send "
                               "send send send send close";
    char client[512], server[512];
    struct pair pair;

    (void)state;
    snprintf(client, sizeof client, "connect%s", many);
    snprintf(server, sizeof server, "accept%s", many);
    assert_int_equal(pair_explore(&pair, client, server, false, false), -1);
    assert_int_equal(pair.error.status, STATUS_USAGE);
    assert_non_null(strstr(pair.error.what, "too large to explore"));
    assert_true(strlen(pair.error.hint) > 0);
    pair_fini(&pair);
}

static void fates_have_names(void **state)
{
    (void)state;
    for (int fate = 0; fate < MODEL_FATE_N; fate++) {
        assert_non_null(model_fate_name((enum model_fate)fate));
    }
    assert_string_equal(model_fate_name(MODEL_RESET), "reset");
    assert_null(model_fate_name(MODEL_FATE_N));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connections_end_as_the_kernel_ends_them),
        cmocka_unit_test(paths_begin_with_the_handshake),
        cmocka_unit_test(crossing_closes_have_three_ends),
        cmocka_unit_test(fins_that_cross_lead_through_closing),
        cmocka_unit_test(without_a_pause_the_full_window_is_a_race),
        cmocka_unit_test(rst_after_shut_wr_leaves_from_either_state),
        cmocka_unit_test(a_rst_can_kill_a_time_wait),
        cmocka_unit_test(data_is_read_before_the_rst_behind_it),
        cmocka_unit_test(a_delayed_ack_can_come_too_late),
        cmocka_unit_test(data_under_way_at_close_is_a_race),
        cmocka_unit_test(many_messages_do_not_multiply_the_ends),
        cmocka_unit_test(every_end_comes_with_a_schedule_that_leads_there),
        cmocka_unit_test(pauses_order_what_would_race),
        cmocka_unit_test(rounds_that_do_alike_are_left_out),
        cmocka_unit_test(what_is_left_over_a_round_is_used_up),
        cmocka_unit_test(rounds_of_different_size_can_match),
        cmocka_unit_test(a_difference_in_rounds_is_kept),
        cmocka_unit_test(waiting_for_ever_is_refused),
        cmocka_unit_test(waiting_in_some_schedule_is_enough),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(fates_have_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
