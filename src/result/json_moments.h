#ifndef FINWAIT_RESULT_JSON_MOMENTS_H
#define FINWAIT_RESULT_JSON_MOMENTS_H

#include "finwait/codec.h"
#include "finwait/result.h"

/* What a trial was made of and what befell it: steps, faults, events, moments. */
extern const struct field step_fields[], fault_fields[], event_fields[], moment_fields[];

/* Whether each moment is one of a fault or an event that is there.  -1 after node_fail. */
int json_check_moments(const struct node *top, const struct result *result);

#endif
