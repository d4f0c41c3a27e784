#include <errno.h>

#include "fixture.h"

/* What struck a run from outside, and what follows from it. */

static void set_sysctl(struct result *result, enum side side, const char *name, const char *value)
{
    text_pairs_add(&result->side[side].sysctl, name, value);
}

/* ---- what they did to the link ---- */

static void each_kind_is_told(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_fault(result, "{at: 0s, drop: fin, toward: server}");
    fixture_fault(result, "{at: 100ms, drop: 5%, for: 400ms}");
    fixture_fault(result, "{at: 200ms, partition: on}");
    fixture_fault(result, "{at: 300ms, reset: syn, toward: client}");
    EXPLAINS(result, "From the start of the load every FIN on its way to the server was lost.",
             "From 100 ms to 500 ms into the load 5 % of the segments on their way to either",
             "side were lost, at random.",
             "From 200 ms into the load on nothing crossed the link, either way.",
             "every SYN on its way to the client was lost and answered with a RST", "!other faults",
             "!sent 5");
}

static void the_queueing_kinds_are_told(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_fault(result, "{at: 0s, delay: 50ms, toward: client}");
    fixture_fault(result, "{at: 0s, rate: 128k/s, toward: server, for: 2s}");
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpRetransSegs", 7);
    EXPLAINS(result, "all that was on its way to the client was 50 ms late.",
             "For the first 2 s of the load the link carried no more than 128k/s toward the "
             "server.",
             "The client sent 7 segments again (TcpRetransSegs)."); /* a full queue loses */
}

static void a_heal_ends_what_began_before_it(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_fault(result, "{at: 0s, drop: data}");
    fixture_fault(result, "{at: 700ms, heal: on}");
    fixture_fault(result, "{at: 700ms, drop: rst, share: 10%}");
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpRetransSegs", 7);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpRetransSegs", 1);
    EXPLAINS(result,
             "For the first 700 ms of the load every segment with data on its way to either side "
             "was lost.",
             "From 700 ms into the load on 10 % of the RSTs on their way",
             "The client sent 7 segments again, the server 1 (TcpRetransSegs).");
}

/* A probe that is sent early is counted as sent again: it shows no loss only where none can be. */
static void probes_are_told_from_losses(void **state)
{
    static const struct {
        const char *fault;
        uint64_t again;
        const char *told;
    } rows[] = {
        {"{at: 0s, delay: 10ms}", 40,
         "The server sent 40 segments again (TcpRetransSegs). Up to 30 of them show no loss, but "
         "probes sent because an ACK was late (TcpExtTCPLossProbes)."},
        {"{at: 0s, delay: 10ms}", 1, "Up to 1 of them shows no loss, but a probe sent because"},
        {"{at: 0s, drop: fin}", 40, "Up to 30 of them were sent early, as probes, for want of"},
        {"{at: 0s, drop: 5%}", 40, "Up to 30 of them were sent early, as probes, for want of"},
        {"{at: 0s, delay: 10ms, for: 1s}", 40, "Up to 30 of them were sent early"},
        {"{at: 0s, partition: on}", 1, "Up to 1 of them was sent early, as a probe, for"},
        {"{at: 0s, rate: 1M/s}", 40, "Up to 30 of them were sent early"}, /* its queue drops */
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        fixture_fault(result, rows[i].fault);
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpRetransSegs", rows[i].again);
        fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPLossProbes", 30);
        SAYS(result, rows[i].told, i < 2 ? "no loss" : "!no loss");
        assert_evidence(remark_of(result, "fault.resent"), "server.counter.TcpExtTCPLossProbes",
                        30);
        result_free(result);
    }
}

static void what_came_too_late_struck_nothing(void **state)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    (void)state;
    fixture_fault(result, "{at: 20s, drop: fin}")->happened = false;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_LAST_ACK, 5, 5);
    EXPLAINS(result, "The drop fault due 20 s into the load struck nothing: the run was over",
             "!lost", "!for faults");
}

static void many_faults_are_left_to_the_timeline(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    for (int64_t i = 0; i < 5; i++) {
        fixture_fault(result, "{at: 0s, drop: fin}");
    }
    EXPLAINS(result, "The timeline has the other faults.");
}

/* ---- FINs without an answer ---- */

