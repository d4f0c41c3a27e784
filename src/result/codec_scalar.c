#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/codec.h"
#include "finwait/grow.h"

/* Whole numbers up to here are exact as doubles. */
#define EXACT_MAX 9007199254740992.0 /* 2^53 */

json_t *codec_number(double value)
{
    if (!isfinite(value)) {
        return NULL; /* JSON has no such number */
    }
    if (fabs(value) <= EXACT_MAX && value == trunc(value)) {
        return json_integer((json_int_t)value);
    }
    return json_real(value);
}

json_t *codec_counted(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

/* The bytes of the UTF-8 character at `text`, or 0 when it is none (jansson knows the rules). */
static size_t character_length(const char *text)
{
    for (size_t length = 1; length <= 4 && text[length - 1] != '\0'; length++) {
        json_t *json = json_stringn(text, length);
        if (json != NULL) {
            json_decref(json);
            return length;
        }
    }
    return 0;
}

/* Each byte that is no part of a character becomes U+FFFD, as the Unicode standard advises. */
static json_t *repaired(const char *text)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char *clean = grow_new(strlen(text) * 3 + 1, 1);
    size_t used = 0;

    while (*text != '\0') {
        size_t length = character_length(text);
        memcpy(clean + used, length > 0 ? text : replacement, length > 0 ? length : 3);
        used += length > 0 ? length : 3;
        text += length > 0 ? length : 1;
    }
    json_t *json = json_stringn(clean, used);
    free(clean);
    return json;
}

json_t *codec_string(const char *text)
{
    json_t *json = json_string(text);

    return json != NULL ? json : repaired(text);
}

static const void *at(const struct field *field, const void *base)
{
    return (const char *)base + field->offset;
}

static void *at_new(const struct field *field, void *base)
{
    return (char *)base + field->offset;
}

static json_t *bool_to(const struct field *field, const void *base)
{
    return json_boolean(*(const bool *)at(field, base));
}

static int bool_from(const struct field *field, const struct node *node, void *base)
{
    if (!json_is_boolean(node->json)) {
        return node_fail(node, "must be true or false");
    }
    *(bool *)at_new(field, base) = json_is_true(node->json);
    return 0;
}

const struct codec codec_bool = {bool_to, bool_from};

/* Whole numbers: the codec's name, the member's type, how it is written, its bounds. */
#define WHOLE(name, type, json, min, max)                                                          \
    static json_t *name##_to(const struct field *field, const void *base)                          \
    {                                                                                              \
        return json(*(const type *)at(field, base));                                               \
    }                                                                                              \
    static int name##_from(const struct field *field, const struct node *node, void *base)         \
    {                                                                                              \
        int64_t value;                                                                             \
        if (node_integer(node, min, max, &value) != 0) {                                           \
            return -1;                                                                             \
        }                                                                                          \
        *(type *)at_new(field, base) = (type)value;                                                \
        return 0;                                                                                  \
    }                                                                                              \
    const struct codec codec_##name = {name##_to, name##_from};

WHOLE(int, int, json_integer, INT32_MIN, INT32_MAX)
WHOLE(unsigned, uint32_t, json_integer, 0, UINT32_MAX)
WHOLE(count, uint64_t, codec_counted, 0, INT64_MAX)

/* 0 stands for what was not measured: it is left out. */
static json_t *measured_to(const struct field *field, const void *base)
{
    return *(const uint64_t *)at(field, base) == 0 ? NULL : count_to(field, base);
}

const struct codec codec_measured = {measured_to, count_from};

static json_t *time_to(const struct field *field, const void *base)
{
    return json_integer(*(const int64_t *)at(field, base));
}

static int time_from(const struct field *field, const struct node *node, void *base)
{
    return node_integer(node, -CODEC_TIME_MAX, CODEC_TIME_MAX, at_new(field, base));
}

const struct codec codec_time = {time_to, time_from};

static int duration_from(const struct field *field, const struct node *node, void *base)
{
    return node_integer(node, 0, CODEC_TIME_MAX, at_new(field, base));
}

const struct codec codec_duration = {time_to, duration_from};

/* 0 stands for what never happened: it is left out. */
static json_t *once_to(const struct field *field, const void *base)
{
    return *(const int64_t *)at(field, base) == 0 ? NULL : time_to(field, base);
}

const struct codec codec_once = {once_to, duration_from};

static json_t *real_to(const struct field *field, const void *base)
{
    return codec_number(*(const double *)at(field, base));
}

