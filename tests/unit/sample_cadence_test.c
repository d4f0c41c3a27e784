#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cadence.h"

#define EVERY (100 * NS_PER_MS)

/* The pause after two dumps that cost as much. */
static int64_t pause_of(int64_t cost)
{
    struct cadence cadence;

    cadence_init(&cadence, EVERY, true);
    cadence_dumped(&cadence, LOOK_FULL, 0, cost);
    cadence_dumped(&cadence, LOOK_DUMP, 0, cost);
    cadence_dumped(&cadence, LOOK_DUMP, 0, cost);
    assert_int_equal(cadence.dump_due, cadence.pause);
    return cadence.pause;
}

static void a_dump_has_its_share_of_a_cpu(void **state)
{
    (void)state;
    assert_int_equal(pause_of(0), EVERY);
    assert_int_equal(pause_of(NS_PER_MS), EVERY);
    assert_int_equal(pause_of(3 * NS_PER_MS), 300 * NS_PER_MS);
    assert_int_equal(pause_of(6 * NS_PER_MS), 1200 * NS_PER_MS);
    assert_int_equal(pause_of(12 * NS_PER_MS), 2400 * NS_PER_MS);
    assert_int_equal(pause_of(100 * NS_PER_MS), CADENCE_LONGEST);
    assert_int_equal(pause_of(200 * NS_PER_MS), 5 * NS_PER_S);
}

/* The first one was of nothing: what it cost says nothing of the pile that stands by now. */
static void a_full_dump_is_made_when_it_can_be_afforded(void **state)
{
    const int64_t cost = 10 * NS_PER_MS;
    const int64_t due = cost * CADENCE_FULL_DUMPS * CADENCE_FULL;
    struct cadence cadence;

    (void)state;
    cadence_init(&cadence, EVERY, true);
    assert_int_equal(cadence_next(&cadence, 0), LOOK_FULL);
    cadence_dumped(&cadence, LOOK_FULL, 0, 0);
    assert_int_equal(cadence_next(&cadence, EVERY - 1), LOOK_COUNT);
    assert_int_equal(cadence_next(&cadence, EVERY), LOOK_DUMP);
    assert_int_equal(cadence_next(&cadence, CADENCE_FULL_TICKS * EVERY), LOOK_FULL);
    cadence_dumped(&cadence, LOOK_DUMP, EVERY, cost);
    cadence_dumped(&cadence, LOOK_DUMP, EVERY, cost);
    assert_int_equal(cadence_next(&cadence, due - 1), LOOK_DUMP);
    assert_int_equal(cadence_next(&cadence, due), LOOK_FULL);
    cadence_dumped(&cadence, LOOK_FULL, due, 2 * due);
    assert_int_equal(cadence_next(&cadence, due + 2 * due), LOOK_DUMP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dump_has_its_share_of_a_cpu),
        cmocka_unit_test(a_full_dump_is_made_when_it_can_be_afforded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
