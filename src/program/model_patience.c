#include "finwait/clock.h"
#include "machine.h"

/* How long a program waits in a step, and what it does then. */

enum {
    BRIEF_MS = 20,  /* two workers may be as late as that, on a machine with something else to do */
    SLOW_MS = 1000, /* so long a message may take through a small window: TCP_RTO_MIN a segment */
};

/* A recv's own bound is of a message of which nothing has come. */
static int64_t own_bound(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    const struct step *step = step_current(world, side);
    bool part = step->op == STEP_RECV && (end->begun || end->head_read);

    return part ? 0 : step_bound(step);
}

int64_t step_patience(const struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    int64_t bound = step != NULL ? own_bound(world, side) : 0;

    return bound > 0 ? bound : world->input->timeout > 0 ? world->input->timeout : INT64_MAX;
}

/* How long a message of `sender` may be on its way through a window that is too small for it: that
 * is for the two kernels to say, and for the reader that has to wake for each window. */
static int64_t passage(const struct world *world, enum side sender)
{
    const struct model_flow *flow = &world->flow[sender];
    const struct step *step = step_current(world, side_peer(sender));
    bool reads = step != NULL && step_reads(step->op);

    if (!reads || channel_count(&world->machine.channel[sender], SEGMENT_DATA) == 0 ||
        flow_fits(world, sender) == FLOW_YES) {
        return 0;
    }
    return (SLOW_MS + (int64_t)(flow->message / (flow->queue[MODEL_LEAST] + 1))) * NS_PER_MS;
}

enum flow step_can_expire(const struct world *world, enum side side)
{
    if (step_current(world, side) == NULL) {
        return FLOW_NO;
    }
    int64_t bound = own_bound(world, side);
    int64_t patience = step_patience(world, side);
    bool brief = (bound > 0 && bound <= BRIEF_MS * NS_PER_MS) ||
                 patience <= passage(world, SIDE_CLIENT) || patience <= passage(world, SIDE_SERVER);

    return world->machine.end[side].expired ? FLOW_YES : brief ? FLOW_MAYBE : FLOW_NO;
}

/* The step's own bound is over, and so is the step. */
static void idle(struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);

    if (step->op == STEP_RECV) {
        place_leave(world, side);
    } else {
        place_advance(world, side);
    }
    record_step(world, side, step);
    record_note(world, "idle");
}

void step_expire(struct world *world, enum side side)
{
    const struct step *step = step_current(world, side);
    struct endpoint *end = endpoint_of(world, side);
    bool begun = end->sending;
    bool told = begun || end->shaking != SHAKE_NOT;

    if (own_bound(world, side) > 0) {
        idle(world, side);
        return;
    }
    if (begun) {
        tcp_cut(world, side);
        end->sending = 0;
    }
    tcp_close(world, side);
    place_finish(world, side, MODEL_TIMEOUT);
    if (!told) {
        record_step(world, side, step);
    }
}