static int real_from(const struct field *field, const struct node *node, void *base)
{
    return node_real(node, at_new(field, base));
}

const struct codec codec_real = {real_to, real_from};

static json_t *text_to(const struct field *field, const void *base)
{
    const char *text = *(char *const *)at(field, base);

    return text == NULL ? NULL : codec_string(text);
}

static int text_from(const struct field *field, const struct node *node, void *base)
{
    const char *text = node_text(node);

    if (text == NULL) {
        return -1;
    }
    *(char **)at_new(field, base) = grow_text(text);
    return 0;
}

const struct codec codec_text = {text_to, text_from};

static json_t *label_to(const struct field *field, const void *base)
{
    const char *text = at(field, base);

    return text[0] == '\0' ? NULL : codec_string(text);
}

static int label_from(const struct field *field, const struct node *node, void *base)
{
    const char *text = node_text(node);

    if (text == NULL) {
        return -1;
    }
    if (strlen(text) >= field->size) {
        return node_fail(node, "must be shorter than %zu bytes", field->size);
    }
    memcpy(at_new(field, base), text, strlen(text) + 1);
    return 0;
}

const struct codec codec_label = {label_to, label_from};

/* ---- words for values ---- */

/* The index that is called `name`, or field->names. */
static size_t named_index(const struct field *field, const char *name)
{
    size_t index = 0;

    while (index < field->names &&
           (field->name(index) == NULL || strcmp(field->name(index), name) != 0)) {
        index++;
    }
    return index;
}

static json_t *word_to(const struct field *field, const void *base)
{
    const char *name = field->name(*(const unsigned *)at(field, base));

    return name == NULL ? NULL : json_string(name);
}

/* "must be pass, fail or unmeasured" */
static int not_a_word(const struct field *field, const struct node *node)
{
    char words[256] = "";
    const char *between = "";
    size_t used = 0;

    for (size_t i = 0; i < field->names && used < sizeof words; i++) {
        if (field->name(i) != NULL) {
            used += (size_t)snprintf(words + used, sizeof words - used, "%s%s", between,
                                     field->name(i));
            between = i + 2 < field->names ? ", " : " or ";
        }
    }
    return node_fail(node, "must be %s", words);
}

static int word_from(const struct field *field, const struct node *node, void *base)
{
    const char *name = node_text(node);
    size_t value = name == NULL ? 0 : named_index(field, name);

    if (value == field->names) {
        return not_a_word(field, node);
    }
    *(unsigned *)at_new(field, base) = (unsigned)value;
    return name == NULL ? -1 : 0;
}

const struct codec codec_word = {word_to, word_from};

/* ---- numbers with names ---- */

static uint64_t named_item(const struct field *field, const void *base, size_t index)
{
    const char *item = (const char *)at(field, base) + index * field->size;

    return field->size == sizeof(uint32_t) ? *(const uint32_t *)(const void *)item
                                           : *(const uint64_t *)(const void *)item;
}

static void set_named_item(const struct field *field, void *base, size_t index, uint64_t value)
{
    char *item = (char *)at_new(field, base) + index * field->size;

    if (field->size == sizeof(uint32_t)) {
        *(uint32_t *)(void *)item = (uint32_t)value;
    } else {
        *(uint64_t *)(void *)item = value;
    }
}

static json_t *names_to(const struct field *field, const void *base)
{
    json_t *object = json_object();

    for (size_t i = 0; i < field->names; i++) {
        uint64_t value = named_item(field, base, i);
        if (value != 0 && field->name(i) != NULL) {
            json_object_set_new(object, field->name(i), codec_counted(value));
        }
    }
    return object;
}

/* The numbers that are being read. */
struct named {
    const struct field *field;
    void *base;
};

static int named_from(void *context, const struct node *node)
{
    const struct named *into = context;
    int64_t max = into->field->size == sizeof(uint32_t) ? UINT32_MAX : INT64_MAX;
    size_t index = named_index(into->field, node->key);
    int64_t value;

    if (index == into->field->names) {
        return node_fail(node, "is a name that this finwait does not know");
    }
    if (node_integer(node, 0, max, &value) != 0) {
        return -1;
    }
    set_named_item(into->field, into->base, index, (uint64_t)value);
    return 0;
}

static int names_from(const struct field *field, const struct node *node, void *base)
{
    return node_each(node, named_from, &(struct named){field, base});
}

const struct codec codec_names = {names_to, names_from};
