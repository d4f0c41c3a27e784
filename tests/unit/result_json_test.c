#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// cmocka.h needs the four above first
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/result.h"
#include "fixture_json.h"

/* ---- a result full of random values ---- */

/* xorshift64*: the same on every machine. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return *seed * UINT64_C(2685821657736338717);
}

static uint64_t below(uint64_t *seed, uint64_t limit)
{
    return next_random(seed) % limit;
}

static char *random_text(uint64_t *seed)
{
    static const char *const texts[] = {"", "plain", "a \"quote\"\n\ttab", "h\xc3\xa9", "\x01"};

    return strdup(texts[below(seed, sizeof texts / sizeof texts[0])]);
}

static void fill_pairs(struct text_pairs *pairs, uint64_t *seed)
{
    char name[32];

    for (uint64_t i = below(seed, 4); i > 0; i--) {
        snprintf(name, sizeof name, "name.%d", (int)i);
        for (uint64_t again = below(seed, 3); again > 0; again--) {
            char *value = random_text(seed);
            text_pairs_add(pairs, name, value);
            free(value);
        }
    }
}

static void fill_counters(struct counters *counters, uint64_t *seed)
{
    char name[64];

    for (size_t i = below(seed, 5); i > 0; i--) {
        snprintf(name, sizeof name, "TcpExtCounter%zu", i);
        struct counter *counter = counters_add(counters, name);
        assert_non_null(counter);
        counter->before = next_random(seed) >> 1;
        counter->after = next_random(seed) >> 1;
    }
}

static void fill_account(struct account *account, uint64_t *seed)
{
    account->attempted = next_random(seed) >> 1;
    account->opened = INT64_MAX;
    account->bytes_received = below(seed, 10);
    account->first_no_port = (int64_t)below(seed, INT64_MAX / 2);
    account->last_begun = (int64_t)below(seed, INT64_MAX / 2);
    account->keep_alive = (int64_t)below(seed, INT64_MAX / 2);
    account->stood_still = (int64_t)below(seed, INT64_MAX / 2);
    account->cpu_user = (int64_t)below(seed, INT64_MAX / 2);
    account->memory_start = below(seed, 3);
    account->memory_peak = below(seed, 1000000);
    account->memory_open = below(seed, 3);
    for (unsigned i = 0; i < OUTCOME_N; i++) {
        account->outcome[i] = below(seed, 3);
    }
    for (unsigned i = 0; i < ERRNO_LIMIT; i++) {
        account->error[i] = below(seed, 2);
    }
    for (uint64_t i = below(seed, 500); i > 0; i--) {
        histogram_record(&account->latency[below(seed, LATENCY_N)],
                         (int64_t)(next_random(seed) >> (2 + below(seed, 60))));
    }
}

static void fill_observation(struct observation *observation, int64_t at, uint64_t *seed)
{
    observation->at = at;
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        observation->state[state] = below(seed, 3) == 0 ? (uint32_t)next_random(seed) : 0;
    }
#define X(name, about) observation->name = (uint32_t)below(seed, 2);
    SOCKETS_TOLD(X)
#undef X
}

static void fill_steps(struct program *program, uint64_t *seed)
{
    program->length = below(seed, PROGRAM_MAX + 1);
    for (size_t i = 0; i < program->length; i++) {
        struct step *step = &program->step[i];
        step->op = (enum step_op)below(seed, STEP_OP_N);
        enum value_kind kind = step_table[step->op].takes.kind;
        step->arg = kind == VALUE_NOTHING ? 0
                    : kind == VALUE_WORD  ? (int64_t)below(seed, 2) /* both have one */
                    : kind == VALUE_RECV
                        ? (int64_t)below(seed, 4) << 60 | (int64_t)below(seed, 1000)
                        : (int64_t)below(seed, INT64_MAX / 2) - 1; /* linger(off) is -1 */
    }
}

static void fill_tls(struct result_side *side, uint64_t *seed)
{
    char text[32];

    side->program = below(seed, 2) > 0 ? random_text(seed) : NULL;
    fill_steps(&side->steps, seed);
    side->has_tls = below(seed, 2) > 0;
    for (unsigned i = 0; side->has_tls && i < TLS_COUNT_N; i++) {
        side->account.tls.count[i] = next_random(seed) >> (1 + below(seed, 63));
    }
    if (side->has_tls && below(seed, 2) > 0) {
        memset(side->account.tls.negotiated, 'x', sizeof side->account.tls.negotiated - 1);
    }
    for (uint64_t i = below(seed, 4); i > 0; i--) {
        snprintf(text, sizeof text, "a \"reason\" %d", (int)below(seed, 3));
        text_counts_add(&side->tls_errors, text, below(seed, 100));
    }
}

static void fill_command(struct result_side *side, uint64_t *seed)
{
    side->has_command = below(seed, 2) > 0;
    if (!side->has_command) {
        return;
    }
    side->command = (struct result_command){
        .end = (enum command_end)below(seed, COMMAND_END_N),
        .number = (int)below(seed, 256),
        .by_itself = below(seed, 2) > 0,
        .unasked = below(seed, 2) > 0,
        .has_ended_at = below(seed, 2) > 0,
        .cpu_user = (int64_t)below(seed, INT64_MAX / 4),
        .cpu_system = (int64_t)below(seed, INT64_MAX / 4),
        .memory_peak = below(seed, INT64_MAX),
        .killed = below(seed, 99),
        .printed = below(seed, INT64_MAX),
        .cut = below(seed, 2) > 0,
        .tail = below(seed, 2) > 0 ? random_text(seed) : NULL,
    };
    side->command.ended_at = side->command.has_ended_at ? (int64_t)below(seed, NS_PER_S) : 0;
    for (uint64_t i = below(seed, 4); i > 0; i--) {
        words_add(&side->command.argv, "a word");
    }
}

