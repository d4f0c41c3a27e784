#include <string.h>

#include "machine.h"

static void read_path(struct model_side *side, uint64_t path)
{
    for (int shift = 60; shift >= 0; shift -= 4) {
        enum tcp_state state = (enum tcp_state)(path >> shift & 15);
        if (state != 0) {
            side->path[side->path_length++] = state;
        }
    }
    side->final = side->path[side->path_length - 1];
}

static void read_side(struct model_side *out, const struct machine *machine, enum side side)
{
    const struct endpoint *end = &machine->end[side];
    const struct channel *incoming = &machine->channel[side_peer(side)];
    bool undelivered = channel_has(incoming, SEGMENT_DATA) || channel_has(incoming, SEGMENT_CUT);

    *out = (struct model_side){
        .fate = end->running ? MODEL_BLOCKED : (enum model_fate)end->fate,
        .lost_data =
            end->lost_data || end->readable > 0 || undelivered || (end->records & RECORD_CUT) != 0,
        .rst_sent = end->rst_sent,
        .tw = end->tw,
        .abort_on_data = end->abort_on_data,
        .abort_on_close = end->abort_on_close,
    };
    read_path(out, end->path);
    /* A descriptor does not keep the mini-socket of a TIME_WAIT: it holds a closed socket. */
    out->orphan =
        out->final == TCP_STATE_TIME_WAIT || (out->final != TCP_STATE_CLOSE && !end->open);
}

void end_read(struct model_side side[SIDE_N], const struct machine *machine)
{
    read_side(&side[SIDE_CLIENT], machine, SIDE_CLIENT);
    read_side(&side[SIDE_SERVER], machine, SIDE_SERVER);
}

/* See struct model_end: more than one RST is "several". */
static unsigned several(unsigned count)
{
    return count < 2 ? count : 2;
}

static bool same_side(const struct model_side *a, const struct model_side *b)
{
    return a->path_length == b->path_length && memcmp(a->path, b->path, sizeof a->path) == 0 &&
           a->fate == b->fate && a->lost_data == b->lost_data && a->tw == b->tw &&
           several(a->rst_sent) == several(b->rst_sent);
}

bool ends_alike(const struct model_side a[SIDE_N], const struct model_side b[SIDE_N])
{
    return same_side(&a[SIDE_CLIENT], &b[SIDE_CLIENT]) &&
           same_side(&a[SIDE_SERVER], &b[SIDE_SERVER]);
}

bool end_is_known(const struct model *model, const struct model_side side[SIDE_N])
{
    for (size_t i = 0; i < model->end_count; i++) {
        if (ends_alike(model->end[i].side, side)) {
            return true;
        }
    }
    return false;
}

static const char *step_name_at(const struct world *world, enum side side)
{
    return step_table[world->input->program[side]->step[world->machine.end[side].step].op].name;
}

static bool waits_for_room(const struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);

    return step != NULL && step->op == STEP_SEND;
}

static int fail_both_wait(const struct world *world, struct error *error)
{
    const char *notify = world->input->tls.on ? "`notify`, " : "";
    bool full = waits_for_room(world, SIDE_CLIENT) || waits_for_room(world, SIDE_SERVER);

    error_set(error, STATUS_USAGE,
              "client waits in `%s` while server waits in `%s`: neither can go on",
              step_name_at(world, SIDE_CLIENT), step_name_at(world, SIDE_SERVER));
    if (full) {
        return error_hint(error, "what they send does not fit in the sockets' buffers: one of them "
                                 "must `recv` before it sends, or send less");
    }
    return error_hint(error, "one of them must `send`, %s`shut-wr` or `close` before it waits",
                      notify);
}

/* What a step waits for, when it waits for ever. */
static const char *awaited(enum step_op op)
{
    if (op == STEP_WAIT_FIN) {
        return "FIN";
    }
    return op == STEP_WAIT_NOTIFY ? "close_notify" : "message";
}

static int fail_one_sends(const struct world *world, enum side side, struct error *error)
{
    const char *peer = side_name(side_peer(side));

    error_set(error, STATUS_USAGE, "%s waits in `send` for room that %s's `%s` never makes",
              side_name(side), peer, step_name_at(world, side_peer(side)));
    return error_hint(error,
                      "what it sends does not fit in the sockets' buffers: let the %s `recv`, "
                      "or send less",
                      peer);
}

static int fail_one_waits(const struct world *world, enum side side, struct error *error)
{
    enum step_op op = step_current(world, side)->op;
    const char *peer = side_name(side_peer(side));
    const char *wait = step_name_at(world, side);
    const char *last = step_name_at(world, side_peer(side));

    if (op == STEP_SEND) {
        return fail_one_sends(world, side, error);
    }
    error_set(error, STATUS_USAGE, "%s waits in `%s` for a %s that %s's `%s` never sends",
              side_name(side), wait, awaited(op), peer, last);
    if (op == STEP_WAIT_NOTIFY) {
        return error_hint(error, "put `hold` where %s's `%s` is, or `notify` before %s's `%s`",
                          side_name(side), wait, peer, last);
    }
    return error_hint(error, "put `hold` where %s's `%s` is, or end %s's program with `close`",
                      side_name(side), wait, peer);
}

/* A server waits as long as it likes for the rest of a handshake: no mistake of its program's. */
static bool waits_for_handshake(const struct world *world, enum side side)
{
    return side == SIDE_SERVER && step_current(world, side) != NULL &&
           world->machine.end[side].shaking != SHAKE_NOT;
}

/* Whether smaller buffers alone keep one of the programs where it is. */
static bool is_doubtful(const struct world *world)
{
    return step_can_run(world, SIDE_CLIENT) == FLOW_MAYBE ||
           step_can_run(world, SIDE_SERVER) == FLOW_MAYBE;
}

static void note_blocked(const struct world *world, struct model *model)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        enum side side = (enum side)i;
        const struct step *peer = step_current(world, side_peer(side));
        if (step_can_run(world, side) == FLOW_MAYBE) {
            snprintf(model->blocked, sizeof model->blocked,
                     "%s may wait in `send` for ever while %s %s `%s`", side_name(side),
                     side_name(side_peer(side)), peer != NULL ? "waits in" : "has come to",
                     step_name_at(world, side_peer(side)));
        }
    }
}

int end_check_waits(const struct world *world, struct model *model, struct error *error)
{
    bool client_waits = step_current(world, SIDE_CLIENT) != NULL;
    bool server_waits = step_current(world, SIDE_SERVER) != NULL;

    if (is_doubtful(world)) {
        note_blocked(world, model);
        return 0;
    }
    if (client_waits && server_waits) {
        return fail_both_wait(world, error);
    }
    if (waits_for_handshake(world, SIDE_SERVER)) {
        return 0;
    }
    if (client_waits || server_waits) {
        return fail_one_waits(world, client_waits ? SIDE_CLIENT : SIDE_SERVER, error);
    }
    return 0;
}
