#include <assert.h>

#include "machine.h"

enum {
    ROUNDS_KEPT = 2, /* one round that is followed by another, and the last */
};

/* What a program exchanges: in one round, outside its rounds, and how many rounds there are. */
struct exchange {
    uint64_t sends, recvs;
    uint64_t sends_once, recvs_once;
    uint64_t rounds;
};

static struct exchange exchange_of(const struct program *program)
{
    struct exchange exchange = {.rounds = program_rounds(program)};
    bool in_round = program_has(program, STEP_REPEAT);

    for (size_t i = 0; i < program->length; i++) {
        enum step_op op = program->step[i].op;
        in_round = in_round && op != STEP_REPEAT;
        *(in_round ? &exchange.sends : &exchange.sends_once) += op == STEP_SEND;
        *(in_round ? &exchange.recvs : &exchange.recvs_once) +=
            op == STEP_RECV && !program_reads_rest(program, i);
    }
    return exchange;
}

static uint64_t divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static uint64_t excess(const struct exchange *exchange, uint64_t step, uint64_t kept)
{
    return step > 0 && exchange->rounds > kept ? (exchange->rounds - kept) / step : 0;
}

/* What one of them may be ahead of the other by, before that what is left over a round makes it
 * wait. */
static uint64_t lead(const struct exchange *exchange)
{
    return exchange->sends + exchange->recvs + exchange->sends_once + exchange->recvs_once;
}

/*
 * Leave out as many rounds of both as match: x of one and y of the other that send each
 * other just what the other receives.  When none do, one of each: what is left over a round
 * adds up alike in a few rounds and in a thousand, once it has used up what one was ahead.
 */
static void drop_common(struct exchange *a, struct exchange *b, bool few)
{
    uint64_t of_a = a->sends + a->recvs;
    uint64_t of_b = b->sends + b->recvs;
    uint64_t kept = ROUNDS_KEPT;

    if (of_a == 0 || of_b == 0) {
        return;
    }
    uint64_t x = of_b / divisor(of_a, of_b);
    uint64_t y = of_a / divisor(of_a, of_b);
    if (x * a->sends != y * b->recvs || x * a->recvs != y * b->sends) {
        x = y = 1;
        kept += few ? 0 : lead(a) + lead(b);
    }
    assert(x > 0 && y > 0); /* a divisor of both is no greater than either */
    uint64_t times =
        excess(a, x, kept) < excess(b, y, kept) ? excess(a, x, kept) : excess(b, y, kept);
    a->rounds -= times * x;
    b->rounds -= times * y;
}

/* A program cannot get far beyond what its peer sends, and what its peer never receives piles
 * up alike however much it is. */
static void cap(struct exchange *own, const struct exchange *peer)
{
    uint64_t most = ROUNDS_KEPT;

    if (own->recvs > 0) {
        most += (peer->sends_once + peer->sends * peer->rounds) / own->recvs;
    } else if (own->sends > 0) {
        most += (peer->recvs_once + peer->recvs * peer->rounds) / own->sends;
    }
    own->rounds = own->rounds < most ? own->rounds : most;
}

void rounds_reduce(const struct model_input *input, bool few, uint16_t rounds[SIDE_N])
{
    struct exchange client = exchange_of(input->program[SIDE_CLIENT]);
    struct exchange server = exchange_of(input->program[SIDE_SERVER]);

    drop_common(&client, &server, few);
    cap(&client, &server);
    cap(&server, &client);
    rounds[SIDE_CLIENT] = (uint16_t)client.rounds;
    rounds[SIDE_SERVER] = (uint16_t)server.rounds;
}
