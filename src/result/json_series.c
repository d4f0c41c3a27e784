#include <stddef.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/result.h"
#include "json_parts.h"

/* ---- histograms: only the buckets that are not empty, [[index, count], …] ---- */

static json_t *buckets_to(const struct histogram *histogram)
{
    json_t *buckets = json_array();

    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        if (histogram->bucket[i] != 0) {
            json_t *bucket = json_array();
            json_array_append_new(bucket, json_integer((json_int_t)i));
            json_array_append_new(bucket, codec_counted(histogram->bucket[i]));
            json_array_append_new(buckets, bucket);
        }
    }
    return buckets;
}

static int bucket_from(const struct node *node, struct histogram *histogram)
{
    if (json_array_size(node->json) != 2) {
        return node_fail(node, "must be an array of two numbers");
    }
    struct node first = node_element(node, 0);
    struct node second = node_element(node, 1);
    int64_t index;
    int64_t count;
    if (node_integer(&first, 0, HISTOGRAM_BUCKETS - 1, &index) != 0 ||
        node_integer(&second, 0, INT64_MAX, &count) != 0) {
        return -1;
    }
    histogram->bucket[index] = (uint64_t)count;
    return 0;
}

static json_t *buckets_member_to(const struct field *field, const void *base)
{
    (void)field;
    return buckets_to(base);
}

static int buckets_from(const struct field *field, const struct node *node, void *base)
{
    (void)field;
    if (!json_is_array(node->json)) {
        return node_fail(node, "must be an array");
    }
    for (size_t i = 0; i < json_array_size(node->json); i++) {
        struct node element = node_element(node, i);
        if (bucket_from(&element, base) != 0) {
            return -1;
        }
    }
    return 0;
}

static const struct codec codec_buckets = {buckets_member_to, buckets_from};

static const struct field histogram_fields[] = {
    {"count", &codec_count, AT(histogram, count)}, {"min", &codec_duration, AT(histogram, min)},
    {"max", &codec_duration, AT(histogram, max)},  {"sum", &codec_real, AT(histogram, sum)},
    {"buckets", &codec_buckets, .offset = 0},      {0},
};

static json_t *histogram_to(const struct field *field, const void *base)
{
    const struct histogram *histogram = (const void *)((const char *)base + field->offset);
    json_t *object = histogram->count == 0 ? NULL : json_object();

    if (object != NULL) {
        fields_to_json(histogram_fields, histogram, object);
    }
    return object;
}

/* The values in the buckets; SIZE_MAX stands in `out` for no bucket beyond min and max. */
static uint64_t count_values(const struct histogram *histogram, size_t *out)
{
    uint64_t values = 0;
    int64_t low;
    int64_t high;

    *out = SIZE_MAX;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        histogram_bounds(i, &low, &high);
        if (histogram->bucket[i] > 0 && (high <= histogram->min || low > histogram->max)) {
            *out = i;
        }
        values += histogram->bucket[i];
    }
    return values;
}

static int histogram_check(const struct node *node, const struct histogram *histogram)
{
    struct node buckets = node_member(node, "buckets", NULL);
    struct node max = node_member(node, "max", NULL);
    size_t out;
    uint64_t values = count_values(histogram, &out);

    if (histogram->min > histogram->max) {
        return node_fail(&max, "must not be less than min");
    }
    if (out != SIZE_MAX) {
        return node_fail(&buckets, "must lie between min and max, but %zu does not", out);
    }
    return values == histogram->count
               ? 0
               : node_fail(&buckets, "must hold as many values as count says");
}

static int histogram_from(const struct field *field, const struct node *node, void *base)
{
    struct histogram *histogram = (void *)((char *)base + field->offset);

    return fields_from_json(histogram_fields, node, histogram) == 0
               ? histogram_check(node, histogram)
               : -1;
}

const struct codec codec_histogram = {histogram_to, histogram_from};

/* ---- observations: a column for the times and one for each state ever seen ---- */

static json_t *column_to(const struct result_side *side, unsigned column)
{
    json_t *array = json_array();

    for (size_t i = 0; i < side->observation_count; i++) {
        json_array_append_new(array,
                              json_integer(*observation_cell(&side->observation[i], column)));
    }
    return array;
}

