#include <errno.h>

#include "fixture.h"

/* Connects that found no local port or no local address: which it was, and what would help. */

#define FAILED 1000

/* A result in which FAILED of the client's calls met the errno, after `taken` had got a port; each
 * that did stands in TIME_WAIT if `time_wait`. */
static struct result *short_of(int errnum, uint64_t taken, bool time_wait)
{
    struct result *result = time_wait ? fixture_closed_by(SIDE_CLIENT) : fixture_new();
    struct account *client = &result->side[SIDE_CLIENT].account;

    client->attempted = taken + FAILED;
    client->opened = taken;
    client->outcome[OUTCOME_DONE] = taken;
    client->outcome[OUTCOME_NO_PORT] = FAILED;
    client->error[errnum] = FAILED;
    client->first_no_port = 500 * NS_PER_MS;
    if (time_wait) {
        fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, (uint32_t)taken, (uint32_t)taken);
    }
    return result;
}

static void sysctl(struct result *result, enum side side, const char *name, const char *value)
{
    fixture_set(&result->side[side].sysctl, name, value);
}

/* 5,000 ports on one address, all of them in TIME_WAIT. */
static struct result *used_up(void)
{
    struct result *result = short_of(EADDRNOTAVAIL, CONNECTIONS, true);

    set_scenario(result, "client.addresses", "1");
    sysctl(result, SIDE_CLIENT, "net.ipv4.ip_local_port_range", "30001 35000");
    return result;
}

/* What is advised of the ports; "" for nothing.  Lives as long as `result`. */
static const char *advised(struct result *result)
{
    explain(result);
    const struct remark *remark = remark_of(result, "ports.exhausted");

    assert_non_null(remark);
    return remark->advice != NULL ? remark->advice : "";
}

#define ADVISES(result, expected)                                                                  \
    do {                                                                                           \
        assert_string_equal(advised(result), expected);                                            \
        result_free(result);                                                                       \
    } while (0)

/* ---- which it was ---- */

static void without_ipv6_no_port_is_short(void **state)
{
    struct result *result = short_of(EADDRNOTAVAIL, 0, false);

    (void)state;
    set_scenario(result, "ip", "v6");
    sysctl(result, SIDE_CLIENT, "net.ipv6.conf.all.disable_ipv6", "1");
    explain(result);
    const struct remark *remark = remarked(result, "address.unavailable", CERTAINTY_PROVEN);
    assert_evidence(remark, "client.errors.EADDRNOTAVAIL", FAILED);
    assert_evidence(remark, "client.sysctl.net.ipv6.conf.all.disable_ipv6", 1);
    not_remarked(result, "ports.exhausted");
    SAYS(result, "No port was short: not one was ever taken.", "!a second");
    result_free(result);
}

static void an_address_that_is_not_there_is_likely(void **state)
{
    struct result *none = short_of(EADDRNOTAVAIL, 0, false);
    struct result *half = short_of(EADDRNOTAVAIL, FAILED, false);
    struct result *long_ago = short_of(EADDRNOTAVAIL, 200000, false);

    (void)state;
    explain(none);
    remarked(none, "address.unavailable", CERTAINTY_LIKELY);
    explain(half); /* of the source addresses */
    remarked(half, "address.unavailable", CERTAINTY_LIKELY);
    not_remarked(half, "ports.exhausted");
    fixture_state(long_ago, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 30, 0);
    explain(long_ago); /* few ports at a time, and the address went away */
    remarked(long_ago, "address.unavailable", CERTAINTY_LIKELY);
    not_remarked(long_ago, "ports.exhausted");
    result_free(none);
    result_free(half);
    result_free(long_ago);
}

/* They stand too shortly for a sample, closed loop or open. */
static void few_ports_for_many_at_a_time_are_short(void **state)
{
    static const char *const load[][2] = {{"load.concurrency", "300"}, {"load.rate", "300/s"}};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result *result = short_of(EADDRNOTAVAIL, FAILED, false);
        set_scenario(result, "client.addresses", "1");
        set_scenario(result, load[i][0], load[i][1]);
        sysctl(result, SIDE_CLIENT, "net.ipv4.ip_local_port_range", "40000 40001");
        explain(result);
        const struct remark *remark = remarked(result, "ports.exhausted", CERTAINTY_LIKELY);
        assert_string_equal(remark->advice, i == 0 ? "lower load.concurrency to 2, widen "
                                                     "ip_local_port_range or add client.addresses"
                                                   : "widen ip_local_port_range or add "
                                                     "client.addresses");
        not_remarked(result, "address.unavailable");
        result_free(result);
    }
}