static struct result *unacked(enum tcp_state client, enum tcp_state server, const char *fault)
{
    struct result *result = fixture_new();

    fixture_state(result, SIDE_CLIENT, client, 40, 40);
    fixture_state(result, SIDE_SERVER, server, 40, 40);
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_orphan_retries", "0");
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_retries2", "15");
    if (fault != NULL) {
        fixture_fault(result, fault);
    }
    return result;
}

/* What lost some, or not to the end, lets others through: it only may be why. */
static void a_fault_that_let_some_through_is_no_proof(void **state)
{
    static const struct {
        const char *fault;
        enum certainty certainty;
    } faults[] = {
        {"{at: 0s, drop: fin, toward: server}", CERTAINTY_PROVEN},
        {"{at: 300ms, partition: on}", CERTAINTY_PROVEN},
        {"{at: 0s, drop: fin, share: 50%, toward: server}", CERTAINTY_LIKELY},
        {"{at: 0s, drop: fin, for: 500ms, toward: server}", CERTAINTY_LIKELY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct result *result =
            unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, faults[i].fault);
        SAYS(result, faults[i].certainty == CERTAINTY_PROVEN ? "for faults lost FINs"
                                                             : "for faults may have lost FINs");
        remarked(result, "fin.unacked", faults[i].certainty);
        result_free(result);
    }
}

static void a_lost_fin_is_told_from_a_lost_ack(void **state)
{
    static const char partition[] = "{at: 0s, partition: on}";

    (void)state;
    EXPLAINS(unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, partition),
             "40 sockets stand on the client in FIN_WAIT1: their FIN is not acknowledged, for "
             "faults lost FINs on their way to the server.",
             "40 sockets are still established on the server, where the client's FIN has not "
             "arrived.",
             "!<established.half_open");
    EXPLAINS(unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT, partition),
             "in FIN_WAIT1: their FIN is not acknowledged, for faults lost ACKs on their way to "
             "the client.",
             "!lost FINs");
    EXPLAINS(unacked(TCP_STATE_LAST_ACK, TCP_STATE_TIME_WAIT, partition),
             "in LAST_ACK, having closed second: their FIN is not acknowledged, for faults lost "
             "ACKs on their way to the client.");
    EXPLAINS(unacked(TCP_STATE_LAST_ACK, TCP_STATE_FIN_WAIT2, partition),
             "for faults lost FINs on their way to the server.",
             "waiting for a FIN of the client that has not arrived: faults lost FINs on their way "
             "to the server.");
    EXPLAINS(unacked(TCP_STATE_CLOSING, TCP_STATE_FIN_WAIT2, "{at: 0s, drop: fin, toward: server}"),
             "in CLOSING, with the peer's FIN in hand: their FIN is not acknowledged, for faults "
             "lost FINs on their way to the server.");
}

static void without_faults_nothing_is_blamed_on_them(void **state)
{
    (void)state;
    EXPLAINS(unacked(TCP_STATE_LAST_ACK, TCP_STATE_FIN_WAIT2, NULL),
             "their FIN is not acknowledged.", "!faults", "!for data");
    EXPLAINS(unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, NULL),
             "not acknowledged, for it may stand behind data that the peer does not read.",
             "!faults");
    EXPLAINS(
        unacked(TCP_STATE_LAST_ACK, TCP_STATE_FIN_WAIT2, "{at: 0s, drop: fin, toward: client}"),
        "their FIN is not acknowledged.", "!for faults");
}

/* A FIN behind a closed window is no FIN sent again. */
static void a_fin_that_was_not_sent_is_told_as_such(void **state)
{
    struct result *all = unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, NULL);
    struct result *some = unacked(TCP_STATE_LAST_ACK, TCP_STATE_FIN_WAIT2, NULL);

    (void)state;
    all->side[SIDE_CLIENT].final.fin_unsent = 40;
    some->side[SIDE_CLIENT].final.fin_unsent = 3;
    SAYS(all,
         "None of these FINs has been sent: data stands before them, and the server's window "
         "is closed",
         "!sent again", "!may stand");
    assert_evidence(remarked(all, "fin.unacked", CERTAINTY_PROVEN), "client.fin_unsent.final", 40);
    SAYS(some, "3 of these FINs have not been sent",
         "The kernel sends a FIN that is not acknowledged again");
    result_free(all);
    result_free(some);
}

