#ifndef FINWAIT_LAB_STEER_H
#define FINWAIT_LAB_STEER_H

#include <stdbool.h>

#include "finwait/error.h"

/*
 * The order of packets.  A veth hands each packet to the CPU its sender runs on, so two of one
 * connection, sent by a process on one CPU and by a softirq on another, overtake each other; an
 * old segment that comes after the FIN then meets TIME_WAIT, and is answered until a RST ends it
 * (measured: up to 6 % of 2,000 connections).  No real link does that.  Receive packet steering
 * to a single CPU keeps the order of sending (Documentation/networking/scaling.rst).
 */

/* Whether this kernel can: net.core.rps_default_mask is there, Linux 6.3 and later. */
bool steer_is_possible(void);

/*
 * Have each device made from now on in the calling thread's namespace hand its packets to one
 * CPU, the first this process may run on.  Does nothing where that is not possible.
 */
int steer_packets(struct error *error);

#endif
