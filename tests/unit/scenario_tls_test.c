#include "scenario_testing.h"

/* transport: tls, its options and steps. */

/* ---- what is printed ---- */

static void plain_tcp_says_nothing_of_tls(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("{transport: tcp}");
    struct pairs pairs = {0};

    scenario_each(scenario, pairs_add, &pairs);
    assert_true(pairs.count > 0);
    for (size_t i = 0; i < pairs.count; i++) {
        assert_false(is_of_tls(pairs.item[i].path));
    }
    pairs_fini(&pairs);
    scenario_free(scenario);
}

static void every_default_is_what_transport_tls_alone_has(void **state)
{
    (void)state;
    struct scenario *scenario = parse_good("{transport: tls}");
    struct pairs pairs = {0};
    size_t found = 0;

    scenario_each(scenario, pairs_add, &pairs);
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        if (is_of_tls(info.path) && strcmp(info.path, "client.tls.ca") != 0) {
            const char *value = pairs_get(&pairs, info.path);
            assert_string_equal(value != NULL ? value : "", info.value);
            found += value != NULL;
        }
    }
    assert_int_equal(found, 13);
    assert_int_equal(scenario->tls.version, TLS_ANY);
    assert_int_equal(scenario->tls.resumption, TLS_RESUME_OFF);
    assert_int_equal(scenario->tls.key_kind, TLS_KEY_P256);
    assert_int_equal(scenario->tls.tickets, 2);
    assert_int_equal(scenario->tls.unfinished, 4096);
    assert_true(scenario->tls.release_buffers);
    assert_false(scenario->tls.read_ahead);
    assert_false(scenario->tls.side[SIDE_CLIENT].verify);
    assert_round_trip(scenario);
    pairs_fini(&pairs);
    scenario_free(scenario);
}

static void every_option_round_trips(void **state)
{
    (void)state;
    static const struct scenario_override others[] = {
        {"transport", "tls"},
        {"tls.version", "1.3"},
        {"tls.ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"},
        {"tls.groups", "X25519:P-256"},
        {"tls.alpn", "h2"},
        {"tls.resumption", "ticket"},
        {"tls.release_buffers", "off"},
        {"tls.read_ahead", "on"},
        {"client.tls.sni", "example.org"},
        {"client.tls.verify", "on"},
        {"client.tls.ca", "a  b.pem"},
        {"client.tls.ignore_unexpected_eof", "on"},
        {"server.tls.cert", "/a/cert.pem"},
        {"server.tls.key", "/a/key.pem"},
        {"server.tls.tickets", "16"},
        {"server.tls.ignore_unexpected_eof", "on"},
    };
    static const struct scenario_override older[] = {
        {"transport", "tls"},
        {"tls.version", "1.2"},
        {"tls.ciphers", "ECDHE+AESGCM:!aNULL"},
        {"tls.resumption", "session_id"},
        {"server.tls.generate", "rsa2048"},
    };
    static const struct {
        const struct scenario_override *item;
        size_t count;
    } scenarios[] = {{others, sizeof others / sizeof others[0]},
                     {older, sizeof older / sizeof older[0]}};

    for (size_t s = 0; s < 2; s++) {
        struct scenario *scenario = load_good(NULL, scenarios[s].item, scenarios[s].count);
        struct pairs pairs = {0};

        scenario_each(scenario, pairs_add, &pairs);
        for (size_t i = 0; i < scenarios[s].count; i++) {
            assert_string_equal(pairs_get(&pairs, scenarios[s].item[i].path),
                                scenarios[s].item[i].value);
        }
        assert_round_trip(scenario);
        pairs_fini(&pairs);
        scenario_free(scenario);
    }
}

/* What is moot is not printed: nothing that is would be refused. */
static void foreign_and_older_peers_round_trip(void **state)
{
    (void)state;
    static const char *const scenarios[] = {
        "{transport: tls, lab: host, server: {at: \"127.0.0.1:443\"}, tls: {resumption: ticket}}",
        "{transport: tls, lab: host, client: none, load: {duration: 1s}}",
        "{transport: tls, tls: {version: 1.2, resumption: ticket}}",
        "{transport: tls, protocol: raw}",
        "{transport: tls, tls: {alpn: none}}",
    };

    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        struct scenario *scenario = parse_good(scenarios[i]);
        assert_round_trip(scenario);
        scenario_free(scenario);
    }
}

