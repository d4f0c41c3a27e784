#include <string.h>

#include "finwait/codec.h"
#include "finwait/grow.h"
#include "finwait/result.h"
#include "json_capture.h"
#include "json_moments.h"
#include "json_parts.h"

/* ---- enums as words ---- */

static const char *const verdict_names[] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_FAIL] = "fail",
    [VERDICT_UNMEASURED] = "unmeasured",
    [VERDICT_VACUOUS] = "vacuous",
    [VERDICT_UNJUDGED] = "unjudged",
};

const char *verdict_name(enum verdict verdict)
{
    return verdict_names[verdict];
}

static const char *verdict_item(size_t index)
{
    return verdict_names[index];
}

static const char *quantity_item(size_t index)
{
    static const char *const names[QUANTITY_N] = {"count", "s", "bytes", "1/s"};

    return names[index];
}

ITEM(side_item, enum side, side_name)
ITEM(kind_item, enum remark_kind, remark_kind_name)
ITEM(certainty_item, enum certainty, certainty_name)
ITEM(place_item, enum owner_place, owner_place_name)
ITEM(state_item, enum tcp_state, tcp_state_name)
ITEM(outcome_item, enum outcome, outcome_name)
ITEM(lost_item, enum lost_how, lost_name)
ITEM(end_item, enum command_end, command_end_name)
ITEM(errno_item, int, errno_name)

/* ---- the tables; each row's codec says what it is ---- */

static const struct field latency_fields[] = {
#define X(id, name, about)                                                                         \
    {name, &codec_histogram, AT(result_side, account.latency) + (id) * sizeof(struct histogram),   \
     .optional = true},
    LATENCIES(X)
#undef X
        {0},
};

/* Of result_side, which knows what a file lacked. */
static const struct field account_fields[] = {
/* One that is newer than the file is not in it. */
#define X(name, unit, about)                                                                       \
    {#name, &codec_count, AT(result_side, account.name),                                           \
     .lacking = FLAG(result_side, lacking.name)},
    ACCOUNT(X)
#undef X
        {"first_no_port", &codec_once, AT(result_side, account.first_no_port), .optional = true},
    {"last_begun", &codec_once, AT(result_side, account.last_begun), .optional = true},
    {"keep_alive", &codec_once, AT(result_side, account.keep_alive), .optional = true},
    {"stood_still", &codec_once, AT(result_side, account.stood_still), .optional = true},
    {"cpu_user", &codec_duration, AT(result_side, account.cpu_user)},
    {"cpu_system", &codec_duration, AT(result_side, account.cpu_system)},
    {"memory_start", &codec_measured, AT(result_side, account.memory_start), .optional = true},
    {"memory_peak", &codec_measured, AT(result_side, account.memory_peak), .optional = true},
    {"memory_open", &codec_measured, AT(result_side, account.memory_open), .optional = true},
    {"outcomes", &codec_names, NAMES(result_side, account.outcome), .name = outcome_item,
     .names = OUTCOME_N},
    {"due", &codec_names, NAMES(result_side, account.due), .name = outcome_item, .names = OUTCOME_N,
     .lacking = FLAG(result_side, lacking.due)},
    {"statuses", &codec_names, NAMES(result_side, account.status), .name = http_status_name,
     .names = HTTP_STATUS_N, .lacking = FLAG(result_side, lacking.statuses)},
    {"errors", &codec_names, NAMES(result_side, account.error), .name = errno_item,
     .names = ERRNO_LIMIT},
    {"latency", &codec_object, .fields = latency_fields, .optional = true},
    {0},
};

static const struct field tls_fields[] = {
/* Results of before had no such wait. */
#define X(id, name, about)                                                                         \
    {name, &codec_count, AT(tls_account, count) + (id) * sizeof(uint64_t),                         \
     .optional = (id) == TLS_WAITED || (id) == TLS_INCOMPLETE},
    TLS_COUNTS(X)
#undef X
        {"negotiated", &codec_label, AT(tls_account, negotiated),
         .size = sizeof(((struct tls_account *)0)->negotiated), .optional = true},
    {0},
};

static const struct field final_fields[] = {
    {"at", &codec_time, AT(result_side, final.at)},
    {"states", &codec_names, NAMES(result_side, final.state), .name = state_item,
     .names = TCP_STATE_N},
    {"kernel_memory", &codec_names, NAMES(result_side, kernel_memory), .name = state_item,
     .names = TCP_STATE_N, .flag = FLAG(result_side, has_kernel_memory)},
/* One that is newer than the file is not in it. */
#define X(name, about)                                                                             \
    {#name, &codec_unsigned, AT(result_side, final.name),                                          \
     .lacking = FLAG(result_side, lacking.name)},
    SOCKETS_TOLD(X)
#undef X
        {0},
};

