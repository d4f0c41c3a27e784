#include "machine.h"

/* Where a program stands, and how it moves on. */

const struct step *step_current(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];

    return end->running ? &world->input->program[side]->step[end->step] : NULL;
}

bool step_pauses(const struct world *world, enum side side)
{
    return world->machine.end[side].running && world->machine.end[side].pause > 0;
}

/* How long a pause takes.  In the first round, as long as in it and all the rounds left out. */
static int64_t pause_of(const struct world *world, enum side side, const struct step *step)
{
    uint64_t all = program_rounds(world->input->program[side]);
    uint16_t kept = world->rounds[side];
    bool first = world->machine.end[side].rounds == kept;

    return step->arg * (first ? (int64_t)(all - kept) + 1 : 1);
}

/* Move on to the step at `index`; repeat is part of the move. */
static void go_to(struct world *world, enum side side, size_t index)
{
    struct endpoint *end = endpoint_of(world, side);
    const struct program *program = world->input->program[side];

    end->step = (uint8_t)index;
    end->waited = 0;
    end->expired = 0;
    end->begun = 0;
    const struct step *next = &program->step[end->step];
    if (next->op == STEP_REPEAT) {
        end->step = end->rounds > 1 ? 1 : (uint8_t)(end->step + 1);
        end->rounds = (uint16_t)(end->rounds - (end->rounds > 1));
        next = &program->step[end->step];
    }
    end->pause = next->op == STEP_PAUSE ? pause_of(world, side, next) : 0;
}

void place_advance(struct world *world, enum side side)
{
    go_to(world, side, endpoint_of(world, side)->step + 1U);
}

void place_leave(struct world *world, enum side side)
{
    endpoint_of(world, side)->rounds = 1;
    go_to(world, side, program_leave(world->input->program[side], endpoint_of(world, side)->step));
}

void place_finish(struct world *world, enum side side, enum model_fate fate)
{
    endpoint_of(world, side)->running = 0;
    endpoint_of(world, side)->fate = (uint8_t)fate;
}

void place_fail(struct world *world, enum side side, enum model_fate fate)
{
    struct endpoint *end = endpoint_of(world, side);

    if ((fate == MODEL_TRUNCATED || fate == MODEL_HANDSHAKE) && !end->fails) {
        end->fails = 1;
        end->fate = (uint8_t)fate;
        return;
    }
    tcp_close(world, side);
    place_finish(world, side, fate);
}

bool place_just_connected(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    const struct step *step = step_current(world, side);

    return side == SIDE_CLIENT && step != NULL && end->step == 1 &&
           end->rounds == world->rounds[side] && end->waited == 0 && !end->sending &&
           (!step_pauses(world, side) || end->pause == pause_of(world, side, step));
}
