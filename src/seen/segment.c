#include "finwait/segment.h"

#include <netinet/in.h>
#include <string.h>

enum {
    IPV4_LEAST = 20,
    IPV6_HEAD = 40,
    TCP_LEAST = 20,
};

static uint16_t read_16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t read_32(const uint8_t *bytes)
{
    return (uint32_t)read_16(bytes) << 16 | read_16(bytes + 2);
}

/* What the IP header says: where TCP begins, and where the packet ends; 0 for a packet that is too
 * large for its own field (GSO beyond 64 KiB), which ends where it ends. */
struct layout {
    size_t tcp, end;
};

static int read_ipv4(struct segment *segment, const uint8_t *packet, size_t captured,
                     struct layout *layout)
{
    if (captured < IPV4_LEAST || packet[9] != IPPROTO_TCP || (read_16(packet + 6) & 0x1fff) != 0) {
        return -1; /* another protocol, or a later fragment */
    }
    layout->tcp = (size_t)(packet[0] & 15) * 4;
    layout->end = read_16(packet + 2);
    memcpy(segment->from.address, packet + 12, 4);
    memcpy(segment->to.address, packet + 16, 4);
    return layout->tcp < IPV4_LEAST ? -1 : 0;
}

static int read_ipv6(struct segment *segment, const uint8_t *packet, size_t captured,
                     struct layout *layout)
{
    if (captured < IPV6_HEAD || packet[6] != IPPROTO_TCP) {
        return -1;
    }
    layout->tcp = IPV6_HEAD;
    layout->end = read_16(packet + 4) == 0 ? 0 : IPV6_HEAD + (size_t)read_16(packet + 4);
    memcpy(segment->from.address, packet + 8, 16);
    memcpy(segment->to.address, packet + 24, 16);
    segment->ipv6 = true;
    return 0;
}

static int read_tcp(struct segment *segment, const uint8_t *packet, size_t captured,
                    const struct layout *layout)
{
    const uint8_t *tcp = packet + layout->tcp;

    if (captured < layout->tcp + TCP_LEAST) {
        return -1;
    }
    size_t head = (size_t)(tcp[12] >> 4) * 4;
    if (head < TCP_LEAST || layout->tcp + head > layout->end) {
        return -1;
    }
    segment->from.port = read_16(tcp);
    segment->to.port = read_16(tcp + 2);
    segment->seq = read_32(tcp + 4);
    segment->ack = read_32(tcp + 8);
    segment->flags = tcp[13] & 0x3f;
    segment->data = layout->tcp + head;
    segment->length = (uint32_t)(layout->end - segment->data);
    return 0;
}

int segment_read(struct segment *segment, const uint8_t *packet, size_t captured, size_t length)
{
    struct layout layout = {0};
    int version = captured > 0 ? packet[0] >> 4 : 0;

    *segment = (struct segment){0};
    if (captured > length || length > UINT32_MAX / 2 ||
        (version == 4   ? read_ipv4(segment, packet, captured, &layout)
         : version == 6 ? read_ipv6(segment, packet, captured, &layout)
                        : -1) != 0) {
        return -1;
    }
    layout.end = layout.end == 0 ? length : layout.end;
    return layout.end > length ? -1 : read_tcp(segment, packet, captured, &layout);
}

uint32_t segment_space(const struct segment *segment)
{
    return segment->length + ((segment->flags & SEGMENT_SYN) != 0) +
           ((segment->flags & SEGMENT_FIN) != 0);
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(a->address, b->address, sizeof a->address) == 0;
}
