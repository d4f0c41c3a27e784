#include "finwait/seen.h"

/* An ending is a number of four bits: its place in the set. */
enum {
    CLIENT_FIN = 1,
    CLIENT_RST = 2,
    ENDING_BITS = 2, /* a side's */
    ENDINGS = 16,
};

_Static_assert(SEEN_ORDERLY == 1 << (CLIENT_FIN | CLIENT_FIN << ENDING_BITS), "a FIN of each end");

seen_endings seen_ending(const bool fin[SIDE_N], const bool rst[SIDE_N])
{
    unsigned ending = 0;

    for (unsigned side = 0; side < SIDE_N; side++) {
        ending |= (unsigned)(fin[side] * CLIENT_FIN | rst[side] * CLIENT_RST)
                  << (side * ENDING_BITS);
    }
    return (seen_endings)(1U << ending);
}

void seen_ends_take(struct seen_ends *ends, enum side side, uint8_t flags, uint32_t end,
                    uint32_t ack)
{
    enum side peer = side_peer(side);

    ends->rst[side] |= (flags & SEGMENT_RST) != 0;
    if ((flags & SEGMENT_FIN) != 0) {
        ends->fin[side] = true;
        ends->fin_end[side] = end;
    }
    if ((flags & SEGMENT_ACK) != 0 && ends->fin[peer] && !seq_before(ack, ends->fin_end[peer])) {
        ends->acked[peer] = true;
    }
}

bool seen_ends_done(const struct seen_ends *ends)
{
    return ends->rst[SIDE_CLIENT] || ends->rst[SIDE_SERVER] ||
           (ends->acked[SIDE_CLIENT] && ends->acked[SIDE_SERVER]);
}

seen_endings seen_ends_as(const struct seen_ends *ends)
{
    bool in_vain = ends->fin[SIDE_CLIENT] && ends->fin[SIDE_SERVER] && !seen_ends_done(ends);

    return in_vain ? 0 : seen_ending(ends->fin, ends->rst);
}

/* Those of `set` that have, or have not, one bit of a side's. */
static seen_endings with(seen_endings set, unsigned bit, enum side side, bool has)
{
    seen_endings found = 0;

    for (unsigned ending = 0; ending < ENDINGS; ending++) {
        if ((set >> ending & 1) != 0 &&
            ((ending >> ((unsigned)side * ENDING_BITS) & bit) != 0) == has) {
            found |= (seen_endings)(1U << ending);
        }
    }
    return found;
}

bool seen_may_fin(seen_endings set, enum side side)
{
    return with(set, CLIENT_FIN, side, true) != 0;
}

bool seen_may_rst(seen_endings set, enum side side)
{
    return with(set, CLIENT_RST, side, true) != 0;
}

bool seen_must_fin(seen_endings set, enum side side)
{
    return set != 0 && with(set, CLIENT_FIN, side, false) == 0;
}

bool seen_must_rst(seen_endings set, enum side side)
{
    return set != 0 && with(set, CLIENT_RST, side, false) == 0;
}