static void fill_mix(struct result_side *side, uint64_t *seed)
{
    side->mix_count = below(seed, 4);
    side->mix = calloc(side->mix_count + 1, sizeof *side->mix);
    assert_non_null(side->mix);
    for (size_t i = 0; i < side->mix_count; i++) {
        char name[] = {'p', (char)('1' + i), '\0'};
        side->mix[i] = (struct result_mix){.name = strdup(name),
                                           .program = strdup("connect close"),
                                           .weight = 1 + below(seed, 1000),
                                           .account.attempted = below(seed, 1000),
                                           .account.opened = below(seed, 1000)};
        for (unsigned outcome = 0; outcome < OUTCOME_N; outcome++) {
            side->mix[i].account.outcome[outcome] = below(seed, 3);
            side->mix[i].account.due[outcome] = below(seed, 2);
        }
    }
}

static void fill_sockstat(struct result_side *side, uint64_t *seed)
{
    side->sockstat_count = below(seed, 20);
    side->sockstat = calloc(side->sockstat_count + 1, sizeof *side->sockstat);
    assert_non_null(side->sockstat);
    for (size_t i = 0; i < side->sockstat_count; i++) {
        side->sockstat[i] = (struct series_point){(int64_t)i * 100000000, (double)below(seed, 9)};
    }
}

static void fill_end(struct result_side *side, uint64_t *seed)
{
    side->observation_count = below(seed, 20);
    side->observation = calloc(side->observation_count + 1, sizeof *side->observation);
    assert_non_null(side->observation);
    for (size_t i = 0; i < side->observation_count; i++) {
        fill_observation(&side->observation[i], (int64_t)i * 100000000 - 50000000, seed);
    }
    side->has_final = below(seed, 2) > 0;
    if (side->has_final) {
        fill_observation(&side->final, 5000000000, seed);
    }
}

static void fill_proxy(struct result *result, uint64_t *seed)
{
    fill_command(&result->side[SIDE_PROXY], seed);
    if (result->side[SIDE_PROXY].has_command) {
        fill_counters(&result->side[SIDE_PROXY].counters, seed);
        fill_end(&result->side[SIDE_FRONT], seed);
        fill_end(&result->side[SIDE_BACK], seed);
    }
}

static void fill_side(struct result_side *side, uint64_t *seed)
{
    fill_command(side, seed);
    side->played = below(seed, 3) > 0;
    side->workers = (uint32_t)below(seed, 100);
    side->workers_died = UINT32_MAX;
    for (uint64_t i = below(seed, 4); i > 0; i--) {
        result_add_lost(side, &(struct lost_worker){.worker = (uint32_t)below(seed, 50),
                                                    .how = (enum lost_how)below(seed, LOST_N),
                                                    .number = (int)below(seed, 256),
                                                    .at = (int64_t)below(seed, 10000000000)});
    }
    if (side->played) {
        fill_account(&side->account, seed);
        fill_tls(side, seed);
        fill_mix(side, seed);
    }
    fill_end(side, seed);
    fill_sockstat(side, seed);
    fill_counters(&side->counters, seed);
    fill_pairs(&side->sysctl, seed);
}

static void fill_owners(struct owners *owners, uint64_t *seed)
{
    for (uint64_t i = below(seed, 4); i > 0; i--) {
        struct owner *owner = owners_add(owners);
        owner->side = (enum side)below(seed, ENDS_N);
        owner->state = (enum tcp_state)(1 + below(seed, TCP_STATE_N - 1));
        owner->where = (enum owner_place)below(seed, OWNER_PLACE_N);
        owner->count = 1 + below(seed, 5000);
        owner->pid = below(seed, 3);
        owner->pid_inside = below(seed, 2);
        memset(owner->comm, 'x', below(seed, OWNER_COMM));
        owner->threads = below(seed, 3);
        owner->processes = below(seed, 3);
        owner->holder_count = below(seed, 3);
        owner->holder = calloc(owner->holder_count + 1, sizeof *owner->holder);
        assert_non_null(owner->holder);
        for (size_t j = 0; j < owner->holder_count; j++) {
            owner->holder[j].pid = below(seed, 100000);
            memset(owner->holder[j].comm, 'y', below(seed, OWNER_COMM));
        }
        owner->parent = below(seed, 3);
        owner->descriptors = below(seed, 2) > 0 ? random_text(seed) : NULL;
        owner->has_age = below(seed, 2) > 0;
        owner->age = owner->has_age ? (int64_t)below(seed, INT64_MAX / 2) : 0;
        owner->age_least = owner->has_age ? (int64_t)below(seed, 5) : 0;
        owner->has_uid = below(seed, 2) > 0;
        owner->uid = owner->has_uid ? below(seed, 5) : 0;
        owner->why = below(seed, 2) > 0 ? random_text(seed) : NULL;
    }
}