static void alpn_follows_the_protocol_unless_given(void **state)
{
    (void)state;
    static const struct {
        const char *yaml, *alpn;
    } cases[] = {
        {"{transport: tls}", "http/1.1"},
        {"{transport: tls, protocol: raw}", NULL},
        {"{transport: tls, tls: {alpn: none}}", NULL},
        {"{transport: tls, protocol: raw, tls: {alpn: http/1.1}}", "http/1.1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario = parse_good(cases[i].yaml);
        if (cases[i].alpn == NULL) {
            assert_null(scenario->tls.alpn);
        } else {
            assert_string_equal(scenario->tls.alpn, cases[i].alpn);
        }
        scenario_free(scenario);
    }
}

/* ---- what the model is told ---- */

static void the_model_knows_of_tickets_and_eof(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        struct model_tls tls;
    } cases[] = {
        {"{}", {false, false, {false, false}}},
        {"{transport: tls}", {true, true, {false, false}}},
        {"{transport: tls, tls: {version: 1.3}}", {true, true, {false, false}}},
        {"{transport: tls, tls: {version: 1.2}}", {true, false, {false, false}}},
        {"{transport: tls, server: {tls: {tickets: 0}}}", {true, false, {false, false}}},
        {"{transport: tls, server: {tls: {ignore_unexpected_eof: on}}}",
         {true, true, {false, true}}},
        {"{transport: tls, client: {tls: {ignore_unexpected_eof: on}}}",
         {true, true, {true, false}}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scenario *scenario = parse_good(cases[i].yaml);
        struct model_input input;

        memset(&input, 0xff, sizeof input);
        assert_true(scenario_model(scenario, &input));
        assert_int_equal(input.tls.on, cases[i].tls.on);
        assert_int_equal(input.tls.tickets, cases[i].tls.tickets);
        for (unsigned side = 0; side < SIDE_N; side++) {
            assert_int_equal(input.tls.ignore_unexpected_eof[side],
                             cases[i].tls.ignore_unexpected_eof[side]);
        }
        scenario_free(scenario);
    }
}

/* ---- what is refused ---- */

struct refusal {
    const char *yaml, *where, *what;
};

static void assert_refused(const struct refusal *refusal)
{
    struct error error = {0};
    struct scenario *scenario = parse_with(refusal->yaml, NULL, 0, &error);

    if (scenario != NULL) {
        fail_msg("taken: %s", refusal->yaml);
    }
    assert_string_equal(error.what, refusal->what);
    assert_string_equal(ERROR_PLACE_OF(&error), refusal->where);
    assert_int_equal(error.status, STATUS_USAGE);
    assert_true(error.hint[0] != '\0');
}

static void what_means_nothing_is_refused(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{tls: {version: 1.3}}", "test.yaml:1:17", "tls.version needs transport: tls"},
        {"{client: {tls: {verify: off}}}", "test.yaml:1:25",
         "client.tls.verify needs transport: tls"},
        {"{server: {tls: {tickets: 2}}, transport: tcp}", "test.yaml:1:26",
         "server.tls.tickets needs transport: tls"},
        {"{transport: tls, lab: host, load: {duration: 1s}, server: {at: \"127.0.0.1:443\",\n"
         " tls: {generate: p256}}}",
         "test.yaml:2:18",
         "server.tls.generate is for a server of the run's, and server.at is another program"},
        {"{transport: tls, tls: {version: 1.3,\n ciphers: ALL}}", "test.yaml:2:11",
         "tls.ciphers is for TLS 1.2, and tls.version is 1.3"},
        {"{transport: tls, tls: {version: 1.2,\n ciphersuites: TLS_AES_128_GCM_SHA256}}",
         "test.yaml:2:16", "tls.ciphersuites is for TLS 1.3, and tls.version is 1.2"},
        {"{transport: tls, client: {tls: {\n ca: a.pem}}}", "test.yaml:2:6",
         "client.tls.ca says whom to trust, and client.tls.verify is off"},
        {"{transport: tls, server: {tls: {cert: a, key: b,\n generate: p256}}}", "test.yaml:2:12",
         "server.tls.generate says how a certificate is made, and there are server.tls.cert and "
         "server.tls.key"},
        {"{transport: tls, tls: {version: 1.2}, server: {tls: {\n tickets: 2}}}", "test.yaml:2:11",
         "server.tls.tickets counts the tickets after a TLS 1.3 handshake, and tls.version is "
         "1.2"},
        {"{transport: tls, server: {tls: {\n cert: a.pem}}}", "test.yaml:2:8",
         "server.tls.cert is given, server.tls.key is not"},
        {"{transport: tls, server: {tls: {\n key: a.pem}}}", "test.yaml:2:7",
         "server.tls.key is given, server.tls.cert is not"},
        {"{transport: tls, client: {tls: {\n cert: a.pem}}}", "test.yaml:2:8",
         "client.tls.cert is given, client.tls.key is not"},
        {"{transport: tls, client: {tls: {\n key: a.pem}}}", "test.yaml:2:7",
         "client.tls.key is given, client.tls.cert is not"},
        {"{transport: tls, client: {tls: {cert: a, key: b,\n generate: none}}}", "test.yaml:2:12",
         "client.tls.generate says how a certificate is made, and there are client.tls.cert and "
         "client.tls.key"},
        {"{transport: tls, server: {tls: {\n ca: a.pem}}}", "test.yaml:2:6",
         "server.tls.ca says whom to trust, and server.tls.verify is off"},
        {"{transport: tls, client: none, lab: host, load: {duration: 1s}, server: {tls: {\n "
         "verify: on}}}",
         "test.yaml:2:10",
         "server.tls.verify, and the client is not ours: it has no certificate of the CA that is "
         "made"},
        {"{transport: tls, server: {tls: {verify: on,\n ca: a.pem}}}", "test.yaml:2:6",
         "server.tls.ca is given, and no certificate by it for the client"},
        {"{transport: tls, client: {tls: {\n sni: 127.0.0.1}}}", "test.yaml:2:7",
         "client.tls.sni is an address"},
        {"{transport: tls, client: {tls: {\n sni: \"::1\"}}}", "test.yaml:2:8",
         "client.tls.sni is an address"},
        {"{transport: tls, tls: {\n resumption: session_id}}", "test.yaml:2:14",
         "tls.resumption: session_id needs tls.version: 1.2"},
        {"{transport: tls, tls: {version: 1.2, resumption: session_id}, server: {\n workers: 2}}",
         "test.yaml:2:11", "tls.resumption: session_id, and there is more than one server worker"},
        {"{transport: tls, server: {tls: {tickets: 0}}, tls: {\n resumption: ticket}}",
         "test.yaml:2:14",
         "tls.resumption: ticket, and the server sends none: server.tls.tickets is 0"},
        {"{transport: tls, server: {tls: {\n tickets: 17}}}", "test.yaml:2:11",
         "server.tls.tickets: 17 is out of bounds"},
        {"{transport: tls, client: {tls: {\n ca: \"a\\tb\"}}}", "test.yaml:2:7",
         "client.tls.ca: \"a\tb\" is not a path"},
        {"{transport: tls, tls: {\n version: 1.1}}", "test.yaml:2:11",
         "tls.version: \"1.1\" is not one of any|1.2|1.3"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(&cases[i]);
    }
}

static void a_client_of_another_takes_no_options(void **state)
{
    (void)state;
    static const struct scenario_override overrides[] = {
        {"transport", "tls"},        {"lab", "host"}, {"client", "none"}, {"load.duration", "1s"},
        {"client.tls.sni", "a.org"},
    };
    struct error error = {0};

    assert_null(scenario_load(NULL, overrides, 5, &error));
    assert_string_equal(error.what, "client.tls.sni is for a client of finwait's own, and client "
                                    "is none");
    assert_string_equal(ERROR_PLACE_OF(&error), "--set client.tls.sni=a.org");
}

static void what_drain_threw_away_cannot_be_read(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"transport: tls\n"
         "client: {program: connect send drain wait-notify close}\n"
         "server: {program: accept recv notify close}\n",
         "test.yaml:2:38", "`wait-notify` cannot follow `drain`"},
        {"transport: tls\n" /* no step of this one is TLS's */
         "client: {program: connect send drain recv close}\n"
         "server: {program: accept recv send close}\n",
         "test.yaml:2:38", "`recv` cannot follow `drain`"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error = {0};

        assert_null(parse_with(cases[i].yaml, NULL, 0, &error));
        assert_string_equal(ERROR_PLACE_OF(&error), cases[i].where);
        assert_non_null(strstr(error.what, cases[i].what));
    }
    struct scenario *tcp = parse_good(cases[1].yaml + strlen("transport: tls\n"));
    scenario_free(tcp);
}

