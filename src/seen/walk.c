#include <string.h>

#include "finwait/seen.h"

enum {
    /* How far back the packet that is sent again is looked for. */
    LOOK_BACK = 256,
};

/* ---- what was sent again ---- */

static bool has(const struct seen_packet *packet, unsigned flag)
{
    return (packet->flags & flag) != 0;
}

static uint32_t end_of(const struct seen_packet *packet)
{
    return packet->seq + packet->length + has(packet, SEGMENT_SYN) + has(packet, SEGMENT_FIN);
}

/* Of what packet[i] has again, and its peer has not acknowledged, the copy before did not arrive.
 */
static void mark_unanswered(struct seen_packet *packet, size_t i, uint32_t acked)
{
    const struct seen_packet *again = &packet[i];

    for (size_t j = i; j > 0 && i - j < LOOK_BACK; j--) {
        struct seen_packet *before = &packet[j - 1];

        if (before->side == again->side && end_of(before) != before->seq &&
            !(has(before, SEGMENT_SYN) && acked > 0) && /* its data alone was not taken */
            seq_before(acked, end_of(before)) && seq_before(before->seq, end_of(again)) &&
            seq_before(again->seq, end_of(before))) {
            before->mark = seen_is_again(before->mark) ? SEEN_AGAIN_UNANSWERED : SEEN_UNANSWERED;
        }
    }
}

/* What was sent again at the very end, and nothing came back, did not arrive as far as is known. */
static void mark_last(struct seen_packet *packet, size_t count, const uint32_t acked[SIDE_N])
{
    for (size_t i = count; i > 0 && packet[i - 1].side == packet[count - 1].side; i--) {
        struct seen_packet *now = &packet[i - 1];

        if (now->mark == SEEN_AGAIN && seq_before(acked[now->side], end_of(now))) {
            now->mark = SEEN_AGAIN_UNANSWERED;
        }
    }
}

static void mark_repeated(struct seen_packet *packet, size_t count)
{
    uint32_t sent[SIDE_N] = {0};
    uint32_t acked[SIDE_N] = {0};

    for (size_t i = 0; i < count; i++) {
        struct seen_packet *now = &packet[i];
        uint32_t end = end_of(now);

        if (end != now->seq && seq_before(now->seq, sent[now->side])) {
            now->mark = SEEN_AGAIN;
            mark_unanswered(packet, i, acked[now->side]);
        }
        if (seq_before(sent[now->side], end)) {
            sent[now->side] = end;
        }
        if (has(now, SEGMENT_ACK) && seq_before(acked[side_peer(now->side)], now->ack)) {
            acked[side_peer(now->side)] = now->ack;
        }
    }
    mark_last(packet, count, acked);
}

/* ---- the states, RFC 9293 section 3.3.2 ---- */

struct end {
    enum tcp_state state;
    bool answered; /* sent a SYN ACK */
    bool opens;    /* what it sends first is a SYN: else no socket of this connection answers */
    bool closed;   /* sent its FIN, which ends before: */
    uint32_t fin_end;
    uint32_t received; /* all of its peer's before this */
};

/* One event of the diagram: where it leads from each state that it means something in. */
struct edge {
    enum tcp_state from, to;
};
#define NOWHERE                                                                                    \
    {                                                                                              \
        0, 0                                                                                       \
    }

static const struct edge fin_sent[] = {
    {TCP_STATE_SYN_RECV, TCP_STATE_FIN_WAIT1},
    {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT1},
    {TCP_STATE_CLOSE_WAIT, TCP_STATE_LAST_ACK},
    /* Once more: it has not had the ACK that we took it to have. */
    {TCP_STATE_FIN_WAIT2, TCP_STATE_FIN_WAIT1},
    {TCP_STATE_TIME_WAIT, TCP_STATE_CLOSING},
    {TCP_STATE_CLOSE, TCP_STATE_LAST_ACK},
    NOWHERE,
};
static const struct edge fin_received[] = {
    {TCP_STATE_SYN_RECV, TCP_STATE_CLOSE_WAIT},
    {TCP_STATE_ESTABLISHED, TCP_STATE_CLOSE_WAIT},
    {TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSING},
    {TCP_STATE_FIN_WAIT2, TCP_STATE_TIME_WAIT},
    NOWHERE,
};
static const struct edge fin_acknowledged[] = {
    {TCP_STATE_FIN_WAIT1, TCP_STATE_FIN_WAIT2},
    {TCP_STATE_CLOSING, TCP_STATE_TIME_WAIT},
    {TCP_STATE_LAST_ACK, TCP_STATE_CLOSE},
    NOWHERE,
};

static void follow(struct end *end, const struct edge *edge)
{
    for (; edge->from != 0; edge++) {
        if (edge->from == end->state) {
            end->state = edge->to;
            return;
        }
    }
}

/* What has come in order; the FIN of `peer` may be the last of it. */
static void take(struct end *end, const struct end *peer, uint32_t upto)
{
    if (!seq_before(end->received, upto)) {
        return;
    }
    end->received = upto;
    if (peer->closed && !seq_before(upto, peer->fin_end)) {
        follow(end, fin_received);
    }
}

static void send_syn(struct end *end, const struct seen_packet *packet)
{
    if (end->state == 0 || end->state == TCP_STATE_SYN_SENT) {
        end->state = has(packet, SEGMENT_ACK) ? TCP_STATE_SYN_RECV : TCP_STATE_SYN_SENT;
    } else if (end->answered &&
               (end->state == TCP_STATE_ESTABLISHED || end->state == TCP_STATE_CLOSE_WAIT)) {
        /* Once more: what we took to have come was lost, or had no room in the accept queue. */
        end->state = TCP_STATE_SYN_RECV;
        end->received = packet->ack;
    }
    end->answered |= has(packet, SEGMENT_ACK);
}

