#ifndef SAMPLE_PROC_NET_H
#define SAMPLE_PROC_NET_H

#include <stddef.h>
#include <stdint.h>

/*
 * The files of /proc/thread-self/net.  A descriptor stays with the namespace it was opened in and
 * every read from offset 0 is a new snapshot (proc_net(5), seq_file), so one open serves a run.
 */

/* Open `name` ("snmp") in the calling thread's namespace: a descriptor, or -1 with errno. */
int proc_net_open(const char *name);

/* The whole file, terminated; free() it.  NULL with errno. */
char *proc_net_read(int fd);

/* Of one network namespace, but for the orphans, who are the machine's. */
struct sockstat {
    int64_t tw;          /* mini-sockets, in TIME_WAIT and in FIN_WAIT2 */
    int64_t inuse;       /* of IPv4: hashed and full, so LISTEN, but no request in SYN_RECV */
    int64_t orphan;      /* full ones that are nobody's, beside those that wait to be accepted */
    int64_t fin_timeout; /* s, net.ipv4.tcp_fin_timeout; sockstat_read leaves it alone */
};

/* The figure called `name` on the line that begins with `head` ("TCP:"), or -1. */
int64_t sockstat_parse(const char *text, const char *head, const char *name);

/* The same, read from a descriptor of sockstat.  0, or -1: it has no "tw". */
int sockstat_read(int fd, struct sockstat *seen);

/* net.ipv4.tcp_fin_timeout of the calling thread's namespace: a descriptor, or -1 with errno. */
int fin_timeout_open(void);

/* What it stands at, or -1. */
int64_t fin_timeout_read(int fd);

/* Full sockets of IPv6, from a descriptor of sockstat6; 0 where there is none. */
int64_t sockstat6_inuse(int fd);

#endif
