#ifndef FINWAIT_CMD_TARGET_H
#define FINWAIT_CMD_TARGET_H

#include "overrides.h"

/*
 * Add what makes a server that already runs the target: "HOST:PORT", or "http://HOST/PATH" or
 * https, whose port may be left out, and which says what is asked for as well.  `said` is the
 * option as written.  -1: STATUS_USAGE.
 */
int target_add(struct overrides *overrides, const char *text, const char *said,
               struct error *error);

#endif
