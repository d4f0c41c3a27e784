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

/* The "tw" of the TCP line of a sockstat text, or -1: TIME_WAIT and FIN_WAIT2 mini-sockets. */
int64_t sockstat_parse_tw(const char *text);

/* The same, read from a descriptor of sockstat. */
int64_t sockstat_read_tw(int fd);

#endif