static void fill_remarks(struct result *result, uint64_t *seed)
{
    for (uint64_t i = below(seed, 4); i > 0; i--) {
        struct remark *remark =
            result_add_remark(result, "an.id", (enum remark_kind)below(seed, REMARK_KIND_N));
        remark->certainty = (enum certainty)below(seed, CERTAINTY_N);
        remark->has_side = below(seed, 2) > 0;
        remark->side = remark->has_side ? (enum side)below(seed, SIDE_N) : SIDE_CLIENT;
        remark->text = random_text(seed);
        remark->advice = below(seed, 2) > 0 ? random_text(seed) : NULL;
        for (uint64_t again = below(seed, 4); again > 0; again--) {
            remark_add_evidence(remark, "client.time_wait.final", 0.5);
            remark_add_evidence(remark, "load.timeout", -2);
        }
    }
}

static void fill_faults(struct result *result, uint64_t *seed)
{
    for (uint64_t i = below(seed, 50); i > 0; i--) {
        struct fault fault = {
            .at = (int64_t)below(seed, INT64_MAX / 4),
            .length = (int64_t)(below(seed, 2) * below(seed, INT64_MAX / 4)),
            .kind = (enum fault_kind)below(seed, FAULT_KIND_N),
            .packets = (enum fault_packets)below(seed, FAULT_PACKETS_N),
            .share = (double)(1 + below(seed, 1000000)) / 1e6,
            .delay = (int64_t)below(seed, 2) * 7,
            .rate = below(seed, 2) * 1024,
            .toward = {below(seed, 2) > 0, below(seed, 2) > 0},
            .given = 3, /* of the map that it was read from: no more of it */
            .where = {"a.yaml", 1, 2},
        };
        result_add_fault(result, &fault);
    }
}

static void fill_events(struct result *result, uint64_t *seed)
{
    for (uint64_t i = below(seed, 50); i > 0; i--) {
        struct event_spec event = {
            .at = (int64_t)below(seed, INT64_MAX / 4),
            .kind = (enum event_kind)below(seed, EVENT_KIND_N),
            .side = (enum side)below(seed, SIDE_N),
            .reuseaddr = (enum event_switch)below(seed, EVENT_SWITCH_N),
            .reuseport = (enum event_switch)below(seed, EVENT_SWITCH_N),
            .signal = (int)below(seed, 32),
            .moves = below(seed, 2) > 0,
            .where = {"a.yaml", 1, 2},
        };
        event.host = event.moves ? (enum side)below(seed, SIDE_N) : SIDE_CLIENT;
        result_add_event(result, &event);
    }
}

static void fill_moments(struct result *result, uint64_t *seed)
{
    fill_faults(result, seed);
    fill_events(result, seed);
    for (size_t i = 0; i < result->fault_count; i++) {
        result_add_moment(result, MOMENT_FAULT_BEGINS, i);
        result_add_moment(result, MOMENT_FAULT_ENDS, i);
    }
    for (size_t i = 0; i < result->event_count; i++) {
        result_add_moment(result, MOMENT_EVENT, i);
    }
    for (size_t i = 0; i < result->moment_count; i++) {
        struct moment *moment = &result->moment[i];
        moment->happened = below(seed, 2) > 0;
        moment->at = moment->happened ? -5 : 0;
        moment->has_took = below(seed, 2) > 0;
        moment->took = moment->has_took ? 7 : 0;
        moment->refusals = moment->restart ? below(seed, 3) : 0;
        moment->error = below(seed, 2) > 0 ? random_text(seed) : NULL;
    }
}

static void fill_predicted(struct result *result, uint64_t *seed)
{
    result->predicted_count = below(seed, 3);
    result->predicted = calloc(result->predicted_count + 1, sizeof *result->predicted);
    assert_non_null(result->predicted);
    for (size_t i = 0; i < result->predicted_count; i++) {
        for (unsigned side = 0; side < SIDE_N; side++) {
            result->predicted[i].side[side] = (struct predicted_side){
                .path = strdup("established fin_wait1 fin_wait2 time_wait"),
                .final = (enum tcp_state)(1 + below(seed, TCP_STATE_N - 1)),
                .fate = strdup("done"),
                .rst_sent = (unsigned)below(seed, 2),
                .tw = (unsigned)below(seed, 2),
            };
        }
    }
}

static void fill_capture(struct result *result, uint64_t *seed)
{
    struct result_capture *capture = &result->capture;

    result->has_capture = below(seed, 2) == 1;
    if (!result->has_capture) {
        return;
    }
    capture->tally.connections = next_random(seed) >> 2;
    capture->tally.dropped_kernel = below(seed, 1000);
    capture->file = below(seed, 2) == 1 ? strdup("packets.pcap") : NULL;
    capture->drawn = below(seed, 1000);
    capture->client = strdup("198.18.0.1:40000");
    capture->foreseen = below(seed, 2) == 1;
    capture->skipped = below(seed, 1000);
    capture->count = below(seed, 4);
    capture->packet = calloc(capture->count + 1, sizeof *capture->packet);
    assert_non_null(capture->packet);
    for (size_t i = 0; i < capture->count; i++) {
        capture->packet[i] = (struct seen_packet){
            .at = (int64_t)below(seed, 1000000),
            .side = (enum side)below(seed, SIDE_N),
            .flags = (uint8_t)below(seed, 32),
            .seq = (uint32_t)next_random(seed),
            .ack = (uint32_t)next_random(seed),
            .length = (uint32_t)below(seed, 65536),
            .state = {(enum tcp_state)below(seed, TCP_STATE_N), TCP_STATE_FIN_WAIT1},
            .mark = (enum seen_mark)below(seed, SEEN_MARK_N),
        };
    }
}

