#ifndef FINWAIT_LAB_QDISC_H
#define FINWAIT_LAB_QDISC_H

#include <stdint.h>

#include "finwait/error.h"
#include "finwait/side.h"
#include "netlink.h"

/* What a link does to the packets that leave a host over it, besides carrying them. */
struct shape {
    int64_t delay; /* ns each is late, by netem; 0: none */
    uint64_t rate; /* bytes a second at the most, by tbf; 0: no limit */
};

/*
 * Have the link of `side` shape what leaves over it as `wanted` says; now it does as `*now`, which
 * is brought up to date.  STATUS_MACHINE names the module that is missing.  The netlink socket
 * (NETLINK_ROUTE) was opened in that host.
 */
int qdisc_shape(struct netlink *netlink, enum side side, const struct shape *wanted,
                struct shape *now, struct error *error);

#endif
