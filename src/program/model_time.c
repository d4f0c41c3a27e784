#include "machine.h"

/*
 * Time: the pauses of the two programs, and how long each may wait in a step.  It passes only when
 * nothing else can happen, and what is over at nearly the same time may be over in either order.
 */

enum {
    /* An ACK is delayed by TCP_ATO_MIN, 40 ms, to begin with (include/net/tcp.h), and what it is of
     * comes late itself: a TLS handshake of others goes first. */
    ACK_DELAY_MS = 60,
    /* How late a worker may look at its connections, beside a tenth of the time it waited. */
    LATE_MS = 20,
};

/* When something is over: not before `least`, and by `most`. */
struct span {
    int64_t least, most;
};

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* By when something is over that is due in `left`. */
static int64_t latest(int64_t left)
{
    return left + left / 10 + LATE_MS * NS_PER_MS;
}

static bool is_waiting(const struct world *world, enum side side)
{
    return step_patience(world, side) < INT64_MAX && step_current(world, side) != NULL &&
           !step_pauses(world, side);
}

/* Rounds that are left out lengthen a pause, and the peer does not wait through all of them in one
 * step: whether it waits too long is to be seen from one. */
static bool outlasts_round(const struct world *world, enum side side)
{
    enum side peer = side_peer(side);
    const struct step *step = step_current(world, peer);
    int64_t left = step_patience(world, side) - world->machine.end[side].waited;

    return step_pauses(world, peer) && world->machine.end[peer].pause > step->arg &&
           left > latest(step->arg);
}

/* Then the first of the rounds may be over when the peer has waited for long enough. */
static bool ends_with_round(const struct world *world, enum side side, int64_t by)
{
    const struct step *step = step_current(world, side);

    return step_pauses(world, side) && world->machine.end[side].pause > step->arg &&
           step->arg <= by && is_waiting(world, side_peer(side));
}

/* The time that `side` waits for; INT64_MAX: for none. */
static struct span span_of(const struct world *world, enum side side)
{
    const struct endpoint *end = &world->machine.end[side];
    int64_t patience = step_patience(world, side);
    int64_t left = end->pause;

    if (is_waiting(world, side) && !end->expired && !outlasts_round(world, side)) {
        left = patience > end->waited ? patience - end->waited : 0;
    } else if (!step_pauses(world, side)) {
        return (struct span){INT64_MAX, INT64_MAX};
    }
    return (struct span){left, latest(left)};
}

bool time_can_pass(const struct world *world)
{
    return span_of(world, SIDE_CLIENT).least < INT64_MAX ||
           span_of(world, SIDE_SERVER).least < INT64_MAX;
}

/* How much of it is to be held against its patience. */
static int64_t waited_in(const struct world *world, enum side side, int64_t passed)
{
    enum side peer = side_peer(side);
    const struct step *step = step_current(world, peer);

    return step_pauses(world, peer) ? smaller(passed, step->arg) : passed;
}

static void pass_for(struct endpoint *end, int64_t passed, int64_t waited, bool over)
{
    end->expired = waited > 0 && over;
    end->waited += waited;
    if (end->pause > 0) {
        end->pause = over ? 0 : end->pause - passed;
    }
    end->ack_delayed = end->ack_delayed && passed < ACK_DELAY_MS * NS_PER_MS;
    end->unacked = end->unacked && passed < ACK_DELAY_MS * NS_PER_MS;
}

void time_pass(struct world *world)
{
    struct span span[SIDE_N] = {span_of(world, SIDE_CLIENT), span_of(world, SIDE_SERVER)};
    int64_t passed = smaller(span[SIDE_CLIENT].least, span[SIDE_SERVER].least);
    int64_t by = smaller(span[SIDE_CLIENT].most, span[SIDE_SERVER].most);
    int64_t waited[SIDE_N];

    for (unsigned i = 0; i < SIDE_N; i++) {
        waited[i] = is_waiting(world, (enum side)i) ? waited_in(world, (enum side)i, passed) : 0;
    }
    for (unsigned i = 0; i < SIDE_N; i++) {
        bool over = span[i].least <= by || ends_with_round(world, (enum side)i, by);
        pass_for(&world->machine.end[i], passed, waited[i], over);
    }
}
