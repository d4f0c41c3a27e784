#include "shelf.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"

enum {
    BUCKETS = 1 << 16,
    /* Beyond this much memory packets are kept without their data, beyond that much not at all. */
    MEMORY_CUT = 96 << 20,
    MEMORY_MOST = 128 << 20,
    /* The same of one connection's packets. */
    FLOW_CUT = 1 << 20,
    HEADERS = 128, /* IP's and TCP's are no longer: 40 + 60 */
    /* Connections that have ended and are kept until so many more have. */
    ENDED_MOST = 256,
};

/* So soon after a packet, in ns, more may come: a retransmission takes that long (TCP_RTO_MIN,
 * include/net/tcp.h). */
#define UNDER_WAY (200 * NS_PER_MS)

int shelf_init(struct shelf *shelf, uint32_t wanted, uint16_t port)
{
    *shelf = (struct shelf){
        .wanted = wanted, .sample = {.port = port, .one_in = 1}, .foreseen = SEEN_ORDERLY};
    shelf->tally.one_in = 1;
    for (unsigned list = 0; list < FLOW_LISTS; list++) {
        TAILQ_INIT(&shelf->flows[list]);
    }
    shelf->bucket = calloc(BUCKETS, sizeof *shelf->bucket);
    return shelf->bucket != NULL ? 0 : -1;
}

/* ---- finding ---- */

static uint32_t hash_end(uint32_t hash, const struct endpoint *end)
{
    for (size_t i = 0; i < sizeof end->address; i++) {
        hash = (hash ^ end->address[i]) * 16777619; /* FNV-1a */
    }
    return (hash ^ end->port) * 16777619;
}

static struct chain *bucket_of(const struct shelf *shelf, const struct endpoint *client,
                               const struct endpoint *server)
{
    uint32_t hash = hash_end(hash_end(2166136261, client), server);

    return &shelf->bucket[(hash ^ hash >> 16) % BUCKETS];
}

static struct flow *find(const struct shelf *shelf, const struct endpoint *client,
                         const struct endpoint *server)
{
    struct flow *flow;

    LIST_FOREACH (flow, bucket_of(shelf, client, server), chain) {
        if (endpoint_equal(&flow->end[SIDE_CLIENT], client) &&
            endpoint_equal(&flow->end[SIDE_SERVER], server)) {
            break;
        }
    }
    return flow;
}

/* ---- coming and going ---- */

static void enter(struct shelf *shelf, struct flow *flow, enum flow_list list)
{
    flow->list = list;
    shelf->count[list]++;
    TAILQ_INSERT_TAIL(&shelf->flows[list], flow, next);
}

static void leave(struct shelf *shelf, struct flow *flow)
{
    shelf->count[flow->list]--;
    TAILQ_REMOVE(&shelf->flows[flow->list], flow, next);
}

static void unlist(struct flow *flow)
{
    if (flow->listed) {
        LIST_REMOVE(flow, chain);
        flow->listed = false;
    }
}

static void forget(struct shelf *shelf, struct flow *flow)
{
    struct packet *packet;

    leave(shelf, flow);
    unlist(flow);
    while ((packet = STAILQ_FIRST(&flow->packets)) != NULL) {
        STAILQ_REMOVE_HEAD(&flow->packets, next);
        shelf->memory -= sizeof *packet + packet->captured;
        free(packet);
    }
    shelf->memory -= sizeof *flow;
    free(flow);
}

/* Nobody knows how it ends: it had a packet just before the end. */
static bool is_under_way(const struct shelf *shelf, const struct flow *flow)
{
    return !seen_ends_done(&flow->ends) && shelf->end - flow->last < UNDER_WAY;
}

bool shelf_is_otherwise(const struct shelf *shelf, const struct flow *flow)
{
    return !is_under_way(shelf, flow) && (seen_ends_as(&flow->ends) & shelf->foreseen) == 0;
}

/* What is not to be kept is forgotten. */
static void judge(struct shelf *shelf, struct flow *flow)
{
    if (shelf_is_otherwise(shelf, flow) && shelf->count[FLOW_OTHERWISE] < shelf->wanted) {
        leave(shelf, flow);
        enter(shelf, flow, FLOW_OTHERWISE);
    } else {
        forget(shelf, flow);
    }
}

