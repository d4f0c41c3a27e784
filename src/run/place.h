#ifndef FINWAIT_RUN_PLACE_H
#define FINWAIT_RUN_PLACE_H

#include <stdbool.h>
#include <sys/types.h>

#include "finwait/error.h"

/* The directory of the files that commands have: --out, or one that is gone with the run, be it
 * killed. */
struct place {
    char *path;    /* absolute; NULL: there is none */
    pid_t sweeper; /* a process that removes it; 0: it stays */
    int life;      /* its end of file tells the sweeper to */
};

/* Make it, unless there is one.  `out` may be NULL.  0, or -1 with STATUS_MACHINE. */
int place_make(struct place *place, const char *out, struct error *error);

/* Whether it outlives the run. */
bool place_stays(const struct place *place);

/* Once nobody uses its files any more. */
void place_free(struct place *place);

#endif
