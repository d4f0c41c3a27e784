#ifndef FINWAIT_OBSERVATION_H
#define FINWAIT_OBSERVATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/kernel_state.h"

/* What the kernel was seen to hold, as values: the sampler makes them, the result keeps them. */

/* The sockets of one side at one moment. */
struct observation {
    int64_t at;   /* ns: CLOCK_MONOTONIC of the sampler's, from the start of load in a result */
    bool counted; /* the sampler's own: of nothing but TIME_WAIT, by sockstat; a result has none */
    uint32_t state[TCP_STATE_N]; /* sockets in each state.  fin_wait2 includes mini-sockets that
                                    wait in FIN_WAIT2; time_wait never does */
#define X(name, about) uint32_t name;
    SOCKETS_TOLD(X)
#undef X
};

/* Column number 1 to OBSERVATION_COLUMNS - 1: the states, and what is told beside them. */
enum {
    OBSERVATION_STATES = TCP_STATE_N - 1,
#define X(name, about) OBSERVATION_##name,
    SOCKETS_TOLD(X)
#undef X
        OBSERVATION_COLUMNS,
};

/* A column's name, as in a result: "time_wait", "fin_wait2_orphans". */
const char *observation_column(unsigned column);
uint32_t *observation_cell(struct observation *observation, unsigned column);

/* Whether it was ever anything but 0: only then a result has the column. */
bool observation_ever(struct observation *observations, size_t count, unsigned column);

/* A counter of /proc/net/snmp or /proc/net/netstat, named as nstat(8) does: "TcpExtTW". */
struct counter {
    char name[48];
    uint64_t before, after;
};

/* In the order of the files, each name once.  The items are owned: counters_fini. */
struct counters {
    size_t count;
    struct counter *item;
};

/* Append one that stands at 0, or NULL: the name is too long for it. */
struct counter *counters_add(struct counters *counters, const char *name);

/* The counter called `name`, or NULL: there is none. */
const struct counter *counters_find(const struct counters *counters, const char *name);

/* A copy, of a result's memory (grow.h). */
struct counters counters_copy(const struct counters *counters);

void counters_fini(struct counters *counters);

#endif
