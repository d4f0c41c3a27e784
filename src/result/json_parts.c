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
