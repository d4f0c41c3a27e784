#include "schema.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/timeline.h"

json_t *schema_scalar(void)
{
    return json_pack("{s:[sss]}", "type", "string", "number", "boolean");
}

json_t *schema_either(json_t *one, json_t *other)
{
    return one == NULL ? other : other == NULL ? one : json_pack("{s:[oo]}", "anyOf", one, other);
}

static json_t *pattern_schema(const char *pattern)
{
    return json_pack("{s:s, s:o}", "type", "string", "pattern", json_sprintf("^(%s)$", pattern));
}

static json_t *whole_schema(int64_t min, int64_t max)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)min, "maximum",
                     (json_int_t)max);
}

/* ---- values ---- */

/* What YAML makes of the word where it is not in quotes; NULL: a text. */
static json_t *read_word(const char *word)
{
    if (word[strspn(word, "-.0123456789")] == '\0') {
        return json_loads(word, JSON_DECODE_ANY, NULL);
    }
    return strcmp(word, "on") == 0 ? json_true() : strcmp(word, "off") == 0 ? json_false() : NULL;
}

static json_t *words_schema(const struct value_spec *spec)
{
    json_t *words = json_array();
    const char *word;

    for (size_t i = 0; (word = value_word(spec, i)) != NULL; i++) {
        json_array_append_new(words, json_string(word));
        json_array_append_new(words, read_word(word));
    }
    json_t *schema = json_array_size(words) > 0 ? json_pack("{s:O}", "enum", words) : NULL;
    json_decref(words);
    return schema;
}

/* Numbers that stand alone, and are none of the words. */
static json_t *number_schema(const struct value_spec *spec)
{
    switch (spec->kind) {
    case VALUE_COUNT:
    case VALUE_AUTO:
    case VALUE_SIZE:
        return whole_schema(spec->min, spec->max);
    case VALUE_DURATION:
    case VALUE_SECONDS:
    case VALUE_MILLIS:
    case VALUE_LINGER:
    case VALUE_LINGER2: /* others have a unit */
        return spec->min <= 0
                   ? json_pack("{s:[i], s:s}", "enum", 0, "errorMessage", value_hint(spec))
                   : NULL;
    case VALUE_STATUSES:
        return whole_schema(100, 999);
    default:
        return NULL;
    }
}

static json_t *text_schema(const struct value_spec *spec)
{
    json_t *schema = schema_scalar();

    if (spec->max > 0) { /* bytes, which are never fewer than characters */
        json_object_set_new(schema, "maxLength", json_integer(spec->max));
    }
    if (spec->min > 0 || spec->kind == VALUE_FILE) {
        json_object_set_new(schema, "minLength", json_integer(1));
    }
    return schema;
}

json_t *schema_value(const struct value_spec *spec)
{
    json_t *words = words_schema(spec);
    const char *pattern = value_pattern(spec);

    if (pattern != NULL) {
        json_t *number = number_schema(spec);
        json_t *written = pattern_schema(pattern);
        if (value_hint(spec) != NULL) { /* what editors say instead of the pattern */
            json_object_set_new(written, "patternErrorMessage", json_string(value_hint(spec)));
        }
        return schema_either(words, schema_either(number, written));
    }
    bool text =
        spec->kind == VALUE_TEXT || spec->kind == VALUE_TEXT_OR_NONE || spec->kind == VALUE_FILE;
    return schema_either(words, text ? text_schema(spec) : NULL);
}

/* ---- faults and events ---- */

json_t *schema_timeline(const char *list)
{
    static const struct value_spec share = VALUE_A(SHARE);
    json_t *keys = json_object();
    json_t *kinds = json_array();
    struct timeline_key_info key;

    for (size_t i = 0; timeline_key_get(i, &key); i++) {
        if (strcmp(key.list, list) != 0) {
            continue;
        }
        json_t *schema = schema_value(key.takes);
        schema = schema_either(schema, key.or_share ? schema_value(&share) : NULL);
        json_object_set_new(schema, "description", json_string(key.about));
        json_object_set_new(keys, key.name, schema);
        if (key.with[0] == '\0') {
            json_array_append_new(kinds, json_pack("{s:[s]}", "required", key.name));
        }
    }
    return json_pack("{s:s, s:o, s:b, s:o}", "type", "object", "properties", keys,
                     "additionalProperties", 0, "oneOf", kinds);
}

/* ---- sysctls ---- */

#define SYSCTL_NUMBER "-?(0[xX][0-9a-fA-F]+|[0-9]+)"

static json_t *sysctl_value(const struct sysctl_info *info)
{
    if (info->numbers == 0) {
        return schema_scalar();
    }
    char *pattern = grow_format(SYSCTL_NUMBER "( +" SYSCTL_NUMBER "){%u}", info->numbers - 1);
    json_t *schema = pattern_schema(pattern);
    free(pattern);
    return schema_either(info->numbers == 1 ? whole_schema(info->min, info->max) : NULL, schema);
}

json_t *schema_sysctl(size_t index)
{
    const struct sysctl_info *info = &sysctl_table[index];
    const char *unit = info->unit;

    if (info->scope == SYSCTL_MACHINE || info->scope == SYSCTL_READ) {
        return json_false();
    }
    json_t *schema = sysctl_value(info);
    json_object_set_new(schema, "description",
                        json_sprintf("%s; by default %s%s%s", info->meaning, info->value,
                                     unit[0] != '\0' ? " " : "", unit));
    return schema;
}
