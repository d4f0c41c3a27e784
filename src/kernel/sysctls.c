#include "finwait/kernel_sysctl.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* What the kernel's handlers take: proc_dou8vec_minmax(), proc_dointvec() and
 * proc_dointvec_jiffies() of kernel/sysctl.c; a tick is 10 ms at most (CONFIG_HZ). */
#define SWITCH 0, 1, 1
#define BYTE   0, UINT8_MAX, 1
#define NUMBER INT_MIN, INT_MAX, 1
#define TICKS  INT_MIN / 100, INT_MAX / 100, 1
#define TEXT   0, 0, 0

/* Names, bounds and defaults: net/ipv4/sysctl_net_ipv4.c, net/core/sysctl_net_core.c and
 * tcp_sk_init() of net/ipv4/tcp_ipv4.c; meanings also Documentation/networking/ip-sysctl.rst. */
const struct sysctl_info sysctl_table[] = {
    /* opening */
    {"net.ipv4.ip_local_port_range",
     "ports that connect and bind(0) take; its low end may not lie below "
     "ip_unprivileged_port_start",
     "32768 60999", "ports", 1, UINT16_MAX, 2, false,
     "errors.EADDRNOTAVAIL, client.first_no_port, latency.connect.p99",
     "__inet_hash_connect(), inet_hashtables.c"},
    {"net.ipv4.ip_local_reserved_ports",
     "ports of that range which are taken only when asked for, as 8080,9000-9010", "none", "ports",
     TEXT, false, "errors.EADDRNOTAVAIL, client.first_no_port",
     "inet_is_local_reserved_port(), include/net/ip.h"},
    {"net.ipv4.ip_unprivileged_port_start",
     "the first port that bind(2) gives to everybody; not above the low end of ip_local_port_range",
     "1024", "port", 0, UINT16_MAX, 1, false, "errors.EACCES",
     "inet_port_requires_bind_service(), include/net/ip.h"},
    {"net.ipv4.ip_nonlocal_bind", "1: bind(2) takes addresses that are not the host's", "0", "",
     BYTE, false, "errors.EADDRNOTAVAIL", "inet_can_nonlocal_bind(), include/net/inet_sock.h"},
    {"net.ipv4.ip_autobind_reuse",
     "1: bind(2) to port 0 shares ports among sockets with SO_REUSEADDR once all are taken", "0",
     "", SWITCH, false, "errors.EADDRINUSE", "inet_csk_find_open_port(), inet_connection_sock.c"},
    {"net.ipv4.tcp_syn_retries",
     "how often connect sends its SYN again, after those of tcp_syn_linear_timeouts, before it "
     "fails with ETIMEDOUT",
     "6", "times", 1, 127, 1, false, "errors.ETIMEDOUT, <side>.syn_sent.peak",
     "tcp_write_timeout(), tcp_timer.c"},
    {"net.ipv4.tcp_syn_linear_timeouts",
     "how often connect sends its SYN again a second apart, before those of tcp_syn_retries; none "
     "of either is sent from 2^(tcp_syn_retries + 1) - 1 s after the first SYN on",
     "4", "times", 0, 127, 1, false, "errors.ETIMEDOUT, latency.connect.max",
     "tcp_retransmit_timer(), tcp_write_timeout(), tcp_timer.c", "6.5"},
    {"net.ipv4.tcp_fastopen",
     "bits: 1 lets a client send data with its SYN, 2 lets a listener take it", "1", "bits", NUMBER,
     false, "<side>.counter.TcpExtTCPFastOpenActive, <side>.counter.TcpExtTCPFastOpenPassive",
     "tcp_fastopen.c"},
    {"net.ipv4.tcp_fastopen_blackhole_timeout_sec",
     "how long Fast Open rests after a path seemed to lose its SYNs; 0: it does not", "0", "s", 0,
     INT_MAX, 1, false, "<side>.counter.TcpExtTCPFastOpenBlackhole",
     "tcp_fastopen_active_disable(), tcp_fastopen.c"},
    {"net.ipv4.tcp_timestamps",
     "1: timestamps (RFC 7323) from a random start, without which no port in TIME_WAIT is reused; "
     "2: from none; 0: no timestamps",
     "1", "", BYTE, false, "errors.EADDRNOTAVAIL, <side>.counter.TcpExtTWRecycled",
     "tcp_syn_options(), tcp_output.c; tcp_twsk_unique(), tcp_ipv4.c"},
    {"net.ipv4.tcp_window_scaling", "1: windows above 64 KiB (RFC 7323)", "1", "", BYTE, false,
     "latency.response.p99", "tcp_syn_options(), tcp_output.c"},
    {"net.ipv4.tcp_sack", "1: selective acknowledgements (RFC 2018)", "1", "", BYTE, false,
     "<side>.counter.TcpRetransSegs", "tcp_syn_options(), tcp_output.c"},
    {"net.ipv4.tcp_ecn", "1: ask for and accept ECN (RFC 3168); 2: accept it; 0: neither", "2", "",
     BYTE, false, "<side>.counter.TcpRetransSegs", "tcp_ecn_create_request(), tcp_input.c"},
    /* the listener */
    {"net.core.somaxconn", "the longest accept queue: cuts the backlog of listen(2)", "4096",
     "connections", 0, INT_MAX, 1, false,
     "<side>.accept_queue.final, <side>.counter.TcpExtListenOverflows",
     "__sys_listen(), net/socket.c"},
    {"net.ipv4.tcp_max_syn_backlog",
     "how many requests in SYN_RECV a listener keeps where it may send no cookies; the last "
     "quarter is for known peers",
     "1/128 of the socket table, 128 at least", "requests", NUMBER, false,
     "<side>.syn_recv.peak, <side>.counter.TcpExtListenDrops", "tcp_conn_request(), tcp_input.c"},
    {"net.ipv4.tcp_syncookies", "1: SYN cookies once the SYN queue is full; 2: always; 0: never",
     "1", "", BYTE, false, "<side>.counter.TcpExtSyncookiesSent, <side>.counter.TcpExtListenDrops",
     "tcp_conn_request(), tcp_input.c"},
    {"net.ipv4.tcp_synack_retries",
     "how often a SYN-ACK is sent again before the request in SYN_RECV is dropped", "5", "times",
     BYTE, false, "<side>.syn_recv.peak", "reqsk_timer_handler(), inet_connection_sock.c"},
    {"net.ipv4.tcp_abort_on_overflow",
     "1: a third ACK that meets a full accept queue gets a RST; 0: it is dropped", "0", "", BYTE,
     false, "outcome.reset, <side>.counter.TcpExtEmbryonicRsts, <side>.syn_recv.peak",
     "tcp_check_req(), tcp_minisocks.c"},
    {"net.ipv4.tcp_migrate_req",
     "1: what waits at a listener that closes goes to another with SO_REUSEPORT", "0", "", SWITCH,
     false, "outcome.reset, <side>.counter.TcpExtTCPMigrateReqSuccess",
     "reuseport_migrate_sock(), net/core/sock_reuseport.c"},
    /* ending */
    {"net.ipv4.tcp_fin_timeout",
     "how long a socket that nobody holds stays in FIN_WAIT2; TIME_WAIT is 60 s whatever it says",
     "60", "s", TICKS, false, "<side>.fin_wait2.peak, <side>.fin_wait2.final",
     "tcp_fin_time(), include/net/tcp.h"},
    {"net.ipv4.tcp_max_tw_buckets",
     "how many mini-sockets (TIME_WAIT, FIN_WAIT2 that nobody holds) a host keeps; beyond it they "
     "vanish at once",
     "half of the socket table; finwait sets its hosts' to 262144 at least", "sockets", NUMBER,
     false, "<side>.time_wait.peak, <side>.counter.TcpExtTCPTimeWaitOverflow",
     "inet_twsk_alloc(), inet_timewait_sock.c"},
    {"net.ipv4.tcp_tw_reuse",
     "1: connect takes over a port in TIME_WAIT; 2: over loopback alone; 0: never", "2", "", 0, 2,
     1, false, "errors.EADDRNOTAVAIL, <side>.counter.TcpExtTWRecycled, <side>.time_wait.peak",
     "tcp_twsk_unique(), tcp_ipv4.c"},
    {"net.ipv4.tcp_tw_reuse_delay", "how old a TIME_WAIT must be for tcp_tw_reuse", "1000", "ms", 1,
     60000, 1, false, "errors.EADDRNOTAVAIL, <side>.counter.TcpExtTWRecycled",
     "tcp_twsk_unique(), tcp_ipv4.c", "6.14"},
    {"net.ipv4.tcp_rfc1337", "1: a RST does not end TIME_WAIT", "0", "", BYTE, false,
     "<side>.time_wait.final", "tcp_timewait_state_process(), tcp_minisocks.c"},
    {"net.ipv4.tcp_orphan_retries",
     "bounds how long a socket that nobody holds sends its FIN again; 0 stands for 8", "0", "times",
     BYTE, false, "<side>.fin_wait1.final, <side>.last_ack.final, <side>.closing.final",
     "tcp_orphan_retries(), tcp_timer.c"},
    {"net.ipv4.tcp_max_orphans",
     "how many sockets that nobody holds the machine keeps; those beyond it are reset",
     "half of the socket table", "sockets", NUMBER, true, "<side>.counter.TcpExtTCPAbortOnMemory",
     "tcp_too_many_orphans(), tcp.c"},
    {"net.ipv4.tcp_keepalive_time",
     "how long a connection is idle before the first probe (SO_KEEPALIVE)", "7200", "s", TICKS,
     false, "<side>.counter.TcpExtTCPKeepAlive, <side>.close_wait.final",
     "keepalive_time_when(), include/net/tcp.h"},
    {"net.ipv4.tcp_keepalive_intvl", "how long between two keepalive probes", "75", "s", TICKS,
     false, "<side>.counter.TcpExtTCPKeepAlive, errors.ETIMEDOUT",
     "keepalive_intvl_when(), include/net/tcp.h"},
    {"net.ipv4.tcp_keepalive_probes",
     "after how many probes without an answer the connection is given up", "9", "probes", BYTE,
     false, "<side>.counter.TcpExtTCPAbortOnTimeout, errors.ETIMEDOUT",
     "keepalive_probes(), include/net/tcp.h"},
    {"net.ipv4.tcp_challenge_ack_limit", "how many challenge ACKs (RFC 5961) a host sends a second",
     "2147483647", "ACKs", NUMBER, false,
     "<side>.counter.TcpExtTCPChallengeACK, <side>.counter.TcpExtTCPACKSkippedChallenge",
     "tcp_challenge_ack_allowed(), tcp_input.c"},
    {"net.ipv4.tcp_invalid_ratelimit",
     "how long between two ACKs that answer what does not fit a connection", "500", "ms", 0,
     INT_MAX, 1, false,
     "<side>.counter.TcpExtTCPACKSkippedChallenge, <side>.counter.TcpExtTCPACKSkippedTimeWait",
     "__tcp_oow_rate_limited(), tcp_input.c"},
    /* sending again */
    {"net.ipv4.tcp_retries1", "after how many retransmissions another route is looked for", "3",
     "times", BYTE, false, "<side>.counter.TcpExtTcpTimeoutRehash",
     "tcp_write_timeout(), tcp_timer.c"},
    {"net.ipv4.tcp_retries2",
     "bounds how long data, or the FIN of a held socket, is sent again before ETIMEDOUT", "15",
     "times", BYTE, false,
     "errors.ETIMEDOUT, <side>.counter.TcpExtTCPAbortOnTimeout, <side>.fin_wait1.final",
     "tcp_write_timeout(), tcp_timer.c"},
    {"net.ipv4.tcp_rto_min_us", "the shortest time until something is sent again", "200000", "us",
     1, INT_MAX, 1, false, "<side>.counter.TcpExtTCPTimeouts, latency.close.p99",
     "tcp_init_sock(), tcp.c", "6.11"},
    {"net.ipv4.tcp_rto_max_ms", "the longest time until something is sent again", "120000", "ms",
     1000, 120000, 1, false, "errors.ETIMEDOUT, <side>.fin_wait1.final",
     "tcp_rto_max(), include/net/tcp.h", "6.15"},
    {"net.ipv4.tcp_thin_linear_timeouts",
     "1: a connection with few segments on their way sends the first six again at even distances",
     "0", "", BYTE, false, "<side>.counter.TcpExtTCPTimeouts",
     "tcp_retransmit_timer(), tcp_timer.c"},
    {"net.ipv4.tcp_early_retrans",
     "3 or 4: the last segment is sent again early, as a probe; 0: it is not", "3", "", 0, 4, 1,
     false, "<side>.counter.TcpExtTCPLossProbes", "tcp_schedule_loss_probe(), tcp_output.c"},
    {"net.ipv4.tcp_congestion_control",
     "how a connection finds its rate, unless its program says otherwise; one of "
     "tcp_available_congestion_control",
     "cubic", "", TEXT, false, "latency.response.p99, <side>.counter.TcpRetransSegs",
     "tcp_assign_congestion_control(), tcp_cong.c"},
    {"net.ipv4.tcp_available_congestion_control",
     "which of these the machine has loaded: to read only", "reno cubic", "", TEXT, false, "",
     "proc_tcp_available_congestion_control(), sysctl_net_ipv4.c"},
    /* memory and tables */
    {"net.ipv4.tcp_rmem", "the receive buffer: least, at first, most", "4096 131072 33554432",
     "bytes", 1, INT_MAX, 3, false, "<side>.memory_per_connection, latency.response.p99",
     "tcp_init_sock(), tcp.c; tcp_clamp_window(), tcp_input.c"},
    {"net.ipv4.tcp_wmem", "the send buffer: least, at first, most", "4096 16384 4194304", "bytes",
     1, INT_MAX, 3, false, "<side>.memory_per_connection, latency.response.p99",
     "tcp_init_sock(), tcp.c"},
    {"net.ipv4.tcp_notsent_lowat", "the most that is queued and not sent yet before send(2) waits",
     "4294967295", "bytes", 0, UINT32_MAX, 1, false, "<side>.memory_per_connection",
     "tcp_stream_memory_free(), tcp.c"},
    {"net.ipv4.tcp_moderate_rcvbuf", "1: the receive buffer grows as its program reads", "1", "",
     BYTE, false, "<side>.memory_per_connection", "tcp_rcv_space_adjust(), tcp_input.c"},
    {"net.ipv4.tcp_mem", "what all of TCP may have: without pressure, under pressure, at most",
     "by the machine's memory", "pages", 0, INT64_MAX, 3, true,
     "<side>.counter.TcpExtTCPMemoryPressures, errors.ENOMEM",
     "tcp_enter_memory_pressure(), tcp.c"},
    {"net.core.rmem_max", "the most that SO_RCVBUF takes", "4194304", "bytes", 1, INT_MAX, 1, true,
     "<side>.memory_per_connection", "sk_setsockopt(), net/core/sock.c"},
    {"net.core.wmem_max", "the most that SO_SNDBUF takes", "4194304", "bytes", 1, INT_MAX, 1, true,
     "<side>.memory_per_connection", "sk_setsockopt(), net/core/sock.c"},
    {"net.ipv4.tcp_child_ehash_entries",
     "size of the socket table that namespaces made from this one get; 0: the machine's own, "
     "shared",
     "0", "sockets", 0, 16777216, 1, false, "latency.connect.p99", "tcp_set_hashinfo(), tcp_ipv4.c",
     "6.1"},
    {"net.ipv4.tcp_ehash_entries",
     "size of the socket table, negative where it is the machine's own: to read only",
     "by the machine's memory", "sockets", NUMBER, false, "latency.connect.p99",
     "proc_tcp_ehash_entries(), sysctl_net_ipv4.c", "6.1"},
    /* the link, and what no namespace has */
    {"net.core.rps_default_mask", "the CPUs that take the packets of interfaces made from then on",
     "0", "mask", TEXT, false, "latency.connect.p99, <side>.time_wait.final",
     "rx_queue_default_mask(), net/core/net-sysfs.c", "6.3"},
    {"net.core.netdev_max_backlog",
     "how many packets wait for a CPU that takes them from a veth or loopback", "1000", "packets",
     NUMBER, true, "<side>.counter.TcpRetransSegs", "enqueue_to_backlog(), net/core/dev.c"},
    {"net.core.netdev_budget", "how many packets a CPU takes in at one go", "300", "packets",
     NUMBER, true, "latency.response.p99", "net_rx_action(), net/core/dev.c"},
    {"net.core.netdev_budget_usecs", "how long a CPU takes packets in at one go", "2 ticks", "us",
     1, INT_MAX, 1, true, "latency.response.p99", "net_rx_action(), net/core/dev.c"},
    {"net.ipv4.tcp_low_latency", "nothing any more", "0", "", NUMBER, true, "",
     "sysctl_net_ipv4.c"},
    {"net.ipv6.conf.all.disable_ipv6", "1: the host has no IPv6 address", "0", "", NUMBER, false,
     "errors.EADDRNOTAVAIL", "addrconf_disable_ipv6(), net/ipv6/addrconf.c"},
    {"net.ipv6.conf.default.accept_dad",
     "1: an address is tried for duplicates, a second long, before it can be used", "1", "", NUMBER,
     false, "errors.EADDRNOTAVAIL", "addrconf_dad_begin(), net/ipv6/addrconf.c"},
    {"net.ipv6.conf.default.addr_gen_mode",
     "how an interface gets its link-local address; 1: not at all", "0", "", 0, 3, 1, false,
     "errors.EADDRNOTAVAIL", "addrconf_addr_gen(), net/ipv6/addrconf.c"},
    {"net.ipv6.conf.default.router_solicitations",
     "how often a new interface asks for routers; -1: on and on", "-1", "times", -1, INT_MAX, 1,
     false, "", "addrconf_rs_timer(), net/ipv6/addrconf.c"},
    {"net.ipv6.ip_nonlocal_bind", "1: bind(2) takes IPv6 addresses that are not the host's", "0",
     "", BYTE, false, "errors.EADDRNOTAVAIL", "ipv6_can_nonlocal_bind(), include/net/ipv6.h"},
};
const size_t sysctl_count = sizeof sysctl_table / sizeof sysctl_table[0];

