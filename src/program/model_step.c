#include "finwait/clock.h"
#include "machine.h"

enum {
    SHORT_MS = 10, /* a worker may be as late as that, on a machine with something else to do */
};

/* A step of the model: whether it can run now (NULL: always), and what it does. */
struct step_rule {
    bool (*can_run)(const struct endpoint *end);
    void (*run)(struct world *world, enum side side);
    bool reads; /* reads as soon as the program gets there, before it can be done */
};

static bool has_connection(const struct endpoint *end)
{
    return end->state != 0 && end->state != TCP_STATE_SYN_RECV;
}

static bool has_end(const struct endpoint *end)
{
    return end->fin_received || end->rst_received;
}

/* The last record that the peer sends by TLS, or the end of what it sends beneath. */
static bool has_last_record(const struct endpoint *end)
{
    return (end->records & (RECORD_NOTIFY | RECORD_ALERT)) != 0 || end->notified || has_end(end);
}

/* The first part of a message is in the queue, and with it its head. */
static bool has_part(const struct endpoint *end)
{
    return end->window == WINDOW_PART || end->window == WINDOW_FULL ||
           (end->records & RECORD_CUT) != 0;
}

/* Whether that step takes a head from the queue and nothing behind it; the record of TLS that a
 * head is in comes and goes as a whole. */
static bool takes_head(const struct world *world, const struct step *step)
{
    return step_receives(step, RECV_HEAD) && !world->input->tls.on;
}

/* A recv that has nothing to read: the message was its head, or came with it. */
static bool has_all(const struct world *world, enum side side)
{
    return world->machine.end[side].head_read &&
           (world->input->tls.on || !world->input->body[side_peer(side)]);
}

/* Go on with a handshake that the client gives up. */
static void shake(struct world *world, enum side side)
{
    enum model_fate fate = model_tls_shake(world, side);

    if (fate != MODEL_DONE) {
        place_fail(world, side, fate);
    } else if (endpoint_of(world, side)->shaking == SHAKE_NOT) {
        place_advance(world, side);
    }
}

static bool begin_shake(struct world *world, enum side side)
{
    bool given_up = model_tls_until(world) != CONNECT_WHOLE;

    endpoint_of(world, side)->shaking = given_up ? SHAKE_OPEN : SHAKE_NOT;
    return given_up;
}

static void run_connect(struct world *world, enum side side)
{
    if (endpoint_of(world, side)->shaking != SHAKE_NOT) {
        shake(world, side);
        return;
    }
    tcp_connect(world, side);
    if (!begin_shake(world, side)) {
        place_advance(world, side);
    }
}

static void run_accept(struct world *world, enum side side)
{
    if (endpoint_of(world, side)->shaking != SHAKE_NOT) {
        shake(world, side);
        return;
    }
    endpoint_of(world, side)->open = 1;
    if (!begin_shake(world, side)) {
        model_tls_accept(world, side);
        place_advance(world, side);
    }
}

static void run_send(struct world *world, enum side side)
{
    struct endpoint *end = endpoint_of(world, side);
    bool begun = end->sending;

    end->sending = 0;
    if (end->rst_received) {
        place_fail(world, side, MODEL_RESET);
        return;
    }
    if (!begun) {
        tcp_send(world, side, SEGMENT_DATA);
    }
    place_advance(world, side);
}

static void run_notify(struct world *world, enum side side)
{
    if (endpoint_of(world, side)->rst_received) {
        place_fail(world, side, MODEL_RESET);
        return;
    }
    model_tls_notify(world, side);
    place_advance(world, side);
}

/* Whether what the recv wants is there. */
static bool finds_message(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    bool head = takes_head(world, step_current(world, side));

    return end->readable > 0 || (head && has_part(end)) || has_all(world, side);
}

/* No message comes any more: a good end where the recv says so, unless some of one has come. */
static void recv_end(struct world *world, enum side side)
{
    struct endpoint *end = endpoint_of(world, side);
    bool whole = !end->begun && !end->head_read && (end->records & RECORD_CUT) == 0;
    bool good = whole && step_receives(step_current(world, side), RECV_OR_FIN);
    enum model_fate fate = model_tls_read_end(world, side);

    if (good && fate == MODEL_EOF) {
        place_leave(world, side);
    } else {
        place_fail(world, side, fate);
    }
}

/* What stands before a message is read on the way to it; of a head with a body, the body stays. */
static void run_recv(struct world *world, enum side side)
{
    struct endpoint *end = endpoint_of(world, side);
    const struct step *step = step_current(world, side);

    end->records &= (uint8_t)~RECORD_TICKETS;
    if (!finds_message(world, side)) {
        recv_end(world, side);
        return;
    }
    if (!has_all(world, side) &&
        !(takes_head(world, step) && world->input->body[side_peer(side)])) {
        tcp_message_read(world, side);
    }
    end->head_read = step_receives(step, RECV_HEAD);
    place_advance(world, side);
}

