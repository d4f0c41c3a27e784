#ifndef FINWAIT_CMD_APART_H
#define FINWAIT_CMD_APART_H

#include <sys/types.h>

#include "finwait/error.h"

/*
 * Call `fn` in a process of its own, that ends with this one, and wait for it: what a private lab
 * needs changes the process for good (lab_prepare).  Signals are passed on to it.  Returns what it
 * does, and its error; STATUS_MACHINE where it could not be started, or a signal ended it.
 */
typedef enum status apart_fn(void *context, struct error *error);
enum status apart_run(apart_fn *fn, void *context, struct error *error);

/* The same in two parts, of which several can be under way: `child` is to be waited for, and what
 * waitpid(2) said of it given to apart_end().  -1: STATUS_MACHINE. */
struct apart {
    pid_t child;
    struct error *told; /* shared with it */
};
int apart_begin(struct apart *apart, apart_fn *fn, void *context, struct error *error);
enum status apart_end(struct apart *apart, int status, struct error *error);

#endif
