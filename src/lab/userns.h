#ifndef FINWAIT_LAB_USERNS_H
#define FINWAIT_LAB_USERNS_H

#include "finwait/error.h"

/*
 * Move the process (one thread) into a user namespace of its own in which it is root, and into a
 * network namespace that belongs to it: the former one cannot be returned to, for setns(2) needs
 * CAP_SYS_ADMIN in the user namespace that owns it.  -1: STATUS_MACHINE and what to change; the
 * process may then be left inside a user namespace that is of no use.
 */
int userns_enter(struct error *error);

#endif
