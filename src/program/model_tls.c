#include "machine.h"

/*
 * What TLS makes of a connection beneath the programs' steps.  The functions cited are of OpenSSL
 * 3.0: ssl/statem/statem_srvr.c, ssl/record/rec_layer_s3.c, ssl/s3_msg.c.
 */

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

    end->records = 0;
    if ((read & RECORD_NOTIFY) != 0) {
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
