#ifndef FINWAIT_ROLE_DESCRIPTORS_H
#define FINWAIT_ROLE_DESCRIPTORS_H

#include <stdint.h>

/*
 * Close all but the standard streams and the `count` of `fd`, which are moved next to those; their
 * numbers may change.  -1: no memory, or what is open is not known.
 */
int descriptors_keep(int *fd, uint32_t count);

/* RLIMIT_NOFILE of the calling process; 0: as it is.  -1 with STATUS_MACHINE. */
struct error;
int descriptors_limit(uint32_t descriptors, struct error *error);

/* The soft limit as finwait found it: programs that are not ours may take more of them for a reason
 * to do more. */
void descriptors_restore(void);

#endif
