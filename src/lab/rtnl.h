#ifndef FINWAIT_LAB_RTNL_H
#define FINWAIT_LAB_RTNL_H

#include "finwait/error.h"
#include "finwait/lab_plan.h"
#include "finwait/side.h"
#include "netlink.h"

/*
 * The rtnetlink(7) requests that make a link, each on a socket opened in the host of `side`.
 * 0, or -1 with STATUS_MACHINE and what was attempted.
 */

/* The interface number of `lo` in every namespace (LOOPBACK_IFINDEX, include/linux/if.h). */
#define RTNL_LOOPBACK 1

int rtnl_raise(struct netlink *netlink, int index, struct error *error);

/* In the client's host: one end there, the peer straight into the server's. */
int rtnl_make_pair(struct netlink *netlink, int server_host, struct error *error);

/* The side's own address. */
int rtnl_add_address(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                     struct error *error);

/* No ARP or neighbour discovery: the first packet is as fast as the rest. */
int rtnl_add_neighbour(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                       struct error *error);

/* AnyIP: every address of the block is the host's own without being configured one by one. */
int rtnl_add_own_block(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                       struct error *error);

/*
 * The peer's one address is on the link.  A route of its own, for what IFA_ADDRESS implies in IPv6
 * comes later, from a kernel worker (addrconf_dad_work, net/ipv6/addrconf.c).
 */
int rtnl_add_peer(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                  struct error *error);

/* The peer's block lies behind its one address: one neighbour entry however large the pool. */
int rtnl_add_peer_block(struct netlink *netlink, const struct lab_plan *plan, enum side side,
                        struct error *error);

#endif
