#include "machine.h"

/*
 * What a segment that arrives does to a socket, in one table and a few exceptions.  The
 * functions cited are of net/ipv4/tcp_input.c and tcp_minisocks.c.
 */

/* What an arriving segment does to a socket in a state: where it goes, what it answers. */
struct transition {
    uint8_t next;  /* enum tcp_state; 0: stays */
    uint8_t reply; /* enum segment */
};

static const struct transition arrivals[SEGMENT_N][TCP_STATE_N] =
    {
        [SEGMENT_SYN] = {[0] = {TCP_STATE_SYN_RECV, SEGMENT_SYN_ACK}},
        [SEGMENT_SYN_ACK] = {[TCP_STATE_SYN_SENT] = {TCP_STATE_ESTABLISHED, SEGMENT_ACK}},
        [SEGMENT_ACK] =
            {
                [TCP_STATE_SYN_RECV] = {TCP_STATE_ESTABLISHED, SEGMENT_NONE},
                [TCP_STATE_FIN_WAIT1] = {TCP_STATE_FIN_WAIT2, SEGMENT_NONE},
                [TCP_STATE_CLOSING] = {TCP_STATE_TIME_WAIT, SEGMENT_NONE},
                [TCP_STATE_LAST_ACK] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_CLOSE] = {0, SEGMENT_RST},
            },
        [SEGMENT_WINDOW] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_DATA] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_CUT] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_TICKETS] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_NOTIFY] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_ALERT] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_HELLO] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_FLIGHT] = {[TCP_STATE_CLOSE] = {0, SEGMENT_RST}},
        [SEGMENT_FIN] =
            {
                [TCP_STATE_ESTABLISHED] = {TCP_STATE_CLOSE_WAIT, SEGMENT_ACK},
                [TCP_STATE_FIN_WAIT1] = {TCP_STATE_CLOSING, SEGMENT_ACK},
                [TCP_STATE_FIN_WAIT2] = {TCP_STATE_TIME_WAIT, SEGMENT_ACK},
                [TCP_STATE_CLOSE] = {0, SEGMENT_RST},
            },
        [SEGMENT_RST] =
            {
                [TCP_STATE_ESTABLISHED] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_CLOSE_WAIT] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_FIN_WAIT1] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_FIN_WAIT2] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_CLOSING] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                [TCP_STATE_LAST_ACK] = {TCP_STATE_CLOSE, SEGMENT_NONE},
                /* TIME-WAIT assassination (RFC 1337), which tcp_rfc1337=0, the default, lets
                   happen. */
                [TCP_STATE_TIME_WAIT] = {TCP_STATE_CLOSE, SEGMENT_NONE},
            },
};

static const char *const segment_names[SEGMENT_N] = {
    [SEGMENT_SYN] = "SYN",         [SEGMENT_SYN_ACK] = "SYN-ACK",
    [SEGMENT_ACK] = "ACK",         [SEGMENT_WINDOW] = "ACK (window)",
    [SEGMENT_DATA] = "DATA",       [SEGMENT_CUT] = "DATA (cut)",
    [SEGMENT_TICKETS] = "tickets", [SEGMENT_NOTIFY] = "close_notify",
    [SEGMENT_ALERT] = "alert",     [SEGMENT_FIN] = "FIN",
    [SEGMENT_RST] = "RST",         [SEGMENT_HELLO] = "ClientHello",
    [SEGMENT_FLIGHT] = "flight",
};

static const uint8_t records[SEGMENT_N] = {
    [SEGMENT_CUT] = RECORD_CUT,       [SEGMENT_TICKETS] = RECORD_TICKETS,
    [SEGMENT_NOTIFY] = RECORD_NOTIFY, [SEGMENT_ALERT] = RECORD_ALERT,
    [SEGMENT_HELLO] = RECORD_SHAKE,   [SEGMENT_FLIGHT] = RECORD_SHAKE,
};

static const bool is_ack[SEGMENT_N] = {
    [SEGMENT_SYN] = true, /* the handshake has no rivals either */
    [SEGMENT_SYN_ACK] = true,
    [SEGMENT_ACK] = true,
    [SEGMENT_WINDOW] = true,
};

