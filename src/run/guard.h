#ifndef FINWAIT_RUN_GUARD_H
#define FINWAIT_RUN_GUARD_H

/* Why a command was not begun: the call that failed; NULL: it was. */
struct unbegun {
    const char *call; /* static */
    int errnum;
};

/*
 * In a child of the conductor: run `command` with sh(1), and end whatever it has left, be it in a
 * session of its own.  The conductor's end, or SIGTERM, ends all of it at once.  Returns the
 * command's exit status, as a shell has it.  `why`, in memory that the conductor shares, tells it
 * what no status can.
 */
int guard_run(const char *command, struct unbegun *why);

/* Note what the call has just failed with; the status of a shell that cannot run a command. */
int guard_not_begun(struct unbegun *why, const char *call);

/* What waitpid(2) says, as a shell has it. */
int guard_status(int status);

#endif
