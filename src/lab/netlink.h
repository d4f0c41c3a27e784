#ifndef FINWAIT_LAB_NETLINK_H
#define FINWAIT_LAB_NETLINK_H

#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"

/*
 * A netlink(7) socket and the one request that is under way on it.  It belongs to the network
 * namespace it was opened in.
 */
struct netlink {
    struct mnl_socket *socket;
    uint32_t sequence;
    _Alignas(uint64_t) char buffer[8192]; /* the request, then its answer */
};

/* Open one of protocol `bus` (NETLINK_ROUTE …) that hears the multicast `groups`. */
int netlink_open(struct netlink *netlink, int bus, unsigned groups, struct error *error);
void netlink_close(struct netlink *netlink);

/* Begin a request, its fixed header copied from `header`; attributes are added with mnl_attr_put*.
 */
struct nlmsghdr *netlink_begin(struct netlink *netlink, unsigned type, unsigned flags,
                               const void *header, size_t size);

/* Send it and wait for its acknowledgement or the end of its dump.  0, or the errno. */
int netlink_commit(struct netlink *netlink, struct nlmsghdr *request);

#endif
