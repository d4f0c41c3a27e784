#include "scenario_testing.h"

#include "finwait/clock.h"

static void empty_map_gives_the_defaults(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("{}");

    assert_string_equal(scenario->name, "test");
    assert_string_equal(scenario->order, "server-first");
    assert_int_equal(scenario->message.protocol, PROTOCOL_HTTP);
    assert_int_equal(scenario->message.request_size, 0);
    assert_int_equal(scenario->message.response_size, 128);
    assert_false(scenario->message.chunked);
    assert_int_equal(scenario->load.connections, 5000);
    assert_int_equal(scenario->load.concurrency, 128);
    assert_true(scenario->load.rate >= 0 && scenario->load.rate <= 0);
    assert_int_equal(scenario->load.duration, 0);
    assert_int_equal(scenario->load.timeout, 30 * NS_PER_S);
    assert_int_equal(scenario->side[SIDE_CLIENT].workers, 0);
    assert_int_equal(scenario->side[SIDE_CLIENT].addresses, 64);
    assert_int_equal(scenario->side[SIDE_SERVER].addresses, 1);
    assert_int_equal(scenario->port, 8080);
    assert_int_equal(scenario->backlog, 4096);
    assert_null(scenario->at);
    assert_int_equal(scenario->lab, LAB_PRIVATE);
    assert_int_equal(scenario->ip, IP_V4);
    assert_int_equal(scenario->sample_every, 100 * NS_PER_MS);
    assert_int_equal(scenario->settle, NS_PER_S);
    assert_int_equal(scenario->decay, 0);
    assert_int_equal(scenario->expect_count, 0);
    assert_true(scenario->side[SIDE_CLIENT].program.length > 0);
    assert_int_equal(scenario->side[SIDE_SERVER].program.step[0].op, STEP_ACCEPT);
    scenario_free(scenario);
}

static void a_file_is_not_needed(void **state)
{
    (void)state;
    struct scenario_override override = {"order", "client-rst"};
    struct error error = {0};
    struct scenario *scenario = scenario_load(NULL, &override, 1, &error);

    assert_non_null(scenario);
    assert_null(scenario->file);
    assert_string_equal(scenario->name, "client-rst");
    scenario_free(scenario);
}

static void all_of_a_file_is_read(void **state)
{
    (void)state;
    struct scenario *scenario =
        parse_good("name: Alles in Ordnung – ja\n"
                   "about: |\n  two\n  lines\n"
                   "order: client-first\n"
                   "protocol: raw\n"
                   "request.size: 2k\n" /* dotted, as with --set */
                   "response: {size: 1M}\n"
                   "load: {connections: 50k, concurrency: 7, rate: 1.5k/s, timeout: 0s}\n"
                   "client:\n"
                   "  workers: 3\n"
                   "  addresses: 2\n"
                   "  sockopt: {linger: off, nodelay: on}\n"
                   "  sysctl:\n"
                   "    net.ipv4.tcp_tw_reuse: 1\n"
                   "    net.ipv4: {ip_local_port_range: \"1024 65000\"}\n"
                   "server: {port: 99, backlog: 1, workers: auto}\n"
                   "ip: v6\n"
                   "sample: {every: 5ms}\n"
                   "settle: 2s\n"
                   "decay: 1m\n"
                   "expect:\n"
                   "  - connections.failed == 0\n"
                   "  - \"client.time_wait.peak > 3\"\n");
    const struct side_spec *client = &scenario->side[SIDE_CLIENT];

    assert_string_equal(scenario->name, "Alles in Ordnung – ja");
    assert_string_equal(scenario->about, "two lines");
    assert_int_equal(scenario->message.request_size, 2048);
    assert_int_equal(scenario->message.response_size, 1 << 20);
    assert_int_equal(scenario->load.connections, 50000);
    assert_int_equal(scenario->load.concurrency, 7);
    assert_true(scenario->load.rate > 1499.9 && scenario->load.rate < 1500.1);
    assert_int_equal(scenario->load.timeout, 0);
    assert_int_equal(client->workers, 3);
    assert_int_equal(client->addresses, 2);
    assert_true(client->sockopt.set[SOCKOPT_LINGER]);
    assert_int_equal(client->sockopt.value[SOCKOPT_LINGER], -1);
    assert_int_equal(client->sockopt.value[SOCKOPT_NODELAY], 1);
    assert_int_equal(client->sysctl.count, 2);
    assert_string_equal(client->sysctl.item[0].name, "net.ipv4.tcp_tw_reuse");
    assert_string_equal(client->sysctl.item[0].value, "1");
    assert_int_equal(client->sysctl.item[0].where.line, 15);
    assert_string_equal(client->sysctl.item[1].name, "net.ipv4.ip_local_port_range");
    assert_string_equal(client->sysctl.item[1].value, "1024 65000");
    assert_int_equal(scenario->port, 99);
    assert_int_equal(scenario->ip, IP_V6);
    assert_int_equal(scenario->decay, 60 * NS_PER_S);
    assert_int_equal(scenario->expect_count, 2);
    assert_string_equal(scenario->expect[1].text, "client.time_wait.peak > 3");
    assert_string_equal(scenario->expect[1].where.file, "test.yaml");
    assert_int_equal(scenario->expect[1].where.line, 24);
    assert_int_equal(scenario->expect[1].where.column, 6); /* behind the quote */
    assert_round_trip(scenario);
    scenario_free(scenario);
}

