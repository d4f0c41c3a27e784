#ifndef FINWAIT_LIMITS_H
#define FINWAIT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/result.h"
#include "finwait/scenario.h"

/*
 * What bounds the number of sockets a run can have, worked out before it begins.
 *
 * One row a limit: its id, the stem of what works it out (src/run/limits_rows.h), its name, which
 * sockets it counts, what becomes of the others, what to do, and where it is in Linux or finwait.
 * SIDE stands for client or server, N for the number that is needed.
 */
#define LIMITS(X)                                                                                  \
    X(LIMIT_PORTS, ports, "local ports",                                                           \
      "sockets that hold a port: all but those in CLOSE, at a time to one server address",         \
      "find none: connect(2) says EADDRNOTAVAIL, or bind(2) EADDRINUSE",                           \
      "widen client.sysctl.net.ipv4.ip_local_port_range, or add client.addresses or "              \
      "server.addresses",                                                                          \
      "__inet_hash_connect(), net/ipv4/inet_hashtables.c")                                         \
    X(LIMIT_PAIRS, pairs, "address and port pairs",                                                \
      "sockets in TIME_WAIT whose other end has given its port back",                              \
      "take the place of older ones, for a SYN from the same address and port ends a TIME_WAIT",   \
      "widen client.sysctl.net.ipv4.ip_local_port_range, or add client.addresses",                 \
      "tcp_timewait_state_process(), net/ipv4/tcp_minisocks.c")                                    \
    X(LIMIT_TW_BUCKETS, tw_buckets, "net.ipv4.tcp_max_tw_buckets",                                 \
      "mini-sockets: in TIME_WAIT, or in FIN_WAIT2 for 60 s at most without a descriptor",         \
      "vanish at once, without a TIME_WAIT (TCPTimeWaitOverflow)",                                 \
      "set SIDE.sysctl.net.ipv4.tcp_max_tw_buckets to N, or leave it out: finwait then makes "     \
      "room "                                                                                      \
      "for all",                                                                                   \
      "inet_twsk_alloc(), net/ipv4/inet_timewait_sock.c")                                          \
    X(LIMIT_ORPHANS, orphans, "net.ipv4.tcp_max_orphans",                                          \
      "whole sockets that no descriptor names, of the machine: in FIN_WAIT1, CLOSING, LAST_ACK, "  \
      "or in FIN_WAIT2 for more than 60 s",                                                        \
      "are reset as they are closed (TCPAbortOnMemory)",                                           \
      "as root, sysctl -w net.ipv4.tcp_max_orphans=N on the machine, or keep tcp_fin_timeout at "  \
      "60 or less, with which FIN_WAIT2 is a mini-socket",                                         \
      "tcp_too_many_orphans(), net/ipv4/tcp.c")                                                    \
    X(LIMIT_TCP_MEM, tcp_mem, "net.ipv4.tcp_mem",                                                  \
      "sockets that have a segment to be read, be it the FIN alone: a page each, of the machine",  \
      "put all TCP of the machine under pressure: receive queues are pruned, orphans reset "       \
      "(TCPAbortOnMemory)",                                                                        \
      "as root, raise the third number of net.ipv4.tcp_mem on the machine, or let the program "    \
      "read the FIN (wait-fin)",                                                                   \
      "tcp_out_of_memory(), include/net/tcp.h")                                                    \
    X(LIMIT_MEMORY, memory, "memory",                                                              \
      "sockets of both sides, by what the kernel takes for each state",                            \
      "find none: ENOMEM, ENOBUFS, or the OOM killer",                                             \
      "take a machine with more memory, or fewer connections", "MemAvailable of /proc/meminfo")    \
    X(LIMIT_DESCRIPTORS, descriptors, "descriptors",                                               \
      "sockets that a program holds: RLIMIT_NOFILE, in as many workers as there may be",           \
      "get none: EMFILE, or they wait in the accept queue",                                        \
      "raise RLIMIT_NOFILE (ulimit -Hn), SIDE.descriptors or SIDE.workers",                        \
      "alloc_fd(), fs/file.c")                                                                     \
    X(LIMIT_NR_OPEN, nr_open, "fs.nr_open", "the same, with RLIMIT_NOFILE as high as it goes",     \
      "get none: EMFILE", "as root, sysctl -w fs.nr_open=N", "do_prlimit(), kernel/sys.c")         \
    X(LIMIT_FILES, files, "fs.file-max",                                                           \
      "descriptors of the whole machine, of both sides; root is not bound by it",                  \
      "get none: ENFILE", "as root, sysctl -w fs.file-max=N",                                      \
      "alloc_empty_file(), fs/file_table.c")                                                       \
    X(LIMIT_PROCESSES, processes, "processes",                                                     \
      "sockets that a program holds: workers, by RLIMIT_NPROC, pids.max and threads-max",          \
      "get no worker: fork(2) says EAGAIN", "raise ulimit -u, or the pids.max of the cgroup",      \
      "copy_process(), kernel/fork.c")                                                             \
    X(LIMIT_BACKLOG, backlog, "accept queue",                                                      \
      "connections at a time, should the server not come to accept(2): server.backlog, "           \
      "net.core.somaxconn",                                                                        \
      "may find no room: their SYN is dropped and sent again after 1 s",                           \
      "raise server.backlog and server.sysctl.net.core.somaxconn",                                 \
      "sk_acceptq_is_full(), include/net/sock.h")                                                  \
    X(LIMIT_CONNTRACK, conntrack, "net.netfilter.nf_conntrack_max",                                \
      "connections that a firewall of this host tracks; none does in a private lab",               \
      "are dropped by it: \"nf_conntrack: table full\"",                                           \
      "as root, sysctl -w net.netfilter.nf_conntrack_max=N",                                       \
      "__nf_conntrack_alloc(), net/netfilter/nf_conntrack_core.c")                                 \
    X(LIMIT_EHASH, ehash, "socket table",                                                          \
      "sockets of a host at one a bucket: tcp_child_ehash_entries, tcp_ehash_entries",             \
      "share buckets: each is found more slowly", "none is needed: it slows, and ends nothing",    \
      "__inet_lookup_established(), net/ipv4/inet_hashtables.c")                                   \
    X(LIMIT_TIME_WAIT, time_wait, "time of TIME_WAIT",                                             \
      "sockets in TIME_WAIT: at a time, those of the last 60 s",                                   \
      "come only when as many have ended", "raise load.rate, or take the pile for smaller",        \
      "TCP_TIMEWAIT_LEN, include/net/tcp.h")                                                       \
    X(LIMIT_FIN_WAIT2, fin_wait2, "time of FIN_WAIT2",                                             \
      "sockets in FIN_WAIT2 without a descriptor: at a time, those of the last tcp_fin_timeout",   \
      "come only when as many have ended",                                                         \
      "raise load.rate, or let the SIDE hold its descriptors (shut-wr hold)",                      \
      "tcp_fin_time(), include/net/tcp.h")                                                         \
    X(LIMIT_RETURN, port_return, "ports that return",                                              \
      "sockets that stay: at a time, those whose other end has not ended by tcp_fin_timeout and "  \
      "given its port to a new connection",                                                        \
      "may end earlier ones, by a SYN from a port on which one stands: a challenge ACK answers "   \
      "it, and a RST that (TCPSYNChallenge)",                                                      \
      "let the client hold its descriptors (shut-wr hold), or be done before its sockets end",     \
      "tcp_send_challenge_ack(), net/ipv4/tcp_input.c")