static json_t *observations_to(const struct field *field, const void *base)
{
    const struct result_side *side = base;
    json_t *object = json_object();
    json_t *times = json_array();

    (void)field;
    for (size_t i = 0; i < side->observation_count; i++) {
        json_array_append_new(times, json_integer(side->observation[i].at));
    }
    json_object_set_new(object, "at", times);
    for (unsigned column = 1; column < OBSERVATION_COLUMNS; column++) {
        if (observation_ever(side->observation, side->observation_count, column)) {
            json_object_set_new(object, observation_column(column), column_to(side, column));
        }
    }
    if (side->observation_count == 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int times_from(const struct node *node, struct result_side *side)
{
    size_t count = json_array_size(node->json);

    if (count == 0) {
        return node_fail(node, "must be an array with at least one time");
    }
    side->observation = grow_new(count, sizeof *side->observation);
    side->observation_count = count;
    for (size_t i = 0; i < count; i++) {
        struct node element = node_element(node, i);
        int64_t *at = &side->observation[i].at;
        if (node_integer(&element, -CODEC_TIME_MAX, CODEC_TIME_MAX, at) != 0) {
            return -1;
        }
        if (i > 0 && *at < side->observation[i - 1].at) {
            return node_fail(&element, "must not be before the time in front of it");
        }
    }
    return 0;
}

static int column_from(const struct node *node, struct result_side *side, unsigned column)
{
    if (!json_is_array(node->json) || json_array_size(node->json) != side->observation_count) {
        return node_fail(node, "must be an array as long as `at`");
    }
    for (size_t i = 0; i < side->observation_count; i++) {
        struct node element = node_element(node, i);
        int64_t value;
        if (node_integer(&element, 0, UINT32_MAX, &value) != 0) {
            return -1;
        }
        *observation_cell(&side->observation[i], column) = (uint32_t)value;
    }
    return 0;
}

static int observations_from(const struct field *field, const struct node *node, void *base)
{
    struct node times = node_member(node, "at", json_object_get(node->json, "at"));

    (void)field;
    if (!json_is_object(node->json)) {
        return node_fail(node, "must be an object");
    }
    if (times_from(&times, base) != 0) {
        return -1;
    }
    for (unsigned column = 1; column < OBSERVATION_COLUMNS; column++) {
        const char *name = observation_column(column);
        struct node member = node_member(node, name, json_object_get(node->json, name));
        if (member.json != NULL && column_from(&member, base, column) != 0) {
            return -1;
        }
    }
    return 0;
}

const struct codec codec_observations = {observations_to, observations_from};

/* ---- TIME_WAIT by sockstat, between the observations: two columns ---- */

static json_t *sockstat_to(const struct field *field, const void *base)
{
    const struct result_side *side = base;
    json_t *times = json_array();
    json_t *values = json_array();

    (void)field;
    for (size_t i = 0; i < side->sockstat_count; i++) {
        json_array_append_new(times, json_integer(side->sockstat[i].at));
        json_array_append_new(values, json_integer((json_int_t)side->sockstat[i].value));
    }
    json_t *object = json_pack("{s:o, s:o}", "at", times, "time_wait", values);
    if (side->sockstat_count == 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int point_from(const struct node *time, const struct node *value, int64_t least,
                      struct series_point *point)
{
    int64_t count;

    if (node_integer(time, least, CODEC_TIME_MAX, &point->at) != 0 ||
        node_integer(value, 0, UINT32_MAX, &count) != 0) {
        return -1;
    }
    point->value = (double)count;
    return 0;
}

static int points_from(const struct node *times, const struct node *values,
                       struct result_side *side)
{
    size_t count = json_array_size(times->json);
    int64_t before = -CODEC_TIME_MAX;

    if (json_array_size(values->json) != count) {
        return node_fail(values, "must be an array as long as `at`");
    }
    side->sockstat = grow_new(count, sizeof *side->sockstat);
    side->sockstat_count = count;
    for (size_t i = 0; i < count; i++) {
        struct node time = node_element(times, i);
        struct node value = node_element(values, i);
        if (point_from(&time, &value, before, &side->sockstat[i]) != 0) {
            return -1;
        }
        before = side->sockstat[i].at;
    }
    return 0;
}

static int sockstat_from(const struct field *field, const struct node *node, void *base)
{
    struct node times = node_member(node, "at", json_object_get(node->json, "at"));
    struct node values = node_member(node, "time_wait", json_object_get(node->json, "time_wait"));

    (void)field;
    if (!json_is_object(node->json)) {
        return node_fail(node, "must be an object");
    }
    if (json_array_size(times.json) == 0) {
        return node_fail(&times, "must be an array with at least one time");
    }
    return points_from(&times, &values, base);
}

const struct codec codec_sockstat = {sockstat_to, sockstat_from};
