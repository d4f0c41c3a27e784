#include <stdlib.h>
#include <string.h>

#include "grow.h"
#include "readers.h"

/* How each row is read; `sparse`: the flat list leaves zeros out, there are too many. */
struct reader {
    metric_read *read;
    bool sparse;
};

static const struct reader readers[METRIC_N] = {
    [METRIC_PEAK] = {read_peak, false},
    [METRIC_MEAN] = {read_mean, false},
    [METRIC_FINAL] = {read_final, false},
    [METRIC_SLOPE] = {read_slope, false},
    [METRIC_AREA] = {read_area, false},
    [METRIC_UNACCEPTED] = {read_unaccepted, false},
    [METRIC_ACCEPT_QUEUE] = {read_accept_queue, false},
    [METRIC_FIN_UNSENT] = {read_fin_unsent, false},
    [METRIC_COUNTER] = {read_counter, true},
    [METRIC_HOST_COUNTER] = {read_host_counter, true},
    [METRIC_ATTEMPTED] = {read_tally, false},
    [METRIC_OPENED] = {read_opened, false},
    [METRIC_COMPLETED] = {read_tally, false},
    [METRIC_FAILED] = {read_tally, false},
    [METRIC_FORESEEN] = {read_tally, false},
    [METRIC_RATE] = {read_rate, false},
    [METRIC_LATENCY] = {read_latency, false},
    [METRIC_QUANTILE] = {read_quantile, false},
    [METRIC_ERRORS] = {read_errors, true},
    [METRIC_SIDE_ERRORS] = {read_side_errors, true},
    [METRIC_OUTCOME] = {read_outcome, false},
    [METRIC_SIDE_OUTCOME] = {read_side_outcome, false},
    [METRIC_CLOSED_FIRST] = {read_closed_first, false},
    [METRIC_DUE] = {read_due, false},
    [METRIC_HTTP] = {read_http, false},
    [METRIC_HTTP_STATUS] = {read_http, true},
    [METRIC_WORKERS_DIED] = {read_workers_died, false},
    [METRIC_FIRST_NO_PORT] = {read_first_no_port, false},
    [METRIC_LAST_BEGUN] = {read_last_begun, false},
    [METRIC_RESTART] = {read_restart, false},
    [METRIC_SIDE_RESTART] = {read_side_restart, false},
    [METRIC_REFUSALS] = {read_refusals, false},
    [METRIC_TLS] = {read_tls, false},
    [METRIC_TLS_FULL] = {read_tls_rate, false},
    [METRIC_TLS_RESUMED] = {read_tls_rate, false},
    [METRIC_MEMORY] = {read_memory, false},
    [METRIC_CPU] = {read_cpu, false},
    [METRIC_SAMPLER_COST] = {read_sampler, false},
    [METRIC_SAMPLER_GAP] = {read_sampler, false},
#define X(name, unit, about) [METRIC_ACCOUNT_##name] = {read_account, false},
    ACCOUNT(X)
#undef X
};

bool result_metric(const struct result *result, const char *name, double *value)
{
    struct metric_key key;

    for (size_t i = 0; i < result->metric_count; i++) {
        if (strcmp(result->metric[i].name, name) == 0) {
            *value = result->metric[i].value;
            return true;
        }
    }
    return metrics_match(name, &key) && readers[key.id].read(result, &key, value);
}

static void add_metric(void *context, const struct metric_key *key)
{
    const struct reader *reader = &readers[key->id];
    struct result *result = context;
    char name[METRIC_TEXT];
    double value;

    if (!reader->read(result, key, &value) || (reader->sparse && !(value < 0 || value > 0))) {
        return;
    }
    metrics_format(name, sizeof name, key);
    result->metric = grow_by_one(result->metric, result->metric_count, sizeof *result->metric);
    result->metric[result->metric_count++] = (struct metric_value){grow_text(name), value};
}

/* The open rows: one metric a counter that was read. */
static void add_counters(struct result *result, struct metric_key key,
                         const struct counters *counters)
{
    for (size_t i = 0; i < counters->count; i++) {
        key.name = counters->item[i].name;
        if (metrics_is_word(key.name)) {
            add_metric(result, &key);
        }
    }
}

static void forget_metrics(struct result *result)
{
    for (size_t i = 0; i < result->metric_count; i++) {
        free(result->metric[i].name);
    }
    result->metric_count = 0;
}

void result_measure(struct result *result)
{
    forget_metrics(result);
    for (unsigned id = 0; id < METRIC_N; id++) {
        struct metric_key key = {.id = (enum metric_id)id};
        if (key.id == METRIC_COUNTER) {
            for (unsigned side = 0; side < SIDE_N; side++) {
                key.part[DOMAIN_SIDE] = side;
                add_counters(result, key, &result->side[side].counters);
            }
        } else if (key.id == METRIC_HOST_COUNTER) {
            add_counters(result, key, &result->host_counters);
        } else {
            metrics_expand(&key, add_metric, result);
        }
    }
}
