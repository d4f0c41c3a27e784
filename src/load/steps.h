#ifndef FINWAIT_LOAD_STEPS_H
#define FINWAIT_LOAD_STEPS_H

#include "conn.h"

enum {
    /* Reads of one connection before the others get their turn: 1 MiB. */
    READS = 16,
    /* And writes: each as much as there is room for. */
    WRITES = 16,
};

/* The interpreter's table: how each step is run, indexed by enum step_op. */
extern step_runner *const step_runners[STEP_OP_N];

/* Each step's, in steps.c, steps_close.c and wire_tls.c. */
#define X(id, stem, ...) step_runner step_##stem;
STEPS(X)
#undef X

#endif
