#ifndef FINWAIT_CMD_SHOW_SEEN_H
#define FINWAIT_CMD_SHOW_SEEN_H

#include <stdint.h>

#include "finwait/error.h"

/*
 * Draw connection number `which` (from 1 on; 0: the one that the report draws, else
 * the first) of the packets that a run left in `directory`, below what the model says of its
 * programs.
 */
enum status show_seen(const char *directory, uint64_t which, struct error *error);

#endif
