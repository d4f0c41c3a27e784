#ifndef SAMPLE_BETWEEN_H
#define SAMPLE_BETWEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store.h"

/*
 * TIME_WAIT of one side as sockstat alone tells it, between two dumps.  "tw" counts mini-sockets,
 * those that wait in FIN_WAIT2 as well, and only a dump tells how many these are: so what was read
 * waits for the next dump.  Then it is told, less what the straight line between both dumps has of
 * them, unless either saw more than one in BETWEEN_SHARE, or of up to BETWEEN_FEW one in
 * BETWEEN_SHARE_FEW, for that many could be in error, or both saw no TIME_WAIT: a state that never
 * occurred must not be reported.
 */
enum {
    BETWEEN_MAX = 1024, /* readings between two dumps; more are not kept */
    BETWEEN_SHARE = 100,
    BETWEEN_SHARE_FEW = 10,
    BETWEEN_FEW = 50, /* while a pile is made, each connection is in FIN_WAIT2 for a moment */
};

struct between {
    struct between_dump {
        int64_t at;
        int64_t minis;  /* in FIN_WAIT2 */
        bool time_wait; /* whether it saw any */
    } dump;             /* the latest */
    int64_t told_at;    /* the latest moment that TIME_WAIT is known of; 0: none yet */
    int64_t gap;        /* the longest time between two of them */
    size_t count;
    struct reading {
        int64_t at;
        int64_t tw;
    } reading[BETWEEN_MAX];
};

void between_read(struct between *between, int64_t at, int64_t tw);

/* What a dump saw, and so many of it mini-sockets in FIN_WAIT2: append what can be told up to it.
 */
void between_close(struct between *between, const struct observation *dump, int64_t minis,
                   struct store *store);

#endif
