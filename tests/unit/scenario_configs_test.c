#include "scenario_testing.h"

#include <glob.h>

#include "finwait/order.h"

/* The scenarios that ship. */

static void each_config(void (*fn)(void *context, const struct scenario *scenario), void *context)
{
    glob_t found;

    assert_int_equal(glob(SOURCE_DIR "/configs/*.yaml", 0, NULL, &found), 0);
    assert_int_equal(glob(SOURCE_DIR "/configs/*/*.yaml", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct scenario *scenario = load_good(found.gl_pathv[i], NULL, 0);
        fn(context, scenario);
        scenario_free(scenario);
    }
    globfree(&found);
}

static void check_config(void *context, const struct scenario *scenario)
{
    const char *file = scenario->file + strlen(SOURCE_DIR "/configs/");

    (void)context;
    /* Its name is what `finwait run` knows it by, folder included. */
    assert_int_equal(strncmp(file, scenario->name, strlen(scenario->name)), 0);
    assert_string_equal(file + strlen(scenario->name), ".yaml");
    assert_non_null(scenario->about);
    /* A check asks one thing. */
    assert_true(scenario->expect_count >= (scenario->probe.question != NULL ? 1 : 2));
    assert_round_trip(scenario);
}

static void every_config_loads_and_expects_something(void **state)
{
    (void)state;
    each_config(check_config, NULL);
}

static void note_order(void *context, const struct scenario *scenario)
{
    bool *used = context;

    for (size_t i = 0; i < order_count; i++) {
        used[i] |= strcmp(order_table[i].name, scenario->order) == 0;
    }
}

static void every_order_has_a_config(void **state)
{
    (void)state;
    bool used[64] = {false};

    assert_true(order_count <= 64);
    each_config(note_order, used);
    for (size_t i = 0; i < order_count; i++) {
        if (!used[i]) {
            fail_msg("no scenario in configs/ shows the order %s", order_table[i].name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_config_loads_and_expects_something),
        cmocka_unit_test(every_order_has_a_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