static void fill_lists(struct result *result, uint64_t *seed)
{
    result->inspection_count = below(seed, 2);
    result->inspection = calloc(result->inspection_count + 1, sizeof *result->inspection);
    assert_non_null(result->inspection);
    for (size_t i = 0; i < result->inspection_count; i++) {
        result->inspection[i] =
            (struct inspection){strdup("server"), random_text(seed), (int)below(seed, 256),
                                random_text(seed), below(seed, 2) == 1};
    }
    result->expectation_count = below(seed, 4);
    result->expectation = calloc(result->expectation_count + 1, sizeof *result->expectation);
    assert_non_null(result->expectation);
    for (size_t i = 0; i < result->expectation_count; i++) {
        result->expectation[i] = (struct expectation_result){
            .text = random_text(seed),
            .verdict = (enum verdict)below(seed, VERDICT_N),
            .left = (double)(int64_t)next_random(seed) / 3e17,
            .right = 0.1,
            .missing = below(seed, 2) > 0 ? strdup("server.time_wait.final") : NULL,
            .problem = below(seed, 2) > 0 ? random_text(seed) : NULL,
            .compared = below(seed, 2) > 0,
        };
    }
}

static struct result *random_result(uint64_t seed)
{
    struct result *result = result_new();

    result->version = strdup("0.1.0");
    result->partial = below(&seed, 2) > 0;
    result->cut_by = result->partial ? strdup("SIGINT") : NULL;
    result->started = strdup("2024-05-06T07:08:09Z");
    result->private_lab = below(&seed, 2) > 0;
    fill_pairs(&result->scenario, &seed);
    fill_pairs(&result->environment, &seed);
    fill_pairs(&result->unkept, &seed);
    for (unsigned phase = 0; phase < PHASE_N; phase++) {
        if (below(&seed, 3) > 0) {
            result->phase[phase] = (struct phase_span){true, -(int64_t)below(&seed, 100),
                                                       (int64_t)below(&seed, 10000000000)};
        }
    }
    fill_side(&result->side[SIDE_CLIENT], &seed);
    fill_side(&result->side[SIDE_SERVER], &seed);
    fill_proxy(result, &seed);
    fill_counters(&result->host_counters, &seed);
    result->has_lab = below(&seed, 2) > 0;
    result->lab_setup = result->has_lab ? (int64_t)below(&seed, 2) * 12345678 : 0;
    result->lab_teardown = result->has_lab ? (int64_t)below(&seed, 1000) : 0;
    result->has_opening = below(&seed, 2) > 0;
    result->opening_first = result->has_opening ? (int64_t)below(&seed, 1000) : 0;
    result->opening_last = result->has_opening ? (int64_t)below(&seed, 1000) : 0;
    result->has_sampler = below(&seed, 2) > 0;
    result->sampler_cpu = result->has_sampler ? 123456789 : 0;
    result->sampler_span = result->has_sampler ? (int64_t)below(&seed, 1000) : 0;
    result->has_host_cpu = below(&seed, 2) > 0;
    result->host_cpu.softirq = result->has_host_cpu ? (int64_t)below(&seed, 1000) : 0;
    fill_predicted(result, &seed);
    result->unpredicted = below(&seed, 2) > 0 ? random_text(&seed) : NULL;
    fill_moments(result, &seed);
    fill_owners(&result->owners, &seed);
    fill_capture(result, &seed);
    fill_remarks(result, &seed);
    fill_lists(result, &seed);
    result_measure(result);
    return result;
}

static char *dumped(const struct result *result)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);

    assert_non_null(stream);
    assert_int_equal(result_dump(result, stream), 0);
    assert_int_equal(fclose(stream), 0);
    return text;
}

static json_t *parsed(const char *text)
{
    json_error_t problem;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &problem);

    if (json == NULL) {
        fail_msg("%s in line %d of: %s", problem.text, problem.line, text);
    }
    return json;
}

/* ---- there and back ---- */

static void a_result_comes_back_as_it_was(void **state)
{
    struct error error;

    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct result *result = random_result(seed);
        char *before = dumped(result);
        json_t *json = parsed(before);
        struct result *back = result_from_json(json, &error);
        if (back == NULL) {
            fail_msg("seed %d: %s", (int)seed, error.what);
            return;
        }
        char *after = dumped(back);
        assert_string_equal(before, after);
        /* What derives from the whole must too: nothing that it needs was lost. */
        result_measure(back);
        char *derived = dumped(back);
        assert_string_equal(before, derived);
        free(before);
        free(after);
        free(derived);
        json_decref(json);
        result_free(result);
        result_free(back);
    }
}