static void the_command_line_comes_after_the_file(void **state)
{
    (void)state;
    const struct scenario_override overrides[] = {
        {"load.connections", "7"},
        {"load.connections", "9"},
        {"client.sysctl.net.ipv4.tcp_tw_reuse", "2"},
        {"client.sockopt.nodelay", "off"},
        {"expect", "connections.attempted == 9"},
    };
    struct error error = {0};
    struct scenario *scenario =
        parse_with("load: {connections: 5}\n"
                   "client: {sysctl: {net.ipv4.tcp_tw_reuse: 1}, sockopt: {nodelay: on}}\n"
                   "expect: connections.failed == 0\n",
                   overrides, sizeof overrides / sizeof overrides[0], &error);

    assert_non_null(scenario);
    assert_int_equal(scenario->load.connections, 9);
    assert_int_equal(scenario->side[SIDE_CLIENT].sysctl.count, 1);
    assert_string_equal(scenario->side[SIDE_CLIENT].sysctl.item[0].value, "2");
    assert_int_equal(scenario->side[SIDE_CLIENT].sockopt.value[SOCKOPT_NODELAY], 0);
    assert_int_equal(scenario->expect_count, 2);
    assert_string_equal(scenario->expect[1].text, "connections.attempted == 9");
    assert_string_equal(scenario->expect[1].where.file, "--expect \"connections.attempted == 9\"");
    assert_int_equal(scenario->expect[1].where.line, 0);
    scenario_free(scenario);
}

static void a_written_value_may_be_quoted(void **state)
{
    (void)state;
    const struct scenario_override overrides[] = {
        {"client.sysctl.net.ipv4.ip_local_port_range", "\"40000 40099\"", true},
        {"client.sysctl.net.ipv4.tcp_rmem", "'4096 131072 6291456'", true},
        {"load.connections", "\"7\"", true},
        {"about", "'it''s \"so\"'", true},
        {"name", "\"null\"", true},
        {"client.program", "\"connect send recv close\"", true},
        {"server.program", "accept recv send wait-fin close", true},
        {"expect", "\"connections.failed == 0\"", true},
    };
    struct scenario *scenario = load_good(NULL, overrides, sizeof overrides / sizeof overrides[0]);
    const struct sysctl_settings *sysctl = &scenario->side[SIDE_CLIENT].sysctl;

    assert_string_equal(sysctl->item[0].value, "40000 40099");
    assert_string_equal(sysctl->item[1].value, "4096 131072 6291456");
    assert_int_equal(scenario->load.connections, 7);
    assert_string_equal(scenario->about, "it's \"so\"");
    assert_string_equal(scenario->name, "null");
    assert_int_equal(scenario->side[SIDE_CLIENT].program.length, 4);
    assert_string_equal(scenario->expect[0].text, "connections.failed == 0");
    assert_round_trip(scenario);
    scenario_free(scenario);
}

