#ifndef FINWAIT_LOAD_DIAL_H
#define FINWAIT_LOAD_DIAL_H

#include <stdint.h>

#include "finwait/address.h"

/* From where to where a client's connections go. */

struct role_plan;

/*
 * Make the socket of the role's connection `number`, with its options and its source address, in
 * *fd (-1: none could be made), and store its destination in `to`.  0, or the errno of what failed.
 */
int dial_socket(const struct role_plan *plan, uint64_t number, int *fd, struct address *to);

#endif