static void run_wait_notify(struct world *world, enum side side)
{
    struct endpoint *end = endpoint_of(world, side);
    enum model_fate fate;

    end->records &= (uint8_t)~RECORD_TICKETS;
    tcp_all_read(world, side);
    fate = model_tls_read_end(world, side);
    if (fate == MODEL_EOF) {
        place_advance(world, side);
    } else {
        place_fail(world, side, fate);
    }
}

/* For wait-fin and drain: throw away what is there, and notice a RST that no FIN came before. */
static void run_discard(struct world *world, enum side side)
{
    struct endpoint *end = endpoint_of(world, side);

    end->torn = end->torn || end->window != WINDOW_IDLE;
    tcp_all_read(world, side);
    end->records = 0;
    end->head_read = 0;
    if (end->rst_received && !tcp_reads_fin(end)) {
        place_fail(world, side, MODEL_RESET);
    } else {
        place_advance(world, side);
    }
}

/* shutdown(2) on a socket that was reset fails with ENOTCONN, as on one that both FINs have passed:
 * the socket's error tells them apart, if no call has taken it before. */
static bool meets_reset(const struct endpoint *end)
{
    return end->rst_received && !end->error_taken;
}

static void run_shut_wr(struct world *world, enum side side)
{
    if (meets_reset(endpoint_of(world, side))) {
        place_fail(world, side, MODEL_RESET);
        return;
    }
    tcp_shut_wr(world, side);
    place_advance(world, side);
}

static void run_shut_rd(struct world *world, enum side side)
{
    if (meets_reset(endpoint_of(world, side))) {
        place_fail(world, side, MODEL_RESET);
        return;
    }
    endpoint_of(world, side)->shut_rd = 1;
    place_advance(world, side);
}

static void run_linger(struct world *world, enum side side)
{
    endpoint_of(world, side)->linger_zero = step_current(world, side)->arg == 0;
    place_advance(world, side);
}

static void run_close(struct world *world, enum side side)
{
    tcp_close(world, side);
    place_finish(world, side, MODEL_DONE);
}

static void run_rst(struct world *world, enum side side)
{
    endpoint_of(world, side)->linger_zero = 1;
    run_close(world, side);
}

static void run_hold(struct world *world, enum side side)
{
    place_finish(world, side, MODEL_HELD);
}

static void run_die(struct world *world, enum side side)
{
    tcp_close(world, side);
    place_finish(world, side, MODEL_DIED);
}

static const struct step_rule rule_connect = {.run = run_connect};
static const struct step_rule rule_accept = {.can_run = has_connection, .run = run_accept};
static const struct step_rule rule_send = {.run = run_send};                /* see send_can_run() */
static const struct step_rule rule_recv = {.run = run_recv, .reads = true}; /* step_can_run() */
static const struct step_rule rule_repeat = {0}; /* part of moving on, see place_advance() */
static const struct step_rule rule_notify = {.run = run_notify};
static const struct step_rule rule_wait_notify = {
    .can_run = has_last_record, .run = run_wait_notify, .reads = true};
static const struct step_rule rule_shut_wr = {.run = run_shut_wr};
static const struct step_rule rule_shut_rd = {.run = run_shut_rd};
static const struct step_rule rule_wait_fin = {
    .can_run = has_end, .run = run_discard, .reads = true};
static const struct step_rule rule_drain = {.run = run_discard};
static const struct step_rule rule_pause = {.run = place_advance};
static const struct step_rule rule_linger = {.run = run_linger};
static const struct step_rule rule_inherit = {
    .run = place_advance}; /* see model.h: what it delays is not foreseen */
static const struct step_rule rule_rst = {.run = run_rst};
static const struct step_rule rule_close = {.run = run_close};
static const struct step_rule rule_hold = {.run = run_hold};
static const struct step_rule rule_die = {.run = run_die};

static const struct step_rule *const step_rules[STEP_OP_N] = {
#define X(id, stem, ...) [STEP_##id] = &rule_##stem,
    STEPS(X)
#undef X
};

bool step_reads(enum step_op op)
{
    return step_rules[op]->reads;
}

/* A send is over when the buffers have taken all of it: at the latest when all has arrived, at the
 * earliest when the peer has begun to read the last of it. */
static enum flow send_can_run(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    const struct channel *channel = &world->machine.channel[side];

    if (end->rst_received) {
        return FLOW_YES;
    }
    if (!end->sending) {
        return flow_takes(world, side, 1) != FLOW_NO ? FLOW_YES : FLOW_NO;
    }
    unsigned under_way = channel_count(channel, SEGMENT_DATA);
    bool read = under_way == 1 && world->machine.end[side_peer(side)].window == WINDOW_OPEN;
    return under_way == 0 ? FLOW_YES : read ? FLOW_MAYBE : flow_takes(world, side, 0);
}

