#ifndef FINWAIT_PROBE_PARTS_H
#define FINWAIT_PROBE_PARTS_H

#include "finwait/card.h"

/* ---- spec.c: what a check says ---- */

/* "client.opened == 0: it was not reached" without what is said of it.  A new string. */
char *check_condition(const char *text);

/* The metric behind "NAME=", or the two of a share; NULL: there is none. */
const char *check_metric_of(const char *measured);

/* ---- measure.c: what is shown besides its verdict ---- */

/* Append what "NAME=METRIC" or "NAME=METRIC/METRIC" is, if it was measured. */
void card_measure_add(struct card_check *check, const char *measured, struct result *result);

/* What result.json has of the packets, of the sockets at the end, and of who held them; the
 * caller's reference. */
json_t *card_evidence(const struct result *result);

#endif