/* The place is the step's, whichever way the program is written. */
static void steps_need_the_transport(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"client: {program: connect send recv notify close}\n"
         "server: {program: accept recv send close}\n",
         "test.yaml:1:37", "`notify` needs transport: tls"},
        {"client: {program: connect send recv close}\n"
         "server: {program: \"accept recv pause( 1ms )send, wait-notify close\"}\n",
         "test.yaml:2:50", "`wait-notify` needs transport: tls"},
        {"client: {program: connect send recv close}\n"
         "server:\n"
         "  program:\n"
         "    - accept recv\n"
         "    - send\n"
         "    - notify close\n",
         "test.yaml:6:7", "`notify` needs transport: tls"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_refused(&cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_tcp_says_nothing_of_tls),
        cmocka_unit_test(every_default_is_what_transport_tls_alone_has),
        cmocka_unit_test(every_option_round_trips),
        cmocka_unit_test(foreign_and_older_peers_round_trip),
        cmocka_unit_test(alpn_follows_the_protocol_unless_given),
        cmocka_unit_test(the_model_knows_of_tickets_and_eof),
        cmocka_unit_test(what_means_nothing_is_refused),
        cmocka_unit_test(a_client_of_another_takes_no_options),
        cmocka_unit_test(what_drain_threw_away_cannot_be_read),
        cmocka_unit_test(steps_need_the_transport),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
