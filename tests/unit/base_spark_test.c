#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "finwait/spark.h"

enum { BARS = 9 };

static void a_bar_is_its_share_of_the_highest(void **state)
{
    static const double value[BARS] = {0, 1, 10, 20, 30, 40, 50, 60, 70};
    char text[SPARK_TEXT(BARS)];

    (void)state;
    assert_string_equal(spark_draw(text, value, BARS, 0, false), "▁▂▃▄▅▆▇██");
    assert_string_equal(spark_draw(text, value, BARS, 0, true), "_.:-=+*##");
    assert_string_equal(spark_draw(text, value, BARS, 1e9, true), "_........");
    assert_string_equal(spark_draw(text, value, BARS, 8, true), "_.#######");
}

static void only_nothing_is_lowest_and_what_was_not_measured_is_blank(void **state)
{
    static const double value[BARS] = {NAN, 0, 1e-300, 1e300, -1, INFINITY, NAN, 0, NAN};
    static const double none[] = {0, 0, NAN};
    char text[SPARK_TEXT(BARS)];

    (void)state;
    assert_string_equal(spark_draw(text, value, BARS, 1e300, true), " _.#_# _ ");
    assert_string_equal(spark_draw(text, none, 3, 0, false), "▁▁ ");
    assert_string_equal(spark_draw(text, none, 0, 0, false), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bar_is_its_share_of_the_highest),
        cmocka_unit_test(only_nothing_is_lowest_and_what_was_not_measured_is_blank),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
