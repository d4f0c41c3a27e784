#ifndef FINWAIT_LEASH_H
#define FINWAIT_LEASH_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What holds the children that `inherit` forks: they may outlive their worker, as those of a real
 * server do, but not the role, nor the conductor, whatever that dies of.
 */

struct leash {
    int ours;   /* the conductor's end; its end of file is the others' end.  -1: closed */
    int theirs; /* for the workers, and for their children.  -1: closed */
};

/* 0, or -1 with errno. */
int leash_new(struct leash *leash);

/*
 * End all children, and wait until they are gone: a second at the most.  Every worker must have
 * ended.  Nothing when it is closed already.
 */
void leash_free(struct leash *leash);

/* In a child: wait for `ns`, or until the other end says that it is over.  Async-signal-safe. */
void leash_wait(int theirs, int64_t ns);

#endif
