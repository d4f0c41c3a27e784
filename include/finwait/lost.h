#ifndef FINWAIT_LOST_H
#define FINWAIT_LOST_H

#include <stdint.h>

/* A worker that came to its end though neither the scenario nor finwait had asked for it. */

#define LOSSES(X)                                                                                  \
    X(LOST_BY_SIGNAL, "signal", "a signal ended it: its number")                                   \
    X(LOST_WITH_STATUS, "status", "it ended by itself: its exit status")                           \
    X(LOST_STOPPED, "stopped",                                                                     \
      "a signal had stopped it, and finwait ended it: the signal's number")                        \
    X(LOST_SILENT, "silent",                                                                       \
      "it did nothing any more, and finwait ended it: for how many seconds")                       \
    X(LOST_UNTOLD, "untold", "finwait ended it, for it could not be told what to do: the errno")

enum lost_how {
#define X(id, name, about) id,
    LOSSES(X)
#undef X
        LOST_N,
};

/* Static storage; NULL outside the table. */
const char *lost_name(enum lost_how how);

struct lost_worker {
    uint32_t worker; /* its index in the role */
    enum lost_how how;
    int number; /* see LOSSES */
    int64_t at; /* when its owner knew: CLOCK_MONOTONIC; in a result ns from the start of load */
};

#endif