static void histograms_and_pairs_come_back(void **state)
{
    struct error error;
    struct result *result = random_result(5);
    struct account *account = &result->side[SIDE_CLIENT].account;

    (void)state;
    result->side[SIDE_CLIENT].played = true;
    histogram_record(&account->latency[LATENCY_LIFE], 0);
    histogram_record(&account->latency[LATENCY_LIFE], INT64_C(1) << 50);
    text_pairs_add(&result->scenario, "expect", "one");
    text_pairs_add(&result->scenario, "expect", "two");
    json_t *json = result_to_json(result);
    struct result *back = result_from_json(json, &error);
    assert_non_null(back);
    assert_memory_equal(back->side[SIDE_CLIENT].account.latency, account->latency,
                        sizeof account->latency);
    assert_int_equal(back->scenario.count, result->scenario.count);
    assert_string_equal(back->scenario.item[back->scenario.count - 1].value, "two");
    assert_string_equal(text_pairs_get(&back->scenario, "expect"), "one");
    json_decref(json);
    result_free(result);
    result_free(back);
}

/* Member by member: a member that the tables forget would be missing before and after alike. */
static void what_befell_comes_back_as_values(void **state)
{
    struct error error;

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct result *result = random_result(seed);
        json_t *json = result_to_json(result);
        struct result *back = result_from_json(json, &error);
        assert_non_null(back);
        assert_int_equal(back->fault_count, result->fault_count);
        for (size_t i = 0; i < back->fault_count; i++) {
            const struct fault *is = &back->fault[i];
            const struct fault *was = &result->fault[i];
            assert_true(is->at == was->at && is->length == was->length && is->kind == was->kind);
            assert_true(is->packets == was->packets && is->share >= was->share &&
                        is->share <= was->share);
            assert_true(is->delay == was->delay && is->rate == was->rate);
            assert_true(is->toward[SIDE_CLIENT] == was->toward[SIDE_CLIENT] &&
                        is->toward[SIDE_SERVER] == was->toward[SIDE_SERVER]);
        }
        assert_int_equal(back->event_count, result->event_count);
        for (size_t i = 0; i < back->event_count; i++) {
            const struct event_spec *is = &back->event[i];
            const struct event_spec *was = &result->event[i];
            assert_true(is->at == was->at && is->kind == was->kind && is->side == was->side);
            assert_true(is->reuseaddr == was->reuseaddr && is->reuseport == was->reuseport);
            assert_true(is->moves == was->moves && is->host == was->host);
        }
        assert_int_equal(back->moment_count, result->moment_count);
        for (size_t i = 0; i < back->moment_count; i++) {
            assert_int_equal(back->moment[i].kind, result->moment[i].kind);
            assert_int_equal(back->moment[i].index, result->moment[i].index);
        }
        for (unsigned side = 0; side < SIDE_N; side++) {
            assert_memory_equal(&back->side[side].steps, &result->side[side].steps,
                                sizeof back->side[side].steps);
        }
        json_decref(json);
        result_free(result);
        result_free(back);
    }
}

static void a_text_that_comes_again_is_counted_once(void **state)
{
    struct text_counts counts = {0};

    (void)state;
    text_counts_add(&counts, "a", 1);
    text_counts_add(&counts, "b", 2);
    text_counts_add(&counts, "a", 4);
    assert_int_equal(counts.count, 2);
    assert_string_equal(counts.item[0].text, "a");
    assert_int_equal(counts.item[0].count, 5);
    assert_int_equal(counts.item[1].count, 2);
    text_counts_fini(&counts);
    assert_int_equal(counts.count, 0);
}

static void an_empty_result_comes_back(void **state)
{
    struct error error;
    struct result *result = result_new();
    json_t *json = result_to_json(result);
    struct result *back = result_from_json(json, &error);

    (void)state;
    assert_non_null(back);
    assert_int_equal(back->schema, RESULT_SCHEMA);
    assert_false(back->side[SIDE_CLIENT].played);
    assert_null(json_object_get(json, "verdict"));
    assert_null(json_object_get(json, "sampler"));
    json_decref(json);
    result_free(result);
    result_free(back);
}

/* A command's output need not be UTF-8; the rest of it must survive. */
static void bytes_that_are_no_text_are_replaced(void **state)
{
    struct error error;
    struct result *result = result_new();

    (void)state;
    result->inspection = calloc(1, sizeof *result->inspection);
    assert_non_null(result->inspection);
    result->inspection_count = 1;
    result->inspection[0] = (struct inspection){strdup("server"), strdup("cat"), 0,
                                                strdup("a\xff"
                                                       "b\xc3\xa9"
                                                       "c\xe2\x82"),
                                                .cut = true};
    json_t *json = result_to_json(result);
    struct result *back = result_from_json(json, &error);
    assert_non_null(back);
    assert_true(back->inspection[0].cut);
    assert_string_equal(back->inspection[0].output, "a\xef\xbf\xbd"
                                                    "b\xc3\xa9"
                                                    "c\xef\xbf\xbd\xef\xbf\xbd");
    json_decref(json);
    result_free(result);
    result_free(back);
}