const struct sysctl_info *sysctl_info(const char *name)
{
    for (size_t i = 0; i < sysctl_count; i++) {
        if (strcmp(sysctl_table[i].name, name) == 0) {
            return &sysctl_table[i];
        }
    }
    return NULL;
}

/* ---- what they take ---- */

const char *sysctl_takes(char text[SYSCTL_TAKES], const struct sysctl_info *info)
{
    char many[24] = "";
    const char *rising = info->numbers == 2 ? ", low to high" : "";

    if (info->numbers == 0) {
        snprintf(text, SYSCTL_TAKES, "text");
        return text;
    }
    if (info->numbers > 1) {
        snprintf(many, sizeof many, "%u numbers of ", info->numbers);
    }
    if (info->max == INT64_MAX) {
        snprintf(text, SYSCTL_TAKES, "%s%lld or more", many, (long long)info->min);
    } else {
        snprintf(text, SYSCTL_TAKES, "%s%lld to %lld%s", many, (long long)info->min,
                 (long long)info->max, rising);
    }
    return text;
}

/* As proc_get_long() of kernel/sysctl.c reads it: a sign only before negatives, 0x and 0 as in C.
 * False: there is no number, or one with something at its end. */
static bool next_number(const char **cursor, long long *number)
{
    const char *start = *cursor + strspn(*cursor, " \t\n");
    char *end;

    errno = 0;
    *number = strtoll(start, &end, 0);
    *cursor = end;
    return *start != '+' && end != start && errno == 0 && strchr(" \t\n", *end) != NULL;
}

int64_t sysctl_number(const char *value, unsigned index)
{
    long long number = 0;

    for (unsigned i = 0; i <= index; i++) {
        if (!next_number(&value, &number)) {
            return 0;
        }
    }
    return number;
}

static bool takes(const struct sysctl_info *info, const char *value)
{
    long long before = LLONG_MIN;

    for (unsigned i = 0; i < info->numbers; i++) {
        long long number;
        if (!next_number(&value, &number) || number < info->min || number > info->max ||
            (info->numbers == 2 && number < before)) {
            return false;
        }
        before = number;
    }
    return value[strspn(value, " \t\n")] == '\0';
}

int sysctl_check(const char *name, const char *value, struct error *error)
{
    const struct sysctl_info *info = sysctl_info(name);
    char text[SYSCTL_TAKES];
    bool unit = info != NULL && info->unit[0] != '\0';

    if (info == NULL || info->numbers == 0 || takes(info, value)) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: the kernel does not take \"%.80s\"", name, value);
    return error_hint(error, "it takes %s%s%s%s; its default is %s", sysctl_takes(text, info),
                      unit ? " (" : "", info->unit, unit ? ")" : "", info->value);
}
