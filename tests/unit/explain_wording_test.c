#include <ctype.h>
#include <signal.h>
#include <stdio.h>

#include "finwait/grow.h"
#include "fixture_change.h"
#include "golden_testing.h"

/*
 * The wording of remarks, in one place: a handful of results and what explain() says of them, in
 * tests/data/explain/wording.txt.  `explain_wording_test --write` writes the file again.
 */
#define WORDING TEST_DATA "/explain/wording.txt"

/* ---- the rows ---- */

/* "ports.exhausted": words of small letters, digits and _, with dots between them. */
static bool is_well_formed(const char *id)
{
    bool in_word = false;

    for (; *id != '\0'; id++) {
        bool letter = islower((unsigned char)*id) || isdigit((unsigned char)*id) || *id == '_';
        if (!letter && (*id != '.' || !in_word)) {
            return false;
        }
        in_word = letter;
    }
    return in_word;
}

static void each_row_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (const struct remark_row *row = remark_table; row->id != NULL; row++) {
        if (!is_well_formed(row->id) || strcmp(row->id, "finding") == 0) {
            fail_msg("%s is no id", row->id);
        }
        assert_non_null(remark_kind_name(row->kind));
        assert_true(row->about[0] != '\0' && row->about[strlen(row->about) - 1] != '.');
        for (const struct remark_row *other = remark_table; other != row; other++) {
            assert_string_not_equal(other->id, row->id);
        }
    }
    assert_false(is_well_formed("Ports"));
    assert_false(is_well_formed("ports."));
    assert_false(is_well_formed("a..b"));
}

/* ---- the results ---- */

static struct result *server_first(void)
{
    return fixture_closed_by(SIDE_SERVER);
}

static struct result *client_first(void)
{
    return fixture_closed_by(SIDE_CLIENT);
}

static struct result *server_leak(void)
{
    return fixture_leaked_by(SIDE_SERVER);
}

static struct result *time_wait_missing(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, 1383, 1383);
    return result;
}

static struct result *out_of_ports(void)
{
    struct result *result = fixture_closed_by(SIDE_CLIENT);
    struct account *client = &result->side[SIDE_CLIENT].account;

    text_pairs_add(&result->scenario, "client.sockopt.local_port_range", "40000-42499");
    client->attempted += 700;
    client->outcome[OUTCOME_NO_PORT] = 700;
    client->first_no_port = NS_PER_S / 2;
    return result;
}

static struct result *few_orphan_retries(void)
{
    struct result *result = fixture_new();

    text_pairs_add(&result->scenario, "server.sysctl.net.ipv4.tcp_orphan_retries", "3");
    return result;
}

static struct result *queue_full(void)
{
    struct result *result = fixture_new();

    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenOverflows", 321);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtListenDrops", 333);
    return result;
}

static struct result *fins_dropped(void)
{
    struct result *result = fixture_new();

    fixture_fault(result, "{at: 0s, drop: fin, toward: server}");
    fixture_state(result, SIDE_CLIENT, TCP_STATE_FIN_WAIT1, CONNECTIONS, CONNECTIONS);
    fixture_state(result, SIDE_SERVER, TCP_STATE_ESTABLISHED, CONNECTIONS, CONNECTIONS);
    return result;
}

static struct result *server_killed(void)
{
    struct result *result = fixture_new();

    fixture_event(result, "{at: 500ms, kill: server}");
    fixture_event(result, "{at: 700ms, start: server}")->error = strdup("it was not ready in time");
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 30;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_KILLED] = 30;
    return result;
}

static struct result *disagreeing(void)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->account.attempted -= 600;
    server->account.outcome[OUTCOME_DONE] -= 800;
    server->account.outcome[OUTCOME_KILLED] = 100;
    server->workers = 4;
    server->workers_died = 2;
    server->account.stood_still = 800 * NS_PER_MS;
    result_add_lost(server, &(struct lost_worker){.number = 9, .at = 500 * NS_PER_MS});
    result_add_lost(server, &(struct lost_worker){.worker = 2, .how = LOST_WITH_STATUS, .at = -1});
    fixture_counter(&server->counters, "TcpOutSegs", 20000);
    fixture_counter(&server->counters, "TcpRetransSegs", 900);
    fixture_counter(&server->counters, "TcpExtTW", 4000);
    fixture_counter(&server->counters, "TcpExtTWKilled", 0);
    fixture_predict(result, TCP_STATE_CLOSE, TCP_STATE_TIME_WAIT);
    result->predicted[0].side[SIDE_SERVER].tw = 1;
    return result;
}

