#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/program.h"
#include "finwait/timeline.h"
#include "schema.h"

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
    json_t *schema = schema_pattern(pattern);
    free(pattern);
    return schema_either(info->numbers == 1 ? schema_whole(info->min, info->max) : NULL, schema);
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

/* ---- steps ---- */

json_t *schema_steps(void)
{
    struct grow_stream text;

    grow_stream_open(&text);
    for (size_t i = 0; i < STEP_OP_N; i++) {
        fprintf(text.out, "%s%s", i > 0 ? "|" : "(", step_table[i].name);
    }
    fputs(")(\\([^()]*\\))?", text.out);
    char *step = grow_stream_close(&text);
    char *all = grow_format("[\\s,]*%s([\\s,]+%s)*[\\s,]*", step, step);
    json_t *schema = schema_pattern(all);
    json_object_set_new(schema, "patternErrorMessage",
                        json_string("a step is misspelt: `finwait list steps` prints them all"));
    free(all);
    free(step);
    return schema;
}

json_t *schema_step_map(void)
{
    json_t *steps = json_object();

    for (size_t i = 0; i < STEP_OP_N; i++) {
        const struct step_info *info = &step_table[i];
        json_t *value = info->takes.kind != VALUE_NOTHING ? schema_value(&info->takes)
                                                          : json_pack("{s:s}", "type", "null");

        if (info->takes.kind == VALUE_RECV) { /* several of them as a list */
            value = json_pack("{s:[o, {s:s, s:i, s:O}]}", "anyOf", value, "type", "array",
                              "minItems", 1, "items", value);
        }
        if ((info->traits & STEP_ALONE) != 0) {
            value = json_pack("{s:[{s:s}, o]}", "anyOf", "type", "null", value);
        }
        if (value != NULL) {
            json_object_set_new(value, "description", json_string(info->about));
            json_object_set_new(steps, info->name, value);
        }
    }
    return json_pack("{s:s, s:o, s:b, s:i, s:i}", "type", "object", "properties", steps,
                     "additionalProperties", 0, "minProperties", 1, "maxProperties", 1);
}
