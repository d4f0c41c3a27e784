#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/explain.h"
#include "fixture_timeline.h"

/* Results made by hand: the ways a trial can turn out, as a run would record them. */

#define CONNECTIONS 5000

static inline void fixture_counter(struct counters *counters, const char *name, uint64_t delta)
{
    struct counter *counter = counters_add(counters, name);

    assert_non_null(counter);
    counter->before = 7;
    counter->after = 7 + delta;
}

static inline void fixture_standstill(struct counters *counters)
{
    for (size_t i = 0; i < counters->count; i++) {
        counters->item[i].after = counters->item[i].before;
    }
}

/* Sockets in a state: the most, in the middle of the run, and those at the end of settle. */
static inline void fixture_state(struct result *result, enum side side, enum tcp_state state,
                                 uint32_t peak, uint32_t final)
{
    result->side[side].observation[1].state[state] = peak;
    result->side[side].observation[2].state[state] = final;
    result->side[side].final.state[state] = final;
}

static inline void fixture_set(struct text_pairs *pairs, const char *name, const char *value)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->item[i].name, name) == 0) {
            free(pairs->item[i].value);
            pairs->item[i].value = strdup(value);
            return;
        }
    }
    text_pairs_add(pairs, name, value);
}

static inline void set_scenario(struct result *result, const char *name, const char *value)
{
    fixture_set(&result->scenario, name, value);
}

static inline void fixture_sysctls(struct text_pairs *pairs)
{
    text_pairs_add(pairs, "net.core.somaxconn", "4096");
    text_pairs_add(pairs, "net.ipv4.ip_local_port_range", "32768 60999");
    text_pairs_add(pairs, "net.ipv4.tcp_fin_timeout", "47");
    text_pairs_add(pairs, "net.ipv4.tcp_max_tw_buckets", "262144");
    text_pairs_add(pairs, "net.ipv4.tcp_timestamps", "1");
    text_pairs_add(pairs, "net.ipv4.tcp_tw_reuse", "2");
}

static inline void fixture_scenario(struct text_pairs *pairs)
{
    text_pairs_add(pairs, "name", "hand-made");
    text_pairs_add(pairs, "about", "A result that no run made.");
    text_pairs_add(pairs, "transport", "tcp");
    text_pairs_add(pairs, "protocol", "http");
    text_pairs_add(pairs, "order", "custom");
    text_pairs_add(pairs, "load.connections", "5000");
    text_pairs_add(pairs, "load.concurrency", "128");
    text_pairs_add(pairs, "load.rate", "max");
    text_pairs_add(pairs, "load.duration", "0s");
    text_pairs_add(pairs, "client.addresses", "2");
    text_pairs_add(pairs, "server.addresses", "1");
    text_pairs_add(pairs, "server.port", "8080");
    text_pairs_add(pairs, "server.backlog", "4096");
}

static inline void fixture_program(struct result *result, enum side side, const char *program)
{
    struct error error;

    free(result->side[side].program);
    result->side[side].program = strdup(program);
    result->side[side].steps.length = 0;
    if (program_parse(&result->side[side].steps, program, side, NULL, &error) != 0) {
        fail_msg("%s: %s", program, error.what);
    }
}

static inline void fixture_side(struct result_side *side)
{
    side->played = true;
    side->workers = 1;
    side->account.attempted = CONNECTIONS;
    side->account.opened = CONNECTIONS;
    side->account.outcome[OUTCOME_DONE] = CONNECTIONS;
    side->observation_count = 3;
    side->observation = calloc(3, sizeof *side->observation);
    assert_non_null(side->observation);
    side->observation[1].at = NS_PER_S;
    side->observation[2].at = 2 * NS_PER_S;
    side->has_final = true;
    side->final.at = 2 * NS_PER_S;
    fixture_sysctls(&side->sysctl);
}

/* 5,000 connections in one second of load, all done, nothing left: to be changed. */
static inline struct result *fixture_new(void)
{
    struct result *result = result_new();

    result->version = strdup("0.0");
    result->started = strdup("2026-01-02T03:04:05Z");
    result->private_lab = true;
    fixture_scenario(&result->scenario);
    text_pairs_add(&result->environment, "kernel", "6.1.0");
    result->phase[PHASE_SETUP] = (struct phase_span){true, -NS_PER_S, 0};
    result->phase[PHASE_LOAD] = (struct phase_span){true, 0, NS_PER_S};
    result->phase[PHASE_SETTLE] = (struct phase_span){true, NS_PER_S, 2 * NS_PER_S};
    fixture_side(&result->side[SIDE_CLIENT]);
    fixture_side(&result->side[SIDE_SERVER]);
    fixture_program(result, SIDE_CLIENT, "connect send recv close");
    fixture_program(result, SIDE_SERVER, "accept recv send close");
    result->has_sampler = true;
    result->sampler_cpu = 12 * NS_PER_MS;
    result->sampler_span = 2 * NS_PER_S;
    result->sampler_gap_max = 104 * NS_PER_MS;
    result->sampler_samples = 21;
    result->sampler_full_dumps = 4;
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpActiveOpens", CONNECTIONS);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpPassiveOpens", CONNECTIONS);
    return result;
}