static struct result *deaf_command(void)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->played = false;
    server->has_command = true;
    server->command = (struct result_command){.end = COMMAND_SIGNAL, .number = 15};
    words_add(&server->command.argv, "tired");
    server->observation[0].state[TCP_STATE_LISTEN] = 1;
    return result;
}

/* A proxy whose own server is not there. */
static struct result *proxy_alone(void)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->played = false;
    server->has_command = true;
    fixture_counter(&server->counters, "TcpActiveOpens", 40);
    fixture_counter(&server->counters, "TcpAttemptFails", 41);
    fixture_counter(&server->counters, "TcpOutRsts", 40);
    return result;
}

/* A proxy that has its own server, whatever stands behind it, and one that leaks there. */
static struct result *proxied(void)
{
    struct result *result = fixture_new();
    struct result_side *end = &result->side[SIDE_FRONT];

    result->side[SIDE_PROXY].has_command = true;
    result->side[SIDE_PROXY].command = (struct result_command){.end = COMMAND_SIGNAL, .number = 15};
    for (; end <= &result->side[SIDE_BACK]; end++) {
        end->has_final = true;
    }
    return result;
}

static struct result *proxy_answers(void)
{
    struct result *result = proxied();

    result->side[SIDE_CLIENT].account.status[200 - HTTP_STATUS_MIN] = 5000;
    result->side[SIDE_SERVER].account.status[200 - HTTP_STATUS_MIN] = 40;
    return result;
}

static struct result *foretold(void)
{
    struct result *result = fixture_new();

    result->limit = grow_by_one(result->limit, 0, sizeof *result->limit);
    result->limit[result->limit_count++] = (struct result_limit){
        .name = grow_text("net.ipv4.tcp_max_orphans"),
        .side = SIDE_N,
        .most = 131072,
        .needed = 1000000,
        .text = grow_text("net.ipv4.tcp_max_orphans (131,072) has room for 131,072 of 1,000,000."),
        .advice = grow_text("keep tcp_fin_timeout at 60 or less"),
    };
    return result;
}

static struct result *proxy_overflows(void)
{
    struct result *result = proxied();

    fixture_counter(&result->side[SIDE_PROXY].counters, "TcpExtListenOverflows", 30);
    result->side[SIDE_FRONT].final.accept_queue = 6;
    result->side[SIDE_FRONT].final.listen_backlog = 5;
    result->side[SIDE_SERVER].final.listen_backlog = 4096;
    return result;
}

static struct result *proxy_answers_all(void)
{
    struct result *result = proxied();

    result->side[SIDE_SERVER].account.opened = 0;
    return result;
}

static struct result *proxy_closes(void)
{
    struct result *result = proxied();

    result->side[SIDE_CLIENT].account.closed_first = 20;
    result->side[SIDE_CLIENT].account.closed_second = 4980;
    result->side[SIDE_FRONT].final.state[TCP_STATE_TIME_WAIT] = 4980;
    return result;
}

static struct result *leaky_proxy(void)
{
    struct result *result = proxied();

    result->side[SIDE_FRONT].final.state[TCP_STATE_TIME_WAIT] = 5000;
    result->side[SIDE_BACK].final.state[TCP_STATE_CLOSE_WAIT] = 5000;
    result->side[SIDE_SERVER].final.state[TCP_STATE_FIN_WAIT2] = 5000;
    result->side[SIDE_SERVER].final.fin_wait2_orphans = 5000;
    return result;
}

/* A server that did not know the signal. */
static struct result *hung_up(void)
{
    struct result *result = deaf_command();
    struct result_command *command = &result->side[SIDE_SERVER].command;
    struct moment *moment;

    command->number = SIGHUP;
    command->by_itself = true;
    command->unasked = true;
    result_add_event(
        result, &(struct event_spec){.kind = EVENT_SIGNAL, .side = SIDE_SERVER, .signal = SIGHUP});
    moment = result_add_moment(result, MOMENT_EVENT, 0);
    moment->happened = true;
    return result;
}

/* A server that crashed, and a client that had to be killed. */
static struct result *commands(void)
{
    struct result *result = fixture_new();
    struct result_side *server = &result->side[SIDE_SERVER];
    struct result_side *client = &result->side[SIDE_CLIENT];