static void how_long_a_fin_is_sent_is_told_with_its_value(void **state)
{
    struct result *held = unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, NULL);

    (void)state;
    EXPLAINS(unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED, NULL),
             "after tcp_orphan_retries (0 here, which stands for 8).", "!tcp_retries2");
    held->side[SIDE_CLIENT].account.outcome[OUTCOME_HELD] = 40;
    free(held->side[SIDE_CLIENT].sysctl.item[6].value);
    held->side[SIDE_CLIENT].sysctl.item[6].value = strdup("3");
    assert_string_equal(held->side[SIDE_CLIENT].sysctl.item[6].name, "net.ipv4.tcp_orphan_retries");
    EXPLAINS(held,
             "after tcp_orphan_retries (3 here), one with a descriptor after tcp_retries2 (15 "
             "here).");
}

/* An end that has aborted answers with a RST, be it to a FIN. */
static void a_lost_rst_is_why_a_fin_has_no_answer(void **state)
{
    struct result *result =
        unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE, "{at: 0s, drop: rst, toward: client}");

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_CLOSE, 0, 0);
    SAYS(result, "their FIN is not acknowledged.");
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 40);
    SAYS(result, "is not acknowledged, for faults lost RSTs on their way to the client.");
    remarked(result, "fin.unacked", CERTAINTY_LIKELY);
    result_free(result);
}

/* Where the third segment was dropped, the server has no socket to acknowledge anything with. */
static void a_full_accept_queue_acknowledges_nothing(void **state)
{
    static const char told[] = "for the server made no such connection: its accept queue was full";
    static const struct {
        uint64_t overflows;
        uint32_t server; /* sockets in CLOSE_WAIT */
        bool host, faults;
        enum certainty certainty;
    } rows[] = {
        {90, 0, false, false, CERTAINTY_PROVEN},  {90, 3, false, false, CERTAINTY_LIKELY},
        {90, 0, true, false, CERTAINTY_LIKELY},   {0, 0, false, false, CERTAINTY_PROVEN},
        {90, 40, false, false, CERTAINTY_PROVEN}, {90, 0, false, true, CERTAINTY_PROVEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT, NULL);
        struct counters *counters =
            rows[i].host ? &result->host_counters : &result->side[SIDE_SERVER].counters;
        fixture_state(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 40, rows[i].server);
        result->private_lab = !rows[i].host;
        if (rows[i].overflows > 0) {
            fixture_counter(counters, "TcpExtListenOverflows", rows[i].overflows);
        }
        if (rows[i].faults) {
            fixture_fault(result, "{at: 0s, drop: fin, toward: server}");
        }
        char *text = explained(result);
        assert_int_equal(strstr(text, told) != NULL, i < 3);
        assert_evidence(remarked(result, "fin.unacked", rows[i].certainty),
                        "client.fin_wait1.final", 40);
        free(text);
        result_free(result);
    }
}

/* Nor where other connections of the server stand: those it made are too few. */
static void a_full_accept_queue_is_told_beside_a_pile(void **state)
{
    struct result *result = unacked(TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSE_WAIT, NULL);
    struct counters *counters = &result->side[SIDE_SERVER].counters;

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, 4960, 4960);
    fixture_counter(counters, "TcpExtListenOverflows", 90);
    for (size_t i = 0; i < counters->count; i++) {
        if (strcmp(counters->item[i].name, "TcpPassiveOpens") == 0) {
            counters->item[i].after -= 40;
        }
    }
    SAYS(result, "for the server made no such connection: its accept queue was full");
    remarked(result, "fin.unacked", CERTAINTY_LIKELY);
    result_free(result);
}

