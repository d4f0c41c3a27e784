#include "scenario_testing.h"

#include "finwait/order.h"

/* A value of each option that is not its default. */
static const struct scenario_override others[] = {
    {"name", "other"},
    {"about", "something else"},
    {"fact", "a fact"},
    {"protocol", "raw"},
    {"request.size", "1k"},
    {"response.size", "3M"},
    {"load.connections", "17"},
    {"load.concurrency", "1000000"},
    {"load.rate", "0.1/s"},
    {"load.duration", "1500ms"},
    {"load.timeout", "1h"},
    {"client.workers", "256"},
    {"client.addresses", "65000"},
    {"client.port", "40000"},
    {"client.bind", "on"},
    {"client.to", "[2001:2:0:2::1]:9"},
    {"client.descriptors", "1048576"},
    {"client.sockopt.linger", "2s"},
    {"client.sockopt.reuseaddr", "on"},
    {"client.sockopt.reuseport", "on"},
    {"client.sockopt.nodelay", "on"},
    {"client.sockopt.keepalive", "on"},
    {"client.sockopt.keepidle", "1s"},
    {"client.sockopt.keepintvl", "1s"},
    {"client.sockopt.keepcnt", "3"},
    {"client.sockopt.linger2", "-1"},
    {"client.sockopt.user_timeout", "30ms"},
    {"client.sockopt.fastopen", "on"},
    {"client.sockopt.bind_no_port", "off"},
    {"client.sockopt.local_port_range", "2000-3000"},
    {"client.sockopt.rcvbuf", "64k"},
    {"client.sockopt.sndbuf", "64k"},
    {"client.sysctl.net.ipv4.tcp_tw_reuse", "1"},
    {"server.workers", "1"},
    {"server.addresses", "1000"},
    {"server.port", "65535"},
    {"server.backlog", "1"},
    {"server.descriptors", "2000"},
    {"server.sockopt.linger", "off"},
    {"server.sockopt.reuseaddr", "off"},
    {"server.sockopt.reuseport", "on"},
    {"server.sockopt.nodelay", "on"},
    {"server.sockopt.keepalive", "on"},
    {"server.sockopt.keepidle", "2s"},
    {"server.sockopt.keepintvl", "2s"},
    {"server.sockopt.keepcnt", "4"},
    {"server.sockopt.linger2", "3s"},
    {"server.sockopt.user_timeout", "1s"},
    {"server.sockopt.defer_accept", "1s"},
    {"server.sockopt.fastopen", "16"},
    {"server.sockopt.rcvbuf", "1M"},
    {"server.sockopt.sndbuf", "1M"},
    {"server.sysctl.net.ipv4.tcp_fin_timeout", "5"},
    {"server.sysctl.net.core.somaxconn", "9"},
    {"client.program", "connect send recv close"},
    {"server.program", "accept recv send wait-fin close"},
    {"ip", "v6"},
    {"sample.every", "1ms"},
    {"settle", "0s"},
    {"decay", "1h"},
    {"faults", "{at: 1s, drop: fin, toward: client, for: 2s}"},
    {"faults", "{at: 3s, heal: on}"},
    {"events", "{at: 1s, kill: server}"},
    {"events", "{at: 1500ms, start: server}"},
    {"expect", "connections.failed == 0"},
    {"expect", "connections.attempted == 17"},
};
#define OTHERS (sizeof others / sizeof others[0])

static const char *const excluding[] = {
    "transport", "order", "response.chunked", "client", "server.at", "lab", /* tried below */
};

static bool is_tried(const char *path)
{
    size_t length = strlen(path);

    for (size_t i = 0; i < OTHERS; i++) {
        if (strncmp(others[i].path, path, length) == 0 &&
            (others[i].path[length] == '\0' || strstr(path, ".sysctl") != NULL)) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof excluding / sizeof excluding[0]; i++) {
        if (strcmp(excluding[i], path) == 0) {
            return true;
        }
    }
    return is_of_tls(path); /* scenario_tls_test.c */
}

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

static void every_default_is_what_an_empty_scenario_has(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("{}");
    struct pairs pairs = {0};

    scenario_each(scenario, pairs_add, &pairs);
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        if (info.value[0] != '\0' && !is_of_tls(info.path)) {
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
        if (!is_tried(info.path)) {
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
        "{client: none, lab: host, load: {duration: 1s}}",
        "{lab: host, ip: v6, server: {at: \"[::1]:80\"}}",
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
