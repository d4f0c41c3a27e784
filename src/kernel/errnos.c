#include "finwait/kernel_errno.h"

#include <errno.h>
#include <string.h>

/*
 * Calls and causes: connect(2), accept(2), bind(2), tcp(7), ip(7), and the functions of net/ipv4
 * that return them: tcp_v4_connect(), __inet_hash_connect(), inet_csk_get_port(),
 * inet_shutdown(), tcp_reset(), tcp_write_err().
 */
const struct errno_info errno_table[] = {
    {EACCES,
     "connect, bind",
     "the kernel forbids it",
     {{"a port below ip_unprivileged_port_start, without CAP_NET_BIND_SERVICE", "bind met it"},
      {"a route of type prohibit, or a broadcast address", "connect met it"}}},
    {EADDRINUSE,
     "bind, listen, connect",
     "the address and port are taken",
     {{"a socket on the port has not SO_REUSEADDR, or the new one has not, TIME_WAIT included",
       "a server met it as it started"},
      {"every port of ip_local_port_range is bound: bind with port 0 takes one for all "
       "destinations, connect for one only",
       "a client bound before connect, without IP_BIND_ADDRESS_NO_PORT"}}},
    {EADDRNOTAVAIL,
     "connect, bind",
     "no free local port, or no local address to use",
     {{"every port of ip_local_port_range is taken for that destination",
       "as many sockets stand there, TIME_WAIT included, as the range has ports"},
      {"the host has no source address of that family: IPv6 is disabled, or no interface is up",
       "not one connect has gone out (TcpActiveOpens)"},
      {"bind to an address that is not the host's, with ip_nonlocal_bind 0",
       "a role met it as it started"},
      {"a fixed port whose TIME_WAIT may not be taken over: tcp_timestamps is 0",
       "a client with a bound port met it"}}},
    {ECONNABORTED, "accept", "the connection was aborted before it was accepted"},
    {ECONNREFUSED,
     "connect",
     "the SYN was refused, as where nothing listens",
     {{"nothing listens at that address and port",
       "the server's host counts TcpOutRsts and no TcpPassiveOpens"},
      {"the listener is another host's or was restarted just then",
       "only some connects met it, near one another in time"},
      {"a firewall's rule rejects it, with a RST or by ICMP", "the server listened all the time"}}},
    {ECONNRESET,
     "recv, send, connect",
     "the peer sent a RST",
     {{"the peer closed with data unread", "TcpExtTCPAbortOnClose of the peer"},
      {"the peer closed with SO_LINGER at 0 s, or data met its closed socket",
       "TcpExtTCPAbortOnData of the peer"},
      {"the peer's accept queue was full and tcp_abort_on_overflow is 1, or its listener closed",
       "TcpExtListenOverflows of the peer, or its restart"},
      {"the peer knows no such connection: it was restarted, or its TIME_WAIT had no room",
       "TcpOutRsts of the peer without one of the above"}}},
    {EHOSTUNREACH,
     "connect, send, recv",
     "no route to the host, or it did not answer",
     {{"the neighbour answers no ARP or NDP", "it came some seconds after the SYN"},
      {"a router or a firewall answered with ICMP", "it came at once"}}},
    {EINPROGRESS, "connect", "the SYN is sent and not answered yet: no failure"},
    {EMFILE, "socket, accept", "the worker's descriptors are used up (RLIMIT_NOFILE)"},
    {ENETUNREACH,
     "connect, send",
     "no route to the network",
     {{"no route of that family, as where no interface is up", "ip route get ADDRESS says so"},
      {"a router answered with ICMP", "some connects got through"}}},
    {ENFILE, "socket, accept", "the machine's descriptors are used up (fs.file-max)"},
    {ENOBUFS, "socket, connect, send", "no memory for the socket's buffers"},
    {ENOMEM,
     "socket, accept, connect, send",
     "out of memory",
     {{"the machine has none left, or the process may have no more (ulimit -v)",
       "the kernel's log tells of it"},
      {"TCP has all it may have: net.ipv4.tcp_mem", "TcpExtTCPMemoryPressures"}}},
    {ENOTCONN,
     "shutdown, getpeername, recv",
     "the connection was gone already",
     {{"both FINs have passed: the socket is in TIME_WAIT or CLOSE", "no RST came"},
      {"the peer sent a RST", "TcpEstabResets, or ECONNRESET of an earlier call"},
      {"it was never connected", "connect failed before"}}},
    {EPERM,
     "connect, setsockopt",
     "the kernel forbids it",
     {{"a BPF program of its cgroup forbids it", "connect met it"},
      {"the option wants CAP_NET_ADMIN", "setsockopt met it"}}},
    {EPIPE,
     "send",
     "sent after the peer's RST",
     {{"an earlier call had already told of the RST", "ECONNRESET of the same connection"},
      {"this side has shut down sending itself", "its program has shut-wr before send"}}},
    {EPROTO, "accept", "a protocol error"},
    {ETIMEDOUT,
     "connect, recv, send",
     "the peer did not answer, whatever was sent again",
     {{"no answer to the SYN: tcp_syn_retries and tcp_syn_linear_timeouts bound that",
       "connect met it"},
      {"no ACK of data or of a FIN: tcp_retries2 or TCP_USER_TIMEOUT bounds that",
       "TcpExtTCPAbortOnTimeout and TcpRetransSegs"},
      {"no answer to keepalive probes", "TcpExtTCPAbortOnTimeout and TcpExtTCPKeepAlive"}}},
};
const size_t errno_count = sizeof errno_table / sizeof errno_table[0];

const struct errno_info *errno_info(int errnum)
{
    for (size_t i = 0; i < errno_count; i++) {
        if (errno_table[i].errnum == errnum) {
            return &errno_table[i];
        }
    }
    return NULL;
}

const char *errno_meaning(int errnum)
{
    const struct errno_info *info = errno_info(errnum);
    const char *text = info != NULL ? info->meaning : strerrordesc_np(errnum);

    return text != NULL ? text : "";
}
