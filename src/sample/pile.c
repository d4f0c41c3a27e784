#include "pile.h"

#include "finwait/clock.h"

/* Fewer are listed, for what is derived is off by some while they move. */
enum { PILE_LEAST = 5000 };

uint32_t pile_mask(enum tcp_state pile)
{
    return pile == TCP_STATE_FIN_WAIT2 ? 1U << pile : 1U << pile | 1U << TCP_STATE_TIME_WAIT;
}

static bool full_ones_are_somebodys(const struct sock_census *census, const struct pile_seen *seen)
{
    int64_t timeout = seen->before.fin_timeout;

    return (seen->before.orphan == 0 && seen->after.orphan == 0) ||
           (timeout >= 0 && timeout * NS_PER_S <= TIME_WAIT_LENGTH &&
            census->fin_wait2_orphans == census->fin_wait2_minis);
}

bool pile_is_told(enum tcp_state pile, const struct sock_census *census,
                  const struct pile_seen *seen)
{
    bool counted = seen->before.inuse >= 0 && seen->after.inuse >= 0;

    switch (pile) {
    case TCP_STATE_ESTABLISHED:
        return counted;
    case TCP_STATE_CLOSE_WAIT:
        return counted && census->accept_queue == 0;
    case TCP_STATE_FIN_WAIT2:
        return counted && full_ones_are_somebodys(census, seen);
    default:
        return true;
    }
}

enum tcp_state pile_of(const struct sock_census *latest, const struct sockstat *now)
{
    static const enum tcp_state full[] = {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT2,
                                          TCP_STATE_CLOSE_WAIT};
    const uint32_t *state = latest->state;
    enum tcp_state most = TCP_STATE_ESTABLISHED;

    for (size_t i = 1; i < sizeof full / sizeof full[0]; i++) {
        most = state[full[i]] > state[most] ? full[i] : most;
    }
    bool other = most == TCP_STATE_FIN_WAIT2 && state[TCP_STATE_TIME_WAIT] > state[most];
    bool told = pile_is_told(most, latest, &(struct pile_seen){*now, *now});
    return state[most] >= PILE_LEAST && !other && told ? most : TCP_STATE_TIME_WAIT;
}

/*
 * What two readings leave beside `others`.  While a pile grows the three moments differ; when none
 * at all is a possible answer, it is the answer: a state that never occurred must not be reported.
 */
static uint32_t left(int64_t before, int64_t after, int64_t others)
{
    int64_t least = before < after ? before : after;

    return least > others ? (uint32_t)((before + after + 1) / 2 - others) : 0;
}

/* Full ones that the dump listed: "inuse" has no requests, which are in SYN_RECV, and the dump no
 * sockets in CLOSE. */
static int64_t listed(const struct sock_census *census)
{
    int64_t sum = -(int64_t)census->fin_wait2_minis - census->state[TCP_STATE_TIME_WAIT] -
                  census->state[TCP_STATE_SYN_RECV];

    for (unsigned state = 0; state < TCP_STATE_N; state++) {
        sum += census->state[state];
    }
    return sum;
}

void pile_derive(enum tcp_state pile, struct sock_census *census, const struct pile_seen *seen)
{
    const struct sockstat *before = &seen->before;
    const struct sockstat *after = &seen->after;

    if (pile != TCP_STATE_TIME_WAIT) {
        census->state[pile] = left(before->inuse, after->inuse, listed(census));
    }
    if (pile == TCP_STATE_FIN_WAIT2) {
        census->fin_wait2_minis = left(before->tw, after->tw, census->state[TCP_STATE_TIME_WAIT]);
        census->fin_wait2_orphans = census->fin_wait2_minis;
        census->state[pile] += census->fin_wait2_minis;
    } else {
        census->state[TCP_STATE_TIME_WAIT] = left(before->tw, after->tw, census->fin_wait2_minis);
    }
}
