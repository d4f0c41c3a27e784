#ifndef FINWAIT_LOAD_STEPS_H
#define FINWAIT_LOAD_STEPS_H

#include "conn.h"

enum {
    /* Reads of one connection before the others get their turn: 1 MiB. */
    READS = 16,
};

/* What of the table of steps lies in wire_tls.c … */
step_runner step_notify, step_wait_notify;

/* … and in steps_close.c. */
step_runner step_shut_wr, step_shut_rd, step_wait_fin, step_drain, step_pause, step_linger,
    step_inherit, step_rst, step_close, step_hold, step_die;

#endif
