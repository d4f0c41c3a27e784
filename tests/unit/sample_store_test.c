#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cadence.h"
#include "finwait/clock.h"
#include "store.h"

enum {
    MANY = 5 * STORE_CAPACITY + 123,
    PEAK_AT = 1001,
    OTHER_PEAK_AT = 1000, /* its neighbour: the two are merged */
    LATE_PEAK_AT = 4 * STORE_CAPACITY + 7,
};

static struct observation sample_of(int number)
{
    struct observation sample = {.at = number};

    sample.state[TCP_STATE_ESTABLISHED] = 10;
    sample.state[TCP_STATE_TIME_WAIT] = number == PEAK_AT ? 5000 : (uint32_t)(number % 3);
    sample.state[TCP_STATE_CLOSE_WAIT] = number == OTHER_PEAK_AT ? 777 : 0;
    sample.state[TCP_STATE_LAST_ACK] = number == LATE_PEAK_AT ? 99 : 0;
    sample.fin_wait2_orphans = number == PEAK_AT ? 42 : 0;
    return sample;
}

static void append(struct store *store, int from, int to)
{
    for (int number = from; number < to; number++) {
        struct observation sample = sample_of(number);
        store_append(store, &sample);
    }
}

static void test_nothing_yet(void **state)
{
    struct store store;
    size_t count = 7;

    (void)state;
    store_init(&store);
    assert_null(store_copy(&store, &count));
    assert_int_equal(count, 0);
    store_fini(&store);
}

/* Member by member: padding is nobody's. */
static void assert_same(const struct observation *a, const struct observation *b)
{
    assert_int_equal(a->at, b->at);
    assert_memory_equal(a->state, b->state, sizeof a->state);
    assert_int_equal(a->fin_wait2_orphans, b->fin_wait2_orphans);
}

static void test_few_are_kept_as_they_are(void **state)
{
    struct store store;
    size_t count;

    (void)state;
    store_init(&store);
    append(&store, 0, 1500);
    struct observation *copy = store_copy(&store, &count);
    assert_int_equal(count, 1500);
    for (int number = 0; number < 1500; number++) {
        struct observation expected = sample_of(number);
        assert_same(&copy[number], &expected);
    }
    free(copy);
    store_fini(&store);
}

static uint32_t peak(const struct observation *samples, size_t count, enum tcp_state state)
{
    uint32_t highest = 0;

    for (size_t i = 0; i < count; i++) {
        highest = samples[i].state[state] > highest ? samples[i].state[state] : highest;
    }
    return highest;
}

static void test_thinning_keeps_peaks_order_and_ends(void **state)
{
    struct store store;
    size_t count;
    uint32_t orphans = 0;

    (void)state;
    store_init(&store);
    append(&store, 0, MANY);
    struct observation *copy = store_copy(&store, &count);
    assert_in_range(count, STORE_CAPACITY / 4, STORE_CAPACITY + 2);
    assert_int_equal(peak(copy, count, TCP_STATE_TIME_WAIT), 5000);
    assert_int_equal(peak(copy, count, TCP_STATE_CLOSE_WAIT), 777);
    assert_int_equal(peak(copy, count, TCP_STATE_LAST_ACK), 99);
    assert_int_equal(peak(copy, count, TCP_STATE_ESTABLISHED), 10);
    assert_int_equal(copy[0].at, 0);
    struct observation expected = sample_of(MANY - 1);
    assert_same(&copy[count - 1], &expected);
    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || copy[i].at > copy[i - 1].at);
        orphans = copy[i].fin_wait2_orphans > orphans ? copy[i].fin_wait2_orphans : orphans;
    }
    assert_int_equal(orphans, 42);
    free(copy);
    store_fini(&store);
}

/* No part of a long run fades: gaps are alike from the first to the last whole group. */
static void test_thinned_series_is_evenly_spaced(void **state)
{
    struct store store;
    size_t count;

    (void)state;
    store_init(&store);
    append(&store, 0, MANY);
    struct observation *copy = store_copy(&store, &count);
    for (size_t i = 2; i + 2 < count; i++) {
        assert_int_equal(copy[i].at - copy[i - 1].at, copy[1].at - copy[0].at);
    }
    free(copy);
    store_fini(&store);
}

