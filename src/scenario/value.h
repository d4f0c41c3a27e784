#ifndef FINWAIT_SCENARIO_VALUE_H
#define FINWAIT_SCENARIO_VALUE_H

#include "finwait/program.h"
#include "finwait/units.h"
#include "options.h"

/* One value of an option: from text into the scenario and back. */

/* Room enough for any value that is not kept as text. */
#define VALUE_TEXT PROGRAM_TEXT

/* Room enough for the bounds of any. */
#define RANGE_TEXT (2 * (size_t)UNITS_TEXT + sizeof " to ")

/*
 * Check `text` and keep it in its field.  Not for programs, sysctls and expectations, which are
 * more than one value.  0, or -1: STATUS_USAGE with the form or the bounds the option wants.
 */
int value_set(struct scenario *scenario, const struct option *option, const char *text,
              struct error *error);

/* Give it the value it has by default, or none.  0 or -1. */
int value_reset(struct scenario *scenario, const struct option *option, struct error *error);

/*
 * The value as value_set reads it back: `text`, or what the scenario keeps; NULL when the option
 * has no value or several.
 */
const char *value_get(const struct scenario *scenario, const struct option *option, char *text,
                      size_t size);

/* The kind of value it takes: "count", "raw|http".  Returns `text`. */
char *value_type(const struct option *option, char *text, size_t size);

/* Its bounds, "1 to 65535", or "".  Returns `text`. */
char *value_range(const struct option *option, char *text, size_t size);

#endif