static void the_top_reads_well(void **state)
{
    static const char *const first[] = {"finwait", "schema", "name", "verdict"};
    struct result *result = random_result(1);
    size_t i = 0;

    (void)state;
    for (size_t j = 0; j < result->expectation_count; j++) {
        free(result->expectation[j].text);
        free(result->expectation[j].missing);
        free(result->expectation[j].problem);
    }
    result->expectation_count = 2;
    result->expectation = reallocarray(result->expectation, 2, sizeof *result->expectation);
    assert_non_null(result->expectation);
    result->expectation[0] =
        (struct expectation_result){.text = strdup("a"), .verdict = VERDICT_UNMEASURED};
    result->expectation[1] =
        (struct expectation_result){.text = strdup("b"), .verdict = VERDICT_FAIL};
    text_pairs_add(&result->scenario, "name", "server-first");
    result->partial = false;
    json_t *json = result_to_json(result);
    for (void *at = json_object_iter(json); i < 4; at = json_object_iter_next(json, at), i++) {
        assert_string_equal(json_object_iter_key(at), first[i]);
    }
    assert_string_equal(json_string_value(json_object_get(json, "name")), "server-first");
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "fail");
    json_decref(json);
    result_free(result);
}

/* ---- what is no result ---- */

/* Put `value` at `path` ("client.final.at", "a[0].b"); NULL removes what is there. */
static void put(json_t *json, const char *path, json_t *value)
{
    char key[64];

    for (;;) {
        bool element = *path == '[';
        size_t length = strcspn(path + element, ".[]");
        snprintf(key, sizeof key, "%.*s", (int)length, path + element);
        path += length + (element ? 2U : 0U);
        path += *path == '.';
        size_t index = element ? strtoul(key, NULL, 10) : 0;
        if (*path != '\0') {
            json = element ? json_array_get(json, index) : json_object_get(json, key);
        } else if (value == NULL) {
            json_object_del(json, key);
            return;
        } else {
            assert_int_equal(element ? json_array_set_new(json, index, value)
                                     : json_object_set_new(json, key, value),
                             0);
            return;
        }
    }
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *path;
        const char *value; /* NULL: leave it out */
        const char *saying;
    } wrong[] = {
        {"schema", "3", "schema is 3, but this finwait reads schemas 1 to 2"},
        {"schema", "0", "schema is 0"},
        {"schema", "'1'", "schema must be a whole number"},
        {"schema", NULL, "schema is missing"},
        {"partial", "0", "partial must be true or false"},
        {"partial", NULL, "partial is missing"},
        {"started", "5", "started must be a text"},
        {"findings", "{}", "findings must be an array"},
        {"findings[0]", "'text'", "findings[0] must be an object"},
        {"findings[0].text", NULL, "findings[0].text is missing"},
        {"remarks[0].side", "'both'", "remarks[0].side must be client, server or proxy"},
        {"remarks[0].kind", "'guess'", "remarks[0].kind must be verdict, cause, conseq"},
        {"remarks[0].certainty", "1", "remarks[0].certainty must be a text"},
        {"remarks[0].evidence", "{'x': 'y'}", "remarks[0].evidence.x must be a number"},
        {"expectations[0].verdict", "'maybe'", "expectations[0].verdict must be pass"},
        {"expectations[0].left", "'1'", "expectations[0].left must be a number"},
        {"predicted[0].client.final", "'nowhere'",
         "predicted[0].client.final must be established, "},
        {"predicted[0].server.tw", "-1", "predicted[0].server.tw must not be negative"},
        {"scenario", "[]", "scenario must be an object"},
        {"scenario.name", "5", "scenario.name must be a text"},
        {"scenario.expect[1]", "{}", "scenario.expect[1] must be a text"},
        {"phases.load.end", "9223372036854775807", "phases.load.end must be from"},
        {"phases.load.end", "-1", "phases.load.end must not be before begin"},
        {"phases.load.begin", "6", "phases.load.end must not be before begin"},
        {"phases.load.begin", "1.5", "phases.load.begin must be a whole number"},
        {"sampler.samples", "-1", "sampler.samples must not be negative, but is -1"},
        {"client", NULL, "client is missing"},
        {"client.program", "7", "client.program must be a text"},
        {"client.steps[0]", "'connect'", "client.steps[0] must be an object"},
        {"client.steps[0].step", "'jump'", "client.steps[0].step must be connect, accept, "},
        {"client.steps[1].arg", "'5ns'", "client.steps[1].arg must be a whole number"},
        {"faults[0].kind", "'drip'", "faults[0].kind must be drop, reset, "},
        {"faults[0].packets", "'urg'", "faults[0].packets must be any, syn, "},
        {"faults[0].share", NULL, "faults[0].share is missing"},
        {"faults[0].at", "-1", "faults[0].at must not be negative"},
        {"faults[0].toward", "'client'", "faults[0].toward must be an object"},
        {"events[0].side", "'peer'", "events[0].side must be client, server or proxy"},
        {"events[0].reuseaddr", "'was'", "events[0].reuseaddr must be on or off"},
        {"events[0].host", "5", "events[0].host must be a text"},
        {"timeline[0].kind", "'fault'", "timeline[0].kind must be fault_ends, fault_begins or"},
        {"timeline[0].index", "1", "timeline[0].index is beyond the faults"},
        {"timeline[1].index", "1", "timeline[1].index is beyond the events"},
        {"timeline[1].index", "-1", "timeline[1].index must not be negative"},
        {"client.workers", "4294967296", "client.workers must be from 0 to 4294967295"},
        {"client.account.attempted", "-5", "client.account.attempted must not be negative"},
        {"client.account.cpu_user", NULL, "client.account.cpu_user is missing"},
        {"client.account.outcomes.lost", "1", "client.account.outcomes.lost is a name"},
        {"client.account.errors.EPIPE", "-1", "client.account.errors.EPIPE must not be negative"},
        {"client.account.latency.life.buckets[0]", "[4864, 1]",
         "client.account.latency.life.buckets[0][0] must be from 0 to 4863"},
        {"client.account.latency.life.buckets[0]", "[-1, 1]", "buckets[0][0] must not be negative"},
        {"client.account.latency.life.buckets[0]", "[1]", "buckets[0] must be an array of two"},
        {"client.account.latency.life.buckets[0]", "[5, 2]", "life.buckets must hold as many"},
        {"client.account.latency.life.count", "2", "life.buckets must hold as many values"},
        {"client.account.latency.life.buckets[0]", "[4, 1]", "life.buckets must lie between min"},
        {"client.account.latency.life.max", "4", "life.max must not be less than min"},
        {"client.account.latency.life.min", "6", "life.max must not be less than min"},
        {"client.account.latency.life.min", "-1", "life.min must not be negative"},
        {"client.account.memory_open", "-1", "client.account.memory_open must not be negative"},
        {"client.tls", "[]", "client.tls must be an object"},
        {"client.tls.tickets", NULL, "client.tls.tickets is missing"},
        {"client.tls.resumed", "'1'", "client.tls.resumed must be a whole number"},
        {"client.tls.negotiated", "7", "client.tls.negotiated must be a text"},
        {"client.tls.negotiated",
         "'0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
         "89012345'",
         "client.tls.negotiated must be shorter than 96 bytes"},
        {"client.tls_errors", "7", "client.tls_errors must be an object"},
        {"client.tls_errors.late", "-1", "client.tls_errors.late must not be negative"},
        {"client.final.states.time_wait", "4294967296", "final.states.time_wait must be from"},
        {"client.final.states.asleep", "1", "client.final.states.asleep is a name"},
        {"client.observations.at", "[]", "client.observations.at must be an array"},
        {"client.observations.at", NULL, "client.observations.at must be an array"},
        {"client.observations", "[]", "client.observations must be an object"},
        {"client.observations.at[1]", "0", "client.observations.at[1] must not be before"},
        {"client.observations.time_wait", "[1]", "client.observations.time_wait must be an array"},
        {"client.observations.time_wait[1]", "-1", "observations.time_wait[1] must not be neg"},
        {"client.sockstat", "[]", "client.sockstat must be an object"},
        {"client.sockstat.at", "[]", "client.sockstat.at must be an array with at least one"},
        {"client.sockstat.at[1]", "0", "client.sockstat.at[1] must be from 1"},
        {"client.sockstat.time_wait", "[1]", "client.sockstat.time_wait must be an array as long"},
        {"client.sockstat.time_wait[0]", "-1", "client.sockstat.time_wait[0] must not be neg"},
        {"client.counters.TcpExtTW", "3", "client.counters.TcpExtTW must be an array of two"},
        {"client.counters.TcpExtTW[1]", "-3", "client.counters.TcpExtTW[1] must not be negative"},
        {"client.sysctl", "null", "client.sysctl must be an object"},
        {"inspections[0].status", "true", "inspections[0].status must be a whole number"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct error error = {0};
        json_t *json = quoted(fixture_json);
        put(json, wrong[i].path, wrong[i].value == NULL ? NULL : quoted(wrong[i].value));
        struct result *result = result_from_json(json, &error);
        if (result != NULL || strstr(error.what, wrong[i].saying) == NULL) {
            fail_msg("%s: \"%s\" does not say \"%s\"", wrong[i].path, error.what, wrong[i].saying);
        }
        assert_int_equal(error.status, STATUS_USAGE);
        assert_true(error.hint[0] != '\0');
        json_decref(json);
    }
}

