#ifndef SAMPLE_PROCESSES_H
#define SAMPLE_PROCESSES_H

#include <stdint.h>
#include <sys/types.h>

#include "finwait/error.h"
#include "finwait/owner.h"
#include "sockets.h"

/* The processes of /proc that hold sockets. */

struct process {
    pid_t pid;
    pid_t inside; /* in its own PID namespace; 0: not known */
    pid_t parent; /* 0: it is in another PID namespace, or not known */
    uint32_t threads;
    char comm[OWNER_COMM];
    uint32_t mark; /* for whoever counts them */
};

/* A set of processes, as a chain to the first that was found: sets that begin alike share it. */
struct hands {
    uint32_t before;  /* the set without the last one; 0: there is none */
    uint32_t process; /* the last one's index */
    uint32_t depth;   /* how many they are */
    uint32_t next;    /* the set with one more, the process that was looked at last; 0: none yet */
};

struct processes {
    struct process *item;
    uint32_t count, room;
    struct hands *hands; /* the first is the empty set */
    uint32_t hands_count, hands_room;
    uint32_t closed; /* how many let nobody see what they hold */
};

/*
 * Find who holds each of the sockets, which are indexed: sets `hands` and `fd` of each that
 * somebody does.  Who is in none of their namespaces, nor whose parent, is looked at only when one
 * of them was found with nobody: others may have a million descriptors.  -1 with STATUS_MACHINE
 * when there is no /proc to look at, or no memory or descriptor to do it with.
 */
int processes_look(struct processes *processes, struct sockets *sockets, struct error *error);

void processes_fini(struct processes *processes);

#endif