/*
 * Data that came after everyone stopped reading: tcp_rcv_state_process() resets a full
 * socket, tcp_timewait_state_process() answers for a mini-socket and forgets it.
 */
static bool refuses_data(const struct endpoint *end)
{
    return (end->state == TCP_STATE_FIN_WAIT1 || end->state == TCP_STATE_FIN_WAIT2) &&
           (!end->open || end->shut_rd);
}

static void refuse_data(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];
    bool mini_socket = tcp_is_mini(world, side);

    end->abort_on_data = (uint8_t)(end->abort_on_data + !mini_socket);
    end->rst_received = 1; /* tcp_reset() leaves ECONNRESET here as well */
    tcp_reset(world, side);
}

static void apply_transition(struct world *world, enum side side, enum segment segment)
{
    struct endpoint *end = &world->machine.end[side];
    struct transition to = arrivals[segment][end->state];

    if (to.next == TCP_STATE_CLOSE) {
        tcp_vanish(world, side);
    } else if (to.next != 0) {
        tcp_enter(world, side, (enum tcp_state)to.next);
    }
    if (to.reply != SEGMENT_NONE) {
        tcp_send_segment(world, side, (enum segment)to.reply);
    }
}

/* Data for a socket that takes none is answered with a RST. */
static bool data_refused(struct world *world, enum side side, enum segment segment)
{
    struct endpoint *end = &world->machine.end[side];
    bool closed = end->state == TCP_STATE_CLOSE;

    if (!closed && !refuses_data(end)) {
        return false;
    }
    end->lost_data |= segment_is_message(segment);
    if (closed) {
        apply_transition(world, side, segment);
    } else {
        refuse_data(world, side);
    }
    return true;
}

static void data_arrives(struct world *world, enum side side, enum segment segment)
{
    struct endpoint *end = &world->machine.end[side];
    bool rest = segment_is_message(segment) && end->torn;

    end->window = segment_is_message(segment) ? WINDOW_IDLE : end->window;
    end->torn = end->torn && !rest;
    end->lost_data |= segment == SEGMENT_CUT;
    world->machine.end[side_peer(side)].unacked = world->input->flow[side_peer(side)].nagle;
    if (!data_refused(world, side, segment)) {
        end->readable = (uint16_t)(end->readable + (segment == SEGMENT_DATA && !rest));
        end->records |= rest ? RECORD_CUT : records[segment];
    }
}

/* What the program on `side` will learn from the segment. */
static void note_segment(struct world *world, enum side side, enum segment segment)
{
    struct endpoint *end = &world->machine.end[side];
    struct endpoint *peer = &world->machine.end[side_peer(side)];
    bool to_program = end->state != TCP_STATE_TIME_WAIT && end->state != TCP_STATE_CLOSE;

    end->fin_received |= segment == SEGMENT_FIN && to_program;
    end->rst_received |= segment == SEGMENT_RST && to_program;
    if (segment == SEGMENT_WINDOW && peer->window == WINDOW_ASKED) {
        peer->window = WINDOW_OPEN;
    }
}

static void segment_arrives(struct world *world, enum side sender, enum segment segment)
{
    enum side side = side_peer(sender);
    bool opens = world->machine.end[side].state == TCP_STATE_SYN_RECV;

    channel_take(&world->machine.channel[sender], segment);
    if (segment_has_data(segment)) {
        data_arrives(world, side, segment);
    } else {
        note_segment(world, side, segment);
        apply_transition(world, side, segment);
    }
    record_segment(world, sender, segment_names[segment]);
    if (opens && world->input->tls.on && model_tls_until(world) == CONNECT_WHOLE) {
        for (unsigned i = 0; i < SIDE_N; i++) { /* its last flights are data, too */
            world->machine.end[i].unacked = world->input->flow[i].nagle;
        }
        record_handshake(world);
    }
}

/* A segment that is not full waits while one like it has not been acknowledged, tcp_nagle_check().
 */