static void who_closed_first_is_known_in_spite_of_faults(void **state)
{
    static const char fault[] = "{at: 0s, drop: fin, toward: server}";
    struct result *client = fixture_new();
    struct result *both = fixture_new();

    (void)state;
    fixture_state(client, SIDE_CLIENT, TCP_STATE_FIN_WAIT1, CONNECTIONS, CONNECTIONS);
    fixture_state(client, SIDE_SERVER, TCP_STATE_ESTABLISHED, CONNECTIONS, CONNECTIONS);
    client->side[SIDE_CLIENT].account.closed_first = CONNECTIONS;
    fixture_fault(client, fault);
    EXPLAINS(client, "The client closed first on 5,000 of 5,000 connections.",
             "!<closed_first.both", "!does not tell");

    fixture_state(both, SIDE_CLIENT, TCP_STATE_CLOSING, CONNECTIONS, CONNECTIONS);
    fixture_state(both, SIDE_SERVER, TCP_STATE_FIN_WAIT2, CONNECTIONS, CONNECTIONS);
    fixture_counter(&both->side[SIDE_SERVER].counters, "TcpExtTW", CONNECTIONS);
    both->side[SIDE_SERVER].final.fin_wait2_orphans = CONNECTIONS;
    both->side[SIDE_CLIENT].account.closed_first = CONNECTIONS;
    both->side[SIDE_SERVER].account.closed_first = CONNECTIONS;
    fixture_fault(both, fault);
    EXPLAINS(both, "neither had had the other's FIN or RST when it closed.", "!closed first on",
             "!at once", "!both ends went to TIME_WAIT");
}

/* Whom a RST of a fault hits takes it for its peer's close; one that answers a FIN is too late. */
static void a_faults_resets_close_in_the_peers_name(void **state)
{
    static const struct {
        const char *fault;
        enum certainty certainty;
    } rows[] = {
        {"{at: 0s, reset: data, toward: server}", CERTAINTY_LIKELY},
        {"{at: 0s, reset: ack, toward: server, share: 5%}", CERTAINTY_LIKELY},
        {"{at: 0s, reset: any}", CERTAINTY_LIKELY},
        {"{at: 0s, reset: data, toward: client}", CERTAINTY_PROVEN},
        {"{at: 0s, reset: fin, toward: server}", CERTAINTY_PROVEN},
        {"{at: 0s, drop: data, toward: server}", CERTAINTY_PROVEN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_new();
        bool forged = rows[i].certainty == CERTAINTY_LIKELY;
        result->side[SIDE_CLIENT].account.closed_second = CONNECTIONS;
        result->side[SIDE_CLIENT].account.due[OUTCOME_RESET] = 12;
        fixture_fault(result, rows[i].fault);
        SAYS(result, "The server closed first on 5,000 of 5,000 connections.",
             forged ? "A fault's RSTs count as the server's there, which itself sent none (TcpOut"
                    : "!A fault's RSTs",
             forged ? "a RST of the peer or of a fault came instead to 12"
                    : "though the peer sent fewer RSTs, to 12");
        assert_evidence(remarked(result, "closed_first", rows[i].certainty), "closed_first.server",
                        CONNECTIONS);
        result_free(result);
    }
}

/* A RST crosses as a FIN does. */
static void what_crossed_need_not_be_fins(void **state)
{
    struct result *result = fixture_simultaneous();

    (void)state;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 3);
    EXPLAINS(result, "at once: the FIN or RST of each left before the other's had come");
}

static void orphans_that_gave_up_are_told(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_FIN_WAIT1, 40, 0);
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40, 40);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnTimeout", 43);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpRetransSegs", 80);
    result->side[SIDE_CLIENT].account.error[ETIMEDOUT] = 3;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] = 3;
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_orphan_retries", "1");
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_retries2", "4");
    explain(result);
    remarked(result, "orphans.gave_up", CERTAINTY_LIKELY);
    assert_evidence(remarked(result, "timeout.tcp", CERTAINTY_PROVEN),
                    "client.counter.TcpExtTCPAbortOnTimeout", 43);
    EXPLAINS(result, "3 connections of the client ended because TCP itself gave up (ETIMEDOUT)",
             "whatever was sent again, which tcp_retries2 (4 here) bounds.",
             "40 sockets of the client that no program held gave up",
             "tcp_orphan_retries (1 here) bounds that",
             "40 sockets are still established on the server while the client has none: half-open",
             "The client's sockets gave up without a RST (TcpExtTCPAbortOnTimeout).");
}

static void connects_that_gave_up_met_another_bound(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpAttemptFails", 9);
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_REFUSED] = 2;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] = 10;
    result->side[SIDE_CLIENT].account.error[ETIMEDOUT] = 10;
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_retries2", "4");
    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_syn_retries", "1");
    text_pairs_add(&result->scenario, "client.sockopt.user_timeout", "900ms");
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnTimeout", 4);
    explain(result);
    remarked(result, "timeout.tcp", CERTAINTY_LIKELY); /* an errno is no cause by itself */
    EXPLAINS(result, "Its host counted 4 of them (TcpExtTCPAbortOnTimeout).",
             "7 connects of the client ended because TCP itself gave up",
             "which tcp_syn_retries (1 here) bounds.",
             "3 connections of the client ended because TCP itself gave up",
             "which TCP_USER_TIMEOUT (900 ms here) bounds.", "!tcp_retries2");
}

