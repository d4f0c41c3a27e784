#include <arpa/inet.h>

#include "finwait/seen.h"

/* A number of the sender's begins to count at its SYN, or at the first one seen of it. */
struct seen_packet seen_tell(struct seen_teller *teller, const struct segment *segment,
                             enum side side, int64_t at)
{
    enum side peer = side_peer(side);

    if (!teller->begun[SIDE_CLIENT] && !teller->begun[SIDE_SERVER]) {
        teller->first = at;
    }
    if (!teller->begun[side] || (segment->flags & SEGMENT_SYN) != 0) {
        teller->begun[side] = true;
        teller->base[side] = segment->seq;
    }
    bool known = (segment->flags & SEGMENT_ACK) != 0 && teller->begun[peer];
    return (struct seen_packet){
        .at = at - teller->first,
        .side = side,
        .flags = segment->flags,
        .seq = segment->seq - teller->base[side],
        .ack = known ? segment->ack - teller->base[peer] : 0,
        .length = segment->length,
    };
}

char *seen_endpoint(char text[SEEN_ENDPOINT], const struct endpoint *endpoint, bool ipv6)
{
    char address[INET6_ADDRSTRLEN] = "";

    inet_ntop(ipv6 ? AF_INET6 : AF_INET, endpoint->address, address, sizeof address);
    snprintf(text, SEEN_ENDPOINT, ipv6 ? "[%s]:%u" : "%s:%u", address, endpoint->port);
    return text;
}
