#ifndef FINWAIT_RESULT_JSON_PARTS_H
#define FINWAIT_RESULT_JSON_PARTS_H

#include "finwait/codec.h"

/* The members of a result that have a form of their own in JSON; docs/result.md shows each. */
extern const struct codec codec_counters;     /* struct counters */
extern const struct codec codec_histogram;    /* struct histogram */
extern const struct codec codec_observations; /* of struct result_side; the base is the side */
extern const struct codec codec_sockstat;     /* the same */
extern const struct codec codec_findings;     /* as a result had them; the base is the result */

#endif