static void keepalive_gives_up_with_a_rst(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 5, 5);
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_TIMEOUT] = 5;
    result->side[SIDE_CLIENT].account.error[ETIMEDOUT] = 5;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPKeepAlive", 5);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnTimeout", 5);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 5);
    explain(result);
    remarked(result, "rst.sent", CERTAINTY_LIKELY);
    EXPLAINS(result, "nor keepalive's probes, of which there are TCP_KEEPCNT.",
             "5 times it gave a connection up", "!cut nothing off", "!without a RST");
}

static void who_is_held_is_no_orphan(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_HELD] = 5;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpEstabResets", 5);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTCPAbortOnTimeout", 5);
    EXPLAINS(result, "given up by TCP for want of an answer (TcpExtTCPAbortOnTimeout).",
             "!ended by a RST", "!<orphans.gave_up");
}

static void a_lost_rst_leaves_the_other_end_open(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, 40, 40);
    fixture_fault(result, "{at: 0s, drop: rst, toward: server}");
    SAYS(result, "half-open", "Faults may have lost RSTs on their way to the server.");
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpOutRsts", 40);
    EXPLAINS(result, "Faults lost RSTs on their way to the server.");
}

/* What a RST does it does where it arrives. */
static void a_lost_rst_takes_nothing_to_close(void **state)
{
    static const struct {
        const char *fault, *told;
    } rows[] = {
        {"{at: 0s, drop: rst, toward: client}", "but faults lost RSTs on their way to the client"},
        {"{at: 0s, partition: on}", "but faults lost RSTs on their way to the client"},
        {"{at: 0s, drop: 5%}", "but faults may have lost RSTs on their way to the client"},
        {"{at: 0s, drop: rst, toward: server}", "a RST takes both sockets straight to CLOSE"},
        {"{at: 0s, drop: fin}", "a RST takes both sockets straight to CLOSE"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct result *result = fixture_reset();
        fixture_unpredict(result);
        fixture_fault(result, rows[i].fault);
        SAYS(result, rows[i].told, i < 3 ? "!straight to CLOSE" : "!goes on as if nothing");
        assert_evidence(remarked(result, "rst.sent", CERTAINTY_PROVEN), "server.counter.TcpOutRsts",
                        CONNECTIONS);
        result_free(result);
    }
}

/* ---- RSTs that meet a TIME_WAIT ---- */

static struct result *assassinated(const char *rfc1337, uint32_t standing)
{
    struct result *result = fixture_new();

    set_sysctl(result, SIDE_CLIENT, "net.ipv4.tcp_rfc1337", rfc1337);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, standing, standing);
    fixture_state(result, SIDE_SERVER, TCP_STATE_LAST_ACK, CONNECTIONS, 0);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpExtTW", CONNECTIONS);
    fixture_fault(result, "{at: 0s, reset: ack, toward: server}");
    return result;
}

static void an_assassinated_time_wait_is_told(void **state)
{
    (void)state;
    EXPLAINS(assassinated("0", 0), "Of the client's 5,000 mini-sockets none stands in TIME_WAIT",
             "as long as tcp_rfc1337 is 0 (RFC 1337).", "!ignores it", "!the server's 5,000");
    EXPLAINS(assassinated("0", 4000), "5,000 mini-sockets some no longer stand in TIME_WAIT");
    EXPLAINS(assassinated("1", CONNECTIONS), "but its tcp_rfc1337 is 1: a TIME_WAIT ignores it.",
             "!RFC 1337");
}

/* ---- a server that could not come back ---- */

static struct result *restarted(const char *event, const char *reuseaddr, const char *error)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    if (reuseaddr != NULL) {
        text_pairs_add(&result->scenario, "server.sockopt.reuseaddr", reuseaddr);
    }
    struct moment *entry = fixture_event(result, event);
    entry->refusals = 247;
    entry->error = error != NULL ? strdup(error) : NULL;
    return result;
}

