#include "finwait/clock.h"
#include "program_testing.h"

/* What the model makes of the arguments of recv and wait-fin. */

static const struct flow_fact {
    const char *client, *server;
    bool body; /* of the requests */
    struct side_fact side[SIDE_N];
} facts[] = {
    /* The early answer: the body is unread when the server closes. */
    {"connect send recv pause(1s) close",
     "accept recv(head) send pause(100ms) close",
     true,
     {{.path = "established close"},
      {.path = "established close", .rst = 1, .abort_on_close = 1, .lost = true}}},
    {"connect send recv wait-fin close",
     "accept recv(head) recv send close",
     true,
     {PASSIVE_CLOSER, ACTIVE_CLOSER}},
    {"connect send recv wait-fin close",
     "accept recv(head) send wait-fin(1s) close",
     true,
     {PASSIVE_CLOSER, ACTIVE_CLOSER}},
    /* A GET is its head. */
    {"connect send recv wait-fin close",
     "accept recv(head) recv send close",
     false,
     {PASSIVE_CLOSER, ACTIVE_CLOSER}},
    {"connect send recv wait-fin close",
     "accept recv(head) send close",
     false,
     {PASSIVE_CLOSER, ACTIVE_CLOSER}},
    /* A FIN in place of a message. */
    {"connect send recv repeat(3) close",
     "accept recv(or-fin) send repeat(1000) close",
     false,
     {ACTIVE_CLOSER, PASSIVE_CLOSER}},
    {"connect close", "accept recv(or-fin) send close", false, {ACTIVE_CLOSER, PASSIVE_CLOSER}},
    {"connect rst",
     "accept pause(1s) recv(or-fin) close",
     false,
     {{.path = "established close", .rst = 1, .abort_on_data = 1},
      {.path = "established close", .fate = MODEL_RESET}}},
    /* Nothing within T. */
    {"connect send recv pause(1s) close",
     "accept recv(100ms) send repeat(1000) close",
     false,
     {PASSIVE_CLOSER, ACTIVE_CLOSER}},
    {"connect send recv pause(100ms) close",
     "accept recv(or-fin,1s) send repeat(1000) close",
     false,
     {ACTIVE_CLOSER, PASSIVE_CLOSER}},
    {"connect hold",
     "accept wait-fin(1s) close",
     false,
     {{.path = "established close_wait", .fate = MODEL_HELD},
      {.path = "established fin_wait1 fin_wait2", .tw = 1, .orphan = true}}},
    {"connect pause(500ms) close",
     "accept wait-fin(10s) close",
     false,
     {ACTIVE_CLOSER, PASSIVE_CLOSER}},
};

static void explore(struct pair *pair, const char *client, const char *server, bool body)
{
    pair_init(pair, client, server);
    pair->input.body[SIDE_CLIENT] = body;
    pair->input.timeout = 30 * NS_PER_S;
    if (model_explore(pair->model, &pair->input, &pair->error) != 0) {
        fail_msg("%s / %s: %s", client, server, pair->error.what);
    }
}

static void exchanges_end_as_their_recv_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(facts); i++) {
        struct pair pair;
        explore(&pair, facts[i].client, facts[i].server, facts[i].body);
        if (pair.model->end_count != 1) {
            fail_msg("%s / %s: %zu ends", facts[i].client, facts[i].server, pair.model->end_count);
        }
        for (unsigned side = 0; side < SIDE_N; side++) {
            check_side(facts[i].server, (enum side)side, &facts[i].side[side],
                       &pair.model->end[0].side[side]);
        }
        pair_fini(&pair);
    }
}

/* Over TLS nothing of the message stays in the kernel behind its head: the close is in order. */
static void a_record_is_read_as_a_whole(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send recv wait-fin close", "accept recv(head) send close");
    pair.input.body[SIDE_CLIENT] = true;
    pair.input.tls = (struct model_tls){.on = true, .ignore_unexpected_eof = {true, true}};
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        const struct model_side *server = &pair.model->end[i].side[SIDE_SERVER];

        assert_int_equal(server->rst_sent + server->abort_on_close, 0);
        assert_int_equal(server->final, TCP_STATE_TIME_WAIT);
    }
    pair_fini(&pair);
}

/* What takes about as long as the peer's pause, or nearly no time, is over before it or behind. */
static void times_that_are_alike_are_a_race(void **state)
{
    static const struct {
        const char *client, *server;
        bool race;
    } cases[] = {
        {"connect send recv pause(1s) close", "accept recv(1s) send repeat(9) close", true},
        {"connect send recv pause(1s) close", "accept recv(1050ms) send repeat(9) close", true},
        {"connect send recv pause(1s) close", "accept recv(2s) send repeat(9) close", false},
        /* Two rounds of the three are explored, but no pause is longer for it. */
        {"connect pause(100ms) send repeat(3) wait-fin close",
         "accept recv(or-fin,100ms) repeat(3) close", true},
        {"connect pause(100ms) send repeat(3) wait-fin close",
         "accept recv(or-fin,200ms) repeat(3) close", false},
        {"connect send recv wait-fin close", "accept recv(20ms) send close", true},
        {"connect send recv wait-fin close", "accept recv(21ms) send close", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pair pair;
        explore(&pair, cases[i].client, cases[i].server, false);
        if ((pair.model->end_count > 1) != cases[i].race) {
            fail_msg("%s / %s: %zu ends", cases[i].client, cases[i].server, pair.model->end_count);
        }
        pair_fini(&pair);
    }
}

/* It is no way out of load.timeout for a message that has begun, nor is a FIN its good end. */
static void a_message_cut_in_its_middle_is_none(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send close", "accept pause(3s) recv(or-fin,1s) wait-fin close");
    pair.input.flow[SIDE_CLIENT] = (struct model_flow){.message = 16 << 20,
                                                       .at_once = 57344,
                                                       .queue = {57344, 147456},
                                                       .total = {229376, 4472832}};
    pair.input.timeout = NS_PER_S;
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    for (size_t i = 0; i < pair.model->end_count; i++) {
        assert_int_equal(pair.model->end[i].side[SIDE_SERVER].fate, MODEL_EOF);
    }
    pair_fini(&pair);
}

/* A wait of its own ends: nobody waits for ever. */
static void a_bounded_wait_is_never_for_ever(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair, "connect send recv(1s) close", "accept recv(1s) recv(1s) hold");
    assert_int_equal(model_explore(pair.model, &pair.input, &pair.error), 0);
    assert_true(pair.model->end_count > 0);
    pair_fini(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bounded_wait_is_never_for_ever),
        cmocka_unit_test(a_message_cut_in_its_middle_is_none),
        cmocka_unit_test(exchanges_end_as_their_recv_says),
        cmocka_unit_test(a_record_is_read_as_a_whole),
        cmocka_unit_test(times_that_are_alike_are_a_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
