#include "program_testing.h"

/* What each named order is for: where its connections rest, and that nothing else can happen. */
static const struct {
    const char *name;
    const char *path[SIDE_N]; /* from established on */
    enum model_fate fate[SIDE_N];
    unsigned tw[SIDE_N];
    unsigned rst[SIDE_N];
    enum side first_fin;
} orders[] = {
    {
        "client-first",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "server-first",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "client-half-close",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "server-half-close",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "client-rst",
        {"established close", "established close"},
        {MODEL_DONE, MODEL_RESET},
        {0, 0},
        {1, 0},
        SIDE_N,
    },
    {
        "server-rst",
        {"established close", "established close"},
        {MODEL_RESET, MODEL_DONE},
        {0, 0},
        {0, 1},
        SIDE_N,
    },
    {
        "server-leak",
        {"established fin_wait1 fin_wait2", "established close_wait"},
        {MODEL_DONE, MODEL_HELD},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "client-leak",
        {"established close_wait", "established fin_wait1 fin_wait2"},
        {MODEL_HELD, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "simultaneous",
        {"established fin_wait1 closing time_wait", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {1, 1},
        {0, 0},
        SIDE_N,
    },
    {
        "tls-notify-both",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "tls-notify-one-way",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "tls-notify-drain",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "tls-ignore-eof",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "tls-rst",
        {"established close", "established close"},
        {MODEL_RESET, MODEL_DONE},
        {0, 0},
        {0, 1},
        SIDE_N,
    },
    {
        "tls-client-first",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "curl",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "tls-curl",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "ab",
        {"established close_wait last_ack close", "established fin_wait1 fin_wait2 time_wait"},
        {MODEL_DONE, MODEL_DONE},
        {0, 1},
        {0, 0},
        SIDE_SERVER,
    },
    {
        "ab-keep-alive",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "node-pool",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "go-pool",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "browser",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "health-check",
        {"established fin_wait1 fin_wait2 time_wait", "established close_wait last_ack close"},
        {MODEL_DONE, MODEL_DONE},
        {1, 0},
        {0, 0},
        SIDE_CLIENT,
    },
    {
        "tls-unread-tickets",
        {"established close", "established close"},
        {MODEL_DONE, MODEL_RESET},
        {0, 0},
        {1, 0},
        SIDE_N,
    },
};

/* And those where only RSTs and counters differ: nothing is left on either side. */
static const struct {
    const char *name;
    enum model_fate fate[SIDE_N];
} refused[] = {
    {"tls-notify-late", {MODEL_DONE, MODEL_DONE}},
    {"tls-truncation", {MODEL_TRUNCATED, MODEL_DONE}},
};

static const char *preset_of(const struct order *order, const char *path)
{
    for (const struct order_preset *preset = order->preset; preset->path != NULL; preset++) {
        if (strcmp(preset->path, path) == 0) {
            return preset->value;
        }
    }
    return NULL;
}

static bool is_preset(const struct order *order, const char *path, const char *value)
{
    const char *preset = preset_of(order, path);

    return preset != NULL && strcmp(preset, value) == 0;
}

/* As a scenario of nothing but the order. */
static void explore_order(struct pair *pair, const struct order *order)
{
    pair_init(pair, order->program[SIDE_CLIENT], order->program[SIDE_SERVER]);
    pair_fill(pair, SIDE_CLIENT, preset_of(order, "request.size") != NULL);
    pair->input.tls.on = is_preset(order, "transport", "tls");
    pair->input.tls.tickets = pair->input.tls.on;
    pair->input.tls.ignore_unexpected_eof[SIDE_CLIENT] =
        is_preset(order, "client.tls.ignore_unexpected_eof", "on");
    if (model_explore(pair->model, &pair->input, &pair->error) != 0) {
        fail_msg("%s: %s", order->name, pair->error.what);
    }
}

static void every_order_has_the_one_end_it_promises(void **state)
{
    (void)state;
    assert_int_equal(COUNT(orders) + COUNT(refused), order_count);
    for (size_t i = 0; i < COUNT(orders); i++) {
        const struct order *order = order_find(orders[i].name);
        struct pair pair;
        assert_non_null(order);
        explore_order(&pair, order);
        assert_int_equal(pair.model->end_count, 1);
        for (int side = 0; side < SIDE_N; side++) {
            const struct model_side *end = &pair.model->end[0].side[side];
            char path[256];
            assert_string_equal(path_text(path, end), orders[i].path[side]);
            assert_int_equal(end->fate, orders[i].fate[side]);
            assert_int_equal(end->tw, orders[i].tw[side]);
            assert_int_equal(end->rst_sent, orders[i].rst[side]);
            assert_false(end->lost_data);
            assert_true(model_certain(pair.model, (enum side)side, end->final));
        }
        assert_int_equal(model_first_fin(pair.model), orders[i].first_fin);
        pair_fini(&pair);
    }
}

static void orders_that_race_agree_on_what_is_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(refused); i++) {
        struct pair pair;
        explore_order(&pair, order_find(refused[i].name));
        assert_in_range(pair.model->end_count, 2, 4);
        for (size_t end = 0; end < pair.model->end_count; end++) {
            const struct model_side *side = pair.model->end[end].side;
            assert_int_equal(side[SIDE_CLIENT].fate, refused[i].fate[SIDE_CLIENT]);
            assert_int_equal(side[SIDE_SERVER].fate, refused[i].fate[SIDE_SERVER]);
            assert_int_equal(side[SIDE_CLIENT].rst_sent, 0);
            assert_in_range(side[SIDE_SERVER].rst_sent, 1, 2);
            assert_false(side[SIDE_CLIENT].lost_data || side[SIDE_SERVER].lost_data);
        }
        assert_true(model_certain(pair.model, SIDE_CLIENT, TCP_STATE_CLOSE));
        assert_true(model_certain(pair.model, SIDE_SERVER, TCP_STATE_CLOSE));
        assert_int_equal(model_first_fin(pair.model), SIDE_SERVER);
        pair_fini(&pair);
    }
}

