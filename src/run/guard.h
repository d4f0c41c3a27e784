#ifndef FINWAIT_RUN_GUARD_H
#define FINWAIT_RUN_GUARD_H

/*
 * In a child of the conductor: run `command` with sh(1), and end whatever it has left, be it in a
 * session of its own.  The conductor's end, or SIGTERM, ends all of it at once.  Returns the
 * command's exit status, as a shell has it.
 */
int guard_run(const char *command);

/* What waitpid(2) says, as a shell has it. */
int guard_status(int status);

#endif