    server->played = false;
    server->has_command = true;
    server->command = (struct result_command){.end = COMMAND_SIGNAL,
                                              .number = 11,
                                              .by_itself = true,
                                              .unasked = true,
                                              .has_ended_at = true,
                                              .ended_at = 500 * NS_PER_MS};
    words_add(&server->command.argv, "crashd");
    client->has_command = true;
    client->command = (struct result_command){.end = COMMAND_STATUS, .killed = 2};
    text_pairs_add(&result->scenario, "client.grace", "2s");
    return result;
}

static const struct {
    const char *name;
    struct result *(*make)(void);
} results[] = {
    {"the server closes first", server_first},
    {"the client closes first", client_first},
    {"the server never closes", server_leak},
    {"the server aborts", fixture_reset},
    {"FINs cross", fixture_simultaneous},
    {"nothing listens", fixture_refused},
    {"lab: host", fixture_on_host},
    {"cut short", fixture_cut},
    {"nothing attempted", fixture_empty},
    {"nothing known", result_new},
    {"TIME_WAIT that is missing", time_wait_missing},
    {"out of ports", out_of_ports},
    {"queues that are full", queue_full},
    {"FINs dropped", fins_dropped},
    {"the server killed, and not started again", server_killed},
    {"roles, kernel and model disagree", disagreeing},
};

/* ---- what else there is to tell: what differs from a result above, and the ids it is for ---- */

static struct result *server_leak_pending(void)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    result->side[SIDE_SERVER].account.outcome[OUTCOME_CUT] = CONNECTIONS;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_HELD] = 0;
    return result;
}

static struct result *foreign_leak(void)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);
    struct owner *owner = fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS);

    result->side[SIDE_SERVER].played = false;
    owner->has_age = true;
    owner->age_least = 1010 * NS_PER_MS;
    return result;
}

static struct result *inherited_leak(void)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    fixture_inherit(fixture_owner(result, SIDE_SERVER, TCP_STATE_CLOSE_WAIT, CONNECTIONS), 3);
    return result;
}

static struct result *waiting(void)
{
    struct result *result = fixture_leaked_by(SIDE_SERVER);

    result->side[SIDE_SERVER].final.accept_queue = 12;
    result->side[SIDE_SERVER].final.close_wait_unaccepted = 2;
    return result;
}

static struct result *unobserved(void)
{
    struct result *result = fixture_new();

    for (unsigned side = 0; side < SIDE_N; side++) {
        result->side[side].observation_count = 0;
        result->side[side].has_final = false;
    }
    return result;
}

static struct result *self_connected(void)
{
    struct result *result = fixture_new();
    struct account *client = &result->side[SIDE_CLIENT].account;

    *client = (struct account){.attempted = 1, .opened = 1};
    client->outcome[OUTCOME_HELD] = 1;
    account_init(&result->side[SIDE_SERVER].account);
    fixture_standstill(&result->side[SIDE_SERVER].counters);
    return result;
}

static struct result *not_accepted(void)
{
    struct result *result = fixture_on_host();

    result->side[SIDE_SERVER].account.attempted -= 1000;
    result->side[SIDE_SERVER].account.outcome[OUTCOME_DONE] -= 1000;
    return result;
}

static struct result *refused_restart(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    fixture_event(result, "{at: 500ms, kill: server}");
    fixture_event(result, "{at: 700ms, start: server}")->refusals = 247;
    return result;
}

static struct result *refused_clients(void)
{
    struct result *result = fixture_tls();
    struct result_side *server = &result->side[SIDE_SERVER];

    server->account.tls.count[TLS_HANDSHAKES] -= 200;
    text_counts_add(&server->tls_errors, "peer did not return a certificate", 150);
    text_counts_add(&server->tls_errors, "certificate verify failed: certificate has expired", 50);
    return result;
}

static struct result *asked_for_certificate(void)
{
    struct result *result = fixture_tls();
    struct result_side *client = &result->side[SIDE_CLIENT];

    text_counts_add(&client->tls_errors, "tlsv13 alert certificate required", 200);
    return result;
}

static struct result *given_up(void)
{
    struct result *result = fixture_tls();

    fixture_program(result, SIDE_CLIENT, "connect(hello) close");
    for (unsigned i = 0; i < SIDE_N; i++) {
        result->side[i].account.tls.count[TLS_HANDSHAKES] = 0;
        result->side[i].account.tls.count[TLS_INCOMPLETE] = CONNECTIONS;
    }
    return result;
}

