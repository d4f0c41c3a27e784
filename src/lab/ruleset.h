#ifndef FINWAIT_LAB_RULESET_H
#define FINWAIT_LAB_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/side.h"
#include "finwait/timeline.h"

/*
 * The packet filter of the host of `side`, in nft(8)'s words: the whole table, which takes the
 * place of the last one in a single transaction.  It strikes packets in the hook `input`: they
 * have come over the link, and no socket has seen them.  A new string; NULL: no memory.
 */
char *ruleset_write(const struct fault *faults, const bool *active, size_t count, enum side side);

/* Whether the filter has a part in such a fault. */
bool ruleset_has(const struct fault *fault);

#endif
