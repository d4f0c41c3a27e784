#include "machine.h"

/* What the buffers between the two sockets take, in messages of the size the scenario gives. */

/* What `program` sends, or receives, in all the rounds it has, or in `rounds` of them. */
static uint64_t count_steps(const struct program *program, enum step_op op, uint64_t rounds)
{
    bool in_round = program_has(program, STEP_REPEAT);
    uint64_t count = 0;

    for (size_t i = 0; i < program->length; i++) {
        in_round = in_round && program->step[i].op != STEP_REPEAT;
        bool counts = program->step[i].op == op && !program_reads_rest(program, i);
        count += counts ? (in_round ? rounds : 1) : 0;
    }
    return count;
}

static uint64_t left_over(uint64_t sent, uint64_t received)
{
    return sent > received ? sent - received : 0;
}

/*
 * How many messages one that is explored stands for.  A side that never receives can be ahead of
 * its peer by all it sends; one that does, by what its peer never receives.
 */
static uint64_t messages_in_one(const struct world *world, enum side sender)
{
    const struct program *own = world->input->program[sender];
    const struct program *peer = world->input->program[side_peer(sender)];
    uint64_t sent = count_steps(own, STEP_SEND, program_rounds(own));
    uint64_t few = count_steps(own, STEP_SEND, world->rounds[sender]);

    if (program_has(own, STEP_RECV)) {
        sent = left_over(sent, count_steps(peer, STEP_RECV, program_rounds(peer)));
        few = left_over(few, count_steps(peer, STEP_RECV, world->rounds[side_peer(sender)]));
    }
    return few > 0 && sent > few ? (sent + few - 1) / few : 1;
}

static bool fills_nothing(const struct world *world, enum side sender)
{
    const struct program *program = world->input->program[sender];
    const struct model_flow *flow = &world->flow[sender];
    uint64_t all = flow->message * count_steps(program, STEP_SEND, world->rounds[sender]);

    return all <= flow->queue[MODEL_LEAST] && all <= flow->at_once;
}

void flow_init(struct world *world)
{
    for (unsigned i = 0; i < SIDE_N; i++) {
        enum side side = (enum side)i;
        world->flow[i] = world->input->flow[i];
        world->flow[i].message *= messages_in_one(world, side);
        if (fills_nothing(world, side)) {
            world->flow[i].message = 0;
        }
    }
}

void flow_bind(struct world *world, enum model_bound bound)
{
    enum model_bound other = bound == MODEL_LEAST ? MODEL_MOST : MODEL_LEAST;

    for (unsigned i = 0; i < SIDE_N; i++) {
        struct model_flow *flow = &world->flow[i];
        flow->queue[other] = flow->queue[bound];
        flow->total[other] = flow->total[bound];
        flow->grown = 0;
    }
}

static enum flow compare(const struct world *world, enum side sender, uint64_t bytes,
                         const uint64_t bound[MODEL_BOUND_N])
{
    uint64_t grown = world->flow[sender].grown;
    bool read = world->machine.end[side_peer(sender)].grown;
    uint64_t most = read && grown > bound[MODEL_MOST] ? grown : bound[MODEL_MOST];

    if (bytes <= bound[MODEL_LEAST]) {
        return FLOW_YES;
    }
    if (bytes > most) {
        return FLOW_NO;
    }
    if (world->doubt != NULL) {
        *world->doubt = true;
    }
    return FLOW_MAYBE;
}

enum flow flow_fits(const struct world *world, enum side sender)
{
    const struct model_flow *flow = &world->flow[sender];
    unsigned unread = world->machine.end[side_peer(sender)].readable;

    return flow->message == 0 ? FLOW_YES
                              : compare(world, sender, (unread + 1) * flow->message, flow->queue);
}

static unsigned under_way(const struct world *world, enum side sender)
{
    return channel_count(&world->machine.channel[sender], SEGMENT_DATA);
}

enum flow flow_takes(const struct world *world, enum side sender, unsigned more)
{
    const struct model_flow *flow = &world->flow[sender];
    unsigned unread = world->machine.end[side_peer(sender)].readable;

    return flow->message == 0
               ? FLOW_YES
               : compare(world, sender, (unread + under_way(world, sender) + more) * flow->message,
                         flow->total);
}

bool flow_arrives_in_parts(const struct world *world, enum side sender)
{
    return flow_in_parts(world, sender, 0) ||
           (world->input->flow[sender].message > SEGMENT_SIZE && !world->input->tls.on &&
            program_receives(world->input->program[side_peer(sender)], RECV_HEAD));
}

bool flow_in_parts(const struct world *world, enum side sender, unsigned more)
{
    const struct model_flow *flow = &world->flow[sender];

    return (under_way(world, sender) + more) * flow->message > flow->at_once;
}
