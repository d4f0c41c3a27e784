#include <stdio.h>

#include "finwait/codec.h"
#include "finwait/result.h"

/*
 * JSON laid out for people: objects and lists of objects broken over lines, a list of numbers on
 * one line.  jansson knows only all or nothing.
 */

/* 17 digits suffice for every double to load back as it was. */
enum { DUMP_FLAGS = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(17) };

static int dump_value(const json_t *json, unsigned depth, FILE *out);

static void new_line(unsigned depth, FILE *out)
{
    fprintf(out, "\n%*s", (int)depth * 2, "");
}

static int dump_object(const json_t *object, unsigned depth, FILE *out)
{
    const char *before = "{";
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)object, key, value) {
        json_t *name = json_string(key);
        fputs(before, out);
        new_line(depth + 1, out);
        int failed = json_dumpf(name, out, DUMP_FLAGS);
        json_decref(name);
        fputs(": ", out);
        if (failed != 0 || dump_value(value, depth + 1, out) != 0) {
            return -1;
        }
        before = ",";
    }
    new_line(depth, out);
    fputc('}', out);
    return 0;
}

static int dump_objects(const json_t *array, unsigned depth, FILE *out)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        fputs(i == 0 ? "[" : ",", out);
        new_line(depth + 1, out);
        if (dump_value(json_array_get(array, i), depth + 1, out) != 0) {
            return -1;
        }
    }
    new_line(depth, out);
    fputc(']', out);
    return 0;
}

static int dump_value(const json_t *json, unsigned depth, FILE *out)
{
    if (json_object_size(json) > 0) {
        return dump_object(json, depth, out);
    }
    if (json_is_object(json_array_get(json, 0))) {
        return dump_objects(json, depth, out);
    }
    return json_dumpf(json, out, DUMP_FLAGS);
}

int codec_dump(const json_t *json, FILE *out)
{
    int failed = dump_value(json, 0, out);

    fputc('\n', out);
    return failed != 0 || ferror(out) ? -1 : 0;
}

int result_dump(const struct result *result, FILE *out)
{
    json_t *json = result_to_json(result);
    int status = codec_dump(json, out);

    json_decref(json);
    return status;
}
