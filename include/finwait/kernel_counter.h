#ifndef FINWAIT_KERNEL_COUNTER_H
#define FINWAIT_KERNEL_COUNTER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The kernel's counters that tell how connections open and end, named as nstat(8) does.  A counter
 * without a row here is recorded and judged like any other; it only has no meaning to be told.
 */

enum counter_sense {
    COUNTER_PLAIN,  /* counts work: more is neither better nor worse */
    COUNTER_WORSE,  /* something was lost, refused or given up */
    COUNTER_BETTER, /* something was saved */
};

struct counter_info {
    const char *name; /* "TcpExtTW" */
    enum counter_sense sense;
    bool told; /* has a line in the report whenever it moved */
    /* Of one event, or of many: "closed with data it had not read".  Fits a line of the report. */
    const char *meaning;
    const char *source; /* the functions that count, and their file below net/ipv4/ if no other */
    const char *since;  /* the first Linux that has it, if that is later than 6.1; else NULL */
};

/* In the order of a connection's life: opening, the queues, ending, TIME_WAIT, what was lost. */
extern const struct counter_info counter_table[];
extern const size_t counter_count;

/* The row called `name`, or NULL. */
const struct counter_info *counter_info(const char *name);

/* The row's meaning, or "".  Static storage. */
const char *counter_meaning(const char *name);

/*
 * Of a name that no kernel has, the counter that is called so but for the case of its letters or
 * the group before it ("TCPTimeWaitOverflow"); NULL for a name of the table, and for any other,
 * which a kernel may have.
 */
const char *counter_meant(const char *name);

/* "worse", "better", or "-" for neither. */
const char *counter_sense_name(enum counter_sense sense);

#endif
