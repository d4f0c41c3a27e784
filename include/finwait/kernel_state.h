#ifndef FINWAIT_KERNEL_STATE_H
#define FINWAIT_KERNEL_STATE_H

#include <stdint.h>

#include "finwait/side.h"

/*
 * The states of a TCP socket: names and numbers of the kernel
 * (include/net/tcp_states.h), which are also the bits of sock_diag's state
 * mask and the `st` column of /proc/net/tcp.
 */

#define TCP_STATES(X)                                                                              \
    X(TCP_STATE_ESTABLISHED, 1, "established")                                                     \
    X(TCP_STATE_SYN_SENT, 2, "syn_sent")                                                           \
    X(TCP_STATE_SYN_RECV, 3, "syn_recv")                                                           \
    X(TCP_STATE_FIN_WAIT1, 4, "fin_wait1")                                                         \
    X(TCP_STATE_FIN_WAIT2, 5, "fin_wait2")                                                         \
    X(TCP_STATE_TIME_WAIT, 6, "time_wait")                                                         \
    X(TCP_STATE_CLOSE, 7, "close")                                                                 \
    X(TCP_STATE_CLOSE_WAIT, 8, "close_wait")                                                       \
    X(TCP_STATE_LAST_ACK, 9, "last_ack")                                                           \
    X(TCP_STATE_LISTEN, 10, "listen")                                                              \
    X(TCP_STATE_CLOSING, 11, "closing")

enum tcp_state {
#define X(id, number, name) id = (number),
    TCP_STATES(X)
#undef X
        TCP_STATE_N, /* one past the last: the size of an array indexed by state */
};

/*
 * What a look at a host's sockets tells beside how many are in which state: one row each, a member
 * of every record of such a look.  Nobody's: sock_diag's inode is 0, no descriptor names it.
 */
#define SOCKETS_TOLD(X)                                                                            \
    X(fin_wait2_orphans, "of fin_wait2: mini-sockets and others that are nobody's")                \
    X(close_wait_unaccepted, "of close_wait: nobody's, as accept has not fetched them")            \
    X(fin_unsent, "of fin_wait1, closing, last_ack: probing a closed window, the FIN unsent")      \
    X(accept_queue, "what waits to be accepted: Recv-Q of the sockets in listen, summed")          \
    X(listen_backlog, "how many may wait: Send-Q of the sockets in listen, summed")

/* How long a socket stays in TIME_WAIT, ns: TCP_TIMEWAIT_LEN, include/net/tcp.h; no sysctl changes
 * it. */
#define TIME_WAIT_LENGTH (INT64_C(60) * 1000000000)

/* The kernel's name in lower case ("time_wait"), or NULL outside the eleven. */
const char *tcp_state_name(enum tcp_state state);

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
