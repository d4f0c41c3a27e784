#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pile.h"

enum { MANY = 50000 };

/* A dump of a host at rest, whole. */
static struct sock_census whole(enum tcp_state pile)
{
    struct sock_census census = {.fin_wait2_minis = 3, .fin_wait2_orphans = 3};

    for (unsigned state = TCP_STATE_ESTABLISHED; state < TCP_STATE_N; state++) {
        census.state[state] = state != TCP_STATE_CLOSE ? 10 + state : 0;
    }
    census.state[pile] = MANY;
    if (pile == TCP_STATE_FIN_WAIT2) {
        census.fin_wait2_minis = census.fin_wait2_orphans = MANY / 2;
    }
    return census;
}

/* What sockstat has of it: no requests, and the mini-sockets apart. */
static struct sockstat sockstat_of(const struct sock_census *census)
{
    struct sockstat seen = {.tw = census->state[TCP_STATE_TIME_WAIT] + census->fin_wait2_minis};

    for (unsigned state = TCP_STATE_ESTABLISHED; state < TCP_STATE_N; state++) {
        seen.inuse += census->state[state];
    }
    seen.inuse -= seen.tw + census->state[TCP_STATE_SYN_RECV];
    return seen;
}

/* The same, of which a dump lists what is in the mask. */
static struct sock_census listed(const struct sock_census *census, uint32_t mask)
{
    struct sock_census part = *census;

    for (unsigned state = 0; state < TCP_STATE_N; state++) {
        part.state[state] *= mask >> state & 1;
    }
    if ((mask >> TCP_STATE_FIN_WAIT2 & 1) == 0) {
        part.fin_wait2_minis = part.fin_wait2_orphans = 0;
    }
    return part;
}

static void what_was_left_out_is_derived(void **state)
{
    static const enum tcp_state piles[] = {TCP_STATE_ESTABLISHED, TCP_STATE_FIN_WAIT2,
                                           TCP_STATE_CLOSE_WAIT, TCP_STATE_TIME_WAIT};

    (void)state;
    for (size_t i = 0; i < sizeof piles / sizeof piles[0]; i++) {
        const struct sock_census all = whole(piles[i]);
        const struct sockstat now = sockstat_of(&all);
        enum tcp_state pile = pile_of(&all, &now);
        assert_int_equal(pile, piles[i]);
        struct sock_census part = listed(&all, ~pile_mask(pile));
        assert_int_equal(part.state[pile], 0);
        pile_derive(pile, &part, &(struct pile_seen){now, now});
        assert_memory_equal(&part, &all, sizeof all);
    }
}

static void a_pile_that_moves_is_the_mean(void **state)
{
    const struct sock_census all = whole(TCP_STATE_CLOSE_WAIT);
    struct pile_seen seen = {sockstat_of(&all), sockstat_of(&all)};
    struct sock_census part = listed(&all, ~pile_mask(TCP_STATE_CLOSE_WAIT));

    (void)state;
    seen.after.inuse += 100;
    pile_derive(TCP_STATE_CLOSE_WAIT, &part, &seen);
    assert_int_equal(part.state[TCP_STATE_CLOSE_WAIT], MANY + 50);
    part.state[TCP_STATE_CLOSE_WAIT] = 0;
    seen.before.inuse -= MANY; /* none may have been there */
    pile_derive(TCP_STATE_CLOSE_WAIT, &part, &seen);
    assert_int_equal(part.state[TCP_STATE_CLOSE_WAIT], 0);
}

/* Who of them is nobody's only a dump tells, where anybody can be. */
static void what_sockstat_cannot_tell_is_listed(void **state)
{
    struct sock_census all = whole(TCP_STATE_CLOSE_WAIT);
    struct sockstat now = sockstat_of(&all);

    (void)state;
    all.accept_queue = 1;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    assert_false(pile_is_told(TCP_STATE_CLOSE_WAIT, &all, &(struct pile_seen){now, now}));
    all = whole(TCP_STATE_FIN_WAIT2);
    now = sockstat_of(&all);
    now.orphan = 1;
    now.fin_timeout = 61;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    now.fin_timeout = -1;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    now.fin_timeout = 60;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_FIN_WAIT2);
    all.fin_wait2_orphans++; /* a full one */
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    all = whole(TCP_STATE_ESTABLISHED);
    assert_int_equal(pile_of(&all, &now), TCP_STATE_ESTABLISHED);
    now.inuse = -1;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
}

static void few_are_listed(void **state)
{
    struct sock_census all = whole(TCP_STATE_TIME_WAIT);
    const struct sockstat now = sockstat_of(&all);

    (void)state;
    all.state[TCP_STATE_FIN_WAIT2] = MANY - 1; /* and of the two the larger is left out */
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    all.state[TCP_STATE_FIN_WAIT2] = 0;
    all.state[TCP_STATE_CLOSE_WAIT] = 100;
    assert_int_equal(pile_of(&all, &now), TCP_STATE_TIME_WAIT);
    assert_int_equal(pile_mask(TCP_STATE_TIME_WAIT), 1U << TCP_STATE_TIME_WAIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_left_out_is_derived),
        cmocka_unit_test(a_pile_that_moves_is_the_mean),
        cmocka_unit_test(what_sockstat_cannot_tell_is_listed),
        cmocka_unit_test(few_are_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
