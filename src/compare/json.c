#include <math.h>
#include <string.h>

#include "finwait/codec.h"
#include "finwait/grow.h"
#include "finwait/named.h"
#include "parts.h"

/* ---- forms of their own ---- */

static json_t *size_to(const struct field *field, const void *base)
{
    const size_t *size = (const void *)((const char *)base + field->offset);

    return codec_counted(*size);
}

static int size_from(const struct field *field, const struct node *node, void *base)
{
    int64_t value;

    if (node_integer(node, 0, INT32_MAX, &value) != 0) {
        return -1;
    }
    *(size_t *)(void *)((char *)base + field->offset) = (size_t)value;
    return 0;
}

static const struct codec codec_size = {size_to, size_from};

/* Two ends, [low, high]: field->count is the offset of the second. */
static json_t *range_to(const struct field *field, const void *base)
{
    json_t *array = json_array();

    json_array_append_new(
        array, codec_number(*(const double *)(const void *)((const char *)base + field->offset)));
    json_array_append_new(
        array, codec_number(*(const double *)(const void *)((const char *)base + field->count)));
    return array;
}

static int range_from(const struct field *field, const struct node *node, void *base)
{
    if (json_array_size(node->json) != 2) {
        return node_fail(node, "must be an array of two numbers");
    }
    struct node low = node_element(node, 0);
    struct node high = node_element(node, 1);
    return node_real(&low, (double *)(void *)((char *)base + field->offset)) != 0 ||
                   node_real(&high, (double *)(void *)((char *)base + field->count)) != 0
               ? -1
               : 0;
}

static const struct codec codec_range = {range_to, range_from};

#define RANGE(type, low, high)                                                                     \
    &codec_range, AT(type, low), .count = offsetof(struct type, high), .optional = true

static const char *verdict_item(size_t index)
{
    return comparison_verdict_name((enum comparison_verdict)index);
}

/* ---- the tables; a variant is named, and its place is worked out ---- */

static const struct field variant_fields[] = {
    {"name", &codec_text, AT(comparison_variant, name)},
    {"set", &codec_pairs, AT(comparison_variant, set), .optional = true},
    {"expected", &codec_words, AT(comparison_variant, expected), .optional = true},
    {0},
};

static const struct field trial_fields[] = {
    {"round", &codec_size, AT(comparison_trial, round)},
    {"status", &codec_unsigned, AT(comparison_trial, status)},
    {"why", &codec_text, AT(comparison_trial, why), .optional = true},
    {"unmet", &codec_words, AT(comparison_trial, unmet), .optional = true},
    {"own", &codec_pairs, AT(comparison_trial, own), .optional = true},
    {"metrics", MAP(comparison_trial, metric, metric_count, &metric_value_field)},
    {0},
};

static const struct field median_fields[] = {
    {"baseline", &codec_real, AT(comparison_row, baseline)},
    {"variant", &codec_real, AT(comparison_row, median)},
    {"quartiles", RANGE(comparison_row, low_quartile, high_quartile)},
    {0},
};

static const struct field row_fields[] = {
    {"metric", &codec_text, AT(comparison_row, metric)},
    {"verdict", WORD(verdict_item, COMPARISON_VERDICT_N), AT(comparison_row, verdict)},
    {"asked", &codec_bool, AT(comparison_row, asked), .optional = true},
    {"exact", &codec_bool, AT(comparison_row, exact), .optional = true},
    {"n", &codec_size, AT(comparison_row, n)},
    {"medians", &codec_object, .fields = median_fields, .flag = FLAG(comparison_row, has_medians)},
    {"difference", &codec_real, AT(comparison_row, difference),
     .flag = FLAG(comparison_row, has_medians)},
    {"interval", RANGE(comparison_row, low, high), .flag = FLAG(comparison_row, has_interval)},
    {"p", &codec_real, AT(comparison_row, p), .flag = FLAG(comparison_row, has_p)},
    {"family", &codec_size, AT(comparison_row, family), .flag = FLAG(comparison_row, has_p)},
    {"detectable", &codec_real, AT(comparison_row, detectable),
     .flag = FLAG(comparison_row, has_detectable)},
    {0},
};

static const struct field differs_fields[] = {
    {"name", &codec_text, AT(comparison_differs, name)},
    {"varied", &codec_bool, AT(comparison_differs, varied)},
    {0},
};

static const struct field head_fields[] = {
    {"name", &codec_text, AT(comparison, name)},
    {"paired", &codec_bool, AT(comparison, paired)},
    {"seed", &codec_count, AT(comparison, seed), .optional = true},
    {"rounds", &codec_size, AT(comparison, rounds), .optional = true},
    {"cut", &codec_bool, AT(comparison, cut), .optional = true},
    {"margin", &codec_real, AT(comparison, margin), .optional = true},
    {"variants", &codec_list, LIST(comparison, variant, variant_count), .fields = variant_fields},
    {0},
};