/* Make room: those that have ended come first, then those that began first. */
static void make_room(struct shelf *shelf)
{
    while (shelf->memory > MEMORY_CUT) {
        struct flow *ended = TAILQ_FIRST(&shelf->flows[FLOW_ENDED]);
        struct flow *open = TAILQ_FIRST(&shelf->flows[FLOW_OPEN]);

        if (ended != NULL) {
            judge(shelf, ended);
        } else if (open != NULL) {
            shelf->tally.given_up++;
            forget(shelf, open);
        } else {
            return;
        }
    }
}

static struct flow *begin(struct shelf *shelf, const struct segment *syn)
{
    bool first = shelf->count[FLOW_FIRST] < shelf->wanted;
    bool sampled =
        first || (!shelf->full_house && filter_samples(&shelf->sample, &syn->from, syn->ipv6));
    struct flow *flow = sampled ? calloc(1, sizeof *flow) : NULL;

    if (flow == NULL) {
        return NULL;
    }
    flow->end[SIDE_CLIENT] = syn->from;
    flow->end[SIDE_SERVER] = syn->to;
    flow->ipv6 = syn->ipv6;
    flow->syn = syn->seq;
    STAILQ_INIT(&flow->packets);
    LIST_INSERT_HEAD(bucket_of(shelf, &syn->from, &syn->to), flow, chain);
    flow->listed = true;
    enter(shelf, flow, first ? FLOW_FIRST : FLOW_OPEN);
    shelf->memory += sizeof *flow;
    shelf->tally.followed++;
    return flow;
}

/* ---- a packet ---- */

static bool is_opening(const struct segment *segment)
{
    return (segment->flags & (SEGMENT_SYN | SEGMENT_ACK)) == SEGMENT_SYN;
}

/* The connection that a segment is of, and who sent it; NULL: none that is known. */
static struct flow *flow_of(struct shelf *shelf, const struct segment *segment, enum side *side)
{
    struct flow *flow = find(shelf, &segment->from, &segment->to);

    *side = SIDE_CLIENT;
    if (flow != NULL && is_opening(segment) && segment->seq != flow->syn) {
        unlist(flow); /* the ports again, for another connection */
        flow = NULL;
    }
    if (flow == NULL) {
        flow = find(shelf, &segment->to, &segment->from);
        *side = flow != NULL ? SIDE_SERVER : SIDE_CLIENT;
    }
    if (flow == NULL && is_opening(segment) && segment->to.port == shelf->sample.port) {
        flow = begin(shelf, segment);
    }
    return flow;
}

/* How much of a packet is to be kept. */
static size_t kept_of(const struct shelf *shelf, const struct flow *flow, size_t captured)
{
    bool cut = shelf->memory > MEMORY_CUT || flow->bytes > FLOW_CUT;

    return cut && captured > HEADERS ? HEADERS : captured;
}

static struct packet *copy(struct shelf *shelf, const struct flow *flow, const uint8_t *bytes,
                           size_t captured)
{
    size_t size = kept_of(shelf, flow, captured);
    struct packet *packet = shelf->memory > MEMORY_MOST ? NULL : malloc(sizeof *packet + size);

    if (packet == NULL) {
        shelf->tally.dropped_memory++;
        return NULL;
    }
    *packet = (struct packet){.number = shelf->packets++, .captured = size};
    memcpy(packet->bytes, bytes, size);
    shelf->memory += sizeof *packet + size;
    return packet;
}

static void settle(struct shelf *shelf, struct flow *flow)
{
    if (flow->list == FLOW_OPEN && seen_ends_done(&flow->ends)) {
        leave(shelf, flow);
        enter(shelf, flow, FLOW_ENDED);
    }
    if (shelf->count[FLOW_ENDED] > ENDED_MOST) {
        judge(shelf, TAILQ_FIRST(&shelf->flows[FLOW_ENDED]));
    }
}