/* Where it does not acknowledge the peer's, that was on its way: the two have crossed. */
static void send_fin(struct end *end, const struct end *peer, const struct seen_packet *packet)
{
    bool crossed = end->state == TCP_STATE_CLOSE_WAIT && seq_before(packet->ack, peer->fin_end);

    end->closed = true;
    end->fin_end = end_of(packet);
    if (crossed) {
        end->state = TCP_STATE_CLOSING;
    } else {
        follow(end, fin_sent);
    }
}

static void send_packet(struct end *end, const struct end *peer, const struct seen_packet *packet)
{
    if (has(packet, SEGMENT_RST)) { /* in SYN-SENT it answers another connection's remains */
        end->state =
            end->state == 0 || end->state == TCP_STATE_SYN_SENT ? end->state : TCP_STATE_CLOSE;
        return;
    }
    if (has(packet, SEGMENT_ACK) && end->state != 0) {
        take(end, peer, packet->ack);
    }
    if (has(packet, SEGMENT_SYN)) {
        send_syn(end, packet);
    }
    if (has(packet, SEGMENT_FIN)) {
        send_fin(end, peer, packet);
    }
}

static void receive_syn(struct end *end, const struct seen_packet *packet)
{
    if (end->state == 0 && end->opens) {
        end->state = TCP_STATE_SYN_RECV;
    } else if (end->state == TCP_STATE_SYN_SENT) {
        end->state = has(packet, SEGMENT_ACK) ? TCP_STATE_ESTABLISHED : TCP_STATE_SYN_RECV;
    }
}

static void receive_ack(struct end *end, uint32_t ack)
{
    if (end->state == TCP_STATE_SYN_RECV && ack > 0) {
        end->state = TCP_STATE_ESTABLISHED;
    }
    if (end->closed && !seq_before(ack, end->fin_end)) {
        follow(end, fin_acknowledged);
    }
}

static void receive_packet(struct end *end, const struct end *peer,
                           const struct seen_packet *packet)
{
    if (has(packet, SEGMENT_RST)) {
        end->state = end->state == 0 ? 0 : TCP_STATE_CLOSE;
        return;
    }
    if (has(packet, SEGMENT_SYN)) {
        receive_syn(end, packet);
    }
    if (has(packet, SEGMENT_ACK)) {
        receive_ack(end, packet->ack);
    }
    if (!seq_before(end->received, packet->seq)) {
        take(end, peer, end_of(packet));
    }
}

static void derive_states(struct seen_packet *packet, size_t count)
{
    struct end ends[SIDE_N] = {0};

    for (size_t i = count; i > 0; i--) {
        ends[packet[i - 1].side].opens = has(&packet[i - 1], SEGMENT_SYN);
    }
    for (size_t i = 0; i < count; i++) {
        struct end *sender = &ends[packet[i].side];
        struct end *receiver = &ends[side_peer(packet[i].side)];

        send_packet(sender, receiver, &packet[i]);
        if (packet[i].mark != SEEN_UNANSWERED && packet[i].mark != SEEN_AGAIN_UNANSWERED) {
            receive_packet(receiver, sender, &packet[i]);
        }
        for (unsigned side = 0; side < SIDE_N; side++) {
            packet[i].state[side] = ends[side].state;
        }
    }
}

/* ---- what was not foreseen ---- */

static void mark_unforeseen(struct seen_packet *packet, size_t count, seen_endings foreseen)
{
    for (size_t i = 0; i < count && foreseen != 0; i++) {
        if (has(&packet[i], SEGMENT_RST) && !seen_may_rst(foreseen, packet[i].side)) {
            packet[i].mark = SEEN_RST_UNFORESEEN;
        } else if (has(&packet[i], SEGMENT_FIN) && !seen_may_fin(foreseen, packet[i].side)) {
            packet[i].mark = SEEN_FIN_UNFORESEEN;
        }
    }
}

seen_endings seen_walk(struct seen_packet *packet, size_t count, seen_endings foreseen)
{
    struct seen_ends ends = {0};

    for (size_t i = 0; i < count; i++) {
        packet[i].mark = SEEN_PLAIN;
        seen_ends_take(&ends, packet[i].side, packet[i].flags, end_of(&packet[i]), packet[i].ack);
    }
    mark_repeated(packet, count);
    derive_states(packet, count);
    mark_unforeseen(packet, count, foreseen);
    return seen_ends_as(&ends);
}

void seen_shorten(const struct seen_packet *packet, size_t count, struct seen_packet *drawn,
                  size_t *drawn_count, size_t *skipped)
{
    *drawn_count = count < SEEN_DRAWN ? count : SEEN_DRAWN;
    *skipped = count - *drawn_count;
    memcpy(drawn, packet, *drawn_count / 2 * sizeof *drawn);
    memcpy(drawn + *drawn_count / 2, packet + *drawn_count / 2 + *skipped,
           (*drawn_count - *drawn_count / 2) * sizeof *drawn);
}

const char *seen_mark_words(enum seen_mark mark)
{
    static const char *const words[SEEN_MARK_N] = {
#define X(id, text) [id] = (text),
        SEEN_MARKS(X)
#undef X
    };

    return words[mark];
}
