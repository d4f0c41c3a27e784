#ifndef FINWAIT_SEGMENT_H
#define FINWAIT_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A TCP segment as its IP packet says it (RFC 791, RFC 8200, RFC 9293 section 3.1).  The bytes come
 * from a wire that others write to: nothing of them is believed before it is looked at.
 */

enum {
    SEGMENT_FIN = 0x01,
    SEGMENT_SYN = 0x02,
    SEGMENT_RST = 0x04,
    SEGMENT_PSH = 0x08,
    SEGMENT_ACK = 0x10,
};

struct endpoint {
    uint8_t address[16]; /* an IPv4 address is the first 4 bytes, the rest is 0 */
    uint16_t port;
};

struct segment {
    struct endpoint from, to;
    uint32_t seq, ack; /* as on the wire */
    uint32_t length;   /* bytes of data, whether they were captured or not */
    uint8_t flags;
    bool ipv6;
    size_t data; /* where the data begins in the packet */
};

/*
 * Read the first `captured` bytes of a packet of `length` bytes, from its IP header on.  0; -1: no
 * TCP segment, or one whose headers are not there or contradict each other.
 */
int segment_read(struct segment *segment, const uint8_t *packet, size_t captured, size_t length);

/* SYN and FIN count as a byte each: RFC 9293 section 3.4. */
uint32_t segment_space(const struct segment *segment);

/* Whether the number `a` comes before `b`, RFC 9293 section 3.4. */
static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

#endif
