#ifndef EXPLAIN_PORTS_H
#define EXPLAIN_PORTS_H

#include "story.h"

/*
 * The client's local ports: whether they were short, what gives them back, and what to do for more
 * of them.  The one place that gives advice on ports and TIME_WAIT, checked against what the run
 * was set to.
 */

/* What EADDRNOTAVAIL or EADDRINUSE kept the client from. */
enum shortage {
    SHORTAGE_NONE,
    SHORTAGE_PORTS,   /* every port it could have was taken */
    SHORTAGE_ADDRESS, /* a source address: no port was short */
    SHORTAGE_HELD,    /* client.port, which it never got: another program has it */
};

/* The one that the run shows.  Where the ports are not known, they are taken to be short as soon as
 * one was had. */
enum shortage ports_shortage(const struct facts *facts, const struct port_budget *budget);

/* Connections that got a port, the most that can have had one at a time. */
double ports_taken(const struct facts *facts);

/* What stood there before the run and may hold ports: lab: host. */
double ports_before(const struct facts *facts);

/* The most sockets of the client that a sample saw, bound ones included where the kernel tells. */
double ports_seen_taken(const struct facts *facts);

/* How many calls of the client failed for want of a port or an address. */
double ports_failed(const struct facts *facts);

/* The name of what bounds the client's ports, a sysctl or the socket option that narrows it. */
const char *ports_range(const struct facts *facts);

/* The call that takes a port: "bind" or "connect"; its errno where there is none. */
const char *ports_call(const struct facts *facts);
const char *ports_errno(const struct facts *facts);

/*
 * How many of so many ports that call tries first: those of one parity (__inet_hash_connect(),
 * inet_csk_find_open_port()), or all where client.sockopt.local_port_range says which.
 */
double ports_tried_first(const struct facts *facts, double ports);

/*
 * Whether connect(2) may take a port back from TIME_WAIT (tcp_twsk_unique(),
 * net/ipv4/tcp_ipv4.c): tcp_tw_reuse says so for the destination, both ends send timestamps, and
 * the port is connect's to choose.
 */
bool ports_reused(const struct facts *facts);

/* Advise what leaves the client more ports: what this run has not, and can have. */
void ports_advise(struct story *story, const struct port_budget *budget, bool time_wait);

#endif
