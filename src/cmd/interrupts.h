#ifndef FINWAIT_CMD_INTERRUPTS_H
#define FINWAIT_CMD_INTERRUPTS_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * SIGINT and its like (finwait/interrupt.h) from the first to the last line of a run.  While a
 * trial is under way the conductor takes them; before, between and after, when a result may be on
 * its way to a file, they are noted here and never end the process.  Signals that were ignored stay
 * so (nohup(1)).  A file that may not be as large (SIGXFSZ) is an error of the write, not the end.
 */
void interrupts_hold(void);

/* Whether one has come meanwhile, and its name; else NULL. */
bool interrupts_seen(void);
const char *interrupts_name(void);

/* From now on pass what comes, and what has come, on to `child`; 0: to nobody. */
void interrupts_pass_on(pid_t child);

/* Send `child` the one that came, if any: one that was ignored is so in the child as well. */
void interrupts_send(pid_t child);

/* Whether one ends a system call that waits, by EINTR; at first none does. */
void interrupts_wake(bool wake);

/* A second one is to end that child at once. */
void interrupts_kill_at_second(void);

#endif