static void a_fixed_port_of_another_program_is_told(void **state)
{
    struct result *held = short_of(EADDRINUSE, 0, false);
    struct result *own = short_of(EADDRINUSE, 1, true);

    (void)state;
    set_scenario(held, "client.port", "5555");
    set_scenario(own, "client.port", "5555");
    explain(held);
    assert_evidence(remarked(held, "port.held", CERTAINTY_PROVEN), "client.port", 5555);
    not_remarked(held, "ports.exhausted");
    explain(own);
    not_remarked(own, "port.held");
    assert_non_null(remark_of(own, "ports.exhausted"));
    result_free(held);
    result_free(own);
}

/* What holds the ports need not be TIME_WAIT. */
static void ports_of_open_connections_are_told(void **state)
{
    struct result *result = short_of(EADDRNOTAVAIL, 500, false);
    struct result *unseen = short_of(EADDRNOTAVAIL, 500, false);

    (void)state;
    set_scenario(result, "client.sockopt.local_port_range", "40000-40249"); /* two addresses */
    set_scenario(unseen, "client.sockopt.local_port_range", "40000-40249");
    fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 500, 500);
    SAYS(result, "Up to 500 of them were of connections still open on the client.", "!TIME_WAIT");
    assert_evidence(remarked(result, "ports.exhausted", CERTAINTY_PROVEN),
                    "client.established.peak", 500);
    unseen->side[SIDE_CLIENT].has_final = false;
    unseen->side[SIDE_CLIENT].observation_count = 0;
    explain(unseen);
    remarked(unseen, "ports.exhausted", CERTAINTY_LIKELY);
    result_free(result);
    result_free(unseen);
}

/* lab: host: what an earlier run has left holds ports and is in no sample of this one. */
static void ports_that_were_held_before_are_told(void **state)
{
    static const uint64_t taken[] = {1000, 0};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result *result = short_of(EADDRNOTAVAIL, taken[i], false);
        result->private_lab = false;
        result->side[SIDE_CLIENT].has_stood_before = true;
        result->side[SIDE_CLIENT].stood_before = CONNECTIONS - taken[i];
        set_scenario(result, "client.addresses", "1");
        sysctl(result, SIDE_CLIENT, "net.ipv4.ip_local_port_range", "30001 35000");
        explain(result);
        const struct remark *remark = remarked(result, "ports.exhausted", CERTAINTY_LIKELY);
        assert_evidence(remark, "client.stood_before", (double)(CONNECTIONS - taken[i]));
        not_remarked(result, "address.unavailable");
        result_free(result);
    }
    struct result *one = short_of(EADDRINUSE, 0, false);
    set_scenario(one, "client.port", "5555");
    one->side[SIDE_CLIENT].has_stood_before = true;
    one->side[SIDE_CLIENT].stood_before = 1;
    explain(one); /* no other program's, as far as is known */
    remarked(one, "ports.exhausted", CERTAINTY_LIKELY);
    not_remarked(one, "port.held");
    result_free(one);
}

static void reserved_ports_are_none(void **state)
{
    struct result *result = short_of(EADDRNOTAVAIL, 1000, true);

    (void)state;
    set_scenario(result, "client.addresses", "1");
    sysctl(result, SIDE_CLIENT, "net.ipv4.ip_local_reserved_ports", "80,33268-50000,50001-65535");
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 500, 500);
    explain(result); /* 32768 to 33267 */
    remarked(result, "ports.exhausted", CERTAINTY_PROVEN);
    SAYS(result, "It has 500 ports");
    result_free(result);
}

/* ---- what would help ---- */