static struct result *late(void)
{
    struct result *result = fixture_new();

    result->phase[PHASE_LOAD].end = 20 * NS_PER_S;
    result->phase[PHASE_SETTLE] = (struct phase_span){true, 20 * NS_PER_S, 21 * NS_PER_S};
    result->side[SIDE_CLIENT].account.last_begun = 20 * NS_PER_S;
    result->side[SIDE_CLIENT].account.cpu_user = 19 * NS_PER_S;
    return result;
}

static struct result *missed(void)
{
    struct result *result = fixture_new();

    result->side[SIDE_CLIENT].account.attempted = 1000;
    return result;
}

static struct result *starved(void)
{
    struct result *result = fixture_tls();

    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "malloc failure", 120);
    text_counts_add(&result->side[SIDE_CLIENT].tls_errors, "internal error", 80);
    return result;
}

static struct result *died(void)
{
    struct result *result = fixture_new();

    result->side[SIDE_SERVER].workers_died = 1;
    return result;
}

static struct result *race(void)
{
    struct result *result = server_first();

    fixture_predict(result, TCP_STATE_TIME_WAIT, TCP_STATE_CLOSE);
    return result;
}

static struct result *mini_sockets_foreseen(void)
{
    struct result *result = server_first();

    result->predicted[0].side[SIDE_SERVER].tw = 1;
    return result;
}

static struct result *race_of_buffers(void)
{
    struct result *result = race();

    result->predicted[0].by_buffers = result->predicted[1].by_buffers = true;
    return result;
}

static struct result *race_of_programs(void)
{
    struct result *result = race();
    struct result_side *client = &result->side[SIDE_CLIENT];

    client->mix_count = 2;
    client->mix = calloc(client->mix_count, sizeof *client->mix);
    assert_non_null(client->mix);
    return result;
}

static struct result *race_of_both(void)
{
    struct result *result = race();

    fixture_predict(result, TCP_STATE_FIN_WAIT1, TCP_STATE_ESTABLISHED);
    result->predicted[2].by_buffers = true;
    return result;
}

static struct result *unpredicted(void)
{
    struct result *result = time_wait_missing();

    fixture_unpredict(result);
    return result;
}

