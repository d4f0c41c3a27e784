#ifndef FINWAIT_SEEN_FILE_H
#define FINWAIT_SEEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/seen.h"

/*
 * A file of packets as a capture writes it: pcap-savefile(5) with nanoseconds, each packet from its
 * IP header on (LINKTYPE_RAW), in this machine's order of bytes.
 */

#define SEEN_FILE_MAGIC 0xa1b23c4dU
#define SEEN_FILE_RAW   101
#define SEEN_FILE_SNAP  262144

struct seen_file_head {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, accuracy, snap, link;
};

struct seen_packet_head {
    uint32_t seconds, fraction, captured, length;
};

/* A connection in it; states and marks are not worked out yet (seen_walk). */
struct seen_connection {
    struct endpoint end[SIDE_N];
    bool ipv6;
    size_t count;
    struct seen_packet *packet;
};

/* All of them, in the order of their first packets. */
struct seen_file {
    size_t count;
    struct seen_connection *connection;
};

/* Read what the bytes of such a file hold; what is no TCP segment is left out.  -1 with
 * STATUS_USAGE: it is none, or damaged; STATUS_MACHINE: no memory. */
int seen_file_parse(struct seen_file *file, const uint8_t *bytes, size_t length,
                    struct error *error);
void seen_file_fini(struct seen_file *file);

#endif
