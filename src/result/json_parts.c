#include "json_parts.h"

#include <string.h>

#include "finwait/grow.h"
#include "finwait/result.h"

/* ---- pairs of texts: {name: value}, {name: [value, value]} for a name that comes again ---- */

static void add_pair(json_t *object, const char *name, const char *value)
{
    json_t *before = json_object_get(object, name);
    json_t *text = codec_string(value);

    if (before == NULL) {
        json_object_set_new(object, name, text);
    } else if (json_is_array(before)) {
        json_array_append_new(before, text);
    } else {
        json_object_set_new(object, name, json_pack("[O, o]", before, text));
    }
}

static json_t *pairs_to(const struct field *field, const void *base)
{
    const struct text_pairs *pairs = (const void *)((const char *)base + field->offset);
    json_t *object = pairs->count == 0 ? NULL : json_object();

    for (size_t i = 0; i < pairs->count; i++) {
        add_pair(object, pairs->item[i].name, pairs->item[i].value);
    }
    return object;
}

static int values_from(const struct node *node, struct text_pairs *pairs)
{
    for (size_t i = 0; i < json_array_size(node->json); i++) {
        struct node element = node_element(node, i);
        const char *text = node_text(&element);
        if (text == NULL) {
            return -1;
        }
        text_pairs_add(pairs, node->key, text);
    }
    return 0;
}

static int pair_from(void *context, const struct node *node)
{
    struct text_pairs *pairs = context;

    if (json_is_array(node->json)) {
        return values_from(node, pairs);
    }
    const char *text = node_text(node);
    if (text == NULL) {
        return -1;
    }
    text_pairs_add(pairs, node->key, text);
    return 0;
}

static int pairs_from(const struct field *field, const struct node *node, void *base)
{
    return node_each(node, pair_from, (char *)base + field->offset);
}

const struct codec codec_pairs = {pairs_to, pairs_from};

/* ---- counters: {name: [before, after]} ---- */

/* MaxConn of Tcp, the only one that can be below 0 (snmp_seq_show_tcp_udp(), net/ipv4/proc.c), is
 * -1 for no limit (RFC 4022).  Earlier files have INT64_MAX for it. */
static json_t *counter_value(uint64_t value)
{
    return value == UINT64_MAX ? json_integer(-1) : codec_counted(value);
}

static int counter_value_from(const struct node *node, uint64_t *value)
{
    int64_t integer = json_integer_value(node->json);

    if (integer != -1 && node_integer(node, 0, INT64_MAX, &integer) != 0) {
        return -1;
    }
    *value = integer == -1 || integer == INT64_MAX ? UINT64_MAX : (uint64_t)integer;
    return 0;
}

static json_t *counters_to(const struct field *field, const void *base)
{
    const struct counters *counters = (const void *)((const char *)base + field->offset);
    json_t *object = counters->count == 0 ? NULL : json_object();

    for (size_t i = 0; i < counters->count; i++) {
        json_t *both = json_array();
        json_array_append_new(both, counter_value(counters->item[i].before));
        json_array_append_new(both, counter_value(counters->item[i].after));
        json_object_set_new(object, counters->item[i].name, both);
    }
    return object;
}

static int counter_from(void *context, const struct node *node)
{
    struct counters *counters = context;

    if (json_array_size(node->json) != 2) {
        return node_fail(node, "must be an array of two numbers");
    }
    struct node first = node_element(node, 0);
    struct node second = node_element(node, 1);
    uint64_t before;
    uint64_t after;
    if (counter_value_from(&first, &before) != 0 || counter_value_from(&second, &after) != 0) {
        return -1;
    }
    struct counter *counter = counters_add(counters, node->key);
    if (counter == NULL) {
        return node_fail(node, "has a longer name than a counter can have");
    }
    counter->before = before;
    counter->after = after;
    return 0;
}

static int counters_from(const struct field *field, const struct node *node, void *base)
{
    return node_each(node, counter_from, (char *)base + field->offset);
}

