#ifndef FINWAIT_SCENARIO_SCHEMA_H
#define FINWAIT_SCENARIO_SCHEMA_H

#include <jansson.h>

#include "finwait/value.h"

/*
 * Pieces of a JSON Schema.  A scalar of YAML reaches a validator as what YAML 1.1 or 1.2 makes of
 * it, off as false or a text, 5000 as a number, while finwait reads the text that is written.
 */

/* Any scalar. */
json_t *schema_scalar(void);

/* A text that the regular expression matches as a whole. */
json_t *schema_pattern(const char *pattern);

/* A whole number. */
json_t *schema_whole(int64_t min, int64_t max);

/* What a value may be. */
json_t *schema_value(const struct value_spec *spec);

/* It is `one` or `other`, both taken; NULL: not that. */
json_t *schema_either(json_t *one, json_t *other);

/* A map of the list, faults or events. */
json_t *schema_timeline(const char *list);

/* Steps in one text; a step as a map, {pause: 10ms}. */
json_t *schema_steps(void);
json_t *schema_step_map(void);

/* The sysctl of row `index`; what it is in a map of them, and false: it cannot be set. */
json_t *schema_sysctl(size_t index);

#endif
