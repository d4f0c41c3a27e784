#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "machine.h"

enum {
    TRAIL_MAX = 4096, /* events of one schedule: far beyond what two programs can do */
};

/* What can happen next; the order is the one in which a person would tell it. */
enum choice_kind {
    CHOICE_ARRIVE,          /* the oldest segment of `side` arrives */
    CHOICE_ARRIVE_WITH_ACK, /* and an ACK of `side` that was delayed with it */
    CHOICE_DROP,            /* the newest data of `side`, reset, had not left */
    CHOICE_PART,            /* a part of it arrives, the rest is under way … */
    CHOICE_PART_FULL,       /* … or there is no room for it */
    CHOICE_STEP,            /* the program of `side` runs its step */
    CHOICE_WAIT,            /* it begins it, a send, and has to wait for room */
    CHOICE_READ_AHEAD,      /* it runs it and reads more than it is to */
    CHOICE_CONNECT_FAILS,   /* its connect meets a RST that came after the handshake */
    CHOICE_CONNECT_AHEAD,   /* its connect has read more than the handshake */
    CHOICE_EXPIRE,          /* it has waited in it for too long */
    CHOICE_TIME,            /* time passes until a pause, or a wait, is over */
};
struct choice {
    uint8_t kind;
    uint8_t side;
};

struct explorer {
    struct model *model;
    const struct model_input *input;
    struct machine_set *seen;
    struct error *error;
    enum model_bound bound; /* of the buffers; MODEL_BOUND_N: either */
    bool doubt;             /* their sizes decided something */
    bool few_rounds;        /* for want of room */
    bool too_large;         /* what there is to explore */
    size_t length;
    struct choice trail[TRAIL_MAX]; /* from the start to where the search is */
};

static void settle(struct world *world)
{
    step_begin(world, SIDE_CLIENT);
    step_begin(world, SIDE_SERVER);
    tcp_settle(world);
}

static void world_init(struct world *world, struct explorer *explorer)
{
    memset(world, 0, sizeof *world);
    world->input = explorer->input;
    world->doubt = &explorer->doubt;
    rounds_reduce(world->input, explorer->few_rounds, world->rounds);
    flow_init(world);
    if (explorer->bound != MODEL_BOUND_N) {
        flow_bind(world, explorer->bound);
    }
    for (int side = 0; side < SIDE_N; side++) {
        world->machine.end[side].running = 1;
        world->machine.end[side].rounds = world->rounds[side];
    }
}

static enum flow if_true(bool can)
{
    return can ? FLOW_YES : FLOW_NO;
}

static enum flow can_happen(const struct world *world, struct choice choice)
{
    enum side side = (enum side)choice.side;

    switch ((enum choice_kind)choice.kind) {
    case CHOICE_ARRIVE:
        return if_true(tcp_can_arrive(world, side));
    case CHOICE_ARRIVE_WITH_ACK:
        return if_true(tcp_can_arrive_with_ack(world, side));
    case CHOICE_DROP:
        return if_true(tcp_can_drop(world, side));
    case CHOICE_PART:
        return if_true(tcp_part_can_arrive(world, side, WINDOW_PART));
    case CHOICE_PART_FULL:
        return if_true(tcp_part_can_arrive(world, side, WINDOW_FULL));
    case CHOICE_STEP:
        return step_can_run(world, side);
    case CHOICE_WAIT:
        return if_true(step_can_wait(world, side));
    case CHOICE_READ_AHEAD:
        return if_true(step_can_read_ahead(world, side));
    case CHOICE_CONNECT_FAILS:
        return step_connect_can_fail(world, side) ? FLOW_MAYBE : FLOW_NO;
    case CHOICE_CONNECT_AHEAD:
        return step_connect_can_read_ahead(world, side) ? FLOW_MAYBE : FLOW_NO;
    case CHOICE_EXPIRE:
        return step_can_expire(world, side);
    case CHOICE_TIME:
        break;
    }
    return FLOW_NO;
}

static void happen(struct world *world, struct choice choice)
{
    enum side side = (enum side)choice.side;

    switch ((enum choice_kind)choice.kind) {
    case CHOICE_ARRIVE:
        tcp_arrive(world, side);
        break;
    case CHOICE_ARRIVE_WITH_ACK:
        tcp_arrive_with_ack(world, side);
        break;
    case CHOICE_DROP:
        tcp_drop(world, side);
        break;
    case CHOICE_PART:
        tcp_part_arrives(world, side, WINDOW_PART);
        break;
    case CHOICE_PART_FULL:
        tcp_part_arrives(world, side, WINDOW_FULL);
        break;
    case CHOICE_STEP:
        step_run(world, side);
        break;
    case CHOICE_WAIT:
        step_wait(world, side);
        break;
    case CHOICE_READ_AHEAD:
        step_read_ahead(world, side);
        break;
    case CHOICE_CONNECT_FAILS:
        step_connect_fails(world, side);
        break;
    case CHOICE_CONNECT_AHEAD:
        step_connect_reads_ahead(world, side);
        break;
    case CHOICE_EXPIRE:
        step_expire(world, side);
        break;
    case CHOICE_TIME:
        time_pass(world);
        break;
    }
    settle(world);
}

/* Whose turn it is in the telling: whoever has just received something, else who just acted. */
static enum side next_turn(const struct world *before, struct choice choice)
{
    enum side side = (enum side)choice.side;
    const struct step *step = step_current(before, side);
    bool connects = step != NULL && step->op == STEP_CONNECT;

    bool runs = choice.kind >= CHOICE_STEP;

    return !runs || connects ? side_peer(side) : side;
}

/* Run the trail again, writing it down. */
static void record_trail(struct explorer *explorer, struct model_end *end)
{
    struct world world;

    world_init(&world, explorer);
    world.record = end;
    for (size_t i = 0; i < explorer->length; i++) {
        happen(&world, explorer->trail[i]);
    }
}

