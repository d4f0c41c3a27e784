#include <string.h>

#include "machine.h"

/* What a program's calls do to its socket.  The functions cited are of net/ipv4/tcp.c. */

/* Where sending a FIN takes a socket that can still send; tcp_close_state(). */
static const uint8_t after_fin[TCP_STATE_N] = {
    [TCP_STATE_ESTABLISHED] = TCP_STATE_FIN_WAIT1,
    [TCP_STATE_CLOSE_WAIT] = TCP_STATE_LAST_ACK,
};

/* The states in which tcp_disconnect() sends a RST; tcp_need_reset(). */
static const bool disconnect_resets[TCP_STATE_N] = {
    [TCP_STATE_ESTABLISHED] = true, [TCP_STATE_CLOSE_WAIT] = true, [TCP_STATE_FIN_WAIT1] = true,
    [TCP_STATE_FIN_WAIT2] = true,   [TCP_STATE_SYN_RECV] = true,
};

void tcp_send_segment(struct world *world, enum side side, enum segment segment)
{
    struct endpoint *end = &world->machine.end[side];

    if (segment == SEGMENT_RST && end->rst_sent < UINT8_MAX) {
        end->rst_sent++;
    }
    world->overflow |= !channel_push(&world->machine.channel[side], segment);
}

bool tcp_is_mini(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];

    return end->state == TCP_STATE_TIME_WAIT ||
           (end->state == TCP_STATE_FIN_WAIT2 && !end->open && !world->input->long_fin_wait2[side]);
}

static void note_mini_socket(struct world *world, enum side side)
{
    world->machine.end[side].tw |= tcp_is_mini(world, side);
}

void tcp_enter(struct world *world, enum side side, enum tcp_state state)
{
    struct endpoint *end = &world->machine.end[side];

    end->state = (uint8_t)state;
    end->path = end->path << 4 | (unsigned)state;
    end->ack_delayed = state == TCP_STATE_FIN_WAIT2;
    note_mini_socket(world, side);
}

void tcp_take_back(struct endpoint *end)
{
    end->path >>= 4;
    end->state = (uint8_t)(end->path & 15);
    end->tw = 0;
    end->ack_delayed = 0;
}

bool tcp_window_shut(const struct world *world, enum side sender)
{
    uint8_t window = world->machine.end[side_peer(sender)].window;

    return segment_is_message(channel_head(&world->machine.channel[sender])) &&
           (window == WINDOW_FULL || window == WINDOW_ASKED ||
            (window != WINDOW_OPEN && flow_fits(world, sender) == FLOW_NO));
}

void tcp_vanish(struct world *world, enum side side)
{
    if (tcp_window_shut(world, side)) {
        memset(&world->machine.channel[side], 0, sizeof world->machine.channel[side]);
        world->machine.end[side_peer(side)].lost_data = 1;
    }
    tcp_enter(world, side, TCP_STATE_CLOSE);
}

void tcp_reset(struct world *world, enum side side)
{
    tcp_vanish(world, side);
    tcp_send_segment(world, side, SEGMENT_RST);
}

void tcp_connect(struct world *world, enum side side)
{
    world->machine.end[side].open = 1;
    tcp_enter(world, side, TCP_STATE_SYN_SENT);
    tcp_send_segment(world, side, SEGMENT_SYN);
}

void tcp_send(struct world *world, enum side side, enum segment segment)
{
    if (after_fin[world->machine.end[side].state] != 0) {
        tcp_send_segment(world, side, segment);
    }
}

bool tcp_reads_fin(const struct endpoint *end)
{
    return end->fin_received || end->error_taken;
}

void tcp_shut_wr(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];

    if (after_fin[end->state] != 0) {
        tcp_enter(world, side, (enum tcp_state)after_fin[end->state]);
        tcp_send_segment(world, side, SEGMENT_FIN);
    }
}

/* tcp_disconnect(): in the other states a RST is sent only for what was still unsent. */
static void disconnect(struct world *world, enum side side)
{
    if (disconnect_resets[world->machine.end[side].state] || tcp_window_shut(world, side)) {
        tcp_reset(world, side);
    } else {
        tcp_vanish(world, side);
    }
}

/*
 * __tcp_close(): unread data comes first, then SO_LINGER {1,0}, then an orderly FIN.  The same when
 * a process dies: inet_release() leaves out the wait of SO_LINGER {1,N} then, and nothing else.
 */
void tcp_close(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];
    bool part = end->window == WINDOW_FULL || end->window == WINDOW_PART;
    bool message = end->readable > 0 || part || (end->records & RECORD_CUT) != 0;
    bool unread = part || end->readable > end->pulled || (end->records & ~end->pulled_records) != 0;

    end->open = 0;
    end->readable = 0;
    end->records = 0;
    end->lost_data |= message;
    /* In TIME_WAIT the descriptor's own socket is in CLOSE already: tcp_time_wait(). */
    if (end->state == TCP_STATE_CLOSE || end->state == TCP_STATE_TIME_WAIT) {
        return;
    }
    if (unread) {
        end->abort_on_close++;
        tcp_reset(world, side);
    } else if (end->linger_zero) {
        end->abort_on_data++;
        disconnect(world, side);
    } else {
        tcp_shut_wr(world, side);
        note_mini_socket(world, side);
    }
}

/* "If we have been reset, we may not send again": __tcp_send_ack(). */
void tcp_open_window(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];

    if (end->readable > 0) {
        return;
    }
    if (end->window == WINDOW_PART) {
        end->window = WINDOW_OPEN;
    } else if (end->window == WINDOW_FULL && end->state != TCP_STATE_CLOSE) {
        end->window = WINDOW_ASKED;
        tcp_send_segment(world, side, SEGMENT_WINDOW);
    }
}

/* The queue has room for a message more; whether the sender learns of it, and of how much, is open
 * (tcp_cleanup_rbuf()). */
void tcp_message_read(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];

    end->readable--;
    end->pulled = (uint8_t)(end->pulled - (end->pulled > 0));
    end->window = end->window == WINDOW_FULL ? WINDOW_PART : end->window;
    end->grown = world->flow[side_peer(side)].message > 0;
}

void tcp_all_read(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];

    end->grown |= end->readable > 0 && world->flow[side_peer(side)].message > 0;
    end->readable = 0;
    end->pulled = 0;
    end->window = end->window == WINDOW_PART ? WINDOW_IDLE : end->window;
    tcp_open_window(world, side);
}

void tcp_cut(struct world *world, enum side side)
{
    struct channel *channel = &world->machine.channel[side];

    if (channel_newest_data(channel) == SEGMENT_DATA) {
        world->overflow |= !channel_drop_data(channel, false);
    }
}