static const struct field lost_fields[] = {
    {"worker", &codec_unsigned, AT(lost_worker, worker)},
    {"how", WORD(lost_item, LOST_N), AT(lost_worker, how)},
    {"number", &codec_int, AT(lost_worker, number)},
    {"at", &codec_time, AT(lost_worker, at)},
    {0},
};

static const struct field stock_fields[] = {
    {"descriptors", &codec_count, AT(command_stock, descriptors),
     .flag = FLAG(command_stock, has_descriptors)},
    {"memory", &codec_count, AT(command_stock, memory)},
    {"cpu", &codec_duration, AT(command_stock, cpu)},
    {0},
};

#define STOCK(key, look)                                                                           \
    {                                                                                              \
        key, &codec_object, AT(result_command, census.stock[look]),                                \
            .fields = stock_fields, .flag = FLAG(result_command, census.stock[look].looked)        \
    }

static const struct field command_fields[] = {
    {"argv", &codec_words, AT(result_command, argv), .optional = true},
    {"end", WORD(end_item, COMMAND_END_N), AT(result_command, end), .optional = true},
    {"number", &codec_int, AT(result_command, number), .optional = true},
    {"by_itself", &codec_bool, AT(result_command, by_itself), .optional = true},
    {"unasked", &codec_bool, AT(result_command, unasked), .optional = true},
    {"ended_at", &codec_time, AT(result_command, ended_at),
     .flag = FLAG(result_command, has_ended_at)},
    {"cpu_user", &codec_duration, AT(result_command, cpu_user), .optional = true},
    {"cpu_system", &codec_duration, AT(result_command, cpu_system), .optional = true},
    {"memory_peak", &codec_measured, AT(result_command, memory_peak), .optional = true},
    {"killed", &codec_count, AT(result_command, killed), .optional = true},
    {"printed", &codec_count, AT(result_command, printed), .optional = true},
    {"cut", &codec_bool, AT(result_command, cut), .optional = true},
    {"runs", &codec_bool, AT(result_command, census.runs),
     .flag = FLAG(result_command, census.looked)},
    {"processes", &codec_count, AT(result_command, census.processes),
     .flag = FLAG(result_command, census.looked)},
    {"old", &codec_count, AT(result_command, census.old),
     .flag = FLAG(result_command, census.struck)},
    {"new", &codec_count, AT(result_command, census.fresh),
     .flag = FLAG(result_command, census.struck)},
    {"took", &codec_measured, AT(result_command, census.took), .optional = true},
    {"ready", &codec_measured, AT(result_command, ready), .optional = true},
    STOCK("at_begin", LOOK_BEGIN),
    STOCK("warm", LOOK_WARM),
    STOCK("final", LOOK_FINAL),
    {"tail", &codec_text, AT(result_command, tail), .optional = true},
    {0},
};

static const struct field mix_fields[] = {
    {"name", &codec_text, AT(result_mix, name)},
    {"program", &codec_text, AT(result_mix, program)},
    {"weight", &codec_count, AT(result_mix, weight)},
    {"attempted", &codec_count, AT(result_mix, account.attempted)},
    {"opened", &codec_count, AT(result_mix, account.opened)},
    {"outcomes", &codec_names, NAMES(result_mix, account.outcome), .name = outcome_item,
     .names = OUTCOME_N},
    {"due", &codec_names, NAMES(result_mix, account.due), .name = outcome_item, .names = OUTCOME_N},
    {0},
};

static const struct field text_count_field = {"count", &codec_count, AT(text_count, count)};

static const struct field side_fields[] = {
    {"program", &codec_text, AT(result_side, program), .optional = true},
    {"steps", &codec_array, ARRAY(result_side, steps.step, steps.length), .fields = step_fields},
    {"command", &codec_object, AT(result_side, command), .fields = command_fields,
     .flag = FLAG(result_side, has_command)},
    {"mix", &codec_list, LIST(result_side, mix, mix_count), .fields = mix_fields},
    {"workers", &codec_unsigned, AT(result_side, workers)},
    {"workers_died", &codec_unsigned, AT(result_side, workers_died)},
    {"lost", &codec_list, LIST(result_side, lost, lost_count), .fields = lost_fields},
    {"account", &codec_object, .fields = account_fields, .flag = FLAG(result_side, played)},
    {"tls", &codec_object, AT(result_side, account.tls), .fields = tls_fields,
     .flag = FLAG(result_side, has_tls)},
    {"tls_errors", MAP(result_side, tls_errors.item, tls_errors.count, &text_count_field)},
    {"stood_before", &codec_count, AT(result_side, stood_before),
     .flag = FLAG(result_side, has_stood_before)},
    {"final", &codec_object, .fields = final_fields, .flag = FLAG(result_side, has_final)},
    {"observations", &codec_observations, .optional = true},
    {"sockstat", &codec_sockstat, .optional = true},
    {"counters", &codec_counters, AT(result_side, counters), .optional = true},
    {"sysctl", &codec_pairs, AT(result_side, sysctl), .optional = true},
    {0},
};