static inline void fixture_predict(struct result *result, enum tcp_state client,
                                   enum tcp_state server)
{
    const enum tcp_state final[SIDE_N] = {[SIDE_CLIENT] = client, [SIDE_SERVER] = server};
    struct predicted_end *end;

    result->predicted = realloc(result->predicted, (result->predicted_count + 1) * sizeof *end);
    assert_non_null(result->predicted);
    end = &result->predicted[result->predicted_count++];
    end->by_buffers = false;
    for (unsigned side = 0; side < SIDE_N; side++) {
        bool holds = result->side[side].account.outcome[OUTCOME_HELD] > 0;
        end->side[side] = (struct predicted_side){.path = strdup("established"),
                                                  .final = final[side],
                                                  .fate = strdup(holds ? "held" : "done")};
    }
}

/* As when the model cannot know. */
static inline void fixture_unpredict(struct result *result)
{
    while (result->predicted_count > 0) {
        struct predicted_end *end = &result->predicted[--result->predicted_count];
        for (unsigned side = 0; side < SIDE_N; side++) {
            free(end->side[side].path);
            free(end->side[side].fate);
        }
    }
}

/* `first` closed first, and its sockets stand in TIME_WAIT. */
static inline struct result *fixture_closed_by(enum side first)
{
    struct result *result = fixture_new();
    enum side second = side_peer(first);
    enum tcp_state final[SIDE_N];

    fixture_state(result, first, TCP_STATE_FIN_WAIT2, 31, 0);
    fixture_state(result, first, TCP_STATE_TIME_WAIT, 4990, CONNECTIONS);
    fixture_state(result, second, TCP_STATE_LAST_ACK, 12, 0);
    fixture_counter(&result->side[first].counters, "TcpExtTW", CONNECTIONS);
    result->side[first].account.closed_first = CONNECTIONS;
    result->side[second].account.closed_second = CONNECTIONS;
    final[first] = TCP_STATE_TIME_WAIT;
    final[second] = TCP_STATE_CLOSE;
    fixture_predict(result, final[SIDE_CLIENT], final[SIDE_SERVER]);
    return result;
}

/* `leaker` never closes after the peer has. */
static inline struct result *fixture_leaked_by(enum side leaker)
{
    struct result *result = fixture_new();
    enum side closer = side_peer(leaker);

    fixture_state(result, leaker, TCP_STATE_CLOSE_WAIT, CONNECTIONS, CONNECTIONS);
    fixture_state(result, closer, TCP_STATE_FIN_WAIT2, CONNECTIONS, CONNECTIONS);
    result->side[closer].final.fin_wait2_orphans = CONNECTIONS;
    fixture_counter(&result->side[closer].counters, "TcpExtTW", CONNECTIONS);
    result->side[closer].account.closed_first = CONNECTIONS;
    result->side[leaker].account.outcome[OUTCOME_DONE] = 0;
    result->side[leaker].account.outcome[OUTCOME_HELD] = CONNECTIONS;
    return result;
}

/* `count` sockets of a side that a process called python3 holds, by as many descriptors from 5 on;
 * others' places are set after. */
static inline struct owner *fixture_owner(struct result *result, enum side side,
                                          enum tcp_state state, uint64_t count)
{
    struct owner *owner = owners_add(&result->owners);

    owner->side = side;
    owner->state = state;
    owner->count = count;
    owner->pid = 4711;
    owner->threads = 1;
    owner->processes = 1;
    strcpy(owner->comm, "python3");
    if (asprintf(&owner->descriptors, "5-%d", (int)count + 4) < 0) {
        fail();
    }
    return owner;
}

