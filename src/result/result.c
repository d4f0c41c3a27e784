#include "finwait/result.h"
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "finwait/text.h"

static const char *const phase_names[PHASE_N] = {
    [PHASE_SETUP] = "setup",
    [PHASE_LOAD] = "load",
    [PHASE_SETTLE] = "settle",
    [PHASE_DECAY] = "decay",
};

const char *phase_name(enum phase phase)
{
    return (unsigned)phase < PHASE_N ? phase_names[phase] : NULL;
}

void text_pairs_add(struct text_pairs *pairs, const char *name, const char *value)
{
    pairs->item = grow_by_one(pairs->item, pairs->count, sizeof *pairs->item);
    pairs->item[pairs->count++] = (struct text_pair){grow_text(name), grow_text(value)};
}

void text_pairs_drop(struct text_pairs *pairs)
{
    struct text_pair *last = &pairs->item[--pairs->count];

    free(last->name);
    free(last->value);
}

const char *text_pairs_get(const struct text_pairs *pairs, const char *name)
{
    const struct text_pair *pair = NAMED(name, pairs->item, pairs->count);

    return pair != NULL ? pair->value : NULL;
}

const char *result_setting(const struct result *result, const char *path)
{
    return text_or_empty(text_pairs_get(&result->scenario, path));
}

void text_pairs_fini(struct text_pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free(pairs->item[i].name);
        free(pairs->item[i].value);
    }
    free(pairs->item);
    *pairs = (struct text_pairs){0};
}

void text_counts_add(struct text_counts *counts, const char *text, uint64_t count)
{
    struct text_count *known = NAMED(text, counts->item, counts->count);

    if (known != NULL) {
        known->count += count;
        return;
    }
    counts->item = grow_by_one(counts->item, counts->count, sizeof *counts->item);
    counts->item[counts->count++] = (struct text_count){grow_text(text), count};
}

void text_counts_fini(struct text_counts *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        free(counts->item[i].text);
    }
    free(counts->item);
    *counts = (struct text_counts){0};
}

struct result *result_new(void)
{
    struct result *result = grow_new(1, sizeof *result);

    result->schema = RESULT_SCHEMA;
    for (unsigned side = 0; side < SIDE_N; side++) {
        account_init(&result->side[side].account);
    }
    return result;
}

static void side_fini(struct result_side *side)
{
    free(side->program);
    command_fini(&side->command);
    for (size_t i = 0; i < side->mix_count; i++) {
        free(side->mix[i].name);
        free(side->mix[i].program);
    }
    free(side->mix);
    free(side->lost);
    text_counts_fini(&side->tls_errors);
    free(side->observation);
    free(side->sockstat);
    counters_fini(&side->counters);
    text_pairs_fini(&side->sysctl);
}

static void predictions_fini(struct result *result)
{
    for (size_t i = 0; i < result->predicted_count; i++) {
        for (unsigned side = 0; side < SIDE_N; side++) {
            free(result->predicted[i].side[side].path);
            free(result->predicted[i].side[side].fate);
        }
    }
    free(result->predicted);
    free(result->unpredicted);
    for (size_t i = 0; i < result->limit_count; i++) {
        free(result->limit[i].name);
        free(result->limit[i].text);
        free(result->limit[i].advice);
    }
    free(result->limit);
}

static void moments_fini(struct result *result)
{
    free(result->fault);
    free(result->event);
    for (size_t i = 0; i < result->moment_count; i++) {
        free(result->moment[i].what);
        free(result->moment[i].error);
    }
    free(result->moment);
}

struct remark *result_add_remark(struct result *result, const char *id, enum remark_kind kind)
{
    struct remark *remark;

    result->remark = grow_by_one(result->remark, result->remark_count, sizeof *result->remark);
    remark = &result->remark[result->remark_count++];
    *remark = (struct remark){.id = grow_text(id), .kind = kind};
    return remark;
}

void result_add_lost(struct result_side *side, const struct lost_worker *lost)
{
    side->lost = grow_by_one(side->lost, side->lost_count, sizeof *side->lost);
    side->lost[side->lost_count++] = *lost;
}

void result_forget_remarks(struct result *result)
{
    for (size_t i = 0; i < result->remark_count; i++) {
        remark_fini(&result->remark[i]);
    }
    result->remark_count = 0;
}

static void judgements_fini(struct result *result)
{
    result_forget_remarks(result);
    free(result->remark);
    for (size_t i = 0; i < result->expectation_count; i++) {
        free(result->expectation[i].text);
        free(result->expectation[i].missing);
        free(result->expectation[i].problem);
    }
    free(result->expectation);
    for (size_t i = 0; i < result->metric_count; i++) {
        free(result->metric[i].name);
    }
    free(result->metric);
}

static void inspections_fini(struct result *result)
{
    for (size_t i = 0; i < result->inspection_count; i++) {
        free(result->inspection[i].host);
        free(result->inspection[i].command);
        free(result->inspection[i].output);
    }
    free(result->inspection);
}

void result_free(struct result *result)
{
    if (result == NULL) {
        return;
    }
    free(result->version);
    free(result->cut_by);
    free(result->started);
    text_pairs_fini(&result->unkept);
    text_pairs_fini(&result->scenario);
    text_pairs_fini(&result->environment);
    for (unsigned side = 0; side < ENDS_N; side++) {
        side_fini(&result->side[side]);
    }
    counters_fini(&result->host_counters);
    owners_fini(&result->owners);
    predictions_fini(result);
    moments_fini(result);
    judgements_fini(result);
    inspections_fini(result);
    free(result->capture.file);
    free(result->capture.client);
    free(result->capture.packet);
    free(result);
}
