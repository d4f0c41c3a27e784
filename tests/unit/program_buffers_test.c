#include "finwait/clock.h"
#include "program_testing.h"

/* What the model makes of buffers whose sizes nobody knows, and of waits that are bounded. */

/* ---- Buffers ---- */

/* The bounds of a plain scenario; src/scenario/flow.c. */
static const struct model_flow plain_flow = {
    .at_once = 57344,
    .queue = {57344, 147456},
    .total = {229376, 4472832},
    .grown = 37879808,
};

static int explore_sizes(struct pair *pair, const char *client, const char *server,
                         uint64_t request, uint64_t response)
{
    pair_init(pair, client, server);
    pair->input.flow[SIDE_CLIENT] = pair->input.flow[SIDE_SERVER] = plain_flow;
    pair->input.flow[SIDE_CLIENT].message = request;
    pair->input.flow[SIDE_SERVER].message = response;
    return model_explore(pair->model, &pair->input, &pair->error);
}

static bool has_fate(const struct model *model, enum side side, enum model_fate fate)
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (model->end[i].side[side].fate == fate) {
            return true;
        }
    }
    return false;
}

static bool is_by_buffers(const struct model *model)
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (model->end[i].by_buffers) {
            return true;
        }
    }
    return false;
}

/* Whether the client's FIN gets through to a server that does not read. */
static void between_the_bounds_the_buffers_decide(void **state)
{
    static const struct {
        uint64_t request;
        const char *client;
        bool arrives, stays;
    } cases[] = {
        {1000, "connect send shut-wr hold", true, false},
        {57344, "connect send shut-wr hold", true, false},
        {100000, "connect send shut-wr hold", true, true},
        {200000, "connect send shut-wr hold", false, true},
        /* Messages add up … */
        {10000, "connect send send send send send shut-wr hold", true, false},
        {25000, "connect send send send send shut-wr hold", true, true},
        {50000, "connect send send send send shut-wr hold", false, true},
        /* … in rounds that are left out, too. */
        {100, "connect send repeat(1000) shut-wr hold", true, true},
        {100, "connect send repeat(2000) shut-wr hold", false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        assert_int_equal(explore_sizes(&pair, cases[i].client, "accept hold", cases[i].request, 1),
                         0);
        assert_int_equal(has_end(pair.model, TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT),
                         cases[i].arrives);
        assert_int_equal(has_end(pair.model, TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED),
                         cases[i].stays);
        assert_int_equal(is_by_buffers(pair.model), cases[i].arrives && cases[i].stays);
        pair_fini(&pair);
    }
}

static void a_long_send_can_be_cut(void **state)
{
    struct pair pair;

    (void)state;
    assert_int_equal(explore_sizes(&pair, "connect send hold", "accept close", 600000, 1), 0);
    assert_true(has_fate(pair.model, SIDE_CLIENT, MODEL_RESET));
    pair_fini(&pair);
    assert_int_equal(explore_sizes(&pair, "connect send hold", "accept close", 5000, 1), 0);
    assert_false(has_fate(pair.model, SIDE_CLIENT, MODEL_RESET));
    pair_fini(&pair);
}

static void two_sends_can_wait_for_each_other(void **state)
{
    const char *client = "connect send recv close", *server = "accept send recv close";
    struct pair pair;

    (void)state;
    assert_int_equal(explore_sizes(&pair, client, server, 5000, 5000), 0);
    assert_string_equal(pair.model->blocked, "");
    pair_fini(&pair);
    assert_int_equal(explore_sizes(&pair, client, server, 16 << 20, 5000), 0);
    assert_string_equal(pair.model->blocked, "");
    pair_fini(&pair);
    assert_int_equal(explore_sizes(&pair, client, server, 1 << 20, 1 << 20), 0);
    assert_non_null(strstr(pair.model->blocked, "may wait in `send` for ever while"));
    pair_fini(&pair);
    assert_int_equal(explore_sizes(&pair, client, server, 16 << 20, 16 << 20), -1);
    assert_string_equal(pair.error.what, "client waits in `send` while server waits in `send`: "
                                         "neither can go on");
    assert_non_null(strstr(pair.error.hint, "buffers"));
    pair_fini(&pair);
    assert_int_equal(explore_sizes(&pair, "connect send close", "accept hold", 16 << 20, 1), -1);
    assert_string_equal(pair.error.what,
                        "client waits in `send` for room that server's `hold` never makes");
    pair_fini(&pair);
}

/* ---- Waits ---- */

static void a_wait_ends_with_the_timeout(void **state)
{
    static const struct {
        const char *server;
        bool times_out, goes_on;
    } cases[] = {
        {"accept recv pause(500ms) send wait-fin close", false, true},
        {"accept recv pause(1s) send wait-fin close", true, true},
        {"accept recv pause(1100ms) send wait-fin close", true, true},
        {"accept recv pause(2s) send wait-fin close", true, false},
        {"accept recv pause(600ms) pause(600ms) pause(600ms) send wait-fin close", true, false},
        /* A round's wait is one round's. */
        {"accept recv pause(100ms) send repeat(1000) wait-fin close", false, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        const char *client = strstr(cases[i].server, "repeat") != NULL
                                 ? "connect send recv repeat(1000) close"
                                 : "connect send recv close";
        pair_init(&pair, client, cases[i].server);
        pair.input.timeout = NS_PER_S;
        assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
        assert_int_equal(has_fate(pair.model, SIDE_CLIENT, MODEL_TIMEOUT), cases[i].times_out);
        assert_int_equal(has_fate(pair.model, SIDE_CLIENT, MODEL_DONE), cases[i].goes_on);
        pair_fini(&pair);
    }
}

/* Two that wait for room: either gives up first, and its close resets the other. */
/* Who has sent what fits its buffer, and not the window, may wait in vain for the answer to it. */
static void a_message_may_take_longer_than_a_short_wait(void **state)
{
    static const struct {
        const char *server;
        uint64_t response;
        bool in_vain;
    } cases[] = {
        {"accept recv(or-fin,100ms) send repeat(3) close", 200000, true},
        {"accept recv(or-fin,100ms) send repeat(3) close", 1000, false},
        {"accept recv(or-fin,3s) send repeat(3) close", 200000, false},
        {"accept recv(or-fin,3s) send repeat(3) close", 128 << 20, true}, /* 2,000 windows */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        assert_int_equal(explore_sizes(&pair, "connect send recv repeat(3) wait-fin close",
                                       cases[i].server, 1, cases[i].response),
                         0);
        assert_int_equal(has_fate(pair.model, SIDE_CLIENT, MODEL_EOF), cases[i].in_vain);
        assert_true(has_fate(pair.model, SIDE_CLIENT, MODEL_DONE));
        pair_fini(&pair);
    }
}

static void a_send_that_waits_ends_with_the_timeout(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send recv close", "accept send recv close");
    pair.input.flow[SIDE_CLIENT] = pair.input.flow[SIDE_SERVER] = plain_flow;
    pair.input.flow[SIDE_CLIENT].message = pair.input.flow[SIDE_SERVER].message = 16 << 20;
    pair.input.timeout = NS_PER_S;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        enum model_fate client = pair.model->end[i].side[SIDE_CLIENT].fate;
        enum model_fate server = pair.model->end[i].side[SIDE_SERVER].fate;
        assert_true(client == MODEL_TIMEOUT || server == MODEL_TIMEOUT);
        assert_false(pair.model->end[i].by_buffers);
    }
    pair_fini(&pair);
}

/* A wait that is long for one side is none for the other: what was begun of a message is cut. */
static void a_message_that_is_cut_is_none(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send close", "accept pause(3s) recv wait-fin close");
    pair.input.flow[SIDE_CLIENT] = plain_flow;
    pair.input.flow[SIDE_CLIENT].message = 16 << 20;
    pair.input.timeout = NS_PER_S;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    assert_int_equal(pair.model->end_count, 1);
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].fate, MODEL_TIMEOUT);
    assert_int_equal(pair.model->end[0].side[SIDE_SERVER].fate, MODEL_EOF);
    assert_true(pair.model->end[0].side[SIDE_SERVER].lost_data);
    pair_fini(&pair);
}