void shelf_take(struct shelf *shelf, int64_t at, const uint8_t *bytes, size_t captured,
                size_t length)
{
    struct segment segment;
    struct packet *packet;
    struct flow *flow;
    enum side side;

    if (segment_read(&segment, bytes, captured, length) != 0 ||
        (flow = flow_of(shelf, &segment, &side)) == NULL ||
        (packet = copy(shelf, flow, bytes, captured)) == NULL) {
        return;
    }
    packet->at = at;
    packet->length = length;
    packet->segment = segment;
    packet->side = side;
    flow_append(flow, packet);
    settle(shelf, flow);
    make_room(shelf);
}

/* ---- what is followed ---- */

void shelf_sample(struct shelf *shelf, uint32_t one_in)
{
    struct flow *flow = TAILQ_FIRST(&shelf->flows[FLOW_OPEN]);

    shelf->sample.one_in = one_in;
    shelf->tally.one_in = one_in > shelf->tally.one_in ? one_in : shelf->tally.one_in;
    while (flow != NULL) {
        struct flow *after = TAILQ_NEXT(flow, next);

        if (!filter_samples(&shelf->sample, &flow->end[SIDE_CLIENT], flow->ipv6)) {
            shelf->tally.followed--;
            forget(shelf, flow);
        }
        flow = after;
    }
}

bool shelf_live_ports(const struct shelf *shelf, struct filter *filter)
{
    const struct flow *flow;

    filter->count = 0;
    TAILQ_FOREACH (flow, &shelf->flows[FLOW_FIRST], next) {
        if (!seen_ends_done(&flow->ends)) {
            if (filter->count == FILTER_PORTS) {
                return false;
            }
            filter->client[filter->count++] = flow->end[SIDE_CLIENT].port;
        }
    }
    return true;
}

bool shelf_is_full(const struct shelf *shelf)
{
    struct filter live;

    return shelf->count[FLOW_FIRST] == shelf->wanted &&
           shelf->count[FLOW_OTHERWISE] == shelf->wanted && shelf_live_ports(shelf, &live) &&
           live.count == 0;
}

/* ---- the end ---- */

static int count_flow(struct shelf *shelf, const struct flow *flow)
{
    struct seen_packet *told = flow_tell(flow);
    const struct packet *packet;

    if (told == NULL) {
        return -1;
    }
    seen_walk(told, flow->count, 0);
    for (size_t i = 0; i < flow->count; i++) {
        shelf->tally.retransmissions += seen_is_again(told[i].mark);
    }
    free(told);
    STAILQ_FOREACH(packet, &flow->packets, next)
    {
        shelf->tally.cut += packet->captured < packet->length;
    }
    shelf->tally.connections++;
    shelf->tally.otherwise += shelf_is_otherwise(shelf, flow);
    shelf->tally.packets += flow->count;
    shelf->tally.bytes += flow->bytes;
    return 0;
}

int shelf_finish(struct shelf *shelf, int64_t now)
{
    struct flow *flow;

    shelf->end = now;
    for (unsigned list = FLOW_KEPT; list < FLOW_LISTS; list++) {
        while ((flow = TAILQ_FIRST(&shelf->flows[list])) != NULL) {
            judge(shelf, flow);
        }
    }
    for (unsigned list = 0; list < FLOW_KEPT; list++) {
        TAILQ_FOREACH (flow, &shelf->flows[list], next) {
            if (count_flow(shelf, flow) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

const struct flow *shelf_drawn(const struct shelf *shelf)
{
    const struct flow *flow;

    for (unsigned list = 0; list < FLOW_KEPT; list++) {
        TAILQ_FOREACH (flow, &shelf->flows[list], next) {
            if (shelf_is_otherwise(shelf, flow)) {
                return flow;
            }
        }
    }
    return TAILQ_FIRST(&shelf->flows[FLOW_FIRST]);
}

void shelf_fini(struct shelf *shelf)
{
    for (unsigned list = 0; list < FLOW_LISTS; list++) {
        struct flow *flow = TAILQ_FIRST(&shelf->flows[list]);

        while (flow != NULL) {
            struct flow *after = TAILQ_NEXT(flow, next);

            forget(shelf, flow);
            flow = after;
        }
    }
    free(shelf->bucket);
}