static bool nagle_holds(const struct world *world, enum side sender)
{
    const struct channel *channel = &world->machine.channel[sender];
    unsigned under_way = 0;

    for (size_t i = 0; i < CHANNEL_RUNS; i++) {
        enum segment segment = (enum segment)channel->run[i].segment;
        under_way += segment_has_data(segment) ? channel->run[i].count : 0U;
    }
    return world->input->flow[sender].nagle &&
           (under_way > 1 || world->machine.end[sender].unacked);
}

bool tcp_can_drop(const struct world *world, enum side sender)
{
    const struct endpoint *end = &world->machine.end[sender];
    enum segment newest = channel_newest_data(&world->machine.channel[sender]);

    return end->state == TCP_STATE_CLOSE && end->rst_sent > 0 && newest != SEGMENT_NONE &&
           newest != SEGMENT_CUT && (nagle_holds(world, sender) || flow_in_parts(world, sender, 0));
}

void tcp_drop(struct world *world, enum side sender)
{
    enum segment newest = channel_newest_data(&world->machine.channel[sender]);
    bool in_parts = world->input->flow[sender].message > SEGMENT_SIZE;

    world->machine.end[side_peer(sender)].lost_data |= newest == SEGMENT_DATA;
    world->overflow |=
        !channel_drop_data(&world->machine.channel[sender], newest != SEGMENT_DATA || !in_parts);
}

bool tcp_can_arrive(const struct world *world, enum side sender)
{
    return channel_head(&world->machine.channel[sender]) != SEGMENT_NONE &&
           !tcp_window_shut(world, sender);
}

void tcp_arrive(struct world *world, enum side sender)
{
    segment_arrives(world, sender, channel_head(&world->machine.channel[sender]));
}

/* A part that leaves before the rest can, or that the queue has no room beside. */
bool tcp_part_can_arrive(const struct world *world, enum side sender, enum window window)
{
    enum window now = (enum window)world->machine.end[side_peer(sender)].window;

    if (!segment_is_message(channel_head(&world->machine.channel[sender]))) {
        return false;
    }
    if (window == WINDOW_FULL) {
        return (now == WINDOW_IDLE || now == WINDOW_PART) && flow_fits(world, sender) != FLOW_YES;
    }
    return now == WINDOW_IDLE && flow_fits(world, sender) != FLOW_NO &&
           flow_arrives_in_parts(world, sender);
}

void tcp_part_arrives(struct world *world, enum side sender, enum window window)
{
    enum side side = side_peer(sender);

    data_refused(world, side, SEGMENT_DATA);
    world->machine.end[side].window = (uint8_t)window;
    record_segment(world, sender, "DATA (part)");
}

bool tcp_can_arrive_with_ack(const struct world *world, enum side sender)
{
    const struct endpoint *end = &world->machine.end[side_peer(sender)];
    enum segment segment = channel_head(&world->machine.channel[sender]);

    return end->ack_delayed && !end->open && tcp_can_arrive(world, sender) &&
           (segment_has_data(segment) || segment == SEGMENT_RST);
}

void tcp_arrive_with_ack(struct world *world, enum side sender)
{
    enum side side = side_peer(sender);

    tcp_take_back(&world->machine.end[side]);
    record_take_back(world, sender, segment_names[SEGMENT_ACK]);
    tcp_arrive(world, sender);
}

/* The ACK of `sender` that can arrive at once: the window does not hold it back. */
static enum segment next_ack(const struct world *world, enum side sender)
{
    const struct channel *channel = &world->machine.channel[sender];
    size_t runs = tcp_window_shut(world, sender) ? CHANNEL_RUNS : 1;

    for (size_t i = 0; i < runs; i++) {
        if (is_ack[channel->run[i].segment]) {
            return (enum segment)channel->run[i].segment;
        }
    }
    return SEGMENT_NONE;
}

static bool ack_arrives(struct world *world, enum side sender)
{
    enum segment ack = next_ack(world, sender);

    if (ack != SEGMENT_NONE) {
        segment_arrives(world, sender, ack);
    }
    return ack != SEGMENT_NONE;
}

void tcp_settle(struct world *world)
{
    while (ack_arrives(world, SIDE_CLIENT) || ack_arrives(world, SIDE_SERVER)) {
    }
}
