#ifndef FINWAIT_SCENARIO_OPTION_VALUE_H
#define FINWAIT_SCENARIO_OPTION_VALUE_H

#include "finwait/program.h"
#include "options.h"

/* One value of an option: from text into the scenario and back. */

/* Room enough for any value that is not kept as text. */
#define OPTION_WRITTEN PROGRAM_TEXT

/* Read `text` as value_read does.  Not for what is more than one value.  0 or -1. */
int option_read(struct scenario *scenario, const struct option *option, const char *text,
                struct error *error);

/* Give it the value it has by default, or none.  0 or -1. */
int option_reset(struct scenario *scenario, const struct option *option, struct error *error);

/* The value as value_write gives it; NULL when the option has no value or several. */
const char *option_write(const struct scenario *scenario, const struct option *option, char *text,
                         size_t size);

/* What is written: "count", "raw|http", "list of faults".  Returns `text`. */
char *option_type(const struct option *option, char *text, size_t size);

#endif
