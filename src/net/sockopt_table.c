#include "finwait/sockopt.h"

#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* linux/in.h since Linux 6.3 */
#endif

#define KERNEL(of_level, of_option) .level = (of_level), .option = (of_option), .symbol = #of_option

/*
 * Bounds are what the kernel takes without clamping or EINVAL: net/core/sock.c sk_setsockopt(),
 * net/ipv4/tcp.c do_tcp_setsockopt(), net/ipv4/ip_sockglue.c do_ip_setsockopt(), include/net/tcp.h.
 */
const struct sockopt_info sockopt_table[SOCKOPT_N] = {
    [SOCKOPT_LINGER] = {.name = "linger",
                        .takes = VALUE_OF(LINGER, 0, INT_MAX),
                        .when = SOCKOPT_BEFORE_BIND,
                        KERNEL(SOL_SOCKET, SO_LINGER),
                        .about = "close waits this long for unsent data; 0s resets the connection"},
    [SOCKOPT_REUSEADDR] = {.name = "reuseaddr",
                           .takes = VALUE_A(SWITCH),
                           .when = SOCKOPT_BEFORE_BIND,
                           KERNEL(SOL_SOCKET, SO_REUSEADDR),
                           .about = "bind over TIME_WAIT; old and new sockets must both have it"},
    [SOCKOPT_REUSEPORT] = {.name = "reuseport",
                           .takes = VALUE_A(SWITCH),
                           .when = SOCKOPT_BEFORE_BIND,
                           KERNEL(SOL_SOCKET, SO_REUSEPORT),
                           .about = "several sockets of one user share an address and port"},
    [SOCKOPT_NODELAY] = {.name = "nodelay",
                         .takes = VALUE_A(SWITCH),
                         .when = SOCKOPT_BEFORE_BIND,
                         KERNEL(IPPROTO_TCP, TCP_NODELAY),
                         .about = "send small segments at once (no Nagle algorithm); on by default "
                                  "with transport: tls"},
    [SOCKOPT_KEEPALIVE] = {.name = "keepalive",
                           .takes = VALUE_A(SWITCH),
                           .when = SOCKOPT_BEFORE_BIND,
                           KERNEL(SOL_SOCKET, SO_KEEPALIVE),
                           .about = "probe an idle peer; ends the connection when it is gone"},
    /* MAX_TCP_KEEPIDLE, MAX_TCP_KEEPINTVL, MAX_TCP_KEEPCNT; beyond them EINVAL. */
    [SOCKOPT_KEEPIDLE] = {.name = "keepidle",
                          .takes = VALUE_OF(SECONDS, 1, 32767),
                          .when = SOCKOPT_BEFORE_BIND,
                          KERNEL(IPPROTO_TCP, TCP_KEEPIDLE),
                          .about = "idle time before the first keepalive probe"},
    [SOCKOPT_KEEPINTVL] = {.name = "keepintvl",
                           .takes = VALUE_OF(SECONDS, 1, 32767),
                           .when = SOCKOPT_BEFORE_BIND,
                           KERNEL(IPPROTO_TCP, TCP_KEEPINTVL),
                           .about = "time between keepalive probes"},
    [SOCKOPT_KEEPCNT] = {.name = "keepcnt",
                         .takes = VALUE_OF(COUNT, 1, 127),
                         .when = SOCKOPT_BEFORE_BIND,
                         KERNEL(IPPROTO_TCP, TCP_KEEPCNT),
                         .about = "unanswered keepalive probes before the connection ends"},
    /* TCP_FIN_TIMEOUT_MAX: longer is cut to 120 s; 0 reads tcp_fin_time()'s default. */
    [SOCKOPT_LINGER2] = {.name = "linger2",
                         .takes = VALUE_OF(LINGER2, 0, 120),
                         .when = SOCKOPT_BEFORE_BIND,
                         KERNEL(IPPROTO_TCP, TCP_LINGER2),
                         .about = "life of an orphaned FIN_WAIT2; -1 resets instead, 0s means "
                                  "net.ipv4.tcp_fin_timeout"},
    [SOCKOPT_USER_TIMEOUT] = {.name = "user_timeout",
                              .takes = VALUE_OF(MILLIS, 0, INT_MAX),
                              .when = SOCKOPT_BEFORE_BIND,
                              KERNEL(IPPROTO_TCP, TCP_USER_TIMEOUT),
                              .about = "how long sent data may stay unacknowledged; 0s means "
                                       "net.ipv4.tcp_retries2"},
    /* secs_to_retrans() counts 255 SYN-ACK retransmissions at most: 1+2+4…+64 s, then 120 s each.
     */
    [SOCKOPT_DEFER_ACCEPT] = {.name = "defer_accept",
                              .takes = VALUE_OF(SECONDS, 0, 29887),
                              .when = SOCKOPT_LISTENER_ONLY,
                              KERNEL(IPPROTO_TCP, TCP_DEFER_ACCEPT),
                              .about = "accept only once data is there, or after about this long "
                                       "(rounded up to a SYN-ACK retransmission); 0s is off"},
    [SOCKOPT_FASTOPEN] = {.name = "fastopen",
                          .takes = VALUE_OF(COUNT, 0, INT_MAX),
                          .when = SOCKOPT_LISTENER_ONLY,
                          KERNEL(IPPROTO_TCP, TCP_FASTOPEN),
                          .needs = "net.ipv4.tcp_fastopen with bit 2, the server's",
                          .about = "queue of not yet accepted TCP Fast Open requests, cut to "
                                   "net.core.somaxconn; net.ipv4.tcp_fastopen must have bit 2"},
    [SOCKOPT_FASTOPEN_CONNECT] = {.name = "fastopen",
                                  .takes = VALUE_A(SWITCH),
                                  .when = SOCKOPT_CLIENT_ONLY,
                                  KERNEL(IPPROTO_TCP, TCP_FASTOPEN_CONNECT),
                                  .needs = "net.ipv4.tcp_fastopen with bit 1, the client's",
                                  .about = "connect with TCP Fast Open: the SYN waits for the "
                                           "first send once a cookie is known"},
    [SOCKOPT_BIND_NO_PORT] = {.name = "bind_no_port",
                              .takes = VALUE_A(SWITCH),
                              .when = SOCKOPT_CLIENT_ONLY,
                              KERNEL(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT),
                              .about = "binding a source address leaves the port to connect, which "
                                       "shares it between destinations"},
    [SOCKOPT_LOCAL_PORT_RANGE] = {.name = "local_port_range",
                                  .takes = VALUE_A(PORTS),
                                  .when = SOCKOPT_CLIENT_ONLY,
                                  KERNEL(IPPROTO_IP, IP_LOCAL_PORT_RANGE),
                                  .needs = "Linux 6.3",
                                  .about = "source ports to choose from, a part of "
                                           "net.ipv4.ip_local_port_range; an end outside that has "
                                           "no effect"},
    /* Doubled for bookkeeping, hence INT_MAX / 2: __sock_set_rcvbuf(), socket(7). */
    [SOCKOPT_RCVBUF] = {.name = "rcvbuf",
                        .takes = VALUE_OF(SIZE, 1, INT_MAX / 2),
                        .when = SOCKOPT_BEFORE_BIND,
                        KERNEL(SOL_SOCKET, SO_RCVBUF),
                        .about = "receive buffer as given to the kernel, which cuts it to "
                                 "net.core.rmem_max and doubles it"},
    [SOCKOPT_SNDBUF] = {.name = "sndbuf",
                        .takes = VALUE_OF(SIZE, 1, INT_MAX / 2),
                        .when = SOCKOPT_BEFORE_BIND,
                        KERNEL(SOL_SOCKET, SO_SNDBUF),
                        .about = "send buffer as given to the kernel, which cuts it to "
                                 "net.core.wmem_max and doubles it"},
};
