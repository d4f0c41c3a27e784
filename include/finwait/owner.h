#ifndef FINWAIT_OWNER_H
#define FINWAIT_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/kernel_state.h"
#include "finwait/side.h"

/* Who holds the sockets that were left, as values: the sampler finds them, the result keeps them.
 */

#define OWNER_PLACES(X)                                                                            \
    X(OWNER_PROCESS, "process", "a process has a descriptor of it")                                \
    X(OWNER_INHERITED, "inherited", "several processes have a descriptor of it")                   \
    X(OWNER_ACCEPT_QUEUE, "accept_queue",                                                          \
      "nobody has a descriptor of it yet: it waits to be accepted")                                \
    X(OWNER_ORPHAN, "orphan", "nobody has a descriptor of it any more: it is the kernel's own")    \
    X(OWNER_UNKNOWN, "unknown", "nobody was found, and `why` tells why")

enum owner_place {
#define X(id, name, about) id,
    OWNER_PLACES(X)
#undef X
        OWNER_PLACE_N,
};

/* Static storage; NULL outside the table. */
const char *owner_place_name(enum owner_place place);

#define OWNER_COMM 16 /* TASK_COMM_LEN, include/linux/sched.h */

/* A process, as whoever started finwait sees it. */
struct holder {
    uint64_t pid;
    char comm[OWNER_COMM];
};

/* As many rows of processes there are at most of a state of a side and a place, and as many holders
 * of a row are told. */
#define OWNER_ROWS    64
#define OWNER_HOLDERS 8

/* Sockets of one state of a side that are in the same hands. */
struct owner {
    enum side side;
    enum tcp_state state;
    enum owner_place where;
    uint64_t count;         /* sockets */
    uint64_t pid;           /* 0: no process holds them, or several that are told in one row */
    uint64_t pid_inside;    /* in its own PID namespace; 0: the same, or not known */
    char comm[OWNER_COMM];  /* of the process, or of all of them; "": none, or not known */
    uint64_t threads;       /* of it; 0: not known */
    uint64_t processes;     /* how many hold sockets of the row; inherited: `pid` is the first */
    size_t holder_count;    /* inherited by the same processes: those, OWNER_HOLDERS at most */
    struct holder *holder;  /* owned */
    uint64_t parent;        /* inherited: the one whose children all others are; 0: there is none */
    char *descriptors;      /* "5-304,310": of `pid`; NULL: there is none.  Owned */
    bool has_age;           /* */
    int64_t age, age_least; /* ns since a segment of the peer came to the one that has waited for
                               the longest time, and to the one for the least */
    bool has_uid;
    uint64_t uid; /* unknown: whose user's sockets they are */
    char *why;    /* unknown: why; owned */
};

struct owners {
    size_t count;
    struct owner *item; /* by side and state, the most sockets first */
};

/* Append one of which nothing is told.  Lives where it is until the next one is appended. */
struct owner *owners_add(struct owners *owners);

/* Drop those of a side. */
void owners_drop(struct owners *owners, enum side side);

void owners_fini(struct owners *owners);

#endif