static const struct {
    const char *ids; /* the only remarks of it that are written */
    struct result *(*make)(void);
    const char *change[6];
} others[] = {
    {"fault.resent",
     fixture_new,
     {"{at: 0s, drop: 5%}", "client.counter.TcpRetransSegs=40",
      "client.counter.TcpExtTCPLossProbes=7"}},
    {"role.moved",
     fixture_new,
     {"{at: 1s, kill: server}", "{at: 2s, start: server, host: client}", "client.time_wait=10"}},
    {"connections.not_accepted", not_accepted, {0}},
    {"protocol.other",
     fixture_new,
     {"client.account.spoke_tls=5000", "server.account.spoke_text=3",
      "server.account.spoke_ssh=1"}},
    {"protocol.other",
     fixture_tls,
     {"client.account.spoke_ssh=4000", "server.account.spoke_http=1"}},
    {"protocol.tls_due", fixture_new, {"client.account.asked_for_tls=7", "client.status.400=9"}},
    {"message.missing", fixture_new, {"client.outcome.eof=70", "client.due.eof=70"}},
    {"http.bad_status",
     fixture_new,
     {"client.outcome.bad_status=9", "client.status.503=9", "http.ok=200-299"}},
    {"load.behind", late, {"load.rate=1000/s"}},
    {"restart.refused", refused_restart, {0}},
    {"address.unavailable",
     fixture_new,
     {"client.outcome.no_port=700", "client.error.EADDRNOTAVAIL=700"}},
    {"port.held",
     fixture_new,
     {"client.port=20000", "client.outcome.no_port=5000", "client.error.EADDRINUSE=5000"}},
    {"syn_queue.full",
     fixture_new,
     {"server.counter.TcpExtListenDrops=33", "server.counter.TcpExtTCPReqQFullDrop=33",
      "server.sysctl.net.ipv4.tcp_syncookies=0", "server.sysctl.net.ipv4.tcp_max_syn_backlog=8"}},
    {"connect.slow", queue_full, {"client.latency.connect=2s"}},
    {"timeout.step", fixture_new, {"client.outcome.timeout=99", "load.timeout=2s"}},
    {"timeout.tcp",
     fixture_new,
     {"client.outcome.timeout=3", "client.error.ETIMEDOUT=3",
      "client.counter.TcpExtTCPAbortOnTimeout=3"}},
    {"descriptors.exhausted", fixture_new, {"server.error.EMFILE=50"}},
    {"errno.met", fixture_new, {"client.outcome.error=12", "client.error.ENETUNREACH=12"}},
    {"connections.missed", missed, {"load.rate=1000/s", "load.duration=5s"}},
    {"workers.died", died, {"server.outcome.died=1"}},
    {"sockets.unobserved", unobserved, {0}},
    {"self_connect", self_connected, {"client.to=198.18.0.1:40000", "client.established=1"}},
    {"idle.closed", fixture_new, {"client.latency.idle=5s"}},
    {"rst.machine",
     fixture_on_host,
     {"host.counter.TcpExtTCPAbortOnData=4000", "host.counter.TcpOutRsts=5000"}},
    {"tls.out_of_memory", starved, {"client.outcome.handshake=200"}},
    {"tls.handshake_failed", fixture_tls, {"client.outcome.handshake=200"}},
    {"tls.client_refused",
     refused_clients,
     {"server.outcome.handshake=200", "client.outcome.alert=190", "client.outcome.reset=10"}},
    {"tls.client_refused", asked_for_certificate, {"client.outcome.alert=200"}},
    {"tls.given_up", given_up, {"server.outcome.handshake=4800", "server.outcome.reset=200"}},
    {"tls.handshakes_waited", fixture_tls, {"server.tls.waited=40"}},
    {"tls.not_resumed", fixture_tls, {"tls.resumption=ticket", "client.tls.tickets=0"}},
    {"tls.close_notify",
     fixture_tls,
     {"server.tls.notify_sent=5000", "client.tls.notify_received=5000"}},
    {"tls.no_close_notify", fixture_tls, {0}},
    {"tls.early_end",
     fixture_tls,
     {"client.outcome.eof=5000", "server.tls.notify_sent=5000", "client.tls.notify_received=5000"}},
    {"tls.truncated", fixture_tls, {"client.outcome.truncated=200"}},
    {"tls.alert", fixture_tls, {"client.outcome.alert=200"}},
    {"tls.tickets_unread",
     fixture_tls,
     {"client.tls.tickets=0", "client.counter.TcpExtTCPAbortOnClose=5000",
      "client.counter.TcpOutRsts=5000", "server.counter.TcpEstabResets=5000"}},
    {"tls.notify_late",
     fixture_tls,
     {"client.tls.notify_sent=5000", "server.counter.TcpExtTCPAbortOnData=5000",
      "server.counter.TcpOutRsts=5000"}},
    {"tls.notify_unread",
     fixture_tls,
     {"client.tls.notify_sent=5000", "server.counter.TcpExtTCPAbortOnClose=5000",
      "server.counter.TcpOutRsts=5000"}},
    {"orphans.gave_up",
     fixture_new,
     {"client.counter.TcpExtTCPAbortOnTimeout=40", "client.counter.TcpRetransSegs=120"}},
    {"time_wait.assassinated",
     fixture_new,
     {"client.sysctl.net.ipv4.tcp_rfc1337=0", "client.time_wait=0", "server.last_ack=0",
      "client.counter.TcpExtTW=5000", "{at: 0s, reset: ack, toward: server}"}},
    {"syn_sent.waiting", fixture_new, {"client.syn_sent=33"}},
    {"syn_recv.waiting", fixture_new, {"server.syn_recv=33"}},
    {"close_wait.unaccepted accept_queue.waiting", waiting, {0}},
    {"close_wait.pending", server_leak_pending, {0}},
    {"close_wait.leak", foreign_leak, {0}},
    {"close_wait.leak", inherited_leak, {0}},
    {"established.open", fixture_new, {"client.established=9", "server.established=9"}},
    {"established.half_open", fixture_new, {"server.established=40"}},
    {"close.bound", fixture_new, {"client.close=40"}},
    {"close.unlisted", fixture_new, {"server.outcome.held=40", "server.counter.TcpEstabResets=40"}},
    {"time_wait.ended_early", unpredicted, {0}},
    {"time_wait.recycled", fixture_new, {"client.counter.TcpExtTWRecycled=19"}},
    {"time_wait.overflow", fixture_new, {"server.counter.TcpExtTCPTimeWaitOverflow=20"}},
    {"sysctl.danger", few_orphan_retries, {"server.sysctl.net.ipv4.tcp_orphan_retries=3"}},
    {"prediction.time_wait", mini_sockets_foreseen, {"server.counter.TcpExtTWKilled=3000"}},
    {"prediction.race", race, {0}},
    {"prediction.race", race_of_programs, {0}},
    {"prediction.buffers", race_of_buffers, {0}},
    {"prediction.buffers", race_of_both, {0}},
    {"command.ended command.killed", commands, {0}},
    {"command.deaf", deaf_command, {0}},
    {"command.behind", proxy_alone, {0}},
    {"command.ended", hung_up, {0}},
    {"proxy.answered", proxy_answers_all, {0}},
    {"proxy.answered", proxy_answers, {0}},
    {"proxy.queue_full", proxy_overflows, {0}},
    {"limit.foretold", foretold, {0}},
    {"close_wait.leak fin_wait2.waiting time_wait.pile", leaky_proxy, {0}},
    {"closed_first", proxy_closes, {0}},
    {"idle.closed", hung_up, {"client.latency.idle=5s"}},
};
#define OTHERS (sizeof others / sizeof others[0])