/* Each of them held by so many processes, from 4711 on. */
static inline void fixture_inherit(struct owner *owner, size_t processes)
{
    owner->where = OWNER_INHERITED;
    owner->processes = processes;
    owner->holder_count = processes < OWNER_HOLDERS ? processes : OWNER_HOLDERS;
    owner->holder = calloc(owner->holder_count, sizeof *owner->holder);
    assert_non_null(owner->holder);
    for (size_t i = 0; i < owner->holder_count; i++) {
        owner->holder[i].pid = owner->pid + i;
        strcpy(owner->holder[i].comm, owner->comm);
    }
}

/* The server aborts every connection. */
static inline struct result *fixture_reset(void)
{
    struct result *result = fixture_new();

    fixture_program(result, SIDE_SERVER, "accept recv send rst");
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", CONNECTIONS);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpExtTCPAbortOnData", CONNECTIONS);
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_DONE] = 0;
    result->side[SIDE_CLIENT].account.outcome[OUTCOME_RESET] = CONNECTIONS;
    fixture_predict(result, TCP_STATE_CLOSE, TCP_STATE_CLOSE);
    free(result->predicted[0].side[SIDE_CLIENT].fate);
    result->predicted[0].side[SIDE_CLIENT].fate = strdup("reset");
    return result;
}

/* FINs cross on most connections. */
static inline struct result *fixture_simultaneous(void)
{
    struct result *result = fixture_new();

    for (unsigned side = 0; side < SIDE_N; side++) {
        fixture_state(result, (enum side)side, TCP_STATE_CLOSING, 5, 0);
        fixture_state(result, (enum side)side, TCP_STATE_TIME_WAIT, 4800, 4800);
        fixture_counter(&result->side[side].counters, "TcpExtTW", 4800);
    }
    result->side[SIDE_CLIENT].account.closed_first = 4800;
    result->side[SIDE_SERVER].account.closed_first = 4800;
    return result;
}

/* Nothing listens. */
static inline struct result *fixture_refused(void)
{
    struct result *result = fixture_new();
    struct account *client = &result->side[SIDE_CLIENT].account;

    *client = (struct account){.attempted = CONNECTIONS};
    client->outcome[OUTCOME_REFUSED] = CONNECTIONS;
    client->error[111] = CONNECTIONS; /* ECONNREFUSED */
    account_init(&result->side[SIDE_SERVER].account);
    fixture_standstill(&result->side[SIDE_SERVER].counters);
    fixture_counter(&result->side[SIDE_SERVER].counters, "TcpOutRsts", CONNECTIONS);
    fixture_counter(&result->side[SIDE_CLIENT].counters, "TcpAttemptFails", CONNECTIONS);
    return result;
}

/* The server closes first, in lab: host: only the machine's counters are known. */
static inline struct result *fixture_on_host(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    result->private_lab = false;
    for (unsigned side = 0; side < SIDE_N; side++) {
        result->side[side].has_stood_before = true;
        result->side[side].stood_before = side == SIDE_SERVER ? 64 : 63;
    }
    counters_fini(&result->side[SIDE_CLIENT].counters);
    counters_fini(&result->side[SIDE_SERVER].counters);
    fixture_counter(&result->host_counters, "TcpExtTW", 5123);
    fixture_counter(&result->host_counters, "TcpOutRsts", 41);
    return result;
}

/* Cut short by the user in the middle of load. */
static inline struct result *fixture_cut(void)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    result->partial = true;
    result->cut_by = strdup("SIGINT");
    result->phase[PHASE_SETTLE].reached = false;
    result->side[SIDE_CLIENT].has_final = false;
    result->side[SIDE_SERVER].has_final = false;
    return result;
}

/* Nothing was attempted. */
static inline struct result *fixture_empty(void)
{
    struct result *result = fixture_new();

    account_init(&result->side[SIDE_CLIENT].account);
    account_init(&result->side[SIDE_SERVER].account);
    fixture_standstill(&result->side[SIDE_CLIENT].counters);
    fixture_standstill(&result->side[SIDE_SERVER].counters);
    return result;
}

/* A phrase that `text` must hold, or with "!" in front must not. */
static inline void assert_phrases(const char *text, const char *const *phrases)
{
    assert_non_null(text);
    for (; *phrases != NULL; phrases++) {
        bool wanted = (*phrases)[0] != '!';
        const char *phrase = *phrases + (wanted ? 0 : 1);
        if ((strstr(text, phrase) != NULL) != wanted) {
            fail_msg("%s \"%s\" in: %s", wanted ? "no" : "unwanted", phrase, text);
        }
    }
}

