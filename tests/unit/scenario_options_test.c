#include "scenario_values.h"

#include "finwait/order.h"

static void every_row_says_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        assert_true(info.path[0] != '\0');
        assert_true(info.type[0] != '\0');
        assert_non_null(info.value);
        assert_non_null(info.range);
        assert_non_null(info.about);
        assert_true(info.about[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            struct option_info other;
            option_get(j, &other);
            assert_string_not_equal(info.path, other.path);
        }
    }
}

/* What says something of a command is nothing without one. */
static bool is_of_command(const char *path)
{
    return strstr(path, ".grace") != NULL || strstr(path, ".ready") != NULL ||
           strncmp(path, "proxy.", 6) == 0;
}

/* Nor is what says how to compare, with nothing to be compared, or what a check is. */
static bool is_of_comparison(const char *path)
{
    return strncmp(path, "compare.", strlen("compare.")) == 0 ||
           strncmp(path, "probe.", strlen("probe.")) == 0;
}

static void every_default_is_what_an_empty_scenario_has(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("{}");
    struct pairs pairs = {0};

    scenario_each(scenario, pairs_add, &pairs);
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        if (info.value[0] != '\0' && !is_of_tls(info.path) && !is_of_command(info.path) &&
            !is_of_comparison(info.path)) {
            assert_non_null(pairs_get(&pairs, info.path));
            assert_string_equal(pairs_get(&pairs, info.path), info.value);
        }
    }
    pairs_fini(&pairs);
    scenario_free(scenario);
}

static void every_option_round_trips(void **state)
{
    (void)state;
    struct pairs pairs = {0};
    struct scenario *scenario = load_good(NULL, others, OTHERS);

    scenario_each(scenario, pairs_add, &pairs);
    for (size_t i = 0; i < OTHERS; i++) {
        bool several = i > 0 && strcmp(others[i].path, others[i - 1].path) == 0;
        if (!several) {
            assert_non_null(pairs_get(&pairs, others[i].path));
            assert_string_equal(pairs_get(&pairs, others[i].path), others[i].value);
        }
    }
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        if (other_value(info.path) == NULL) {
            fail_msg("no other value of %s is tried", info.path);
        }
    }
    assert_round_trip(scenario);
    pairs_fini(&pairs);
    scenario_free(scenario);
}

static void options_that_exclude_others_round_trip(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "{response: {chunked: on}, transport: tcp}",
        "{request: {method: PATCH, headers: {A: b, C: 'd: e,  f', E: ''}, body: \"a\\n b\"}}",
        "{request: {headers: [{A: b}, {C: 'it''s: 1', a: \"x  y\"}, {A: ''}]}}",
        "{request: 64k, response: 0}",
        "{request: {path: '/a?b', host: 'h:1'}, response: {status: 204}}",
        "{request: {body: {file: /etc/passwd}}, response: {status: 500, headers: {X: '1'}}}",
        "{protocol: raw, request: {body: PING}, response: {body: '+PONG'}}",
        "{client: {mix: [{weight: 2, program: connect close}]}, server: {program: accept close}}",
        "{client: {ports: slices}}",
        "{client: none, lab: host, load: {duration: 1s}}",
        "{lab: host, ip: v6, server: {at: \"[::1]:80\"}}",
        "{client: {command: [ab, \"a 'b\", '', '{url}'], grace: 1s}, order: client-first}",
        "{server: {command: \"a \\\"b c\\\" d\\\\ e\", ready: {line: up and on}}}",
        "{server: {command: a}, client: {command: b, program: null}}",
        "{server: {command: a, ready: {line: '  set in'}}}",
        "{client: {command: 'awk {{ca} {{{key}'}}",
    };

    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct scenario *scenario = parse_good(scenarios[i]);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

static void every_order_makes_a_scenario(void **state)
{
    (void)state;
    for (size_t i = 0; i < order_count; i++) {
        const struct scenario_override order = {"order", order_table[i].name};
        struct scenario *scenario = load_good(NULL, &order, 1);
        assert_string_equal(scenario->order, order_table[i].name);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

/* Each bound is allowed and one beyond it is not. */
static void bounds_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *path, *good, *bad;
    } cases[] = {
        {"load.concurrency", "1", "0"},
        {"load.concurrency", "1000000", "1000001"},
        {"load.rate", "10000000/s", "10000001/s"},
        {"client.workers", "256", "257"},
        {"client.addresses", "1", "0"},
        {"client.addresses", "65000", "65001"},
        {"server.addresses", "1000", "1001"},
        {"client.port", "65535", "65536"},
        {"client.descriptors", "16", "15"},
        {"client.descriptors", "1048576", "1048577"},
        {"server.descriptors", "17", "16"}, /* one listener more */
        {"server.port", "1", "0"},
        {"server.port", "65535", "65536"},
        {"server.port", "65535", "4294967376"}, /* 8080 in 32 bits */
        {"server.backlog", "65535", "65536"},
        {"sample.every", "1ms", "999us"},
        {"sample.every", "1m", "61s"},
        {"settle", "1h", "3601s"},
        {"decay", "0s", "-1s"},
        {"request.size", "256M", "257M"},
        {"response.status", "200", "199"},
        {"response.status", "599", "600"},
        {"load.duration", "24h", "25h"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario_override override = {cases[i].path, cases[i].good};
        struct error error = {0};
        struct scenario *scenario = load_good(NULL, &override, 1);
        scenario_free(scenario);
        override.value = cases[i].bad;
        assert_null(scenario_load(NULL, &override, 1, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        assert_non_null(strstr(error.what, cases[i].path));
        assert_true(error.hint[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_says_what_it_is),
        cmocka_unit_test(every_default_is_what_an_empty_scenario_has),
        cmocka_unit_test(every_option_round_trips),
        cmocka_unit_test(options_that_exclude_others_round_trip),
        cmocka_unit_test(every_order_makes_a_scenario),
        cmocka_unit_test(bounds_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
