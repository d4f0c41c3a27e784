#ifndef FINWAIT_LAB_LINK_H
#define FINWAIT_LAB_LINK_H

#include <stdbool.h>

#include "finwait/error.h"
#include "finwait/side.h"

/* The link's name in either host, and its interface number there. */
#define LINK_NAME "link"
extern const int link_index[SIDE_N];

/*
 * Join the two hosts by a veth pair with addresses and routes of both families, and wait until it
 * carries.  Leaves the calling thread in one of the hosts.
 */
int link_join(const int host[SIDE_N], struct error *error);

/* Bring up `lo` of the calling thread's namespace. */
int link_raise_loopback(struct error *error);

/* Whether the calling thread's namespace has IPv6 at all. */
bool link_has_ipv6(void);

#endif