static void what_blocks_a_restart_is_named_with_its_cure(void **state)
{
    (void)state;
    EXPLAINS(restarted("{at: 1s, start: server}", NULL, "it was not ready in time"),
             "The server could not be started again: bind(2) was refused 247 times (EADDRINUSE), "
             "for 4,990 sockets in time_wait and 31 in fin_wait2 stood on port 8080.",
             "both have SO_REUSEADDR; here neither had it. -> set server.sockopt.reuseaddr to on");
    EXPLAINS(restarted("{at: 1s, start: server, reuseaddr: on}", "off", NULL),
             "The server came back late", "here only the new one had it");
    EXPLAINS(restarted("{at: 1s, start: server, reuseaddr: off}", "on", "it was not ready"),
             "here only the old one had it. -> take reuseaddr: off out of the start",
             "!set server");
    EXPLAINS(restarted("{at: 1s, start: server}", "on", "it was not ready"),
             "Both the old and the new listener had SO_REUSEADDR", "!set server.sockopt");
}

static void what_came_after_a_restart_was_not_in_its_way(void **state)
{
    struct result *result = restarted("{at: 1s, start: server}", NULL, NULL);

    (void)state;
    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 0, CONNECTIONS);
    fixture_state(result, SIDE_SERVER, TCP_STATE_FIN_WAIT2, 6, 0);
    EXPLAINS(result, "(EADDRINUSE), for 6 sockets in fin_wait2 stood on port 8080.");
}

static void the_old_listener_is_that_of_the_start_before(void **state)
{
    struct result *result = restarted("{at: 1s, start: server, reuseaddr: off}", "on", "too late");

    (void)state;
    struct moment *entry = fixture_event(result, "{at: 2s, start: server, reuseaddr: on}");
    entry->refusals = 7;
    EXPLAINS(result, "here only the old one had it", "here only the new one had it. -> set server");
}

static void a_server_on_the_clients_host_meets_the_clients_sockets(void **state)
{
    struct result *result =
        restarted("{at: 1s, start: server, host: client}", "on", "it was not ready");

    (void)state;
    fixture_state(result, SIDE_CLIENT, TCP_STATE_TIME_WAIT, 10, 10);
    fixture_state(result, SIDE_CLIENT, TCP_STATE_LAST_ACK, 0, 0);
    EXPLAINS(result, "for some of 10 sockets in time_wait stood on port 8080.",
             "keep the listen port out of ip_local_port_range", "!set server.sockopt");
}

/* ---- queues ---- */

static void a_listener_that_was_stopped_accepted_nothing(void **state)
{
    struct result *stopped = fixture_new();
    struct result *goes_on = fixture_new();

    (void)state;
    fixture_counter(&stopped->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 3);
    fixture_counter(&goes_on->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 3);
    fixture_event(stopped, "{at: 0s, stop: server}");
    fixture_event(goes_on, "{at: 0s, stop: server}");
    fixture_event(goes_on, "{at: 1s, cont: server}");
    EXPLAINS(stopped, "From the start of the load the server was stopped", "it accepted nothing.");
    EXPLAINS(goes_on, "For the first 1 s of the load the server was stopped",
             "As long as the server was stopped, it accepted nothing.");
}

static void a_killed_listener_resets_its_queue(void **state)
{
    struct result *result = fixture_new();

    (void)state;
    result->side[SIDE_SERVER].account.attempted = CONNECTIONS - 40;
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", 40);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpEstabResets", 40);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpEstabResets", 40);
    fixture_event(result, "{at: 500ms, kill: server}");
    fixture_event(result, "{at: 700ms, start: server}");
    EXPLAINS(result,
             "They ended what waited in the accept queue when the listener was closed "
             "(TcpEstabResets).",
             "40 sockets of the client went from ESTABLISHED or CLOSE_WAIT straight to CLOSE");
}

static struct result *dying(uint64_t attempted, uint64_t reset)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->workers = 2;
    server->workers_died = 2;
    server->account.attempted = attempted;
    server->account.outcome[OUTCOME_DONE] = 0;
    server->account.outcome[OUTCOME_DIED] = attempted;
    fixture_counter(&server->counters, "TcpOutRsts", 48);
    fixture_counter(&server->counters, "TcpEstabResets", reset);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpEstabResets", 48);
    return result;
}