enum flow step_can_run(const struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);

    if (step == NULL) {
        return FLOW_NO;
    }
    if (step_pauses(world, side)) { /* the peer may be late with what takes no time */
        return world->machine.end[side].pause <= SHORT_MS * NS_PER_MS ? FLOW_MAYBE : FLOW_NO;
    }
    if (step->op == STEP_SEND) {
        return send_can_run(world, side);
    }
    if (step->op == STEP_RECV) {
        bool can = finds_message(world, side) || has_last_record(&world->machine.end[side]);
        return can ? FLOW_YES : FLOW_NO;
    }
    if (world->machine.end[side].shaking != SHAKE_NOT) {
        return model_tls_can_shake(world, side) ? FLOW_YES : FLOW_NO;
    }
    const struct step_rule *rule = step_rules[step->op];
    return rule->can_run == NULL || rule->can_run(&world->machine.end[side]) ? FLOW_YES : FLOW_NO;
}

bool step_can_wait(const struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    const struct endpoint *end = &world->machine.end[side];

    return step != NULL && step->op == STEP_SEND && !end->sending && !end->rst_received &&
           flow_in_parts(world, side, 1);
}

void step_wait(struct world *world, enum side side)
{
    world->machine.end[side].sending = 1;
    tcp_send(world, side, SEGMENT_DATA);
    record_step(world, side, step_current(world, side));
}

void step_run(struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    const struct endpoint *end = endpoint_of(world, side);

    if (end->fails) { /* the step was run, and written down, when it sent its alert */
        place_fail(world, side, (enum model_fate)end->fate);
        return;
    }
    bool begun = end->sending || end->shaking != SHAKE_NOT;
    bool none = step->op == STEP_RECV && !finds_message(world, side);
    step_rules[step->op]->run(world, side);
    if (!begun) { /* else it was written down when it began */
        record_step(world, side, step);
    }
    if (none && end->running && !end->fails) {
        record_note(world, "fin");
    }
}

/* What connect(2) met, it told at its second call. */
bool step_connect_can_fail(const struct world *world, enum side side)
{
    return place_just_connected(world, side) && world->machine.end[side].rst_received &&
           !world->input->tls.on;
}

void step_connect_fails(struct world *world, enum side side)
{
    place_fail(world, side, MODEL_RESET);
}

static const bool reads_by_tls[STEP_OP_N] = {
    [STEP_ACCEPT] = true, [STEP_RECV] = true, [STEP_WAIT_NOTIFY] = true};

bool step_can_read_ahead(const struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    const struct endpoint *end = &world->machine.end[side];
    bool own = step != NULL && step->op == STEP_RECV;

    return world->input->tls.read_ahead && step != NULL && reads_by_tls[step->op] &&
           (end->readable > own || end->records != 0) && !end->fails && end->shaking == SHAKE_NOT &&
           step_can_run(world, side) != FLOW_NO;
}

static void pull(struct endpoint *end)
{
    end->pulled = (uint8_t)(end->readable < UINT8_MAX ? end->readable : UINT8_MAX);
    end->pulled_records = end->records;
}

void step_read_ahead(struct world *world, enum side side)
{
    pull(endpoint_of(world, side));
    step_run(world, side);
}

bool step_connect_can_read_ahead(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];

    return world->input->tls.read_ahead && world->input->tls.server_last &&
           model_tls_until(world) == CONNECT_WHOLE && place_just_connected(world, side) &&
           (end->readable > end->pulled || (end->records & ~end->pulled_records) != 0);
}

void step_connect_reads_ahead(struct world *world, enum side side)
{
    pull(endpoint_of(world, side));
}

void step_begin(struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    struct endpoint *end = endpoint_of(world, side);

    if (step == NULL || !step_reads(step->op)) {
        return;
    }
    if (takes_head(world, step)) {
        return; /* it leaves what it finds but the head */
    }
    if (step->op == STEP_RECV) {
        uint8_t before = RECORD_TICKETS | (end->readable == 0 ? RECORD_CUT : 0);
        end->begun |= end->readable == 0 && has_part(end);
        end->lost_data |= (end->records & before & RECORD_CUT) != 0;
        end->records &= (uint8_t)~before;
        tcp_open_window(world, side);
    } else { /* it throws away what comes, as it comes; wait-fin does so beneath TLS */
        uint8_t awaited = step->op == STEP_WAIT_FIN ? 0 : RECORD_NOTIFY | RECORD_ALERT;
        end->records &= awaited;
        tcp_all_read(world, side);
    }
}
