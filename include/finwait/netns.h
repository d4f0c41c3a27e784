#ifndef FINWAIT_NETNS_H
#define FINWAIT_NETNS_H

#include "finwait/error.h"

/* The network namespace of the calling thread (network_namespaces(7)). */

/* A close-on-exec descriptor of it, or -1. */
int netns_current(struct error *error);

/* Replace it by a fresh one. */
int netns_unshare(struct error *error);

/* Say why that failed with `errnum`.  Returns -1. */
int netns_refused(int errnum, struct error *error);

/* Move into the one `fd` refers to. */
int netns_enter(int fd, struct error *error);

#endif
