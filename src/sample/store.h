#ifndef SAMPLE_STORE_H
#define SAMPLE_STORE_H

#include <stddef.h>

#include "finwait/sampler.h"

/*
 * The samples of one side, in bounded memory, and what was counted between them.  Once
 * STORE_CAPACITY are kept, neighbours are merged in pairs and from then on as many new ones are
 * merged into one, so a series stays evenly spaced however long the run.  A merged sample has the
 * time of its first and, per state, the largest count: peaks survive, but the states of one merged
 * sample need not have been seen together. The latest sample is never merged.  The memory is there
 * from the beginning: what is kept does not depend on how much there is later.
 */
#define STORE_CAPACITY 20000

struct store {
    struct observation *kept; /* merged groups, whole ones */
    size_t count;
    size_t group;              /* how many samples are merged into one: a power of two */
    struct observation open;   /* the group being filled */
    size_t open_count;         /* how many it has */
    struct observation latest; /* as it was seen, in no group yet */
    bool any;                  /* whether there is a latest */
};

void store_append(struct store *store, const struct observation *sample);

/* A copy of all, the latest last: free() it.  NULL when there are none. */
struct observation *store_copy(const struct store *store, size_t *count);

void store_init(struct store *store);
void store_fini(struct store *store);

#endif
