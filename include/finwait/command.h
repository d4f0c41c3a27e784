#ifndef FINWAIT_COMMAND_H
#define FINWAIT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A command of the user's that plays a side: what it is to be run with, and what became of it. */

/* All borrowed, for as long as the role lives. */
struct command_plan {
    char *const *argv;        /* for execvp(3), nothing left to fill in */
    char *const *environment; /* "NAME=VALUE", added to finwait's own; NULL at the end */
    const char *log;          /* the file for its output; NULL: none */
    const char *ready_line;   /* server: it serves once this is part of its output; NULL: once it
                                 listens */
    int64_t ready_within;     /* ns: for that, and for one before it to end */
    int64_t grace;            /* ns from SIGTERM to SIGKILL */
};

/* The end of its output that is kept. */
#define COMMAND_TAIL 4096

/* How its first process ended. */
enum command_end {
    COMMAND_RUNS,    /* it has not, or was never begun */
    COMMAND_STATUS,  /* with an exit status */
    COMMAND_SIGNAL,  /* by a signal */
    COMMAND_NO_EXEC, /* it could not be executed: an errno */
    COMMAND_END_N,
};

/* "exit status 1", "SIGKILL", "ENOENT": how it ended, for people.  Returns `text`. */
char *command_end_text(char *text, size_t size, enum command_end end, int number);
#define COMMAND_END_TEXT 48

/* So many lines of its output are shown and kept in a result. */
#define COMMAND_LINES 20

/* Where in what was printed the last `lines` > 0 lines begin. */
const char *command_last_lines(const char *printed, unsigned lines);

/* When its processes are looked at: the load begins, half of it has begun, settle is over. */
enum command_look {
    LOOK_BEGIN,
    LOOK_WARM,
    LOOK_FINAL,
    LOOKS_N,
};

/* What they had then, all together; one that two of them share counts for each. */
struct command_stock {
    bool looked;          /* false: nobody has; else what follows is 0 */
    bool has_descriptors; /* false: whose they are may not be looked at */
    uint64_t descriptors;
    uint64_t memory; /* bytes in RAM */
    int64_t cpu;     /* ns, of those that have ended, too */
};

/* Its processes at the end of settle, which have not ended. */
struct command_census {
    bool looked; /* false: nobody has */
    bool runs;   /* the first one */
    uint64_t processes;
    bool struck;         /* an event has sent a signal to the first one; else what follows is 0 */
    uint64_t old, fresh; /* there when the first such signal was sent, other than the first; not */
    int64_t took;        /* ns from that signal to the end of the first one; 0: it has not ended */
    struct command_stock stock[LOOKS_N];
};

struct command_report {
    enum command_end end;
    int number;
    bool by_itself;               /* that one had not been asked to */
    bool unasked;                 /* all of it has ended, and nobody had asked for that */
    int64_t ended_at;             /* CLOCK_MONOTONIC, of all of it; 0: it has not */
    int64_t cpu_user, cpu_system; /* ns, of all of its processes that were reaped */
    uint64_t memory_peak;         /* bytes, of the largest one */
    uint64_t killed;              /* processes that were still there after `grace` */
    uint64_t printed;             /* bytes */
    bool cut;                     /* more than the log holds */
    struct command_census census;
    int64_t ready; /* ns from its first start until it served; 0: a client's */
    char tail[COMMAND_TAIL + 1];
};

#endif