/* Of result_side: what was seen of one end. */
static const struct field end_fields[] = {
    {"final", &codec_object, .fields = final_fields, .flag = FLAG(result_side, has_final)},
    {"observations", &codec_observations, .optional = true},
    {0},
};

static const struct field proxy_fields[] = {
    {"command", &codec_object, AT(result, side[SIDE_PROXY].command), .fields = command_fields},
    {"counters", &codec_counters, AT(result, side[SIDE_PROXY].counters), .optional = true},
    {"front", &codec_object, AT(result, side[SIDE_FRONT]), .fields = end_fields, .optional = true},
    {"back", &codec_object, AT(result, side[SIDE_BACK]), .fields = end_fields, .optional = true},
    {0},
};

static const struct field holder_fields[] = {
    {"pid", &codec_count, AT(holder, pid)},
    {"comm", &codec_label, AT(holder, comm), .size = OWNER_COMM, .optional = true},
    {0},
};

static const struct field owner_fields[] = {
    {"side", WORD(side_item, ENDS_N), AT(owner, side)},
    {"state", WORD(state_item, TCP_STATE_N), AT(owner, state)},
    {"where", WORD(place_item, OWNER_PLACE_N), AT(owner, where)},
    {"count", &codec_count, AT(owner, count)},
    {"pid", &codec_measured, AT(owner, pid), .optional = true},
    {"pid_inside", &codec_measured, AT(owner, pid_inside), .optional = true},
    {"comm", &codec_label, AT(owner, comm), .size = OWNER_COMM, .optional = true},
    {"threads", &codec_measured, AT(owner, threads), .optional = true},
    {"processes", &codec_measured, AT(owner, processes), .optional = true},
    {"holders", &codec_list, LIST(owner, holder, holder_count), .fields = holder_fields},
    {"parent", &codec_measured, AT(owner, parent), .optional = true},
    {"descriptors", &codec_text, AT(owner, descriptors), .optional = true},
    {"age", &codec_duration, AT(owner, age), .flag = FLAG(owner, has_age)},
    {"age_least", &codec_duration, AT(owner, age_least), .flag = FLAG(owner, has_age)},
    {"uid", &codec_count, AT(owner, uid), .flag = FLAG(owner, has_uid)},
    {"why", &codec_text, AT(owner, why), .optional = true},
    {0},
};

static const struct field predicted_side_fields[] = {
    {"path", &codec_text, AT(predicted_side, path), .optional = true},
    {"final", WORD(state_item, TCP_STATE_N), AT(predicted_side, final), .optional = true},
    {"fate", &codec_text, AT(predicted_side, fate), .optional = true},
    {"rst_sent", &codec_unsigned, AT(predicted_side, rst_sent)},
    {"tw", &codec_unsigned, AT(predicted_side, tw)},
    {0},
};

static const struct field predicted_fields[] = {
    {"client", &codec_object, AT(predicted_end, side[SIDE_CLIENT]),
     .fields = predicted_side_fields},
    {"server", &codec_object, AT(predicted_end, side[SIDE_SERVER]),
     .fields = predicted_side_fields},
    {"by_buffers", &codec_bool, AT(predicted_end, by_buffers), .optional = true},
    {0},
};

static const struct field limit_fields[] = {
    {"name", &codec_text, AT(result_limit, name)},
    {"side", WORD(side_item, SIDE_N), AT(result_limit, side), .flag = FLAG(result_limit, has_side)},
    {"most", &codec_real, AT(result_limit, most)},
    {"needed", &codec_real, AT(result_limit, needed)},
    {"text", &codec_text, AT(result_limit, text), .optional = true},
    {"advice", &codec_text, AT(result_limit, advice), .optional = true},
    {0},
};

const struct field metric_value_field = {"value", &codec_real, AT(metric_value, value)};
static const struct field evidence_field = {"value", &codec_real, AT(evidence, value)};

