#include "flow.h"

#include <stdlib.h>
#include <string.h>

/* A handshake record with a ClientHello in it, RFC 8446 sections 4 and 5.1, has its random after 11
 * bytes. */
static void look_for_hello(struct flow *flow, const struct packet *packet)
{
    const uint8_t *data = packet->bytes + packet->segment.data;
    enum { RECORD_HANDSHAKE = 22, CLIENT_HELLO = 1, BEFORE_RANDOM = 11 };

    if (!flow->has_random && packet->side == SIDE_CLIENT &&
        packet->captured >= packet->segment.data + BEFORE_RANDOM + FLOW_RANDOM &&
        data[0] == RECORD_HANDSHAKE && data[5] == CLIENT_HELLO) {
        memcpy(flow->random, data + BEFORE_RANDOM, FLOW_RANDOM);
        flow->has_random = true;
    }
}

void flow_append(struct flow *flow, struct packet *packet)
{
    const struct segment *segment = &packet->segment;

    STAILQ_INSERT_TAIL(&flow->packets, packet, next);
    flow->count++;
    flow->last = packet->at;
    flow->bytes += packet->captured;
    look_for_hello(flow, packet);
    seen_ends_take(&flow->ends, packet->side, segment->flags, segment->seq + segment_space(segment),
                   segment->ack);
}

struct seen_packet *flow_tell(const struct flow *flow)
{
    struct seen_packet *told = calloc(flow->count > 0 ? flow->count : 1, sizeof *told);
    struct seen_teller teller = {0};
    const struct packet *packet;
    size_t i = 0;

    if (told == NULL) {
        return NULL;
    }
    STAILQ_FOREACH(packet, &flow->packets, next)
    {
        told[i++] = seen_tell(&teller, &packet->segment, packet->side, packet->at);
    }
    return told;
}
