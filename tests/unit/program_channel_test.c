#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "machine.h"

/* A channel that is full says so and stays as it is, in every build. */

static struct channel full(void)
{
    struct channel channel = {0};

    for (int i = 0; i < CHANNEL_RUNS; i++) {
        assert_true(channel_push(&channel, i % 2 == 0 ? SEGMENT_ACK : SEGMENT_DATA));
    }
    return channel;
}

static void one_more_kind_finds_no_room(void **state)
{
    struct channel channel = full();
    const struct channel before = channel;

    (void)state;
    assert_false(channel_push(&channel, SEGMENT_FIN));
    assert_false(channel_drop_data(&channel, false));
    assert_memory_equal(&channel, &before, sizeof channel);
    assert_true(channel_push(&channel, SEGMENT_DATA)); /* one more in its last run */
    assert_int_equal(channel_count(&channel, SEGMENT_DATA), CHANNEL_RUNS / 2 + 1);
}

static void a_run_counts_no_further_than_it_can(void **state)
{
    struct channel channel = {0};

    (void)state;
    for (unsigned i = 0; i < UINT16_MAX + 2U; i++) {
        assert_true(channel_push(&channel, SEGMENT_DATA));
    }
    assert_int_equal(channel_count(&channel, SEGMENT_DATA), UINT16_MAX + 2U);
}

static void runs_that_together_are_too_long_stay_apart(void **state)
{
    struct channel channel = {
        .run = {{SEGMENT_DATA, UINT16_MAX - 1}, {SEGMENT_ACK, 1}, {SEGMENT_DATA, 2}}};

    (void)state;
    channel_take(&channel, SEGMENT_ACK);
    assert_int_equal(channel_count(&channel, SEGMENT_DATA), UINT16_MAX + 1U);
}

static void what_is_cut_keeps_its_place(void **state)
{
    struct channel channel = {.run = {{SEGMENT_DATA, 1}, {SEGMENT_RST, 1}}};

    (void)state;
    assert_true(channel_drop_data(&channel, false));
    assert_int_equal(channel_head(&channel), SEGMENT_CUT);
    assert_int_equal(channel.run[1].segment, SEGMENT_RST);
    assert_int_equal(channel.run[2].segment, SEGMENT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_more_kind_finds_no_room),
        cmocka_unit_test(a_run_counts_no_further_than_it_can),
        cmocka_unit_test(runs_that_together_are_too_long_stay_apart),
        cmocka_unit_test(what_is_cut_keeps_its_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