enum limit_id {
#define X(id, ...) id,
    LIMITS(X)
#undef X
        LIMIT_N,
};

struct limit_row {
    const char *name, *whom, *beyond, *advice, *source;
};
extern const struct limit_row limit_table[LIMIT_N];

/* A limit as it bounds one side, or with SIDE_N all of them. */
struct limit {
    enum limit_id id;
    enum side side;
    double most;    /* sockets there is room for; INFINITY: no limit, or one that is not known */
    double sure;    /* of those, as many find room however a hash deals them to the workers */
    double needed;  /* how many the scenario has at a time; 0: it does not come to it */
    double rate;    /* connections a second from which on so many stand at a time; 0: any */
    bool at_a_time; /* others come in their place: how many in all find no room is not known */
    char value[80]; /* what it is set to: "500", "20000 x 256 workers" */
};
#define LIMITS_MAX (LIMIT_N * 2)

/*
 * Look at what only the machine's own namespaces show.  Before lab_prepare, which may leave them
 * for good; what looks later sees what is left.
 */
void limits_look(void);

/*
 * The limits of this machine for the scenario, the tightest first: by `most` where nothing is
 * needed, else by the share of what is needed.  `model` NULL: nothing is known of what piles up.
 * `recorded`: the sysctls of the hosts, or NULL as long as there are none.  Returns how many.
 */
struct model;
size_t limits_of(const struct scenario *scenario, const struct model *model,
                 const struct text_pairs *const recorded[SIDE_N], struct limit limit[LIMITS_MAX]);

/* Whether more is needed than there is room for, or than is sure of it. */
bool limit_is_exceeded(const struct limit *limit);

/* That as a sentence, and what to do about it, without a full stop; new strings. */
char *limit_say(const struct limit *limit);
char *limit_advise(const struct limit *limit);

#endif