/* What was seen stays when it is merged with what was only counted. */
static void test_counted_gives_way_to_observed(void **state)
{
    struct store store;
    size_t count;

    (void)state;
    store_init(&store);
    for (int number = 0; number < STORE_CAPACITY + 2; number++) {
        struct observation sample = {.at = number, .counted = number % 4 != 1};
        sample.state[TCP_STATE_TIME_WAIT] = number == PEAK_AT + 1 ? 5000 : 1;
        sample.state[TCP_STATE_ESTABLISHED] = sample.counted ? 0 : 10;
        store_append(&store, &sample);
    }
    struct observation *copy = store_copy(&store, &count);
    for (size_t i = 0; i + 2 < count; i++) {
        assert_int_equal(copy[i].counted, i % 2 == 1);
        assert_int_equal(copy[i].state[TCP_STATE_ESTABLISHED], copy[i].counted ? 0 : 10);
    }
    assert_int_equal(copy[(PEAK_AT + 1) / 2].state[TCP_STATE_TIME_WAIT], 5000);
    free(copy);
    store_fini(&store);
}

struct looked {
    int counts, dumps, fulls;
};

static void look_at(struct cadence *cadence, enum look look, int64_t at, int64_t cost)
{
    int64_t begin = cadence_begin(cadence, at);

    if (look == LOOK_COUNT) {
        cadence_counted(cadence, cost);
    } else {
        cadence_dumped(cadence, look, begin, cost);
    }
}

/* A look of each kind takes so many ns, sockstat 10 us: the share of CPU used over `span`. */
static double simulate(struct cadence *cadence, int64_t dump, int64_t full, int64_t span,
                       struct looked *looked)
{
    int64_t count = 10 * NS_PER_US;
    int64_t used = 0;

    *looked = (struct looked){0};
    for (int64_t now = 0; now < span; now = cadence->due) {
        enum look look = cadence_next(cadence, now);
        int64_t cost = look == LOOK_FULL ? full : look == LOOK_DUMP ? dump : count;
        looked->counts += look == LOOK_COUNT;
        looked->dumps += look == LOOK_DUMP;
        looked->fulls += look == LOOK_FULL;
        used += cost;
        look_at(cadence, look, now, cost);
        assert_true(cadence->due >= now + cadence->every);
    }
    return (double)used / (double)span;
}

static void test_cadence_stays_below_its_share(void **state)
{
    static const int64_t costs[][2] = {
        {0, 0},
        {50 * NS_PER_US, 50 * NS_PER_US},
        {12 * NS_PER_MS, 40 * NS_PER_MS},
        {100 * NS_PER_MS, 900 * NS_PER_MS},
    };
    static const int64_t everies[] = {0, NS_PER_MS, 100 * NS_PER_MS};
    struct cadence cadence;
    struct looked looked;

    (void)state;
    for (size_t i = 1; i < sizeof costs / sizeof costs[0]; i++) {
        for (size_t j = 0; j < sizeof everies / sizeof everies[0]; j++) {
            for (int cheap = 0; cheap < 2; cheap++) {
                cadence_init(&cadence, everies[j], cheap);
                double share =
                    simulate(&cadence, costs[i][0], costs[i][1], 3000 * NS_PER_S, &looked);
                assert_true(share < 0.05);
                assert_true(costs[i][1] > 10 * NS_PER_MS || share < 0.035);
                assert_true(looked.fulls > 0);
            }
        }
    }
}

static void test_cadence_is_what_was_asked_for_when_cheap(void **state)
{
    struct cadence cadence;
    struct looked looked;

    (void)state;
    cadence_init(&cadence, 100 * NS_PER_MS, true);
    simulate(&cadence, 100 * NS_PER_US, 200 * NS_PER_US, 100 * NS_PER_S, &looked);
    assert_int_equal(cadence.due, 100 * NS_PER_S);
    assert_int_equal(looked.fulls, 1000 / CADENCE_FULL_TICKS);
    assert_int_equal(looked.counts, 0);
    cadence_init(&cadence, 100 * NS_PER_MS, false);
    simulate(&cadence, 0, 200 * NS_PER_US, 100 * NS_PER_S, &looked);
    assert_int_equal(looked.fulls, 1000);
}