/* Whether the remark rests on such a number, of any host; true as well where it was not read. */
static inline bool is_borne_out(struct result *result, const struct remark *remark,
                                const char *group, const char *word, size_t length)
{
    static const char *const hosts[] = {"client", "server", "host"};
    bool measured = false;

    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char name[128];
        double value;
        snprintf(name, sizeof name, "%s.%s.%.*s", hosts[i], group, (int)length, word);
        if (remark_evidence(remark, name, &value)) {
            return true;
        }
        measured |= result_metric(result, name, &value);
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        char name[128];
        snprintf(name, sizeof name, "net.ipv4.%.*s", (int)length, word);
        measured |= text_pairs_get(&result->side[side].sysctl, name) != NULL;
    }
    return !measured;
}

/* What tells of no number, but of moments, or that there is none. */
static inline bool is_numberless(const struct remark *remark)
{
    static const char *const ids[] = {
        "run.cut",        "timeline.failed",       "fault.struck",
        "event.happened", "connections.uncounted", "sockets.unobserved",
        "limit.foretold",
    };

    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        if (strcmp(remark->id, ids[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* A remark rests on something, and what it names is in its evidence: each counter, and each sysctl
 * of TCP. */
static inline void assert_borne_out(struct result *result, const struct remark *remark)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
    static const struct {
        const char *prefix, *group;
    } named[] = {{"Tcp", "counter"}, {"tcp_", "sysctl.net.ipv4"}};

    if (remark->evidence_count == 0 && !is_numberless(remark)) {
        fail_msg("%s rests on nothing: %s", remark->id, remark->text);
    }
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        for (const char *at = remark->text; (at = strstr(at, named[i].prefix)) != NULL;) {
            size_t length = strspn(at, letters);
            if (!is_borne_out(result, remark, named[i].group, at, length)) {
                fail_msg("%s does not rest on %.*s: %s", remark->id, (int)length, at, remark->text);
            }
            at += length;
        }
    }
}

/* All that is remarked, in one paragraph: "<rst.sent server> The server sent …"; a new string. */
static inline char *explained(struct result *result)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    explain(result);
    for (size_t i = 0; i < result->remark_count; i++) {
        const struct remark *remark = &result->remark[i];
        assert_non_null(remark->text);
        assert_borne_out(result, remark);
        fprintf(out, "%s<%s%s%s> %s%s%s", i > 0 ? " " : "", remark->id, remark->has_side ? " " : "",
                remark->has_side ? side_name(remark->side) : "", remark->text,
                remark->advice != NULL ? " -> " : "", remark->advice != NULL ? remark->advice : "");
    }
    assert_int_equal(fclose(out), 0);
    return text;
}

static inline void assert_explains(struct result *result, const char *const *phrases)
{
    char *text = explained(result);

    assert_phrases(text, phrases);
    assert_null(strchr(text, '\n'));
    assert_null(strstr(text, "  "));
    assert_null(strstr(text, "null"));
    free(text);
}

static inline void assert_explains_and_free(struct result *result, const char *const *phrases)
{
    assert_explains(result, phrases);
    result_free(result);
}

/* The first remark of an id; NULL: none. */
static inline const struct remark *remark_of(const struct result *result, const char *id)
{
    for (size_t i = 0; i < result->remark_count; i++) {
        if (strcmp(result->remark[i].id, id) == 0) {
            return &result->remark[i];
        }
    }
    return NULL;
}

/* Of a result that was explained. */
static inline const struct remark *remarked(const struct result *result, const char *id,
                                            enum certainty certainty)
{
    const struct remark *remark = remark_of(result, id);

    if (remark == NULL) {
        fail_msg("no remark %s", id);
        abort(); /* fail_msg is not known to end the test */
    }
    assert_string_equal(certainty_name(remark->certainty), certainty_name(certainty));
    return remark;
}

static inline void not_remarked(const struct result *result, const char *id)
{
    const struct remark *remark = remark_of(result, id);

    if (remark != NULL) {
        fail_msg("unwanted remark %s: %s", id, remark->text);
    }
}

static inline void assert_evidence(const struct remark *remark, const char *metric, double expected)
{
    double value;

    if (!remark_evidence(remark, metric, &value)) {
        fail_msg("%s does not rest on %s", remark->id, metric);
    }
    if (value < expected * (1 - 1e-6) || value > expected * (1 + 1e-6)) {
        fail_msg("%s rests on %s = %g, not %g", remark->id, metric, value, expected);
    }
}

/* What the explanation of a result that is kept says, and of one that is not. */
#define SAYS(result, ...) assert_explains(result, (const char *const[]){__VA_ARGS__, NULL})
#define EXPLAINS(result, ...)                                                                      \
    assert_explains_and_free(result, (const char *const[]){__VA_ARGS__, NULL})

#endif
