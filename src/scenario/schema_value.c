#include "schema.h"

#include <stdbool.h>
#include <string.h>

json_t *schema_scalar(void)
{
    return json_pack("{s:[sss]}", "type", "string", "number", "boolean");
}

json_t *schema_either(json_t *one, json_t *other)
{
    return one == NULL ? other : other == NULL ? one : json_pack("{s:[oo]}", "anyOf", one, other);
}

json_t *schema_pattern(const char *pattern)
{
    return json_pack("{s:s, s:o}", "type", "string", "pattern", json_sprintf("^(%s)$", pattern));
}

json_t *schema_whole(int64_t min, int64_t max)
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

/* What YAML 1.1 reads as the same, and later versions as a text; NULL: there is none. */
static json_t *other_word(const char *word)
{
    const char *other = strcmp(word, "on") == 0 ? "yes" : strcmp(word, "off") == 0 ? "no" : NULL;

    return other != NULL ? json_string(other) : NULL;
}

static json_t *words_schema(const struct value_spec *spec)
{
    json_t *words = json_array();
    const char *word;

    for (size_t i = 0; (word = value_word(spec, i)) != NULL; i++) {
        json_array_append_new(words, json_string(word));
        json_array_append_new(words, read_word(word));
        json_array_append_new(words, other_word(word));
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
        return schema_whole(spec->min, spec->max);
    case VALUE_DURATION:
    case VALUE_SECONDS:
    case VALUE_MILLIS:
    case VALUE_LINGER:
    case VALUE_LINGER2: /* others have a unit */
        return spec->min <= 0 ? json_pack("{s:[i]}", "enum", 0) : NULL;
    case VALUE_STATUSES:
        return schema_whole(100, 999);
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

/* What editors say where it is not that. */
static void advise(json_t *schema, const char *key, const struct value_spec *spec)
{
    if (schema != NULL && value_hint(spec) != NULL) {
        json_object_set_new(schema, key, json_string(value_hint(spec)));
    }
}

json_t *schema_value(const struct value_spec *spec)
{
    json_t *words = words_schema(spec);
    const char *pattern = value_pattern(spec);

    if (pattern != NULL) {
        json_t *number = number_schema(spec);
        json_t *written = schema_pattern(pattern);
        advise(words, "errorMessage", spec);
        advise(number, "errorMessage", spec);
        advise(written, "patternErrorMessage", spec);
        return schema_either(words, schema_either(number, written));
    }
    bool text =
        spec->kind == VALUE_TEXT || spec->kind == VALUE_TEXT_OR_NONE || spec->kind == VALUE_FILE;
    return schema_either(words, text ? text_schema(spec) : NULL);
}