/* Written by finwait as it was, but for counters that did not move and most of the sysctls. */
static void schema_1_is_read_without_what_it_did_not_have(void **state)
{
    struct error error;
    struct result *result = result_read(TEST_DATA "/result/schema-1.json", &error);

    (void)state;
    assert_non_null(result);
    assert_int_equal(result->schema, RESULT_SCHEMA);
    assert_int_equal(result->moment_count, 9);
    for (size_t i = 0; i < result->moment_count; i++) {
        assert_int_equal(result->moment[i].kind, MOMENT_UNKNOWN);
        assert_null(moment_event(result, &result->moment[i]));
    }
    assert_string_equal(result->moment[2].what, "drop 20% of fin toward client ends");
    assert_true(result->moment[7].restart && result->moment[8].restart);
    assert_int_equal(result->moment[7].refusals, 123);
    assert_string_equal(result->moment[7].error, "it was not ready in time");
    assert_int_equal(result->fault_count + result->event_count, 0);
    assert_string_equal(result->side[SIDE_CLIENT].program, "connect send recv wait-fin close");
    assert_int_equal(result->side[SIDE_CLIENT].steps.length, 0);
    assert_int_equal(result->side[SIDE_CLIENT].account.outcome[OUTCOME_REFUSED], 19);
    double value;
    assert_true(result_metric(result, "timeline.refusals", &value));
    assert_true(value > 122 && value < 124);
    char *text = dumped(result);
    json_t *json = parsed(text);
    struct result *again = result_from_json(json, &error);
    assert_non_null(again);
    char *dumped_again = dumped(again);
    assert_string_equal(text, dumped_again);
    free(text);
    free(dumped_again);
    json_decref(json);
    result_free(result);
    result_free(again);
}