static void what_is_set_already_is_not_advised(void **state)
{
    struct result *plain = used_up();
    struct result *reuse = used_up();
    struct result *wide = used_up();

    (void)state;
    sysctl(reuse, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", "1");
    sysctl(wide, SIDE_CLIENT, "net.ipv4.ip_local_port_range", "1024 65535");
    fixture_state(wide, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 64000, 64000);
    wide->side[SIDE_CLIENT].account.attempted = 65000;
    ADVISES(plain,
            "let the server close first, set net.ipv4.tcp_tw_reuse to 1 on the client, widen "
            "ip_local_port_range or add client.addresses");
    ADVISES(reuse, "let the server close first, widen ip_local_port_range or add client.addresses");
    ADVISES(wide, "let the server close first, set net.ipv4.tcp_tw_reuse to 1 on the client or add "
                  "client.addresses");
}

static void reuse_needs_timestamps_of_both(void **state)
{
    static const char *const where[SIDE_N] = {
        [SIDE_CLIENT] = " on the client", [SIDE_SERVER] = " on the server"};

    (void)state;
    for (unsigned side = 0; side < SIDE_N; side++) {
        struct result *result = used_up();
        char expected[256];
        sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", "1");
        sysctl(result, (enum side)side, "net.ipv4.tcp_timestamps", "0");
        snprintf(expected, sizeof expected,
                 "let the server close first, set net.ipv4.tcp_timestamps to 1%s, without which "
                 "tcp_tw_reuse at 1 does nothing, widen ip_local_port_range or add "
                 "client.addresses",
                 where[side]);
        SAYS(result, "83.3 a second can go on for ever"); /* 5,000 / 60 s, not 1 s */
        ADVISES(result, expected);
    }
}

static void ports_bound_early_are_left_to_connect_first(void **state)
{
    struct result *alone = used_up();
    struct result *several = used_up();
    struct result *reuse = used_up();

    (void)state;
    for (int i = 0; i < 3; i++) {
        struct result *early = (struct result *[]){alone, several, reuse}[i];
        set_scenario(early, "client.bind", "on");
        set_scenario(early, "client.sockopt.bind_no_port", "off");
        sysctl(early, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", i == 2 ? "1" : "0");
    }
    set_scenario(several, "server.addresses", "4");
    ADVISES(alone, "let the server close first, set client.sockopt.bind_no_port to on and "
                   "net.ipv4.tcp_tw_reuse to 1 on the client, widen ip_local_port_range or add "
                   "client.addresses");
    ADVISES(several, "let the server close first, set client.sockopt.bind_no_port to on, which "
                     "leaves the port to connect, widen ip_local_port_range or add "
                     "client.addresses");
    SAYS(reuse, "!With tcp_tw_reuse", "83.3 a second can go on");
    ADVISES(reuse, "let the server close first, set client.sockopt.bind_no_port to on, which "
                   "leaves the port to connect, widen ip_local_port_range or add "
                   "client.addresses");
}

static void what_the_host_cannot_is_not_advised(void **state)
{
    struct result *v6 = used_up();
    struct result *elsewhere = used_up();

    (void)state;
    v6->private_lab = elsewhere->private_lab = false;
    set_scenario(v6, "ip", "v6");
    set_scenario(elsewhere, "server.at", "192.0.2.1:80");
    ADVISES(v6, "let the server close first or widen ip_local_port_range");
    ADVISES(elsewhere,
            "let the server close first, set net.ipv4.tcp_tw_reuse to 1 on the client or widen "
            "ip_local_port_range");
}

/* That so many can go on was refuted by the run itself. */
static void a_rate_that_failed_is_not_called_lasting(void **state)
{
    struct result *slow = used_up();
    struct result *fast = used_up();

    (void)state;
    sysctl(slow, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", "1");
    sysctl(slow, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse_delay", "500"); /* 10,000 a second */
    sysctl(fast, SIDE_CLIENT, "net.ipv4.tcp_tw_reuse", "1");
    EXPLAINS(slow, "!for ever");
    EXPLAINS(fast, "no more than 5,000 a second can go on for ever"); /* of 6,000 */
}

static void a_fixed_port_needs_timestamps_to_be_taken_over(void **state)
{
    struct result *result = short_of(EADDRNOTAVAIL, 1, true);

    (void)state;
    set_scenario(result, "client.port", "5555");
    set_scenario(result, "client.addresses", "1");
    set_scenario(result, "client.sockopt.reuseaddr", "on");
    sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_timestamps", "0");
    ADVISES(result, "set net.ipv4.tcp_timestamps to 1 on the client");
}

/* An open connection keeps it, whoever closes first and whatever SO_REUSEADDR says. */
static void a_fixed_port_of_an_open_connection_serves_one(void **state)
{
    static const char *const reuse[] = {"off", "on"};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct result *result = short_of(EADDRINUSE, 1, false);
        set_scenario(result, "client.port", "5555");
        set_scenario(result, "client.addresses", "1");
        set_scenario(result, "client.sockopt.reuseaddr", reuse[i]);
        fixture_state(result, SIDE_CLIENT, TCP_STATE_ESTABLISHED, 1, 0);
        ADVISES(result, "set load.concurrency to 1 or leave client.port out");
    }
}

/* client.sockopt.local_port_range: the kernel tries each port of it, not one parity first. */
static void the_ports_of_one_parity_come_first_unless_a_range_is_asked_for(void **state)
{
    static const struct {
        const char *range, *bind_no_port, *ran_out, *client, *server;
    } rows[] = {
        {"", "on", "connect(2) searches the 2,500 ports of one parity first (__inet_hash_connect",
         "connect(2) takes those of one parity first: at this rate these 2,500 are",
         "cap the pile at 2,500, for connect takes those of one parity (2,500 of 5,000, on 1 "
         "address) as long as one is free"},
        {"", "off", "bind(2) searches the 2,500 ports of one parity first (inet_csk_find_open_port",
         "becomes slow, long before it fails with EADDRINUSE",
         "cap the pile at 2,500, for bind takes those of one parity"},
        {"30001-35000", "on", "!parity", "and connect(2) fails with EADDRNOTAVAIL",
         "cap the pile at 5,000, 5,000 on 1 address, and a SYN"},
        {"30001-35000", "off", "!parity", "and bind(2) fails with EADDRINUSE",
         "cap the pile at 5,000, 5,000 on 1 address, and a SYN"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *results[] = {used_up(), fixture_closed_by(SIDE_CLIENT),
                                    fixture_closed_by(SIDE_SERVER)};
        for (int j = 0; j < 3; j++) {
            set_scenario(results[j], "client.addresses", "1");
            set_scenario(results[j], "client.bind", "on");
            set_scenario(results[j], "client.sockopt.bind_no_port", rows[i].bind_no_port);
            set_scenario(results[j], "client.sockopt.local_port_range", rows[i].range);
            sysctl(results[j], SIDE_CLIENT, "net.ipv4.ip_local_port_range", "30001 35000");
        }
        SAYS(results[0], rows[i].ran_out);
        assert_evidence(remarked(results[0], "ports.exhausted", CERTAINTY_PROVEN),
                        "client.time_wait.peak", CONNECTIONS);
        SAYS(results[1], rows[i].client);
        assert_evidence(remarked(results[1], "time_wait.pile", CERTAINTY_PROVEN),
                        "client.time_wait.final", CONNECTIONS);
        SAYS(results[2], rows[i].server);
        assert_evidence(remarked(results[2], "time_wait.pile", CERTAINTY_PROVEN),
                        "server.time_wait.final", CONNECTIONS);
        for (int j = 0; j < 3; j++) {
            result_free(results[j]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_ipv6_no_port_is_short),
        cmocka_unit_test(an_address_that_is_not_there_is_likely),
        cmocka_unit_test(few_ports_for_many_at_a_time_are_short),
        cmocka_unit_test(a_fixed_port_of_another_program_is_told),
        cmocka_unit_test(ports_of_open_connections_are_told),
        cmocka_unit_test(ports_that_were_held_before_are_told),
        cmocka_unit_test(reserved_ports_are_none),
        cmocka_unit_test(the_ports_of_one_parity_come_first_unless_a_range_is_asked_for),
        cmocka_unit_test(what_is_set_already_is_not_advised),
        cmocka_unit_test(reuse_needs_timestamps_of_both),
        cmocka_unit_test(ports_bound_early_are_left_to_connect_first),
        cmocka_unit_test(what_the_host_cannot_is_not_advised),
        cmocka_unit_test(a_rate_that_failed_is_not_called_lasting),
        cmocka_unit_test(a_fixed_port_needs_timestamps_to_be_taken_over),
        cmocka_unit_test(a_fixed_port_of_an_open_connection_serves_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
