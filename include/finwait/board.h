#ifndef FINWAIT_BOARD_H
#define FINWAIT_BOARD_H

#include <stdint.h>

#include "finwait/account.h"

/*
 * Memory shared by a role's workers and the conductor.  Each slot is written by its
 * worker alone (by the conductor once the worker is dead), and read by anyone: all are
 * aligned 64-bit words, so a reader sees old or new, never half.
 */

struct board_slot {
    uint64_t room; /* descriptors the worker could still open */
    int64_t ready; /* CLOCK_MONOTONIC when it was ready, before it says so */
    int64_t ended; /* the same of when its connections had all ended (client); 0: not yet */
    uint64_t beat; /* moved by the worker's event loop, twice a second at the least */
    struct account account;
};

struct board {
    int64_t began; /* CLOCK_MONOTONIC of the first role_go, 0 before; written by the conductor */
    uint32_t slots;
    struct board_slot slot[];
};

/* NULL with errno set when the kernel has no memory for it. */
struct board *board_new(uint32_t slots);
void board_free(struct board *board);

#endif