/* A million sockets: dumps come as seldom as they have to, and sockstat keeps the beat. */
static void test_cadence_keeps_its_beat_whatever_a_dump_costs(void **state)
{
    struct cadence cadence;
    struct looked looked;

    (void)state;
    cadence_init(&cadence, 100 * NS_PER_MS, true);
    simulate(&cadence, 110 * NS_PER_MS, 500 * NS_PER_MS, 600 * NS_PER_S, &looked);
    assert_int_equal(looked.counts + looked.dumps + looked.fulls, 6000);
    assert_in_range(looked.dumps, 600 * 1000 / (110 * (CADENCE_MUCH + 2)), 600 * 1000 / 2500);
    assert_in_range(looked.fulls, 1, 11);
}

static void test_cadence_forgives_one_dear_dump(void **state)
{
    const int64_t tick = 100 * NS_PER_MS;
    struct cadence cadence;

    (void)state;
    cadence_init(&cadence, tick, true);
    look_at(&cadence, LOOK_FULL, 9 * tick, 0);
    look_at(&cadence, LOOK_DUMP, 10 * tick, 50 * NS_PER_MS);
    look_at(&cadence, LOOK_DUMP, 11 * tick, NS_PER_MS);
    look_at(&cadence, LOOK_DUMP, 12 * tick, 50 * NS_PER_MS);
    assert_int_equal(cadence_next(&cadence, 13 * tick), LOOK_DUMP);
    look_at(&cadence, LOOK_DUMP, 13 * tick, 50 * NS_PER_MS);
    assert_int_equal(cadence_next(&cadence, 14 * tick), LOOK_COUNT);
}

/* What wakes late, or looks for as long as several ticks, begins no new rhythm. */
static void test_cadence_makes_up_for_lateness(void **state)
{
    struct cadence cadence;
    const int64_t tick = 100 * NS_PER_MS;
    const int64_t first = 10 * tick;

    (void)state;
    cadence_init(&cadence, tick, true);
    look_at(&cadence, LOOK_FULL, first, 0);
    assert_int_equal(cadence.due, first + tick);
    assert_int_equal(cadence_next(&cadence, first + tick + 30), LOOK_DUMP);
    look_at(&cadence, LOOK_DUMP, first + tick + 30, 0);
    assert_int_equal(cadence.due, first + 2 * tick);
    assert_int_equal(cadence_next(&cadence, cadence.due), LOOK_DUMP);
    look_at(&cadence, LOOK_DUMP, first + 5 * tick, 0); /* much too late */
    assert_int_equal(cadence.due, first + 6 * tick);
    int64_t begin = cadence_begin(&cadence, first + 6 * tick + 5);
    assert_int_equal(cadence.due, first + 7 * tick); /* nothing else is due as a dump begins */
    look_at(&cadence, LOOK_COUNT, first + 7 * tick + 20, 0);
    cadence_dumped(&cadence, LOOK_FULL, begin, 0);
    assert_int_equal(cadence.due, first + 8 * tick);
}

static void test_cadence_of_absurd_intervals(void **state)
{
    struct cadence cadence;

    (void)state;
    cadence_init(&cadence, INT64_MAX, true);
    look_at(&cadence, LOOK_FULL, 0, NS_PER_S);
    assert_true(cadence.due > 0);
    assert_int_equal(cadence_next(&cadence, cadence.dump_due), LOOK_DUMP);
    cadence_init(&cadence, -5, true);
    look_at(&cadence, LOOK_FULL, 100, 0);
    assert_int_equal(cadence.due, NS_PER_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_yet),
        cmocka_unit_test(test_few_are_kept_as_they_are),
        cmocka_unit_test(test_thinning_keeps_peaks_order_and_ends),
        cmocka_unit_test(test_thinned_series_is_evenly_spaced),
        cmocka_unit_test(test_counted_gives_way_to_observed),
        cmocka_unit_test(test_cadence_stays_below_its_share),
        cmocka_unit_test(test_cadence_is_what_was_asked_for_when_cheap),
        cmocka_unit_test(test_cadence_keeps_its_beat_whatever_a_dump_costs),
        cmocka_unit_test(test_cadence_forgives_one_dear_dump),
        cmocka_unit_test(test_cadence_makes_up_for_lateness),
        cmocka_unit_test(test_cadence_of_absurd_intervals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