static bool was_measured(const json_t *metrics, const char *name)
{
    /* Its account holds the first four, its outcomes and the prediction make the fifth, and its
     * scenario the rest. */
    static const char *const derived[] = {
        "client.attempted",     "server.attempted",      "client.opened",     "server.opened",
        "connections.foreseen", "connections.scheduled", "connections.missed"};

    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        if (strcmp(name, derived[i]) == 0) {
            return true;
        }
    }
    return json_object_get(metrics, name) != NULL ||
           strcmp(strrchr(name, '.'), ".last") == 0; /* of the series, which it had */
}

/* Of all metrics of today none stands at 0 because nobody counted, as read and as written again. */
static void what_schema_1_did_not_measure_is_absent(void **state)
{
    static const char *const sparse[] = {
        "client.http.status.500",    "closed_first.unknown",         "client.message_due",
        "client.http.5xx",           "server.close_wait.unaccepted", "server.fin_unsent.final",
        "server.accept_queue.final", "client.outcome.bad_status",    "server.restart",
    };
    struct error error;
    json_t *file = json_load_file(TEST_DATA "/result/schema-1.json", 0, NULL);
    struct result *result = result_from_json(file, &error);

    (void)state;
    for (int again = 0; again < 2; again++) {
        double value;
        for (size_t i = 0; i < sizeof sparse / sizeof sparse[0]; i++) {
            assert_false(result_metric(result, sparse[i], &value));
        }
        result_measure(result);
        assert_true(result->metric_count > 100);
        for (size_t i = 0; i < result->metric_count; i++) {
            if (!was_measured(json_object_get(file, "metrics"), result->metric[i].name)) {
                fail_msg("%s was never measured", result->metric[i].name);
            }
        }
        json_t *json = result_to_json(result);
        result_free(result);
        result = result_from_json(json, &error);
        assert_non_null(result);
        json_decref(json);
    }
    result_free(result);
    json_decref(file);
}

/* What a double cannot hold, no reader of JSON in doubles can tell from its neighbours. */
static void no_limit_is_minus_one(void **state)
{
    static const json_int_t written[] = {-1, INT64_MAX}; /* as it is, and as it was */
    struct error error = {0};

    (void)state;
    for (size_t i = 0; i < sizeof written / sizeof written[0]; i++) {
        json_t *json = quoted(fixture_json);
        json_t *counters = json_object_get(json_object_get(json, "client"), "counters");
        json_object_set_new(counters, "TcpMaxConn", json_pack("[II]", written[i], written[i]));
        struct result *result = result_from_json(json, &error);
        assert_non_null(result);
        json_decref(json);
        json = result_to_json(result);
        counters = json_object_get(json_object_get(json, "client"), "counters");
        for (size_t at = 0; at < 2; at++) {
            json_t *value = json_array_get(json_object_get(counters, "TcpMaxConn"), at);
            assert_int_equal(json_integer_value(value), -1);
        }
        json_decref(json);
        result_free(result);
    }
}

static void the_valid_one_is_valid(void **state)
{
    struct error error = {0};
    json_t *json = quoted(fixture_json);
    struct result *result = result_from_json(json, &error);

    (void)state;
    assert_string_equal(error.what, "");
    assert_non_null(result);
    assert_int_equal(result->side[SIDE_CLIENT].observation[1].state[TCP_STATE_TIME_WAIT], 1);
    assert_int_equal(result->remark_count, 2); /* a finding has become one */
    assert_string_equal(result->remark[1].id, "finding");
    assert_string_equal(result->remark[1].text, "f");
    assert_int_equal(result->side[SIDE_CLIENT].counters.item[0].after, 2);
    assert_int_equal(result->predicted[0].side[SIDE_SERVER].final, TCP_STATE_TIME_WAIT);
    assert_true(result->side[SIDE_CLIENT].played && !result->side[SIDE_SERVER].played);
    assert_true(result->side[SIDE_CLIENT].has_tls && !result->side[SIDE_SERVER].has_tls);
    assert_int_equal(result->side[SIDE_CLIENT].account.tls.count[TLS_TICKETS], 2);
    assert_string_equal(result->side[SIDE_CLIENT].account.tls.negotiated, "TLSv1.3");
    assert_string_equal(result->side[SIDE_CLIENT].tls_errors.item[0].text, "unexpected eof");
    assert_int_equal(result->side[SIDE_CLIENT].tls_errors.item[0].count, 3);
    /* What a later finwait may add is no concern of this one. */
    json_object_set_new(json, "later", json_true());
    result_free(result);
    result = result_from_json(json, &error);
    assert_non_null(result);
    result_free(result);
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_comes_back_as_it_was),
        cmocka_unit_test(histograms_and_pairs_come_back),
        cmocka_unit_test(what_befell_comes_back_as_values),
        cmocka_unit_test(schema_1_is_read_without_what_it_did_not_have),
        cmocka_unit_test(what_schema_1_did_not_measure_is_absent),
        cmocka_unit_test(a_text_that_comes_again_is_counted_once),
        cmocka_unit_test(an_empty_result_comes_back),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced),
        cmocka_unit_test(the_top_reads_well),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(no_limit_is_minus_one),
        cmocka_unit_test(the_valid_one_is_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