/* A scenario that says of every kind of option something else than the default. */
static const char told_all[] =
    "about: something\n"
    "order: client-first\n"
    "load: {connections: 5, rate: 7/s}\n"
    "client: {to: 198.19.0.1:9, sysctl: {net.ipv4.tcp_tw_reuse: 1, net.ipv4.tcp_syn_retries: 2}}\n"
    "server: {sockopt: {linger: 2s}}\n"
    "faults: {at: 1s, drop: fin}\n"
    "events: {at: 1s, kill: server}\n"
    "expect: connections.failed == 0\n";

static void null_takes_an_option_back(void **state)
{
    (void)state;
    static const char *const paths[] = {
        "about",
        "order",
        "load.connections",
        "client.to",
        "client.sysctl.net.ipv4.tcp_tw_reuse",
        "server.sockopt.linger",
        "faults",
        "events",
        "expect",
    };
    struct scenario_override overrides[sizeof paths / sizeof paths[0]];
    struct error error = {0};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        overrides[i] = (struct scenario_override){paths[i], i % 2 == 0 ? "null" : "~", true};
    }
    struct scenario *scenario =
        parse_with(told_all, overrides, sizeof paths / sizeof paths[0], &error);
    assert_non_null(scenario);
    assert_null(scenario->about);
    assert_string_equal(scenario->order, "server-first");
    assert_int_equal(scenario->load.connections, 5000);
    assert_true(scenario->load.rate > 6.9); /* what was not taken back stays */
    assert_null(scenario->client_to);
    assert_int_equal(scenario->side[SIDE_CLIENT].sysctl.count, 1);
    assert_string_equal(scenario->side[SIDE_CLIENT].sysctl.item[0].name,
                        "net.ipv4.tcp_syn_retries");
    assert_false(scenario->side[SIDE_SERVER].sockopt.set[SOCKOPT_LINGER]);
    assert_int_equal(scenario->fault_count, 0);
    assert_int_equal(scenario->event_count, 0);
    assert_int_equal(scenario->expect_count, 0);
    assert_round_trip(scenario);
    scenario_free(scenario);
}

static void null_takes_back_all_below_a_map(void **state)
{
    (void)state;
    const struct scenario_override overrides[] = {
        {"load", "null", true},
        {"client", "null", true},
        {"server.sysctl", "null", true},
        {"load.concurrency", "3", true}, /* what comes after it counts */
    };
    struct error error = {0};
    struct scenario *scenario =
        parse_with(told_all, overrides, sizeof overrides / sizeof overrides[0], &error);

    assert_non_null(scenario);
    assert_int_equal(scenario->load.connections, 5000);
    assert_true(scenario->load.rate <= 0);
    assert_int_equal(scenario->load.concurrency, 3);
    assert_null(scenario->client_to);
    assert_int_equal(scenario->side[SIDE_CLIENT].sysctl.count, 0);
    assert_string_equal(scenario->order, "client-first");
    scenario_free(scenario);
}