static const struct field tail_fields[] = {
    {"attributed", &codec_bool, AT(comparison, attributed), .optional = true},
    {"failed", &codec_words, AT(comparison, failed), .optional = true},
    {"remarks", &codec_list, LIST(comparison, remark, remark_count), .fields = remark_fields},
    {"same", &codec_pairs, AT(comparison, same), .optional = true},
    {0},
};

/* ---- to JSON ---- */

static json_t *name_of(const struct comparison *comparison, size_t variant)
{
    return codec_string(comparison->variant[variant].name);
}

static json_t *differs_to(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->differs_count; i++) {
        const struct comparison_differs *differs = &comparison->differs[i];
        json_t *object = json_object();
        json_t *values = json_object();
        fields_to_json(differs_fields, differs, object);
        for (size_t j = 0; j < comparison->variant_count; j++) {
            if (differs->value[j] != NULL) {
                json_object_set_new(values, comparison->variant[j].name,
                                    codec_string(differs->value[j]));
            }
        }
        json_object_set_new(object, "values", values);
        json_array_append_new(array, object);
    }
    return array;
}

/* What users rely on is there in each row, null where there is none. */
static const char *const promised[] = {"difference", "interval", "p"};
enum { PROMISED = sizeof promised / sizeof promised[0] };

static json_t *rows_to(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        json_t *object = json_object();
        json_object_set_new(object, "metric", json_null()); /* in front */
        json_object_set_new(object, "variant", name_of(comparison, row->variant));
        json_object_set_new(object, "baseline", name_of(comparison, comparison->baseline));
        fields_to_json(row_fields, row, object);
        for (size_t j = 0; j < PROMISED; j++) {
            if (json_object_get(object, promised[j]) == NULL) {
                json_object_set_new(object, promised[j], json_null());
            }
        }
        json_array_append_new(array, object);
    }
    return array;
}

static json_t *trials_to(const struct comparison *comparison)
{
    json_t *array = json_array();

    for (size_t i = 0; i < comparison->trial_count; i++) {
        json_t *object = json_object();
        json_object_set_new(object, "variant", name_of(comparison, comparison->trial[i].variant));
        fields_to_json(trial_fields, &comparison->trial[i], object);
        json_array_append_new(array, object);
    }
    return array;
}

json_t *comparison_to_json(const struct comparison *comparison)
{
    json_t *object;

    codec_memory();
    object = json_object();
    json_object_set_new(object, "finwait", json_string(FINWAIT_VERSION));
    json_object_set_new(object, "schema", json_integer(COMPARISON_SCHEMA));
    fields_to_json(head_fields, comparison, object);
    if (comparison->variant_count > 0) {
        json_object_set_new(object, "baseline", name_of(comparison, comparison->baseline));
    }
    json_object_set_new(object, "differs", differs_to(comparison));
    json_object_set_new(object, "comparisons", rows_to(comparison));
    fields_to_json(tail_fields, comparison, object);
    json_object_set_new(object, "trials", trials_to(comparison));
    return object;
}

int comparison_dump(const struct comparison *comparison, FILE *out)
{
    json_t *json = comparison_to_json(comparison);
    int status = codec_dump(json, out);

    json_decref(json);
    return status;
}

static void json_write(const struct comparison *comparison, FILE *out)
{
    comparison_dump(comparison, out); /* what was not taken is seen at the stream */
}

const struct comparison_ops comparison_json = {
    .name = "json",
    .about = "comparison.json",
    .write = json_write,
};

/* ---- from JSON ---- */

/* The place of the variant that is called so. */
static int find_variant(const struct comparison *comparison, const struct node *node,
                        const char *name, size_t *variant)
{
    if (name == NULL) {
        return -1;
    }
    const struct comparison_variant *found =
        NAMED(name, comparison->variant, comparison->variant_count);
    if (found == NULL) {
        return node_fail(node, "is not one of the variants");
    }
    *variant = (size_t)(found - comparison->variant);
    return 0;
}

static int variant_from(const struct comparison *comparison, const struct node *object,
                        const char *key, size_t *variant)
{
    struct node node = node_member(object, key, json_object_get(object->json, key));

    if (node.json == NULL) {
        return node_fail(&node, "is missing");
    }
    return find_variant(comparison, &node, node_text(&node), variant);
}

/* What reads an element of an array. */
typedef int element_from(struct comparison *comparison, const struct node *node);

static int each_from(struct comparison *comparison, const struct node *top, const char *key,
                     element_from *from)
{
    struct node node = node_member(top, key, json_object_get(top->json, key));

    if (!json_is_array(node.json)) {
        return node_fail(&node, "must be an array");
    }
    for (size_t i = 0; i < json_array_size(node.json); i++) {
        struct node element = node_element(&node, i);
        if (from(comparison, &element) != 0) {
            return -1;
        }
    }
    return 0;
}

