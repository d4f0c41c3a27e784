#ifndef FINWAIT_CMD_LOW_PORTS_H
#define FINWAIT_CMD_LOW_PORTS_H

#include "finwait/error.h"
#include "finwait/scenario.h"

/*
 * See that who runs finwait may have the ports that its own roles are to bind on this host: in a
 * private lab they may have any.  0, or -1 with STATUS_MACHINE, where the port is written, and what
 * to do.
 */
int low_ports_check(const struct scenario *scenario, struct error *error);

#endif