static int add_end(struct explorer *explorer, const struct machine *machine)
{
    struct model *model = explorer->model;
    struct model_side side[SIDE_N];

    end_read(side, machine);
    if (end_is_known(model, side)) {
        return 0;
    }
    if (model->end_count == MODEL_ENDS) {
        error_set(explorer->error, STATUS_USAGE,
                  "the two programs race: there are more than %d ways they can end", MODEL_ENDS);
        return error_hint(explorer->error,
                          "let one side wait for the other (recv, wait-fin) before it closes");
    }
    struct model_end *end = &model->end[model->end_count++];
    memset(end, 0, sizeof *end);
    memcpy(end->side, side, sizeof side);
    record_trail(explorer, end);
    return 0;
}

static int explore(struct explorer *explorer, const struct world *world, enum side turn);

static int follow(struct explorer *explorer, const struct world *world, enum side turn,
                  struct choice choice)
{
    struct world next = *world;
    enum side next_side = choice.kind == CHOICE_TIME ? turn : next_turn(world, choice);

    explorer->trail[explorer->length++] = choice;
    happen(&next, choice);
    int status = explore(explorer, &next, next_side);
    explorer->length--;
    return status;
}

static int fail_too_large(struct explorer *explorer)
{
    explorer->too_large = true;
    error_set(explorer->error, STATUS_USAGE,
              "the two programs are too large to explore: %zu states and more",
              machine_set_count(explorer->seen));
    return error_hint(explorer->error, "send fewer messages before the peer receives them");
}

static int explore(struct explorer *explorer, const struct world *world, enum side turn)
{
    const struct choice choices[] = {
        {CHOICE_ARRIVE, SIDE_CLIENT},
        {CHOICE_ARRIVE, SIDE_SERVER},
        {CHOICE_ARRIVE_WITH_ACK, SIDE_CLIENT},
        {CHOICE_ARRIVE_WITH_ACK, SIDE_SERVER},
        {CHOICE_PART, SIDE_CLIENT},
        {CHOICE_PART, SIDE_SERVER},
        {CHOICE_PART_FULL, SIDE_CLIENT},
        {CHOICE_PART_FULL, SIDE_SERVER},
        {CHOICE_STEP, (uint8_t)turn},
        {CHOICE_STEP, (uint8_t)side_peer(turn)},
        {CHOICE_WAIT, (uint8_t)turn},
        {CHOICE_WAIT, (uint8_t)side_peer(turn)},
        {CHOICE_READ_AHEAD, (uint8_t)turn},
        {CHOICE_READ_AHEAD, (uint8_t)side_peer(turn)},
        {CHOICE_DROP, SIDE_CLIENT},
        {CHOICE_DROP, SIDE_SERVER},
        {CHOICE_CONNECT_FAILS, SIDE_CLIENT},
        {CHOICE_CONNECT_AHEAD, SIDE_CLIENT},
        {CHOICE_EXPIRE, SIDE_CLIENT},
        {CHOICE_EXPIRE, SIDE_SERVER},
    };
    bool moved = false;

    int added = machine_set_add(explorer->seen, &world->machine);
    if (added < 0 || explorer->length == TRAIL_MAX || world->overflow) {
        return fail_too_large(explorer);
    }
    if (added == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        enum flow can = can_happen(world, choices[i]);
        if (can != FLOW_NO) {
            moved |= can == FLOW_YES;
            if (follow(explorer, world, turn, choices[i]) != 0) {
                return -1;
            }
        }
    }
    if (moved) {
        return 0;
    }
    if (time_can_pass(world)) {
        return follow(explorer, world, turn, (struct choice){CHOICE_TIME, 0});
    }
    return end_check_waits(world, explorer->model, explorer->error) != 0
               ? -1
               : add_end(explorer, &world->machine);
}

static int explore_all(struct explorer *explorer)
{
    struct model *model = explorer->model;
    struct world world;

    model->end_count = 0;
    model->visited = 0;
    model->blocked[0] = '\0';
    explorer->seen = machine_set_new();
    world_init(&world, explorer);
    memcpy(model->rounds, world.rounds, sizeof model->rounds);
    int status = explore(explorer, &world, SIDE_CLIENT);
    model->visited = machine_set_count(explorer->seen);
    machine_set_free(explorer->seen);
    return status;
}

/* Mark the ends that buffers of the one size have and those of the other have not.  An exploration
 * that fails, for a program that waits for ever, has no ends. */
static void mark_by_buffers(struct model *model, const struct model_input *input, bool few_rounds)
{
    struct model *bound = grow_new(1, sizeof *bound);
    struct error unused;
    struct explorer explorer = {
        .model = bound, .input = input, .error = &unused, .few_rounds = few_rounds};

    for (explorer.bound = MODEL_LEAST; explorer.bound < MODEL_BOUND_N; explorer.bound++) {
        if (explore_all(&explorer) != 0) {
            bound->end_count = 0;
        }
        for (size_t i = 0; i < model->end_count; i++) {
            model->end[i].by_buffers |= !end_is_known(bound, model->end[i].side);
        }
    }
    free(bound);
}

int model_explore(struct model *model, const struct model_input *input, struct error *error)
{
    struct explorer explorer = {
        .model = model, .input = input, .error = error, .bound = MODEL_BOUND_N};

    if (explore_all(&explorer) != 0) {
        explorer.few_rounds = explorer.too_large;
        if (!explorer.few_rounds || explore_all(&explorer) != 0) {
            return -1;
        }
    }
    if (explorer.doubt && model->end_count > 1) {
        mark_by_buffers(model, input, explorer.few_rounds);
    }
    return 0;
}
