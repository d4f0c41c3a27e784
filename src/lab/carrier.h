#ifndef FINWAIT_LAB_CARRIER_H
#define FINWAIT_LAB_CARRIER_H

#include "finwait/side.h"
#include "netlink.h"

/*
 * Wait until the link of `side` carries, on a netlink socket that was opened in its host and hears
 * RTMGRP_LINK.  0, or -1 with STATUS_MACHINE.
 */
int carrier_await(struct netlink *netlink, enum side side, struct error *error);

#endif
