#include "flow.h"

#include <stdlib.h>

void flow_append(struct flow *flow, struct packet *packet)
{
    const struct segment *segment = &packet->segment;
    enum side side = packet->side;
    enum side peer = side_peer(side);

    STAILQ_INSERT_TAIL(&flow->packets, packet, next);
    flow->count++;
    flow->last = packet->at;
    flow->bytes += packet->captured;
    flow->rst[side] |= (segment->flags & SEGMENT_RST) != 0;
    if ((segment->flags & SEGMENT_FIN) != 0) {
        flow->fin[side] = true;
        flow->fin_end[side] = segment->seq + segment_space(segment);
    }
    if ((segment->flags & SEGMENT_ACK) != 0 && flow->fin[peer] &&
        !seq_before(segment->ack, flow->fin_end[peer])) {
        flow->fin_acked[peer] = true;
    }
}

bool flow_has_ended(const struct flow *flow)
{
    return flow->rst[SIDE_CLIENT] || flow->rst[SIDE_SERVER] ||
           (flow->fin_acked[SIDE_CLIENT] && flow->fin_acked[SIDE_SERVER]);
}

seen_endings flow_ending(const struct flow *flow)
{
    return seen_ending(flow->fin, flow->rst);
}

struct seen_packet *flow_tell(const struct flow *flow)
{
    struct seen_packet *told = calloc(flow->count > 0 ? flow->count : 1, sizeof *told);
    const struct packet *packet;
    bool begun[SIDE_N] = {false};
    uint32_t base[SIDE_N] = {0};
    size_t i = 0;

    STAILQ_FOREACH(packet, &flow->packets, next)
    {
        const struct segment *segment = &packet->segment;
        enum side side = packet->side;

        if (told == NULL) {
            return NULL;
        }
        if (!begun[side]) {
            begun[side] = true;
            base[side] = segment->seq;
        }
        bool known = (segment->flags & SEGMENT_ACK) != 0 && begun[side_peer(side)];
        told[i++] = (struct seen_packet){
            .at = packet->at - STAILQ_FIRST(&flow->packets)->at,
            .side = side,
            .flags = segment->flags,
            .seq = segment->seq - base[side],
            .ack = known ? segment->ack - base[side_peer(side)] : 0,
            .length = segment->length,
        };
    }
    return told;
}
