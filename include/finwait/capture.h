#ifndef FINWAIT_CAPTURE_H
#define FINWAIT_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/seen.h"

/*
 * The capture: a process that reads TCP's packets from a packet socket (packet(7), by libpcap) in
 * the client's host, where each that goes over the lab's link passes once: what faults lose they
 * lose behind it, in the hosts' filters.  In `lab: host` it is the machine's own network, loopback
 * included.
 *
 * It keeps the first connections whole, and of those after them as many that ended otherwise than
 * foreseen.  Lest the load wait for it, it looks at no more of them than it has time for, a share
 * of the client's ports, which is chosen in the kernel.
 */

struct capture; /* opaque */

struct capture_plan {
    uint32_t wanted; /* the first connections, and at most as many others; > 0 */
    uint16_t port;   /* the server's */
    int packets;     /* what packets are written to at the end: a pcap file with nanoseconds, whose
                        packets begin with their IP headers; -1: nothing */
    int keys;        /* a pipe, non-blocking, with lines as of SSLKEYLOGFILE of all connections, or
                        -1; those of the connections that are kept are written to: */
    int keys_file;   /* or -1 */
};

/* What it has in the end. */
struct captured {
    struct capture_tally tally;
    /* The connection that is drawn: the first that ended otherwise than foreseen, else the first.
     */
    size_t drawn;               /* its place among those kept, by their SYNs, from 1 on; 0: none */
    char client[SEEN_ENDPOINT]; /* its client's end */
    bool foreseen;              /* it ended as foreseen, or nothing was */
    size_t count, skipped;      /* as in struct seen_story */
    struct seen_packet packet[SEEN_DRAWN];
};

/*
 * Fork it, and wait until it listens: what is sent from now on is seen.  NULL with STATUS_MACHINE:
 * no CAP_NET_RAW (lab: host), or no packet socket in this kernel.  `lab` must outlive it.
 */
struct capture *capture_start(const struct capture_plan *plan, const struct lab *lab,
                              struct error *error);

/* What the connections are foreseen to end like, from now on; an empty set: nobody knows, and those
 * are kept that do not end with a FIN of each side and no RST. */
void capture_foresee(struct capture *capture, seen_endings foreseen);

/* End it, and have its packets written.  0; -1 with STATUS_MACHINE: it has failed, or died. */
int capture_end(struct capture *capture, seen_endings foreseen, struct captured *captured,
                struct error *error);

/* Kill and reap it; NULL is allowed. */
void capture_free(struct capture *capture);

#endif