/* ---- What leaves late, or is met early ---- */

static bool may_be(const char *client, const char *server, bool nagle, enum model_fate fate)
{
    struct pair pair;

    pair_init(&pair, client, server);
    pair.input.flow[SIDE_CLIENT].nagle = pair.input.flow[SIDE_SERVER].nagle = nagle;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    bool is = has_fate(pair.model, SIDE_CLIENT, fate);
    pair_fini(&pair);
    return is;
}

/* The second small message waits for the ACK of the first, and the RST throws it away. */
static void nagle_holds_what_a_reset_throws_away(void **state)
{
    const char *client = "connect send recv recv close", *server = "accept recv send send rst";

    (void)state;
    assert_true(may_be(client, server, true, MODEL_RESET));
    assert_true(may_be(client, server, true, MODEL_DONE));
    assert_false(may_be(client, server, false, MODEL_RESET));
    assert_false(may_be("connect send recv close", "accept recv send rst", true, MODEL_RESET));
}

/* The last flight of a TLS handshake is such data, too: the tickets use up the RST then. */
static void nagle_waits_for_the_handshake(void **state)
{
    (void)state;
    for (unsigned nagle = 0; nagle < 2; nagle++) {
        struct pair pair;
        pair_init(&pair, "connect send rst", "accept recv close");
        pair.input.tls = (struct model_tls){.on = true, .tickets = true};
        pair.input.flow[SIDE_CLIENT].nagle = nagle;
        assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
        assert_true(has_fate(pair.model, SIDE_SERVER, MODEL_DONE));
        assert_int_equal(has_fate(pair.model, SIDE_SERVER, MODEL_TRUNCATED), nagle);
        pair_fini(&pair);
    }
}

