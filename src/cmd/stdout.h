#ifndef FINWAIT_CMD_STDOUT_H
#define FINWAIT_CMD_STDOUT_H

#include <stdbool.h>

#include "finwait/error.h"

/*
 * A reader of stdout may go away before all is told, as head(1) does.  A filter is ended by that
 * (SIGPIPE), and so is finwait, but not at once: what was measured goes into its files first, and
 * what a run has started ends as ever.
 */

/* From here on a write that nobody reads is not the end. */
void stdout_hold(void);

/* Whether nobody reads it any more: the other end of the pipe is closed, the terminal gone. */
bool stdout_unread(void);

/* Write what is printed and buffered.  -1: STATUS_MACHINE, not all that was ever printed has been
 * taken, though somebody reads. */
int stdout_flush(struct error *error);

/* The end of a command with that status: where something stayed unread that of a filter, by the
 * signal.  Else returns: `status` is no success and tells more than that, or SIGPIPE was ignored
 * from the start. */
void stdout_end(enum status status);

#endif