const struct field remark_fields[] = {
    {"id", &codec_text, AT(remark, id)},
    {"side", WORD(side_item, PLAYERS_N), AT(remark, side), .flag = FLAG(remark, has_side)},
    {"kind", WORD(kind_item, REMARK_KIND_N), AT(remark, kind)},
    {"certainty", WORD(certainty_item, CERTAINTY_N), AT(remark, certainty)},
    {"text", &codec_text, AT(remark, text)},
    {"advice", &codec_text, AT(remark, advice), .optional = true},
    {"evidence", MAP(remark, evidence, evidence_count, &evidence_field)},
    {0},
};

static const struct field expectation_fields[] = {
    {"text", &codec_text, AT(expectation_result, text)},
    {"verdict", WORD(verdict_item, VERDICT_N), AT(expectation_result, verdict)},
    {"unit", WORD(quantity_item, QUANTITY_N), AT(expectation_result, quantity), .optional = true},
    {"left", &codec_real, AT(expectation_result, left), .flag = FLAG(expectation_result, compared)},
    {"right", &codec_real, AT(expectation_result, right),
     .flag = FLAG(expectation_result, compared)},
    {"missing", &codec_text, AT(expectation_result, missing), .optional = true},
    {"problem", &codec_text, AT(expectation_result, problem), .optional = true},
    {0},
};

static const struct field inspection_fields[] = {
    {"host", &codec_text, AT(inspection, host)},
    {"command", &codec_text, AT(inspection, command)},
    {"status", &codec_int, AT(inspection, status)},
    {"output", &codec_text, AT(inspection, output)},
    {"cut", &codec_bool, AT(inspection, cut), .optional = true},
    {0},
};

static const struct field span_fields[] = {
    {"begin", &codec_time, AT(phase_span, begin)},
    {"end", &codec_time, AT(phase_span, end)},
    {0},
};

static int span_from(const struct field *field, const struct node *node, void *base)
{
    const struct phase_span *span = (const void *)((const char *)base + field->offset);
    struct node end = node_member(node, "end", NULL);

    if (codec_object.from(field, node, base) != 0) {
        return -1;
    }
    return span->end >= span->begin ? 0 : node_fail(&end, "must not be before begin");
}

static json_t *span_to(const struct field *field, const void *base)
{
    return codec_object.to(field, base);
}

static const struct codec codec_span = {span_to, span_from};

#define PHASE_ROW(name, id)                                                                        \
    {                                                                                              \
        name, &codec_span, AT(result, phase[id]), .fields = span_fields,                           \
                                                  .flag = FLAG(result, phase[id].reached)          \
    }

static const struct field phase_fields[] = {
    PHASE_ROW("setup", PHASE_SETUP),
    PHASE_ROW("load", PHASE_LOAD),
    PHASE_ROW("settle", PHASE_SETTLE),
    PHASE_ROW("decay", PHASE_DECAY),
    {0},
};

static const struct field opening_fields[] = {
    {"first_tenth", &codec_duration, AT(result, opening_first)},
    {"last_tenth", &codec_duration, AT(result, opening_last)},
    {0},
};

static const struct field host_cpu_fields[] = {
#define X(name, column) {#name, &codec_duration, AT(result, host_cpu.name)},
    HOST_CPU(X)
#undef X
        {0},
};

static const struct field sampler_fields[] = {
    {"cpu", &codec_duration, AT(result, sampler_cpu)},
    {"span", &codec_once, AT(result, sampler_span), .optional = true},
    {"gap_max", &codec_duration, AT(result, sampler_gap_max)},
    {"gap_mean", &codec_duration, AT(result, sampler_gap_mean)},
    {"samples", &codec_count, AT(result, sampler_samples)},
    {"full_dumps", &codec_count, AT(result, sampler_full_dumps)},
    {"counts", &codec_measured, AT(result, sampler_counts), .optional = true},
    {"time_wait_gap", &codec_once, AT(result, sampler_time_wait_gap), .optional = true},
    {"late", &codec_once, AT(result, sampler_late), .optional = true},
    {0},
};

static const struct field lab_fields[] = {
    {"setup", &codec_once, AT(result, lab_setup), .optional = true},
    {"teardown", &codec_duration, AT(result, lab_teardown)},
    {0},
};

