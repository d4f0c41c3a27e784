#include "finwait/sockopt.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* linux/in.h since Linux 6.3 */
#endif

#define ROW(id, text, set, of_level, of_option, needed, says, ...)                                 \
    [SOCKOPT_##id] = {.name = (text),                                                              \
                      .takes = __VA_ARGS__,                                                        \
                      .when = SOCKOPT_##set,                                                       \
                      .level = (of_level),                                                         \
                      .option = (of_option),                                                       \
                      .symbol = #of_option,                                                        \
                      .needs = (needed),                                                           \
                      .about = (says)}

/*
 * Bounds are what the kernel takes without clamping or EINVAL: net/core/sock.c sk_setsockopt(),
 * net/ipv4/tcp.c do_tcp_setsockopt(), net/ipv4/ip_sockglue.c do_ip_setsockopt(), include/net/tcp.h.
 */
const struct sockopt_info sockopt_table[SOCKOPT_N] = {
    ROW(LINGER, "linger", BEFORE_BIND, SOL_SOCKET, SO_LINGER, NULL,
        "close waits this long for unsent data; 0s resets the connection",
        VALUE_OF(LINGER, 0, INT_MAX)),
    ROW(REUSEADDR, "reuseaddr", BEFORE_BIND, SOL_SOCKET, SO_REUSEADDR, NULL,
        "bind over TIME_WAIT; old and new sockets must both have it", VALUE_A(SWITCH)),
    ROW(REUSEPORT, "reuseport", BEFORE_BIND, SOL_SOCKET, SO_REUSEPORT, NULL,
        "several sockets of one user share an address and port", VALUE_A(SWITCH)),
    ROW(NODELAY, "nodelay", BEFORE_BIND, IPPROTO_TCP, TCP_NODELAY, NULL,
        "send small segments at once (no Nagle algorithm); on by default with transport: tls",
        VALUE_A(SWITCH)),
    ROW(KEEPALIVE, "keepalive", BEFORE_BIND, SOL_SOCKET, SO_KEEPALIVE, NULL,
        "probe an idle peer; ends the connection when it is gone", VALUE_A(SWITCH)),
    /* MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT; beyond them EINVAL. */
    ROW(KEEPIDLE, "keepidle", BEFORE_BIND, IPPROTO_TCP, TCP_KEEPIDLE, NULL,
        "idle time before the first keepalive probe", VALUE_OF(SECONDS, 1, 32767)),
    ROW(KEEPINTVL, "keepintvl", BEFORE_BIND, IPPROTO_TCP, TCP_KEEPINTVL, NULL,
        "time between keepalive probes", VALUE_OF(SECONDS, 1, 32767)),
    ROW(KEEPCNT, "keepcnt", BEFORE_BIND, IPPROTO_TCP, TCP_KEEPCNT, NULL,
        "unanswered keepalive probes before the connection ends", VALUE_OF(COUNT, 1, 127)),
    /* TCP_FIN_TIMEOUT_MAX: longer is cut to 120 s; 0 reads tcp_fin_time()'s default. */
    ROW(LINGER2, "linger2", BEFORE_BIND, IPPROTO_TCP, TCP_LINGER2, NULL,
        "life of an orphaned FIN_WAIT2; -1 resets instead, 0s means net.ipv4.tcp_fin_timeout",
        VALUE_OF(LINGER2, 0, 120)),
    ROW(USER_TIMEOUT, "user_timeout", BEFORE_BIND, IPPROTO_TCP, TCP_USER_TIMEOUT, NULL,
        "how long sent data may stay unacknowledged; 0s means net.ipv4.tcp_retries2",
        VALUE_OF(MILLIS, 0, INT_MAX)),
    /* secs_to_retrans() counts 255 SYN-ACK retransmissions at most: 1+2+4…+64 s, then 120 s each.
     */
    ROW(DEFER_ACCEPT, "defer_accept", LISTENER_ONLY, IPPROTO_TCP, TCP_DEFER_ACCEPT, NULL,
        "accept only once data is there, or after about this long (rounded up to a SYN-ACK "
        "retransmission); 0s is off",
        VALUE_OF(SECONDS, 0, 29887)),
    ROW(FASTOPEN, "fastopen", LISTENER_ONLY, IPPROTO_TCP, TCP_FASTOPEN,
        "net.ipv4.tcp_fastopen with bit 2, the server's",
        "queue of not yet accepted TCP Fast Open requests, cut to net.core.somaxconn; "
        "net.ipv4.tcp_fastopen must have bit 2",
        VALUE_OF(COUNT, 0, INT_MAX)),
    ROW(FASTOPEN_CONNECT, "fastopen", CLIENT_ONLY, IPPROTO_TCP, TCP_FASTOPEN_CONNECT,
        "net.ipv4.tcp_fastopen with bit 1, the client's",
        "connect with TCP Fast Open: the SYN waits for the first send once a cookie is known",
        VALUE_A(SWITCH)),
    ROW(BIND_NO_PORT, "bind_no_port", CLIENT_ONLY, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, NULL,
        "binding a source address leaves the port to connect, which shares it between destinations",
        VALUE_A(SWITCH)),
    ROW(LOCAL_PORT_RANGE, "local_port_range", CLIENT_ONLY, IPPROTO_IP, IP_LOCAL_PORT_RANGE,
        "Linux 6.3",
        "source ports to choose from, a part of net.ipv4.ip_local_port_range; an end outside that "
        "has no effect",
        VALUE_A(PORTS)),
    /* Doubled for bookkeeping, hence INT_MAX / 2: __sock_set_rcvbuf(), socket(7). */
    ROW(RCVBUF, "rcvbuf", BEFORE_BIND, SOL_SOCKET, SO_RCVBUF, NULL,
        "receive buffer as given to the kernel, which cuts it to net.core.rmem_max and doubles it",
        VALUE_OF(SIZE, 1, INT_MAX / 2)),
    ROW(SNDBUF, "sndbuf", BEFORE_BIND, SOL_SOCKET, SO_SNDBUF, NULL,
        "send buffer as given to the kernel, which cuts it to net.core.wmem_max and doubles it",
        VALUE_OF(SIZE, 1, INT_MAX / 2)),
};