/* The server needs nothing of the client: its RST may come before connect(2) has returned. */
static void a_rst_can_come_before_connect_returns(void **state)
{
    (void)state;
    assert_true(may_be("connect recv close", "accept send rst", false, MODEL_RESET));
    assert_true(may_be("connect recv close", "accept send rst", false, MODEL_DONE));
    assert_false(may_be("connect recv close", "accept send pause(1s) rst", false, MODEL_RESET));
    assert_true(may_be("connect pause(1s) close", "accept rst", false, MODEL_RESET));
    assert_true(may_be("connect pause(1s) close", "accept rst", false, MODEL_DONE));
    assert_false(may_be("connect send recv close", "accept recv send rst", false, MODEL_RESET));
}

/* tcp_close() makes a mini-socket only of what lasts no longer than a TIME_WAIT. */
static void a_long_fin_wait2_is_a_full_socket(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect recv close", "accept send hold");
    pair.input.long_fin_wait2[SIDE_CLIENT] = true;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    assert_int_equal(pair.model->end_count, 1);
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].final, TCP_STATE_FIN_WAIT2);
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].tw, 0);
    pair_fini(&pair);
    pair_init(&pair, "connect send close", "accept recv wait-fin pause(100ms) send hold");
    pair.input.long_fin_wait2[SIDE_CLIENT] = true;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].abort_on_data, 1);
    assert_int_equal(pair.model->end[0].side[SIDE_CLIENT].tw, 0);
    pair_fini(&pair);
}

/* What TLS has read ahead is not unread to the kernel, whose close is then orderly. */
static void reading_ahead_can_spare_the_rst(void **state)
{
    (void)state;
    for (unsigned ahead = 0; ahead < 2; ahead++) {
        struct pair pair;
        bool resets = false, closes = false;
        pair_init(&pair, "connect send recv pause(1s) close", "accept recv send notify hold");
        pair.input.tls = (struct model_tls){.on = true, .read_ahead = ahead};
        assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
        for (size_t i = 0; i < pair.model->end_count; i++) {
            unsigned aborts = pair.model->end[i].side[SIDE_CLIENT].abort_on_close;
            resets |= aborts > 0;
            closes |= aborts == 0;
        }
        assert_true(resets);
        assert_int_equal(closes, ahead);
        pair_fini(&pair);
    }
}