static const struct field result_fields[] = {
    {"finwait", &codec_text, AT(result, version), .optional = true},
    {"schema", &codec_int, AT(result, schema)},
    {"partial", &codec_bool, AT(result, partial)},
    {"cut_by", &codec_text, AT(result, cut_by), .optional = true},
    {"unkept", &codec_pairs, AT(result, unkept), .optional = true},
    {"started", &codec_text, AT(result, started), .optional = true},
    {"private_lab", &codec_bool, AT(result, private_lab)},
    {"expectations", &codec_list, LIST(result, expectation, expectation_count),
     .fields = expectation_fields},
    {"remarks", &codec_list, LIST(result, remark, remark_count), .fields = remark_fields},
    {"findings", &codec_findings, .optional = true}, /* after them: it adds to them */
    {"metrics", MAP(result, metric, metric_count, &metric_value_field)},
    {"predicted", &codec_list, LIST(result, predicted, predicted_count),
     .fields = predicted_fields},
    {"unpredicted", &codec_text, AT(result, unpredicted), .optional = true},
    {"limits", &codec_list, LIST(result, limit, limit_count), .fields = limit_fields},
    {"faults", &codec_list, LIST(result, fault, fault_count), .fields = fault_fields},
    {"events", &codec_list, LIST(result, event, event_count), .fields = event_fields},
    {"timeline", &codec_list, LIST(result, moment, moment_count), .fields = moment_fields},
    {"scenario", &codec_pairs, AT(result, scenario), .optional = true},
    {"environment", &codec_pairs, AT(result, environment), .optional = true},
    {"phases", &codec_object, .fields = phase_fields, .optional = true},
    {"lab", &codec_object, .fields = lab_fields, .flag = FLAG(result, has_lab)},
    {"opening", &codec_object, .fields = opening_fields, .flag = FLAG(result, has_opening)},
    {"host_cpu", &codec_object, .fields = host_cpu_fields, .flag = FLAG(result, has_host_cpu)},
    {"sampler", &codec_object, .fields = sampler_fields, .flag = FLAG(result, has_sampler)},
    {"client", &codec_object, AT(result, side[SIDE_CLIENT]), .fields = side_fields},
    {"server", &codec_object, AT(result, side[SIDE_SERVER]), .fields = side_fields},
    {"proxy", &codec_object, .fields = proxy_fields,
     .flag = FLAG(result, side[SIDE_PROXY].has_command)},
    {"owners", &codec_list, LIST(result, owners.item, owners.count), .fields = owner_fields},
    {"host_counters", &codec_counters, AT(result, host_counters), .optional = true},
    {"inspections", &codec_list, LIST(result, inspection, inspection_count),
     .fields = inspection_fields},
    {"capture", &codec_object, AT(result, capture), .fields = capture_fields,
     .flag = FLAG(result, has_capture)},
    {0},
};

/* ---- the whole ---- */

/* The worst of the expectations' verdicts; NULL: nothing was expected, or the run was cut short. */
static const char *overall_verdict(const struct result *result)
{
    static const unsigned rank[VERDICT_N] = {
        [VERDICT_PASS] = 0,     [VERDICT_VACUOUS] = 1, [VERDICT_UNMEASURED] = 2,
        [VERDICT_UNJUDGED] = 3, [VERDICT_FAIL] = 4,
    };
    enum verdict worst = VERDICT_PASS;

    for (size_t i = 0; i < result->expectation_count; i++) {
        enum verdict verdict = result->expectation[i].verdict;
        worst = rank[verdict] > rank[worst] ? verdict : worst;
    }
    return result->expectation_count == 0 || result->partial ? NULL : verdict_names[worst];
}

/* For the reader's eye, in front; loading ignores what only repeats the rest. */
static void add_heading(const struct result *result, json_t *object)
{
    const char *name = text_pairs_get(&result->scenario, "name");
    const char *verdict = overall_verdict(result);

    json_object_set_new(object, "finwait", json_null());
    json_object_set_new(object, "schema", json_null());
    if (name != NULL) {
        json_object_set_new(object, "name", codec_string(name));
    }
    if (verdict != NULL) {
        json_object_set_new(object, "verdict", json_string(verdict));
    }
}

json_t *result_to_json(const struct result *result)
{
    json_t *object;

    codec_memory();
    object = json_object();
    add_heading(result, object);
    fields_to_json(result_fields, result, object);
    if (json_is_null(json_object_get(object, "finwait"))) {
        json_object_del(object, "finwait");
    }
    return object;
}

struct result *result_from_json(const json_t *json, struct error *error)
{
    struct node top = {.json = json, .error = error};
    struct result *result;

    if (node_check_schema(&top, RESULT_SCHEMA) != 0) {
        return NULL;
    }
    result = result_new();
    if (fields_from_json(result_fields, &top, result) != 0 ||
        json_check_moments(&top, result) != 0) {
        result_free(result);
        return NULL;
    }
    result->older = result->schema < RESULT_SCHEMA;
    result->schema = RESULT_SCHEMA; /* what an older one did not have is absent */
    return result;
}
