#ifndef FINWAIT_LOAD_DIAL_H
#define FINWAIT_LOAD_DIAL_H

#include <stdint.h>

#include "finwait/address.h"

/* From where to where a client's connections go. */

struct error;
struct role_plan;

/*
 * Give a client's socket its options, and close it: what the kernel refuses one it refuses all, and
 * so before the first.  -1 with STATUS_MACHINE names the option.
 */
int dial_try_options(const struct role_plan *plan, struct error *error);

/*
 * Make the socket of the role's connection `number`, with its options and its source address, in
 * *fd (-1: none could be made), and store its destination in `to`.  0, or the errno of what failed.
 */
int dial_socket(const struct role_plan *plan, uint64_t number, int *fd, struct address *to);

#endif