struct differs_values {
    const struct comparison *comparison;
    struct comparison_differs *differs;
};

static int value_from(void *context, const struct node *node)
{
    const struct differs_values *into = context;
    const char *text = node_text(node);
    size_t variant = 0;

    if (text == NULL || find_variant(into->comparison, node, node->key, &variant) != 0) {
        return -1;
    }
    into->differs->value[variant] = grow_text(text);
    return 0;
}

static int differs_from(struct comparison *comparison, const struct node *node)
{
    struct node values = node_member(node, "values", json_object_get(node->json, "values"));
    struct comparison_differs *differs;

    comparison->differs =
        grow_by_one(comparison->differs, comparison->differs_count, sizeof *comparison->differs);
    differs = &comparison->differs[comparison->differs_count++];
    *differs = (struct comparison_differs){
        .value = grow_new(comparison->variant_count, sizeof *differs->value)};
    if (fields_from_json(differs_fields, node, differs) != 0) {
        return -1;
    }
    return node_each(&values, value_from, &(struct differs_values){comparison, differs});
}

/* Null is absent. */
static json_t *without_nulls(const json_t *row)
{
    json_t *copy = json_copy((json_t *)row);

    for (size_t i = 0; i < PROMISED; i++) {
        if (json_is_null(json_object_get(copy, promised[i]))) {
            json_object_del(copy, promised[i]);
        }
    }
    return copy;
}

static int row_from(struct comparison *comparison, const struct node *node)
{
    json_t *object = without_nulls(node->json);
    struct node there = *node;
    struct comparison_row *row;

    there.json = object;
    comparison->row = grow_by_one(comparison->row, comparison->row_count, sizeof *row);
    row = &comparison->row[comparison->row_count++];
    *row = (struct comparison_row){0};
    int status = fields_from_json(row_fields, &there, row) != 0
                     ? -1
                     : variant_from(comparison, &there, "variant", &row->variant);
    json_decref(object);
    return status;
}

/* Whether the last trial's variant has had one in the round: two would be two pairs. */
static bool is_again(const struct comparison *comparison)
{
    size_t i = comparison->trial_count - 1;
    const struct comparison_trial *last = &comparison->trial[i];

    while (i-- > 0 && comparison->trial[i].round == last->round) { /* they are in order */
        if (comparison->trial[i].variant == last->variant) {
            return true;
        }
    }
    return false;
}

static int trial_from(struct comparison *comparison, const struct node *node)
{
    struct comparison_trial *trial;

    comparison->trial = grow_by_one(comparison->trial, comparison->trial_count, sizeof *trial);
    trial = &comparison->trial[comparison->trial_count++];
    *trial = (struct comparison_trial){0};
    if (fields_from_json(trial_fields, node, trial) != 0 ||
        variant_from(comparison, node, "variant", &trial->variant) != 0) {
        return -1;
    }
    struct node status = node_member(node, "status", NULL);
    if (trial->status > STATUS_INTERRUPTED) {
        return node_fail(&status, "is no status of finwait");
    }
    return comparison->paired && is_again(comparison) ? node_fail(node, "is in its round already")
                                                      : 0;
}

/* Each variant is found by its name: none twice.  One of them is the baseline. */
static int check_variants(const struct comparison *comparison, const struct node *top)
{
    struct node node = node_member(top, "variants", NULL);

    if (comparison->variant_count == 0) {
        return node_fail(&node, "must not be empty");
    }
    for (size_t i = 1; i < comparison->variant_count; i++) {
        if (NAMED(comparison->variant[i].name, comparison->variant, i) != NULL) {
            return node_fail(&node, "must have different names");
        }
    }
    return 0;
}

static int whole_from(struct comparison *comparison, const struct node *top)
{
    if (fields_from_json(head_fields, top, comparison) != 0 ||
        check_variants(comparison, top) != 0 ||
        variant_from(comparison, top, "baseline", &comparison->baseline) != 0 ||
        each_from(comparison, top, "differs", differs_from) != 0 ||
        each_from(comparison, top, "comparisons", row_from) != 0 ||
        fields_from_json(tail_fields, top, comparison) != 0) {
        return -1;
    }
    return each_from(comparison, top, "trials", trial_from);
}

struct comparison *comparison_from_json(const json_t *json, struct error *error)
{
    struct node top = {.key = "comparison", .json = json, .error = error};
    struct comparison *comparison;

    if (node_check_schema(&top, COMPARISON_SCHEMA) != 0) {
        return NULL;
    }
    comparison = grow_new(1, sizeof *comparison);
    if (whole_from(comparison, &top) != 0) {
        comparison_free(comparison);
        return NULL;
    }
    return comparison;
}
