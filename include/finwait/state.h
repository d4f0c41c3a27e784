#ifndef FINWAIT_STATE_H
#define FINWAIT_STATE_H

#include "finwait/side.h"
#include "finwait/tcp_state.h"

/*
 * What a user wants to know of a state of TCP: one row each.  A row's scenarios are names below
 * configs/ that put sockets into the state and keep them there.
 */

struct state_info {
    const char *meaning;
    const char *lasts;            /* how long, and what ends it */
    const char *sysctl;           /* what bounds it: net.ipv4.* without the prefix; "" for none */
    const char *sockopt;          /* the same of socket options */
    const char *scenario[SIDE_N]; /* that shows it on that side; NULL: no socket there enters it */
};

/* Indexed by enum tcp_state. */
extern const struct state_info state_table[TCP_STATE_N];

#endif
