#ifndef FINWAIT_CAPTURE_TAP_H
#define FINWAIT_CAPTURE_TAP_H

#include <pcap/pcap.h>

#include "filter.h"
#include "finwait/error.h"

/* A packet socket on all links of the calling thread's network namespace. */
struct tap {
    pcap_t *pcap;
    int fd; /* can be polled */
};

/* A packet from its IP header on; `at` in ns of CLOCK_REALTIME. */
typedef void tap_fn(void *context, int64_t at, const uint8_t *packet, size_t captured,
                    size_t length);

/* -1 with STATUS_MACHINE: no CAP_NET_RAW, no packet sockets. */
int tap_open(struct tap *tap, const struct filter *filter, struct error *error);

/* From now on, and without a gap between. */
int tap_filter(const struct tap *tap, const struct filter *filter);

/* Be handed packets, or none, which then cost nothing. */
int tap_listen(const struct tap *tap, bool listen);

/* Hand all that has come to `fn`, once each.  -1: the socket is of no use any more. */
int tap_read(const struct tap *tap, tap_fn *fn, void *context);

/* How many the kernel has dropped. */
uint64_t tap_dropped(const struct tap *tap);

void tap_close(struct tap *tap);

/* The kernel hands over a block of packets at least this often. */
#define TAP_BLOCK_MS 20

#endif
