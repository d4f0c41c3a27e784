#include <string.h>

#include "finwait/clock.h"
#include "machine.h"

enum {
    TRAIL_MAX = 4096, /* events of one schedule: far beyond what two programs can do */
    /* An ACK is delayed by TCP_ATO_MIN, 40 ms, to begin with (include/net/tcp.h). */
    ACK_DELAY_MS = 50,
};

/* What can happen next; the order is the one in which a person would tell it. */
enum choice_kind {
    CHOICE_ARRIVE,          /* the oldest segment of `side` arrives */
    CHOICE_ARRIVE_WITH_ACK, /* and an ACK of `side` that was delayed with it */
    CHOICE_STEP,            /* the program of `side` runs its step */
    CHOICE_TIME,            /* time passes until a pause is over */
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
    size_t length;
    struct choice trail[TRAIL_MAX]; /* from the start to where the search is */
};

static void settle(struct world *world)
{
    step_begin(world, SIDE_CLIENT);
    step_begin(world, SIDE_SERVER);
    tcp_settle(world);
}

static void world_init(struct world *world, const struct model_input *input)
{
    memset(world, 0, sizeof *world);
    world->input = input;
    rounds_reduce(input, world->rounds);
    for (int side = 0; side < SIDE_N; side++) {
        world->machine.end[side].running = 1;
        world->machine.end[side].rounds = world->rounds[side];
    }
}

/* Let the shortest pause run out. */
static void pass_time(struct world *world)
{
    int64_t least = INT64_MAX;

    for (int side = 0; side < SIDE_N; side++) {
        if (step_pauses(world, (enum side)side) && world->machine.end[side].pause < least) {
            least = world->machine.end[side].pause;
        }
    }
    for (int side = 0; side < SIDE_N; side++) {
        struct endpoint *end = &world->machine.end[side];
        if (step_pauses(world, (enum side)side)) {
            end->pause -= least;
        }
        end->ack_delayed = end->ack_delayed && least < ACK_DELAY_MS * NS_PER_MS;
    }
}

static bool can_happen(const struct world *world, struct choice choice)
{
    enum side side = (enum side)choice.side;

    switch ((enum choice_kind)choice.kind) {
    case CHOICE_ARRIVE:
        return tcp_can_arrive(world, side);
    case CHOICE_ARRIVE_WITH_ACK:
        return tcp_can_arrive_with_ack(world, side);
    case CHOICE_STEP:
        return step_can_run(world, side);
    case CHOICE_TIME:
        break;
    }
    return false;
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
    case CHOICE_STEP:
        step_run(world, side);
        break;
    case CHOICE_TIME:
        pass_time(world);
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

    return choice.kind != CHOICE_STEP || connects ? side_peer(side) : side;
}

/* Run the trail again, writing it down. */
static void record_trail(const struct explorer *explorer, struct model_end *end)
{
    struct world world;

    world_init(&world, explorer->input);
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

static int fail_too_large(const struct explorer *explorer)
{
    error_set(explorer->error, STATUS_USAGE,
              "the two programs are too large to explore: %zu states and more",
              machine_set_count(explorer->seen));
    return error_hint(explorer->error, "send fewer messages before the peer receives them");
}

static int explore(struct explorer *explorer, const struct world *world, enum side turn)
{
    const struct choice choices[] = {
        {CHOICE_ARRIVE, SIDE_CLIENT},          {CHOICE_ARRIVE, SIDE_SERVER},
        {CHOICE_ARRIVE_WITH_ACK, SIDE_CLIENT}, {CHOICE_ARRIVE_WITH_ACK, SIDE_SERVER},
        {CHOICE_STEP, (uint8_t)turn},          {CHOICE_STEP, (uint8_t)side_peer(turn)},
    };
    bool moved = false;

    int added = machine_set_add(explorer->seen, &world->machine);
    if (added < 0 || explorer->length == TRAIL_MAX) {
        return fail_too_large(explorer);
    }
    if (added == 0) {
        return 0;
    }
    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (can_happen(world, choices[i])) {
            moved = true;
            if (follow(explorer, world, turn, choices[i]) != 0) {
                return -1;
            }
        }
    }
    if (moved) {
        return 0;
    }
    if (step_pauses(world, SIDE_CLIENT) || step_pauses(world, SIDE_SERVER)) {
        return follow(explorer, world, turn, (struct choice){CHOICE_TIME, 0});
    }
    return end_check_waits(world, explorer->error) != 0 ? -1 : add_end(explorer, &world->machine);
}

int model_explore(struct model *model, const struct model_input *input, struct error *error)
{
    struct explorer explorer = {.model = model, .input = input, .error = error};
    struct world world;

    model->end_count = 0;
    model->visited = 0;
    explorer.seen = machine_set_new();
    if (explorer.seen == NULL) {
        return error_set(error, STATUS_MACHINE, "no memory for the model");
    }
    world_init(&world, input);
    int status = explore(&explorer, &world, SIDE_CLIENT);
    model->visited = machine_set_count(explorer.seen);
    machine_set_free(explorer.seen);
    return status;
}
