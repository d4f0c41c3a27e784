#ifndef FINWAIT_CAPTURE_FLOW_H
#define FINWAIT_CAPTURE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "finwait/seen.h"

/* A connection as far as it was captured: its packets, and how it has ended so far. */

struct packet {
    STAILQ_ENTRY(packet) next;
    int64_t at;      /* ns */
    uint64_t number; /* in the order of coming: packets of one moment keep it */
    size_t captured, length;
    struct segment segment;
    enum side side; /* who sent it */
    uint8_t bytes[];
};

/* Whether it comes before the other in the order of time. */
static inline bool packet_before(const struct packet *a, const struct packet *b)
{
    return a->at != b->at ? a->at < b->at : a->number < b->number;
}

/* Where a flow stands in its shelf. */
enum flow_list {
    FLOW_FIRST,     /* kept, whatever becomes of it */
    FLOW_OTHERWISE, /* kept, for it ended otherwise than foreseen */
    FLOW_KEPT,
    FLOW_ENDED = FLOW_KEPT, /* not long ago: a last RST may be on its way */
    FLOW_OPEN,
    FLOW_LISTS,
};

/* The random of a ClientHello, RFC 8446 section 4.1.2. */
#define FLOW_RANDOM 32

struct flow {
    TAILQ_ENTRY(flow) next;
    LIST_ENTRY(flow) chain; /* of those in the same bucket; only while `listed` */
    bool listed;
    enum flow_list list;
    struct endpoint end[SIDE_N];
    bool ipv6;
    uint32_t syn; /* the number of the client's SYN */
    STAILQ_HEAD(, packet) packets;
    size_t count, bytes;
    int64_t last;    /* when its last packet came */
    bool has_random; /* it begins with a ClientHello: */
    uint8_t random[FLOW_RANDOM];
    struct seen_ends ends;
};

/* Take note of a packet of the flow's, in place at its end. */
void flow_append(struct flow *flow, struct packet *packet);

/* Its packets as they are told, flow->count of them; free() it.  NULL: no memory. */
struct seen_packet *flow_tell(const struct flow *flow);

#endif