/* Given back, an option has what the order presets, and what depends on others. */
static void null_is_as_if_nothing_was_written(void **state)
{
    (void)state;
    const struct scenario_override size = {"request.size", "null", true};
    const struct scenario_override connections = {"load.connections", "null", true};
    const struct scenario_override program = {"server.program", "null", true};
    struct error error = {0};
    struct scenario *preset =
        parse_with("{order: simultaneous, request: {size: 200k}}", &size, 1, &error);
    struct scenario *lifted =
        parse_with("load: {duration: 10s, connections: 30}", &connections, 1, &error);
    struct scenario *in_file = parse_good("load: {duration: 10s, connections: null, rate: ~}\n"
                                          "client: null\n"
                                          "server: {sysctl: {net.ipv4.tcp_fin_timeout: null}}\n"
                                          "expect: ~\n");

    assert_int_equal(preset->message.request_size, 64 << 10);
    assert_int_equal(lifted->load.connections, 0);
    assert_int_equal(in_file->load.connections, 0);
    assert_int_equal(in_file->side[SIDE_SERVER].sysctl.count, 0);
    assert_int_equal(in_file->expect_count, 0);
    assert_null(parse_with("client: {program: connect close}\n"
                           "server: {program: accept close}\n",
                           &program, 1, &error));
    assert_string_equal(error.what, "client.program is given, server.program is not");
    assert_null(parse_with("load: {conections: null}\n", NULL, 0, &error));
    assert_string_equal(error.what, "unknown option \"conections\" in load");
    scenario_free(preset);
    scenario_free(lifted);
    scenario_free(in_file);
}

static void faults_and_events_are_lists_of_maps(void **state)
{
    (void)state;
    const struct scenario_override overrides[] = {
        {"faults", "{at: 5s, partition: true}"},
        {"faults", "[{at: 6s, heal: on}, {drop: 5%}]"},
        {"events", "{start: server, at: 2.5s}"},
    };
    struct error error = {0};
    struct scenario *scenario = parse_with("faults:\n"
                                           "  - {at: 1s, drop: fin, toward: client, for: 2s}\n"
                                           "  - delay: 50ms\n"
                                           "    share: 100%\n",
                                           overrides, 0, &error);

    assert_null(scenario);
    assert_string_equal(ERROR_PLACE_OF(&error), "test.yaml:3:5");
    assert_string_equal(error.what, "share does not go with delay");
    scenario = parse_with("faults:\n"
                          "  - {at: 1s, drop: fin, toward: client, for: 2s}\n"
                          "  - delay: 50ms\n"
                          "events: {at: 2s, kill: server}\n",
                          overrides, sizeof overrides / sizeof overrides[0], &error);
    assert_non_null(scenario);
    assert_int_equal(scenario->fault_count, 5);
    assert_int_equal(scenario->fault[0].packets, FAULT_FIN);
    assert_int_equal(scenario->fault[0].where.line, 2);
    assert_int_equal(scenario->fault[0].where.column, 5);
    assert_int_equal(scenario->fault[1].kind, FAULT_DELAY);
    assert_int_equal(scenario->fault[2].kind, FAULT_PARTITION);
    assert_string_equal(scenario->fault[2].where.file, "--set faults={at: 5s, partition: true}");
    assert_int_equal(scenario->fault[2].where.line, 0);
    assert_int_equal(scenario->fault[3].kind, FAULT_HEAL);
    assert_int_equal(scenario->fault[4].at, 0);
    assert_int_equal(scenario->event_count, 2);
    assert_int_equal(scenario->event[1].kind, EVENT_START);
    assert_round_trip(scenario);
    scenario_free(scenario);
}

