#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "held.h"

static FILE *hold(size_t count)
{
    struct error error = {0};
    FILE *held = held_open(&error);
    struct result *result = result_read(TEST_DATA "/result/mix.json", &error);

    assert_non_null(held);
    assert_non_null(result);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(held_add(held, result, &error), 0);
    }
    result_free(result);
    return held;
}

static void all_come_back(void **state)
{
    struct error error = {0};
    FILE *held = hold(2);
    size_t count = 0;
    struct result **results = held_take(held, &count, &error);

    (void)state;
    assert_non_null(results);
    assert_int_equal(count, 2);
    assert_string_equal(text_pairs_get(&results[1]->scenario, "name"), "mix");
    held_free(results, count);
    fclose(held);
}

/* Its process was killed as it wrote. */
static void one_that_is_not_whole_is_an_error(void **state)
{
    struct error error = {0};
    FILE *held = hold(1);
    size_t count = 0;

    (void)state;
    fputs("{\"finwait\": \"0.1\", \"sch", held);
    fflush(held);
    assert_null(held_take(held, &count, &error));
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_int_equal(count, 0);
    fclose(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_come_back),
        cmocka_unit_test(one_that_is_not_whole_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