/* `die` closes the listener as a kill does; without a sign of either the cause is not told. */
static void a_dead_listener_resets_its_queue(void **state)
{
    struct result *all = dying(CONNECTIONS - 48, 48);
    struct result *most = dying(CONNECTIONS - 100, 40);
    struct result *accepted = dying(CONNECTIONS, 48);
    struct result *alive = dying(CONNECTIONS - 48, 48);
    struct result *unread = dying(CONNECTIONS - 48, 48);
    struct result *told = dying(CONNECTIONS - 48, 48);

    (void)state;
    alive->side[SIDE_SERVER].workers_died = 0;
    SAYS(all,
         "With a listener it reset 48 connections that waited in the accept queue "
         "(TcpEstabResets).",
         "They ended what waited in the accept queue when the listener was closed");
    assert_evidence(remarked(all, "workers.died", CERTAINTY_PROVEN),
                    "server.counter.TcpEstabResets", 48);
    assert_evidence(remarked(all, "rst.sent", CERTAINTY_LIKELY), "server.counter.TcpEstabResets",
                    48);
    EXPLAINS(most, "it reset 40 connections", "40 of them ended what waited",
             "8 more answered segments for which there was no socket");
    EXPLAINS(accepted, "ended before the run did", "!in the accept queue");
    EXPLAINS(alive, "!in the accept queue");
    fixture_counter(&unread->side[SIDE_SERVER].counters, "TcpExtTCPAbortOnClose", 38);
    told->side[SIDE_SERVER].account.outcome[OUTCOME_DIED] -= 47;
    told->side[SIDE_SERVER].account.outcome[OUTCOME_RESET] = 47;
    SAYS(unread, "it reset 10 connections that waited");
    assert_evidence(remarked(unread, "workers.died", CERTAINTY_PROVEN),
                    "server.counter.TcpExtTCPAbortOnClose", 38);
    EXPLAINS(told, "it reset 1 connection that waited");
    result_free(unread);
    result_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_told),
        cmocka_unit_test(the_queueing_kinds_are_told),
        cmocka_unit_test(a_heal_ends_what_began_before_it),
        cmocka_unit_test(probes_are_told_from_losses),
        cmocka_unit_test(what_came_too_late_struck_nothing),
        cmocka_unit_test(many_faults_are_left_to_the_timeline),
        cmocka_unit_test(a_fault_that_let_some_through_is_no_proof),
        cmocka_unit_test(a_lost_fin_is_told_from_a_lost_ack),
        cmocka_unit_test(without_faults_nothing_is_blamed_on_them),
        cmocka_unit_test(a_fin_that_was_not_sent_is_told_as_such),
        cmocka_unit_test(how_long_a_fin_is_sent_is_told_with_its_value),
        cmocka_unit_test(a_lost_rst_is_why_a_fin_has_no_answer),
        cmocka_unit_test(a_full_accept_queue_acknowledges_nothing),
        cmocka_unit_test(a_full_accept_queue_is_told_beside_a_pile),
        cmocka_unit_test(who_closed_first_is_known_in_spite_of_faults),
        cmocka_unit_test(a_faults_resets_close_in_the_peers_name),
        cmocka_unit_test(what_crossed_need_not_be_fins),
        cmocka_unit_test(orphans_that_gave_up_are_told),
        cmocka_unit_test(connects_that_gave_up_met_another_bound),
        cmocka_unit_test(keepalive_gives_up_with_a_rst),
        cmocka_unit_test(who_is_held_is_no_orphan),
        cmocka_unit_test(a_lost_rst_leaves_the_other_end_open),
        cmocka_unit_test(a_lost_rst_takes_nothing_to_close),
        cmocka_unit_test(an_assassinated_time_wait_is_told),
        cmocka_unit_test(what_blocks_a_restart_is_named_with_its_cure),
        cmocka_unit_test(what_came_after_a_restart_was_not_in_its_way),
        cmocka_unit_test(the_old_listener_is_that_of_the_start_before),
        cmocka_unit_test(a_server_on_the_clients_host_meets_the_clients_sockets),
        cmocka_unit_test(a_listener_that_was_stopped_accepted_nothing),
        cmocka_unit_test(a_killed_listener_resets_its_queue),
        cmocka_unit_test(a_dead_listener_resets_its_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
