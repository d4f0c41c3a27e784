#include "finwait/codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "finwait/grow.h"

/* A member that jansson has no memory for would silently not be there. */
void codec_memory(void)
{
    json_set_alloc_funcs(grow_bytes, free);
}

/* ---- reading: where we are ---- */

static size_t format_path(const struct node *node, char *text, size_t size)
{
    size_t used = 0;
    int length;

    if (node->up == NULL) {
        return 0;
    }
    used = format_path(node->up, text, size);
    if (node->key == NULL) {
        length = snprintf(text + used, size - used, "[%zu]", node->index);
    } else {
        length = snprintf(text + used, size - used, "%s%.80s", used > 0 ? "." : "", node->key);
    }
    used += (size_t)length;
    return used < size ? used : size - 1;
}

int node_fail(const struct node *node, const char *format, ...)
{
    const struct node *top = node;
    char path[256] = "the top level";
    char what[200];
    va_list arguments;

    format_path(node, path, sizeof path);
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    while (top->up != NULL) {
        top = top->up;
    }
    const char *of = top->key != NULL ? top->key : "result";
    error_set(node->error, STATUS_USAGE, "no %s of finwait: %s %s", of, path, what);
    return error_hint(node->error, "give a %s.json as finwait wrote it", of);
}

struct node node_member(const struct node *object, const char *key, const json_t *json)
{
    return (struct node){.up = object, .key = key, .json = json, .error = object->error};
}

struct node node_element(const struct node *array, size_t index)
{
    return (struct node){
        .up = array,
        .index = index,
        .json = json_array_get(array->json, index),
        .error = array->error,
    };
}

int node_each(const struct node *object, node_visit *visit, void *context)
{
    const char *key;
    json_t *json;

    if (!json_is_object(object->json)) {
        return node_fail(object, "must be an object");
    }
    json_object_foreach ((json_t *)object->json, key, json) {
        struct node member = node_member(object, key, json);
        if (visit(context, &member) != 0) {
            return -1;
        }
    }
    return 0;
}

int node_integer(const struct node *node, int64_t min, int64_t max, int64_t *value)
{
    if (!json_is_integer(node->json)) {
        return node_fail(node, "must be a whole number");
    }
    *value = json_integer_value(node->json);
    if (*value < 0 && min == 0) {
        return node_fail(node, "must not be negative, but is %lld", (long long)*value);
    }
    if (*value < min || *value > max) {
        return node_fail(node, "must be from %lld to %lld, but is %lld", (long long)min,
                         (long long)max, (long long)*value);
    }
    return 0;
}

int node_check_schema(const struct node *top, int newest)
{
    struct node schema = node_member(top, "schema", json_object_get(top->json, "schema"));
    int64_t value = 0;

    if (!json_is_object(top->json)) {
        return node_fail(top, "must be an object");
    }
    if (schema.json == NULL) {
        return node_fail(&schema, "is missing");
    }
    if (node_integer(&schema, 0, INT32_MAX, &value) != 0) {
        return -1;
    }
    if (value < 1 || value > newest) {
        node_fail(&schema, "is %lld, but this finwait reads schemas 1 to %d", (long long)value,
                  newest);
        return error_hint(top->error, "read it with the finwait that wrote it, or run it again");
    }
    return 0;
}

int node_real(const struct node *node, double *value)
{
    if (!json_is_number(node->json)) {
        return node_fail(node, "must be a number");
    }
    *value = json_number_value(node->json);
    return 0;
}

const char *node_text(const struct node *node)
{
    if (!json_is_string(node->json)) {
        node_fail(node, "must be a text");
        return NULL;
    }
    return json_string_value(node->json);
}

/* ---- tables ---- */

static bool *flag_at(size_t flag, const void *base)
{
    return flag == 0 ? NULL : (bool *)((char *)base + flag - 1);
}

/* Whether the struct holds the member. */
static bool is_there(const struct field *field, const void *base)
{
    const bool *flag = flag_at(field->flag, base);
    const bool *lacking = flag_at(field->lacking, base);

    return (flag == NULL || *flag) && (lacking == NULL || !*lacking);
}

void fields_to_json(const struct field *fields, const void *base, json_t *object)
{
    for (const struct field *field = fields; field->key != NULL; field++) {
        json_t *json = is_there(field, base) ? field->codec->to(field, base) : NULL;
        if (json != NULL) {
            json_object_set_new(object, field->key, json);
        }
    }
}

static int member_from_json(const struct field *field, const struct node *object, void *base)
{
    struct node node = node_member(object, field->key, json_object_get(object->json, field->key));
    bool *flag = flag_at(field->flag, base);
    bool *lacking = flag_at(field->lacking, base);

    if (lacking != NULL) {
        *lacking = node.json == NULL;
    }
    if (node.json == NULL) {
        return field->optional || flag != NULL || lacking != NULL ? 0
                                                                  : node_fail(&node, "is missing");
    }
    if (flag != NULL) {
        *flag = true;
    }
    return field->codec->from(field, &node, base);
}

int fields_from_json(const struct field *fields, const struct node *node, void *base)
{
    if (!json_is_object(node->json)) {
        return node_fail(node, "must be an object");
    }
    for (const struct field *field = fields; field->key != NULL; field++) {
        if (member_from_json(field, node, base) != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- structs within structs ---- */

static json_t *object_to(const struct field *field, const void *base)
{
    json_t *object = json_object();

    fields_to_json(field->fields, (const char *)base + field->offset, object);
    if (field->optional && json_object_size(object) == 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static int object_from(const struct field *field, const struct node *node, void *base)
{
    return fields_from_json(field->fields, node, (char *)base + field->offset);
}

const struct codec codec_object = {object_to, object_from};

static json_t *items_to(const struct field *field, const void *base, const char *item)
{
    size_t count = *(const size_t *)(const void *)((const char *)base + field->count);
    json_t *array = count == 0 ? NULL : json_array();

    for (size_t i = 0; i < count; i++) {
        json_t *object = json_object();
        fields_to_json(field->fields, item + i * field->size, object);
        json_array_append_new(array, object);
    }
    return array;
}

static int items_from(const struct field *field, const struct node *node, void *base, char *items)
{
    size_t count = json_array_size(node->json);

    *(size_t *)(void *)((char *)base + field->count) = count;
    for (size_t i = 0; i < count; i++) {
        struct node element = node_element(node, i);
        if (fields_from_json(field->fields, &element, items + i * field->size) != 0) {
            return -1;
        }
    }
    return 0;
}

static json_t *list_to(const struct field *field, const void *base)
{
    return items_to(field, base,
                    *(char *const *)(const void *)((const char *)base + field->offset));
}

static int list_from(const struct field *field, const struct node *node, void *base)
{
    char *items;

    if (!json_is_array(node->json)) {
        return node_fail(node, "must be an array");
    }
    items = grow_new(json_array_size(node->json), field->size);
    *(char **)(void *)((char *)base + field->offset) = items;
    return items_from(field, node, base, items);
}

const struct codec codec_list = {list_to, list_from};

static json_t *array_to(const struct field *field, const void *base)
{
    return items_to(field, base, (const char *)base + field->offset);
}

static int array_from(const struct field *field, const struct node *node, void *base)
{
    if (!json_is_array(node->json) || json_array_size(node->json) > field->names) {
        return node_fail(node, "must be an array of at most %zu", field->names);
    }
    return items_from(field, node, base, (char *)base + field->offset);
}

const struct codec codec_array = {array_to, array_from};