static void events_happen_in_the_order_of_time(void **state)
{
    (void)state;
    static const char *const good[] = {
        "[{at: 2s, start: server}, {at: 1s, kill: server}]",
        "[{at: 1s, kill: server}, {at: 1s, start: server}]",
        "[{at: 1s, stop: server}, {at: 2s, kill: server}, {at: 3s, start: server}]",
        "[{at: 1s, kill: client}, {at: 1s, kill: server}]",
        "[{stop: client}, {at: 1s, cont: client}, {at: 2s, stop: client}, {at: 3s, kill: client}]",
        "[{at: 1s, stop: server}]",
        "[]",
    };

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct scenario_override override = {"events", good[i]};
        struct scenario *scenario = load_good(NULL, &override, 1);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

static void an_order_brings_its_presets_beneath_the_file(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("order: simultaneous");
    struct scenario *told = parse_good("{order: simultaneous, request: {size: 200k}}");

    assert_int_equal(scenario->message.protocol, PROTOCOL_RAW);
    assert_int_equal(scenario->message.request_size, 64 << 10);
    assert_true(scenario->side[SIDE_SERVER].sockopt.set[SOCKOPT_RCVBUF]);
    assert_int_equal(told->message.request_size, 200 << 10);
    assert_int_equal(told->message.protocol, PROTOCOL_RAW);
    assert_round_trip(scenario);
    scenario_free(scenario);
    scenario_free(told);
}

static void a_duration_alone_lifts_the_limit_of_connections(void **state)
{
    (void)state;
    struct scenario *alone = parse_good("load: {duration: 10s}");
    struct scenario *both = parse_good("load: {duration: 10s, connections: 30}");
    struct scenario *zero = parse_good("load: {duration: 0s}");

    assert_int_equal(alone->load.connections, 0);
    assert_int_equal(both->load.connections, 30);
    assert_int_equal(zero->load.connections, 5000);
    scenario_free(alone);
    scenario_free(both);
    scenario_free(zero);
}

#define PROGRAMS                                                                                   \
    "client: {program: [connect, send, recv, pause(10ms), close]}\n"                               \
    "server: {program: accept recv send wait-fin close}\n"

static void programs_can_be_spelled_out(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good(PROGRAMS);
    const struct side_spec *client = &scenario->side[SIDE_CLIENT];

    assert_string_equal(scenario->order, "custom");
    assert_int_equal(client->program.length, 5);
    assert_int_equal(client->program.step[3].op, STEP_PAUSE);
    assert_int_equal(client->program_where.line, 1);
    assert_int_equal(scenario->side[SIDE_SERVER].program.length, 5);
    assert_round_trip(scenario);
    scenario_free(scenario);
}

/* However a program is written in YAML it is the same. */
static void assert_client_program(const char *yaml, const struct scenario_override *override)
{
    struct error error;
    struct scenario *scenario = parse_with(yaml, override, override != NULL, &error);
    char text[PROGRAM_TEXT];

    if (scenario == NULL) {
        fail_msg("%s: %s", yaml, error.what);
    }
    assert_string_equal(program_format(text, sizeof text, &scenario->side[SIDE_CLIENT].program),
                        "connect send recv(or-fin,5s) pause(10ms) wait-fin close");
    scenario_free(scenario);
}

/* A file as another system writes it. */
static void a_byte_order_mark_and_crlf_are_no_part_of_it(void **state)
{
    static const char bad[] = "\xef\xbb\xbfordr: server-first\r\n";
    struct error error;
    struct scenario *scenario =
        parse_good("\xef\xbb\xbforder: client-rst\r\nload:\r\n  connections: 7\r\n");

    (void)state;
    assert_string_equal(scenario->order, "client-rst");
    assert_int_equal(scenario->load.connections, 7);
    scenario_free(scenario);
    assert_null(parse_with(bad, NULL, 0, &error));
    assert_int_equal(error.line, 1);
    assert_int_equal(error.column, 1);
}

static void a_program_is_a_text_or_any_list_of_steps(void **state)
{
    static const char server[] = "server: {program: accept recv send close}\n";
    static const char *const lists[] = {
        "connect send recv(or-fin,5s) pause(10ms) wait-fin close",
        "[connect, send, recv(or-fin, 5s), pause(10ms), wait-fin, close]",
        "[connect, send, {recv: [or-fin, 5s]}, {pause: 10 ms}, {wait-fin: }, close]",
        "[connect send, \"recv(or-fin,5s)\", pause: 10ms, wait-fin close]",
        "\n  - connect\n  - send\n  - recv: or-fin,5s\n  - pause: 10ms\n  - wait-fin:\n  - close",
        "\n  - connect\n  - send\n  - recv(or-fin,5s)\n  - pause( 10ms )\n  - wait-fin\n  - close",
        "|\n  connect send recv(or-fin,5s)\n  pause(10ms) wait-fin close",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char yaml[512];

        snprintf(yaml, sizeof yaml, "client:\n program: %s\n%s", lists[i], server);
        assert_client_program(yaml, NULL);
    }
    for (size_t i = 0; i < 3; i++) {
        const struct scenario_override set = {"client.program", lists[i], true};
        char yaml[512];

        snprintf(yaml, sizeof yaml, "client: {program: connect close}\n%s", server);
        assert_client_program(yaml, &set);
    }
}

static void an_order_of_the_command_line_replaces_the_programs_of_the_file(void **state)
{
    (void)state;
    const struct scenario_override order = {"order", "client-rst"};
    const struct scenario_override programs[] = {
        {"client.program", "connect send recv rst"},
        {"server.program", "accept recv send wait-fin close"},
    };
    struct error error = {0};
    struct scenario *ordered = parse_with(PROGRAMS, &order, 1, &error);
    struct scenario *spelled = parse_with("order: server-first", programs, 2, &error);

    assert_non_null(ordered);
    assert_string_equal(ordered->order, "client-rst");
    assert_true(program_has(&ordered->side[SIDE_CLIENT].program, STEP_RST));
    assert_non_null(spelled);
    assert_string_equal(spelled->order, "custom");
    assert_true(program_has(&spelled->side[SIDE_CLIENT].program, STEP_RST));
    scenario_free(ordered);
    scenario_free(spelled);
}

static void one_side_may_be_left_to_others(void **state)
{
    (void)state;
    struct scenario *no_client = parse_good("{client: none, lab: host, load: {duration: 3s}, "
                                            "server: {program: accept recv send close}}");
    struct scenario *no_server = parse_good("{lab: host, server: {at: 127.0.0.1:80}, "
                                            "client: {program: connect send recv hold}}");

    assert_true(no_client->side[SIDE_CLIENT].none);
    assert_int_equal(no_client->side[SIDE_CLIENT].program.length, 0);
    assert_false(no_client->side[SIDE_SERVER].none);
    assert_true(no_server->side[SIDE_SERVER].none);
    assert_string_equal(no_server->at, "127.0.0.1:80");
    assert_round_trip(no_client);
    assert_round_trip(no_server);
    scenario_free(no_client);
    scenario_free(no_server);
}

static void a_target_elsewhere_needs_the_flag(void **state)
{
    (void)state;
    static const char yaml[] = "{lab: host, server: {at: \"192.0.2.1:80\"}}";
    const struct scenario_override on = {"i-may-load-this-target", "on"};
    const struct scenario_override off = {"i-may-load-this-target", "off"};
    struct error error = {0};
    struct scenario *allowed = parse_with(yaml, &on, 1, &error);

    assert_non_null(allowed);
    scenario_free(allowed);
    assert_null(parse_with(yaml, &off, 1, &error));
    assert_non_null(strstr(error.hint, "--i-may-load-this-target"));
    assert_null(parse_with(yaml, NULL, 0, &error));
    /* No file can say it. */
    assert_null(parse_with("i-may-load-this-target: on", NULL, 0, &error));
    assert_non_null(strstr(error.what, "unknown option"));
}

static void localhost_is_this_host_without_the_flag(void **state)
{
    static const struct {
        const char *yaml, *at;
        enum ip_version ip;
    } cases[] = {
        {"{lab: host, server: {at: localhost:80}}", "127.0.0.1:80", IP_V4},
        {"{lab: host, server: {at: LOCALHOST:80}, ip: v4}", "127.0.0.1:80", IP_V4},
        {"{lab: host, server: {at: localhost:80}, ip: v6}", "[::1]:80", IP_V6},
        {"{lab: host, server: {at: app.localhost:80}}", "127.0.0.1:80", IP_V4},
        {"{lab: host, server: {at: \"[::1]:80\"}}", "[::1]:80", IP_V6}, /* which IP says more */
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario = parse_good(cases[i].yaml);

        assert_string_equal(scenario->at, cases[i].at);
        assert_int_equal(scenario->ip, cases[i].ip);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

static void a_mapped_or_foreign_address_is_not_loopback(void **state)
{
    (void)state;
    static const char *const targets[] = {
        "{lab: host, ip: v6, server: {at: \"[::ffff:127.0.0.1]:80\"}}",
        "{lab: host, server: {at: \"0.0.0.0:80\"}}",
        "{lab: host, server: {at: \"128.0.0.1:80\"}}",
        "{lab: host, ip: v6, server: {at: \"[::2]:80\"}}",
    };
    struct error error = {0};

    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        assert_null(parse_with(targets[i], NULL, 0, &error));
        assert_non_null(strstr(error.what, "not a loopback address"));
    }
}

static void windows_fill_with_large_messages(void **state)
{
    (void)state;
    struct scenario *plain = parse_good("{}");
    struct scenario *small = parse_good("server: {sockopt: {rcvbuf: 4k}}\nrequest: {size: 5k}");
    struct scenario *large = parse_good("response: {size: 1M}");
    struct scenario *sysctl =
        parse_good("response: {size: 100k}\n"
                   "client: {sysctl: {net.ipv4.tcp_rmem: 4096 1048576 2097152}}");

    assert_false(scenario_fills_window(plain, SIDE_CLIENT));
    assert_false(scenario_fills_window(plain, SIDE_SERVER));
    assert_true(scenario_fills_window(small, SIDE_CLIENT));
    assert_false(scenario_fills_window(small, SIDE_SERVER));
    assert_true(scenario_fills_window(large, SIDE_SERVER));
    assert_false(scenario_fills_window(large, SIDE_CLIENT));
    assert_false(scenario_fills_window(sysctl, SIDE_SERVER));
    scenario_free(plain);
    scenario_free(small);
    scenario_free(large);
    scenario_free(sysctl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_map_gives_the_defaults),
        cmocka_unit_test(a_file_is_not_needed),
        cmocka_unit_test(all_of_a_file_is_read),
        cmocka_unit_test(the_command_line_comes_after_the_file),
        cmocka_unit_test(a_written_value_may_be_quoted),
        cmocka_unit_test(null_takes_an_option_back),
        cmocka_unit_test(null_takes_back_all_below_a_map),
        cmocka_unit_test(null_is_as_if_nothing_was_written),
        cmocka_unit_test(faults_and_events_are_lists_of_maps),
        cmocka_unit_test(events_happen_in_the_order_of_time),
        cmocka_unit_test(an_order_brings_its_presets_beneath_the_file),
        cmocka_unit_test(a_duration_alone_lifts_the_limit_of_connections),
        cmocka_unit_test(programs_can_be_spelled_out),
        cmocka_unit_test(a_byte_order_mark_and_crlf_are_no_part_of_it),
        cmocka_unit_test(a_program_is_a_text_or_any_list_of_steps),
        cmocka_unit_test(an_order_of_the_command_line_replaces_the_programs_of_the_file),
        cmocka_unit_test(one_side_may_be_left_to_others),
        cmocka_unit_test(a_target_elsewhere_needs_the_flag),
        cmocka_unit_test(localhost_is_this_host_without_the_flag),
        cmocka_unit_test(a_mapped_or_foreign_address_is_not_loopback),
        cmocka_unit_test(windows_fill_with_large_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
