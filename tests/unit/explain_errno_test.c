#include <errno.h>

#include "fixture.h"

/* Errnos without an outcome of their own: named with their causes, and with the one that shows. */

/* All connects of the client met it, the SYNs having been sent again so often. */
static struct result *met(int errnum, uint64_t timeouts)
{
    struct result *result = fixture_on_host();
    struct account *client = &result->side[SIDE_CLIENT].account;

    account_init(client);
    client->attempted = client->outcome[OUTCOME_ERROR] = 20;
    client->error[errnum] = 20;
    result->side[SIDE_SERVER].played = false;
    fixture_counter(&result->host_counters, "TcpAttemptFails", 20);
    fixture_counter(&result->host_counters, "TcpExtTCPTimeouts", timeouts);
    return result;
}

static void a_silent_neighbour_is_told(void **state)
{
    struct result *result = met(EHOSTUNREACH, 60);

    (void)state;
    SAYS(result, "20 calls of the client met EHOSTUNREACH: no route to the host",
         "the neighbour answers no ARP or NDP", "ip neigh", "!ICMP");
    const struct remark *remark = remarked(result, "errno.met", CERTAINTY_LIKELY);
    assert_evidence(remark, "client.errors.EHOSTUNREACH", 20);
    assert_evidence(remark, "host.counter.TcpExtTCPTimeouts", 60);
    result_free(result);
}

static void causes_that_nothing_tells_apart_are_all_told(void **state)
{
    struct result *result = met(EHOSTUNREACH, 3);

    (void)state;
    SAYS(result, "Which of its causes it was is not known: the neighbour answers no ARP or NDP",
         "; a router or a firewall answered with ICMP (told by: it came at once).", "!ip neigh");
    remarked(result, "errno.met", CERTAINTY_UNKNOWN);
    EXPLAINS(met(ENETUNREACH, 60), "met ENETUNREACH: no route to the network",
             "no route of that family");
    result_free(result);
}

static void an_errno_with_one_meaning_has_no_causes(void **state)
{
    struct result *result = met(EPROTO, 0);

    (void)state;
    SAYS(result, "20 calls of the client met EPROTO: a protocol error.", "!causes");
    remarked(result, "errno.met", CERTAINTY_PROVEN);
    result_free(result);
}

/* Neither those that an outcome tells of, nor those that ended no connection. */
static void what_is_told_elsewhere_is_not_told_again(void **state)
{
    struct result *reset = met(ECONNRESET, 0);
    struct result *harmless = met(ENOTCONN, 0);

    (void)state;
    harmless->side[SIDE_CLIENT].account.outcome[OUTCOME_ERROR] = 0;
    explain(reset);
    not_remarked(reset, "errno.met");
    explain(harmless);
    not_remarked(harmless, "errno.met");
    result_free(reset);
    result_free(harmless);
}

/* An errno is no cause by itself: the hosts' RSTs, or their want, say whose it was. */
static void a_reset_is_the_peers_where_it_sent_one(void **state)
{
    static const struct {
        uint64_t sent;
        bool counted, shared; /* a host that is: its RSTs may have been to others */
        enum certainty certainty;
        const char *says;
    } rows[] = {
        {12, true, false, CERTAINTY_PROVEN, "the peer's RST came instead to 12"},
        {11, true, false, CERTAINTY_PROVEN, "though the peer sent fewer RSTs, to 12"},
        {11, true, true, CERTAINTY_PROVEN, "though the peer sent fewer RSTs, to 12"},
        {12, true, true, CERTAINTY_LIKELY, "the peer's or of a box on the way, came instead to 12"},
        {0, false, false, CERTAINTY_LIKELY,
         "the peer's or of a box on the way, came instead to 12"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        struct counters *server = &result->side[SIDE_SERVER].counters;
        result->private_lab = !rows[i].shared;
        result->side[SIDE_CLIENT].account.due[OUTCOME_RESET] = 12;
        fixture_counter(server, "TcpOutRsts", rows[i].sent);
        if (!rows[i].counted) {
            counters_fini(server);
        }
        SAYS(result, rows[i].says);
        assert_evidence(remarked(result, "message.missing", rows[i].certainty),
                        "client.message_due", 12);
        result_free(result);
    }
}

static void a_refusal_without_a_rst_has_no_known_cause(void **state)
{
    struct result *icmp = fixture_refused();
    struct result *dead = fixture_refused();

    (void)state;
    fixture_standstill(&icmp->side[SIDE_SERVER].counters);
    SAYS(icmp, "by whom is not known", "!nothing listened");
    assert_evidence(remarked(icmp, "connect.refused", CERTAINTY_UNKNOWN), "client.outcome.refused",
                    CONNECTIONS);
    SAYS(dead, "nothing listened on port 8080");
    assert_evidence(remarked(dead, "connect.refused", CERTAINTY_PROVEN),
                    "server.counter.TcpOutRsts", CONNECTIONS);
    result_free(icmp);
    result_free(dead);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_silent_neighbour_is_told),
        cmocka_unit_test(causes_that_nothing_tells_apart_are_all_told),
        cmocka_unit_test(an_errno_with_one_meaning_has_no_causes),
        cmocka_unit_test(what_is_told_elsewhere_is_not_told_again),
        cmocka_unit_test(a_reset_is_the_peers_where_it_sent_one),
        cmocka_unit_test(a_refusal_without_a_rst_has_no_known_cause),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
