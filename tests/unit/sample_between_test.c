#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "between.h"

static struct between between;
static struct store store;

static int set_up(void **state)
{
    (void)state;
    between = (struct between){.count = 0};
    store_init(&store);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    store_fini(&store);
    return 0;
}

static void dump_at(int64_t at, uint32_t time_wait, int64_t minis)
{
    struct observation dump = {.at = at};

    dump.state[TCP_STATE_TIME_WAIT] = time_wait;
    between_close(&between, &dump, minis, &store);
    store_append(&store, &dump);
}

struct told {
    int64_t at;
    uint32_t time_wait;
};

/* What was told between the dumps. */
static void assert_told(const struct told *told, size_t expected)
{
    size_t count;
    size_t counted = 0;
    struct observation *all = store_copy(&store, &count);

    for (size_t i = 0; i < count; i++) {
        assert_true(i == 0 || all[i].at >= all[i - 1].at);
        if (all[i].counted) {
            assert_true(counted < expected);
            assert_int_equal(all[i].at, told[counted].at);
            assert_int_equal(all[i].state[TCP_STATE_TIME_WAIT], told[counted].time_wait);
            counted++;
        }
    }
    assert_int_equal(counted, expected);
    free(all);
}

static void told_once_the_next_dump_has_been_made(void **state)
{
    static const struct told told[] = {{1100, 1500}, {1200, 2000}};

    (void)state;
    dump_at(1000, 1000, 0);
    between_read(&between, 1100, 1500);
    between_read(&between, 1200, 2000);
    assert_told(NULL, 0);
    dump_at(1300, 2400, 0);
    assert_told(told, 2);
    assert_int_equal(between.gap, 100);
}

/* sockstat counts both kinds of mini-socket: the line between the dumps is subtracted. */
static void a_few_in_fin_wait2_are_subtracted(void **state)
{
    static const struct told told[] = {{1025, 999}, {1050, 1998}, {1100, 2996}};

    (void)state;
    dump_at(1000, 900, 0);
    between_read(&between, 1025, 1000);
    between_read(&between, 1050, 2000);
    between_read(&between, 1100, 3000);
    dump_at(1200, 4000, 8);
    assert_told(told, 3);
}

static void fewer_may_be_a_larger_share(void **state)
{
    static const struct told told[] = {{1100, 475}};

    (void)state;
    dump_at(1000, 400, 0);
    between_read(&between, 1100, 500);
    dump_at(1200, 600, 50);
    assert_told(told, 1);
    between_read(&between, 1300, 499);
    dump_at(1400, 449, 50);
    between_read(&between, 1500, 5000);
    dump_at(1600, 5000, 51);
    assert_told(told, 1);
}

/* A client that a server leaves in FIN_WAIT2 has no TIME_WAIT, however much sockstat counts. */
static void many_in_fin_wait2_hide_time_wait(void **state)
{
    (void)state;
    dump_at(1000, 0, 0);
    between_read(&between, 1100, 500);
    dump_at(1200, 0, 1000);
    between_read(&between, 1300, 1500);
    dump_at(1400, 0, 2000);
    between_read(&between, 1500, 1000);
    dump_at(1600, 0, 0);
    assert_told(NULL, 0);
    assert_int_equal(between.gap, 200);
}

/* Those that came and went in FIN_WAIT2 between two dumps are no TIME_WAIT either. */
static void a_state_that_no_dump_saw_is_not_told(void **state)
{
    static const struct told none[] = {{1150, 0}};

    (void)state;
    dump_at(1000, 0, 0);
    between_read(&between, 1100, 300);
    between_read(&between, 1150, 0);
    dump_at(1200, 0, 0);
    assert_told(none, 1);
}

static void what_was_read_within_a_dump_is_in_order(void **state)
{
    static const struct told told[] = {{1150, 110}, {1250, 120}};

    (void)state;
    between_read(&between, 900, 90); /* before the first dump there is nothing to go by */
    dump_at(1000, 100, 0);
    between_read(&between, 1150, 110);
    between_read(&between, 1250, 120); /* the dump's middle is at 1200 */
    dump_at(1200, 115, 0);
    assert_told(told, 1);
    dump_at(1300, 130, 0);
    assert_told(told, 2);
}

static void more_than_there_is_room_for_are_not_kept(void **state)
{
    static const int64_t many = INT64_C(2) * BETWEEN_MAX;
    size_t count;

    (void)state;
    dump_at(1, 100, 0);
    for (int64_t i = 0; i < many; i++) {
        between_read(&between, 2 + i, 100);
    }
    dump_at(2 * many, 100, 0);
    struct observation *all = store_copy(&store, &count);
    assert_int_equal(count, BETWEEN_MAX + 2);
    free(all);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(told_once_the_next_dump_has_been_made),
        TEST(a_few_in_fin_wait2_are_subtracted),
        TEST(fewer_may_be_a_larger_share),
        TEST(many_in_fin_wait2_hide_time_wait),
        TEST(a_state_that_no_dump_saw_is_not_told),
        TEST(what_was_read_within_a_dump_is_in_order),
        TEST(more_than_there_is_room_for_are_not_kept),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