/* An order whose steps need TLS brings it along, and may read as TLS lets it. */
static void tls_orders_are_tls(void **state)
{
    (void)state;
    for (size_t i = 0; i < order_count; i++) {
        const struct order *order = &order_table[i];
        bool is_tls = is_preset(order, "transport", "tls");
        for (int side = 0; side < SIDE_N; side++) {
            struct program program;
            struct error error;
            size_t step;
            parse_or_fail(&program, order->program[side], (enum side)side);
            assert_true(is_tls || !program_needs_tls(&program, &step));
            assert_int_equal(program_check_tls(&program, &step, &error), 0);
        }
        assert_int_equal(is_tls, strncmp(order->name, "tls-", 4) == 0);
    }
}

static void orders_are_quick_to_explore(void **state)
{
    (void)state;
    for (size_t i = 0; i < order_count; i++) {
        struct pair pair;
        explore_order(&pair, &order_table[i]);
        assert_in_range(pair.model->visited, 5, 100);
        pair_fini(&pair);
    }
}

static void orders_are_written_canonically(void **state)
{
    (void)state;
    for (size_t i = 0; i < order_count; i++) {
        assert_true(strlen(order_table[i].about) > 0);
        for (int side = 0; side < SIDE_N; side++) {
            struct program program;
            char text[PROGRAM_TEXT];
            parse_or_fail(&program, order_table[i].program[side], (enum side)side);
            assert_string_equal(program_format(text, sizeof text, &program),
                                order_table[i].program[side]);
        }
    }
}

static void simultaneous_brings_its_presets(void **state)
{
    const struct order *order = order_find("simultaneous");

    (void)state;
    assert_string_equal(preset_of(order, "request.size"), "64k");
    assert_string_equal(preset_of(order, "client.sockopt.sndbuf"), "256k");
    assert_string_equal(preset_of(order, "server.sockopt.rcvbuf"), "4k");
    assert_string_equal(preset_of(order, "protocol"), "raw");
    assert_null(order_find("server-first")->preset[0].path);
}

static void orders_are_found_by_name(void **state)
{
    (void)state;
    assert_ptr_equal(order_find("server-leak")->name, order_table[6].name);
    assert_null(order_find("server-frist"));
    assert_null(order_find(""));
    assert_string_equal(order_nearest("server-frist"), "server-first");
    assert_string_equal(order_nearest("simultanous"), "simultaneous");
    assert_null(order_nearest("gracefully"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_has_the_one_end_it_promises),
        cmocka_unit_test(orders_that_race_agree_on_what_is_left),
        cmocka_unit_test(tls_orders_are_tls),
        cmocka_unit_test(orders_are_quick_to_explore),
        cmocka_unit_test(orders_are_written_canonically),
        cmocka_unit_test(simultaneous_brings_its_presets),
        cmocka_unit_test(orders_are_found_by_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
