#include "finwait/kernel_state.h"

#include <stddef.h>
#include <string.h>

static const char *const names[TCP_STATE_N] = {
#define X(id, number, name) [id] = (name),
    TCP_STATES(X)
#undef X
};

const char *tcp_state_name(enum tcp_state state)
{
    return (unsigned)state < TCP_STATE_N ? names[state] : NULL;
}

/*
 * Timers: tcp_keepalive_timer() and tcp_write_timeout() of net/ipv4/tcp_timer.c, tcp_fin_time() of
 * include/net/tcp.h, tcp_time_wait() of net/ipv4/tcp_minisocks.c; tcp(7) has the options.
 */
const struct state_info state_table[TCP_STATE_N] = {
    [TCP_STATE_LISTEN] =
        {
            .meaning = "a server's socket that takes connection requests",
            .lasts = "until its descriptor is closed",
            .sysctl = "core.somaxconn, tcp_max_syn_backlog",
            .sockopt = "the backlog of listen(2)",
            .scenario = {NULL, "states/server-listen"},
        },
    [TCP_STATE_SYN_SENT] =
        {
            .meaning = "connect has sent a SYN, nobody has answered",
            .lasts = "about 131 s: 4 retransmissions a second apart, 6 more after 1, 2, 4 ... s, "
                     "then ETIMEDOUT; before Linux 6.5 about 127 s, without the 4",
            .sysctl = "tcp_syn_retries, tcp_syn_linear_timeouts",
            .sockopt = "TCP_SYNCNT, TCP_USER_TIMEOUT",
            .scenario = {"states/client-syn-sent", NULL},
        },
    [TCP_STATE_SYN_RECV] =
        {
            .meaning = "a SYN was answered, its ACK has not come, or found no room",
            .lasts = "about 63 s: 5 retransmissions of the SYN-ACK, then dropped silently",
            .sysctl = "tcp_synack_retries, tcp_max_syn_backlog, tcp_syncookies",
            .sockopt = "TCP_DEFER_ACCEPT",
            .scenario = {NULL, "states/server-syn-recv"},
        },
    [TCP_STATE_ESTABLISHED] =
        {
            .meaning = "open both ways",
            .lasts = "until a side closes; without traffic for ever",
            .sysctl = "tcp_keepalive_time, tcp_keepalive_intvl, tcp_keepalive_probes, tcp_retries2",
            .sockopt = "SO_KEEPALIVE, TCP_KEEPIDLE, TCP_USER_TIMEOUT",
            .scenario = {"states/established", "states/established"},
        },
    [TCP_STATE_FIN_WAIT1] =
        {
            .meaning = "its FIN is sent, not acknowledged",
            .lasts = "a round trip; unacknowledged, until the retransmissions give up",
            .sysctl = "tcp_orphan_retries (closed), tcp_retries2 (shut down only)",
            .sockopt = "TCP_USER_TIMEOUT",
            .scenario = {"states/client-fin-wait1", "states/server-fin-wait1"},
        },
    [TCP_STATE_FIN_WAIT2] =
        {
            .meaning = "its FIN is acknowledged, the peer has not sent its own",
            .lasts = "closed: 60 s, then it is dropped; with a descriptor: until the peer closes",
            .sysctl = "tcp_fin_timeout (closed only)",
            .sockopt = "TCP_LINGER2 (closed only)",
            .scenario = {"states/client-fin-wait2", "states/server-fin-wait2"},
        },
    [TCP_STATE_TIME_WAIT] =
        {
            .meaning = "both FINs are exchanged, and this side's went first",
            .lasts = "60 s, a constant; less when a new connection or a RST ends it",
            .sysctl = "tcp_max_tw_buckets, tcp_tw_reuse, tcp_rfc1337",
            .sockopt = "SO_LINGER 0 avoids it",
            .scenario = {"states/client-time-wait", "states/server-time-wait"},
        },
    [TCP_STATE_CLOSE_WAIT] =
        {
            .meaning = "the peer's FIN has come, this side has not closed",
            .lasts = "until its program closes: for ever when it leaks",
            .sysctl = "tcp_keepalive_time, once the peer is gone",
            .sockopt = "SO_KEEPALIVE, once the peer is gone",
            .scenario = {"states/client-close-wait", "states/server-close-wait"},
        },
    [TCP_STATE_LAST_ACK] =
        {
            .meaning = "it has closed after its peer, its own FIN is not acknowledged",
            .lasts = "a round trip; unacknowledged, until the retransmissions give up",
            .sysctl = "tcp_orphan_retries",
            .sockopt = "TCP_USER_TIMEOUT",
            .scenario = {"states/client-last-ack", "states/server-last-ack"},
        },
    [TCP_STATE_CLOSING] =
        {
            .meaning = "the FINs have crossed, its own is not acknowledged",
            .lasts = "a round trip; unacknowledged, until the retransmissions give up",
            .sysctl = "tcp_orphan_retries (closed), tcp_retries2 (shut down only)",
            .sockopt = "TCP_USER_TIMEOUT",
            .scenario = {"states/client-closing", "states/server-closing"},
        },
    [TCP_STATE_CLOSE] =
        {
            .meaning = "no connection: not connected yet, or ended by a RST or a timeout",
            .lasts = "as long as its descriptor is held; no packet belongs to it",
            .sysctl = "",
            .sockopt = "",
            .scenario = {"states/client-close", "states/server-close"},
        },
};