/* Whether the words of `ids` have it. */
static bool has_id(const char *ids, const char *id)
{
    size_t length = strlen(id);

    for (const char *at = ids; (at = strstr(at, id)) != NULL; at += length) {
        if ((at == ids || at[-1] == ' ') && (at[length] == '\0' || at[length] == ' ')) {
            return true;
        }
    }
    return false;
}

/* ---- the file ---- */

/* A sentence a line, so that what changes is what differs. */
static void write_text(const char *text, FILE *out)
{
    fputs("    ", out);
    for (; *text != '\0'; text++) {
        if (text[0] == ' ' && text[-1] == '.' && isupper((unsigned char)text[1])) {
            fputs("\n    ", out);
        } else {
            fputc(*text, out);
        }
    }
    fputc('\n', out);
}

static void write_remark(const struct remark *remark, FILE *out)
{
    fprintf(out, "  %s: %s%s%s, %s\n", remark->id, remark->has_side ? side_name(remark->side) : "",
            remark->has_side ? ", " : "", remark_kind_name(remark->kind),
            certainty_name(remark->certainty));
    write_text(remark->text, out);
    if (remark->advice != NULL) {
        fprintf(out, "    -> %s\n", remark->advice);
    }
    for (size_t i = 0; i < remark->evidence_count; i++) {
        fprintf(out, "    %s = %.6g\n", remark->evidence[i].metric, remark->evidence[i].value);
    }
}

static void write_results(FILE *out)
{
    for (size_t i = 0; i < sizeof results / sizeof results[0]; i++) {
        struct result *result = results[i].make();
        fprintf(out, "%s%s\n", i > 0 ? "\n" : "", results[i].name);
        explain(result);
        for (size_t k = 0; k < result->remark_count; k++) {
            write_remark(&result->remark[k], out);
        }
        result_free(result);
    }
    for (size_t i = 0; i < OTHERS; i++) {
        struct result *result = others[i].make();
        for (const char *const *change = others[i].change; *change != NULL; change++) {
            fixture_change(result, *change);
        }
        fprintf(out, "\nfor %s\n", others[i].ids);
        explain(result);
        for (size_t k = 0; k < result->remark_count; k++) {
            if (has_id(others[i].ids, result->remark[k].id)) {
                write_remark(&result->remark[k], out);
            }
        }
        result_free(result);
    }
}

static void each_id_is_in_the_file(void **state)
{
    FILE *golden = fopen(WORDING, "r");
    char text[65536];
    char head[96];

    (void)state;
    assert_non_null(golden);
    text[fread(text, 1, sizeof text - 1, golden)] = '\0';
    fclose(golden);
    for (const struct remark_row *row = remark_table; row->id != NULL; row++) {
        snprintf(head, sizeof head, "\n  %s: ", row->id);
        if (strstr(text, head) == NULL) {
            fail_msg("%s has no wording in %s: add a result that shows it", row->id, WORDING);
        }
    }
}

static const struct golden golden = {
    .file = WORDING,
    .write = write_results,
    .again = "explain_wording_test --write",
};

static void the_wording_is_that_of_the_file(void **state)
{
    (void)state;
    golden_check(&golden);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_has_an_id_of_its_own),
        cmocka_unit_test(the_wording_is_that_of_the_file),
        cmocka_unit_test(each_id_is_in_the_file),
    };

    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        return golden_write(&golden);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