/* So may the client's last read of a handshake that the server ends, TLS 1.2. */
static void connect_can_read_ahead(void **state)
{
    (void)state;
    for (unsigned last = 0; last < 2; last++) {
        struct pair pair;
        pair_init(&pair, "connect pause(100ms) send close", "accept notify hold");
        pair.input.tls = (struct model_tls){.on = true, .read_ahead = true, .server_last = last};
        assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
        assert_true(has_end(pair.model, TCP_STATE_CLOSE, TCP_STATE_CLOSE)); /* unread: a RST */
        assert_int_equal(has_end(pair.model, TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT), last);
        pair_fini(&pair);
    }
}

/* Of a message whose beginning is gone a recv never has the whole; a wait-fin has no need of it. */
static void what_drain_tears_is_no_message(void **state)
{
    struct pair pair;

    (void)state;
    assert_int_equal(explore_sizes(&pair, "connect send recv close",
                                   "accept drain recv send wait-fin close", 4 << 20, 1 << 20),
                     -1);
    assert_non_null(strstr(pair.error.what, "client waits in `recv` while server waits in `recv`"));
    pair_fini(&pair);

    assert_int_equal(
        explore_sizes(&pair, "connect send close", "accept drain recv close", 4 << 20, 1), 0);
    assert_true(has_fate(pair.model, SIDE_SERVER, MODEL_EOF));
    assert_true(has_fate(pair.model, SIDE_SERVER, MODEL_DONE));
    pair_fini(&pair);

    assert_int_equal(
        explore_sizes(&pair, "connect send close", "accept drain wait-fin close", 4 << 20, 1), 0);
    assert_int_equal(pair.model->end_count, 1);
    assert_false(pair.model->end[0].side[SIDE_SERVER].lost_data);
    pair_fini(&pair);
}

/* Without load.timeout: no program that still waits is done. */
static void who_waits_for_ever_is_blocked(void **state)
{
    struct pair pair;

    (void)state;
    assert_int_equal(explore_sizes(&pair, "connect send close", "accept hold", 300000, 1), 0);
    assert_true(pair.model->blocked[0] != '\0');
    assert_true(has_fate(pair.model, SIDE_CLIENT, MODEL_BLOCKED));
    assert_true(has_fate(pair.model, SIDE_CLIENT, MODEL_DONE));
    pair_fini(&pair);

    assert_int_equal(
        explore_sizes(&pair, "connect send recv close", "accept send recv close", 300000, 300000),
        0);
    assert_true(has_fate(pair.model, SIDE_CLIENT, MODEL_BLOCKED));
    assert_true(has_fate(pair.model, SIDE_SERVER, MODEL_BLOCKED));
    pair_fini(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(between_the_bounds_the_buffers_decide),
        cmocka_unit_test(a_long_send_can_be_cut),
        cmocka_unit_test(two_sends_can_wait_for_each_other),
        cmocka_unit_test(a_wait_ends_with_the_timeout),
        cmocka_unit_test(a_message_may_take_longer_than_a_short_wait),
        cmocka_unit_test(a_send_that_waits_ends_with_the_timeout),
        cmocka_unit_test(a_message_that_is_cut_is_none),
        cmocka_unit_test(nagle_holds_what_a_reset_throws_away),
        cmocka_unit_test(nagle_waits_for_the_handshake),
        cmocka_unit_test(a_rst_can_come_before_connect_returns),
        cmocka_unit_test(a_long_fin_wait2_is_a_full_socket),
        cmocka_unit_test(reading_ahead_can_spare_the_rst),
        cmocka_unit_test(connect_can_read_ahead),
        cmocka_unit_test(what_drain_tears_is_no_message),
        cmocka_unit_test(who_waits_for_ever_is_blocked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
