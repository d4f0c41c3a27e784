#ifndef FINWAIT_NLMSG_H
#define FINWAIT_NLMSG_H

#include <linux/netlink.h>
#include <stddef.h>

/*
 * Reading what a netlink(7) socket received.  libmnl's own walk takes a length of 2^31 and more for
 * a negative one and leaves the datagram (mnl_nlmsg_ok(), up to 1.0.5).
 */

/* The message at *at of the datagram, which moves on behind it; NULL: no whole one is left.
 * `datagram` is aligned as struct nlmsghdr is. */
const struct nlmsghdr *nlmsg_next(const void *datagram, size_t length, size_t *at);

/* Its payload, when it has at least `size` bytes; else NULL. */
const void *nlmsg_payload(const struct nlmsghdr *message, size_t size);

/* The errno that NLMSG_ERROR or NLMSG_DONE tells, EPROTO for what is none; 0: success. */
int nlmsg_errno(const struct nlmsghdr *message);

#endif