const struct codec codec_counters = {counters_to, counters_from};

/* ---- texts and how often: {text: count} ---- */

static json_t *text_counts_to(const struct field *field, const void *base)
{
    const struct text_counts *counts = (const void *)((const char *)base + field->offset);
    json_t *object = counts->count == 0 ? NULL : json_object();

    for (size_t i = 0; i < counts->count; i++) {
        json_t *key = codec_string(counts->item[i].text); /* UTF-8, whatever it was */
        json_object_set_new(object, json_string_value(key), codec_counted(counts->item[i].count));
        json_decref(key);
    }
    return object;
}

static int text_count_from(void *context, const struct node *node)
{
    int64_t count;

    if (node_integer(node, 0, INT64_MAX, &count) != 0) {
        return -1;
    }
    text_counts_add(context, node->key, (uint64_t)count);
    return 0;
}

static int text_counts_from(const struct field *field, const struct node *node, void *base)
{
    return node_each(node, text_count_from, (char *)base + field->offset);
}

const struct codec codec_text_counts = {text_counts_to, text_counts_from};

/* ---- metrics: {name: value} ---- */

static json_t *metrics_to(const struct field *field, const void *base)
{
    const struct result *result = base;
    json_t *object = result->metric_count == 0 ? NULL : json_object();

    (void)field;
    for (size_t i = 0; i < result->metric_count; i++) {
        json_t *value = codec_number(result->metric[i].value);
        if (value != NULL) {
            json_object_set_new(object, result->metric[i].name, value);
        }
    }
    return object;
}

static int metric_from(void *context, const struct node *node)
{
    struct result *result = context;
    double value;

    if (node_real(node, &value) != 0) {
        return -1;
    }
    result->metric[result->metric_count++] = (struct metric_value){grow_text(node->key), value};
    return 0;
}

static int metrics_from(const struct field *field, const struct node *node, void *base)
{
    struct result *result = base;

    (void)field;
    result->metric = grow_new(json_object_size(node->json), sizeof *result->metric);
    return node_each(node, metric_from, result);
}

const struct codec codec_metrics = {metrics_to, metrics_from};

/* ---- what was a list of its own before there were remarks: [{text}]; read, never written ---- */

static const struct field finding_fields[] = {
    {"text", &codec_text, AT(remark, text)},
    {0},
};

static json_t *findings_to(const struct field *field, const void *base)
{
    (void)field;
    (void)base;
    return NULL;
}

static int findings_from(const struct field *field, const struct node *node, void *base)
{
    (void)field;
    if (!json_is_array(node->json)) {
        return node_fail(node, "must be an array");
    }
    for (size_t i = 0; i < json_array_size(node->json); i++) {
        struct node element = node_element(node, i);
        struct remark *remark = result_add_remark(base, "finding", REMARK_WARNING);
        if (fields_from_json(finding_fields, &element, remark) != 0) {
            return -1;
        }
    }
    return 0;
}

const struct codec codec_findings = {findings_to, findings_from};

/* ---- a remark's evidence: {metric: value} ---- */

static json_t *evidence_to(const struct field *field, const void *base)
{
    const struct remark *remark = base;
    json_t *object = remark->evidence_count == 0 ? NULL : json_object();

    (void)field;
    for (size_t i = 0; i < remark->evidence_count; i++) {
        json_object_set_new(object, remark->evidence[i].metric,
                            codec_number(remark->evidence[i].value));
    }
    return object;
}

static int evidence_item_from(void *context, const struct node *node)
{
    double value;

    if (node_real(node, &value) != 0) {
        return -1;
    }
    remark_add_evidence(context, node->key, value);
    return 0;
}

static int evidence_from(const struct field *field, const struct node *node, void *base)
{
    (void)field;
    return node_each(node, evidence_item_from, base);
}

const struct codec codec_evidence = {evidence_to, evidence_from};
