#ifndef FINWAIT_ROLE_COMMAND_H
#define FINWAIT_ROLE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "finwait/command.h"
#include "finwait/load.h"
#include "finwait/role.h"

/*
 * A role that a command of the user's plays.  Its processes are those of a PID namespace of their
 * own whose init, the keeper, is ours: it starts the first of them, reads what they print, reaps
 * them, and strikes them all at once.
 */

/* Written by the keeper, and by the first process until it is the user's program. */
struct command_board {
    int64_t exec_errno; /* 0: it was not met */
    int64_t line_seen;  /* of plan->ready_line */
    int64_t main_ended; /* the wait status is known */
    int64_t main_status;
    int64_t ended_at;
    int64_t cpu_user, cpu_system;
    uint64_t memory_peak;
    uint64_t killed;
    uint64_t printed;
    uint64_t tail_used;
    char tail[COMMAND_TAIL];
};

/* What the keeper is told. */
enum keeper_order {
    KEEPER_BEGIN,       /* the first process */
    KEEPER_SIGNAL,      /* `number` to all of them */
    KEEPER_SIGNAL_MAIN, /* to the first */
    KEEPER_STOP,        /* SIGTERM to all, after plan->grace SIGKILL */
    KEEPER_KILL,
};
struct keeper_word {
    int32_t order;
    int32_t number;
};

/* What a keeper works with: descriptors of its own, and what it shares with the conductor. */
struct keeper {
    const struct command_plan *plan;
    struct command_board *board;
    uint32_t descriptors; /* RLIMIT_NOFILE of the command; 0: as it is */
    int control;
    int log; /* -1: none */
};

/* ---- command_keeper.c ---- */

/*
 * In a child of lab_fork_alone, in its host and with the privileges of a command: keep the command
 * until all of its processes have ended, or the conductor.
 */
_Noreturn void keeper_main(struct keeper *keeper);

/* ---- command_kin.c ---- */

enum { KIN_MAX = 4096 };

struct kin {
    unsigned count;
    pid_t pid[KIN_MAX];
};

/* Every process below that one; those of its own first, in the order in which they came to it. */
void kin_below(pid_t pid, struct kin *kin);

/* What they have, and the keeper's CPU time, which has that of those it has reaped. */
void kin_stock(const struct kin *kin, pid_t keeper, struct command_stock *stock);

/* As proc_pid_status(5) has it: 'T' stopped, 'Z' ended, and not reaped; 'X': it is gone. */
char kin_state(pid_t pid);

/* To every process below this one.  Returns how many there were, as far as one knows. */
unsigned kin_signal(int number);

/* ---- command_output.c ---- */

/* What is kept in a log. */
#define COMMAND_LOG_MAX ((uint64_t)16 * 1024 * 1024)

struct output {
    struct command_board *board;
    const char *line; /* to look for, or NULL */
    int log;
    size_t fresh; /* bytes at the tail's end that one before has not printed, at least */
};

/* Keep what was printed: in the log, up to a limit, and the end of it on the board. */
void output_keep(struct output *output, const char *bytes, size_t length);

#endif
