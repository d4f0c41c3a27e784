#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "readers.h"

static metric_read *const readers[METRIC_N] = {
#define X(id, pattern, unit, read, about) [id] = (read),
    METRICS(X)
#undef X
#define X(name, unit, about) [METRIC_ACCOUNT_##name] = read_account,
        ACCOUNT(X)
#undef X
};

bool result_metric(const struct result *result, const char *name, double *value)
{
    const struct metric_value *kept = NAMED(name, result->metric, result->metric_count);
    struct metric_key key;

    if (kept != NULL) {
        *value = kept->value;
        return true;
    }
    return metrics_match(name, &key) && readers[key.id](result, &key, value);
}

static void add_metric(void *context, const struct metric_key *key)
{
    struct result *result = context;
    char name[METRIC_TEXT];
    double value;

    if (!readers[key->id](result, key, &value) ||
        (metrics_is_sparse(key->id) && !(value < 0 || value > 0))) {
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

/* And those of a mix: as many a program as the row has words for. */
static void add_mix(struct result *result, struct metric_key key, const struct result_side *side)
{
    for (size_t i = 0; i < side->mix_count; i++) {
        key.name = side->mix[i].name;
        if (key.name != NULL && metrics_is_word(key.name)) {
            metrics_expand(&key, add_metric, result);
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
        } else if (key.id == METRIC_PROXY_COUNTER) {
            add_counters(result, key, &result->side[SIDE_PROXY].counters);
        } else if (key.id == METRIC_HOST_COUNTER) {
            add_counters(result, key, &result->host_counters);
        } else if (metrics_is_open(key.id)) {
            add_mix(result, key, &result->side[SIDE_CLIENT]);
        } else {
            metrics_expand(&key, add_metric, result);
        }
    }
}

/* As far as decimal digits and sums of doubles keep them. */
static bool is_same(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

void result_check(const struct result *result, result_doubt fn, void *context)
{
    if (result->older) {
        return;
    }
    struct result *made = grow_bytes(sizeof *made); /* too large for a stack */
    *made = *result;                                /* but for its metrics all is the original's */
    made->metric = NULL;
    made->metric_count = 0;
    result_measure(made);
    for (size_t i = 0; i < made->metric_count; i++) {
        const struct metric_value *kept =
            NAMED(made->metric[i].name, result->metric, result->metric_count);
        if (kept != NULL && !is_same(kept->value, made->metric[i].value)) {
            fn(context, kept->name, kept->value, made->metric[i].value);
        }
    }
    forget_metrics(made);
    free(made->metric);
    free(made);
}
