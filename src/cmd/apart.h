#ifndef FINWAIT_CMD_APART_H
#define FINWAIT_CMD_APART_H

#include "finwait/error.h"

/*
 * Call `fn` in a process of its own, that ends with this one, and wait for it: what a private lab
 * needs changes the process for good (lab_prepare).  Signals are passed on to it.  Returns what it
 * does, and its error; STATUS_MACHINE where it could not be started, or a signal ended it.
 */
typedef enum status apart_fn(void *context, struct error *error);
enum status apart_run(apart_fn *fn, void *context, struct error *error);

#endif
