#include "machine.h"

/*
 * What TLS makes of a connection beneath the programs' steps.  The functions cited are of OpenSSL
 * 3.0: ssl/statem/statem_srvr.c, ssl/record/rec_layer_s3.c, ssl/s3_msg.c.
 */

/* ---- a handshake that the client gives up ---- */

enum connect_until model_tls_until(const struct world *world)
{
    return world->input->tls.on ? program_until(world->input->program[SIDE_CLIENT]) : CONNECT_WHOLE;
}

static bool has_end(const struct endpoint *end)
{
    return end->fin_received || end->rst_received;
}

bool model_tls_can_shake(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    bool speaks = side == SIDE_CLIENT && end->shaking == SHAKE_OPEN;

    return speaks || (end->records & RECORD_SHAKE) != 0 || has_end(end);
}

/* ssl3_read_n() again; what is read after a RST that followed a FIN is the FIN. */
static enum model_fate shake_end(struct world *world, enum side side)
{
    if (!tcp_reads_fin(&world->machine.end[side])) {
        return MODEL_RESET;
    }
    if (!world->input->tls.ignore_unexpected_eof[side]) {
        tcp_send(world, side, SEGMENT_ALERT);
    }
    return MODEL_HANDSHAKE;
}

static enum model_fate client_shakes(struct world *world)
{
    struct endpoint *end = &world->machine.end[SIDE_CLIENT];
    bool flight = model_tls_until(world) == CONNECT_FLIGHT;

    if (end->shaking == SHAKE_OPEN) {
        tcp_send(world, SIDE_CLIENT, SEGMENT_HELLO);
        end->shaking = flight ? SHAKE_SENT : SHAKE_NOT;
        return MODEL_DONE;
    }
    if ((end->records & RECORD_SHAKE) == 0) {
        return shake_end(world, SIDE_CLIENT);
    }
    end->records &= (uint8_t)~RECORD_SHAKE;
    end->shaking = SHAKE_NOT;
    return MODEL_DONE;
}

/* It answers what it has read, and meets a RST that has come. */
static enum model_fate server_shakes(struct world *world)
{
    struct endpoint *end = &world->machine.end[SIDE_SERVER];

    if ((end->records & RECORD_SHAKE) == 0) {
        return shake_end(world, SIDE_SERVER);
    }
    end->records &= (uint8_t)~RECORD_SHAKE;
    if (end->rst_received) {
        return MODEL_RESET;
    }
    tcp_send(world, SIDE_SERVER, SEGMENT_FLIGHT);
    end->shaking = SHAKE_SENT;
    return MODEL_DONE;
}

enum model_fate model_tls_shake(struct world *world, enum side side)
{
    return side == SIDE_CLIENT ? client_shakes(world) : server_shakes(world);
}

/* ---- one that is completed ---- */

/* tls_post_work() overlooks an ECONNRESET or EPIPE that the tickets met; sock_error() has told it
 * then, and tells it once. */
void model_tls_accept(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];

    if (!world->input->tls.on || !world->input->tls.tickets) {
        return;
    }
    if (end->rst_received) {
        end->error_taken = 1;
    } else {
        tcp_send(world, side, SEGMENT_TICKETS);
    }
}

void model_tls_notify(struct world *world, enum side side)
{
    world->machine.end[side].notify_sent = 1;
    tcp_send(world, side, SEGMENT_NOTIFY);
}

/* ssl3_read_n() has a fatal alert sent; ssl3_send_alert() sends none after a close_notify. */
static void send_alert(struct world *world, enum side side)
{
    if (!world->machine.end[side].notify_sent) {
        tcp_send(world, side, SEGMENT_ALERT);
    }
}

enum model_fate model_tls_read_end(struct world *world, enum side side)
{
    struct endpoint *end = &world->machine.end[side];
    const struct model_tls *tls = &world->input->tls;
    uint8_t read = end->records;

    if (end->notified) { /* SSL_read() says so again, SSL_RECEIVED_SHUTDOWN */
        return MODEL_EOF;
    }
    end->records = 0;
    if ((read & RECORD_NOTIFY) != 0) {
        end->notified = 1;
        return MODEL_EOF;
    }
    if ((read & RECORD_ALERT) != 0) {
        return MODEL_ALERT;
    }
    if (!tcp_reads_fin(end)) {
        return MODEL_RESET;
    }
    if (!tls->on || tls->ignore_unexpected_eof[side]) {
        return MODEL_EOF;
    }
    send_alert(world, side);
    return MODEL_TRUNCATED;
}
