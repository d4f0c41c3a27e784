#ifndef FINWAIT_RESULT_MEASURE_H
#define FINWAIT_RESULT_MEASURE_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/result.h"
#include "metrics.h"

/* Figures that several metrics rest on. */

/* The account of the role that drives the load: the client's, or the server's when it alone is
 * played; NULL: neither is.  `side` (may be NULL) tells which. */
const struct account *measure_driver(const struct result *result, enum side *side);

/* How the driver's connections ended. */
struct tally {
    uint64_t attempted;
    uint64_t foreseen;  /* as the model foresees */
    uint64_t completed; /* as it foresees, or as the program says, and with all that was due */
    uint64_t open;      /* still, or until the run was torn down */
    uint64_t failed;    /* the rest */
};

/* False: there is no driver. */
bool measure_tally(const struct result *result, struct tally *tally);

/* The same of what ran one program of a mix. */
void measure_mix(const struct result *result, const struct mix_account *account,
                 struct tally *tally);

/* Of the connections that were opened, whose FIN or RST was the first.  False: no driver. */
bool measure_closers(const struct result *result, double closers[CLOSER_N]);

/* How far a counter moved; false when it was not read. */
bool measure_counter(const struct counters *counters, const char *name, double *delta);

#endif
