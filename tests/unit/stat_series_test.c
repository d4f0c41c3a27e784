#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/series.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_near(double seen, double expected)
{
    if (!(fabs(seen - expected) <= 1e-9 * fmax(1, fabs(expected)))) {
        fail_msg("%.17g is not %.17g", seen, expected);
    }
}

/* Up to 100 in 1 s, flat for 2 s, down to 40 in 1 s. */
static const struct series_point hill[] = {
    {0, 0}, {NS_PER_S, 100}, {3 * NS_PER_S, 100}, {4 * NS_PER_S, 40}};

static void a_hill_is_summed_by_trapezoids(void **state)
{
    struct series_summary summary = series_summarise(hill, COUNT(hill), 0, 4 * NS_PER_S);

    (void)state;
    assert_int_equal(summary.count, 4);
    assert_near(summary.peak, 100);
    assert_near(summary.area, 50 + 200 + 70);
    assert_near(summary.mean, 80);
    assert_near(summary.last, 40);
    assert_near(summary.slope, 8); /* times -2 -1 1 2 around their mean: (-100 + 100 + 80) / 10 */
}

static void only_the_points_in_range_count(void **state)
{
    struct series_summary summary = series_summarise(hill, COUNT(hill), 1, 3 * NS_PER_S);

    (void)state;
    assert_int_equal(summary.count, 2);
    assert_true(summary.mean == 100);
    assert_near(summary.area, 200);
    assert_true(summary.slope == 0);
    summary = series_summarise(hill, COUNT(hill), NS_PER_S, 4 * NS_PER_S - 1);
    assert_int_equal(summary.count, 2);
}

static void a_series_ends_where_it_is_cut(void **state)
{
    static const struct {
        int64_t to;
        size_t count;
        double last, mean;
    } cases[] = {
        {-1, 0, 0, 0},
        {0, 2, 0, 0},
        {NS_PER_S / 2, 2, 50, 25},
        {7 * NS_PER_S / 2, 4, 70, (50 + 200 + 42.5) / 3.5},
        {4 * NS_PER_S, 5, 40, 80},
        {8 * NS_PER_S, 5, 40, 60}, /* the last value holds on */
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct series_point points[COUNT(hill) + 1];
        memcpy(points, hill, sizeof hill);
        size_t count = series_end(points, COUNT(hill), cases[i].to);
        assert_int_equal(count, cases[i].count);
        struct series_summary summary = series_summarise(points, count, INT64_MIN, INT64_MAX);
        assert_near(summary.last, cases[i].last);
        assert_near(summary.mean, cases[i].mean);
    }
}

static void nothing_in_range_is_all_zero(void **state)
{
    static const struct {
        int64_t from, to;
    } ranges[] = {{-5, -1}, {5 * NS_PER_S, 9 * NS_PER_S}, {1, 2}, {3 * NS_PER_S, NS_PER_S}};

    (void)state;
    for (size_t i = 0; i < COUNT(ranges); i++) {
        struct series_summary summary =
            series_summarise(hill, COUNT(hill), ranges[i].from, ranges[i].to);
        assert_int_equal(summary.count, 0);
        assert_true(summary.peak == 0 && summary.mean == 0 && summary.last == 0);
        assert_true(summary.slope == 0 && summary.area == 0);
    }
    assert_int_equal(series_summarise(NULL, 0, INT64_MIN, INT64_MAX).count, 0);
}

static void one_point_is_its_value(void **state)
{
    static const struct series_point point = {7 * NS_PER_S, -3.5};
    struct series_summary summary = series_summarise(&point, 1, 0, INT64_MAX);

    (void)state;
    assert_int_equal(summary.count, 1);
    assert_true(summary.peak == -3.5 && summary.mean == -3.5 && summary.last == -3.5);
    assert_true(summary.slope == 0 && summary.area == 0);
}

static void points_of_one_moment_do_not_divide_by_zero(void **state)
{
    static const struct series_point points[] = {{5, 1}, {5, 2}, {5, 6}};
    struct series_summary summary = series_summarise(points, COUNT(points), 0, 10);

    (void)state;
    assert_near(summary.mean, 3);
    assert_true(summary.slope == 0 && summary.area == 0);
    assert_near(summary.last, 6);
}

/* "mean == 5000" is a fair expectation of a pile that never moves. */
static void a_constant_is_exact_at_any_uptime(void **state)
{
    struct series_point points[1000];

    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        points[i].at = INT64_C(900000000000000000) + (int64_t)i * 100000007;
        points[i].value = 4999.7;
    }
    struct series_summary summary = series_summarise(points, COUNT(points), 0, INT64_MAX);
    assert_true(summary.mean == 4999.7);
    assert_true(summary.slope == 0);
}

/* Samples crowd where nothing happens: the mean weighs time, not samples. */
static void the_mean_weighs_time(void **state)
{
    static const struct series_point points[] = {{0, 10}, {1, 10},        {2, 10},
                                                 {3, 10}, {NS_PER_S, 10}, {2 * NS_PER_S, 30}};
    struct series_summary summary = series_summarise(points, COUNT(points), 0, 2 * NS_PER_S);

    (void)state;
    assert_near(summary.mean, 15);
    assert_near(summary.area, 30);
}

static void a_line_has_its_slope_even_late_and_uneven(void **state)
{
    struct series_point points[50];

    (void)state;
    for (size_t i = 0; i < COUNT(points); i++) {
        int64_t since = (int64_t)(i * i) * NS_PER_MS;
        points[i].at = INT64_C(900000000000000000) + since;
        points[i].value = 60000 - 1234.5 * (double)since / 1e9;
    }
    assert_near(series_summarise(points, COUNT(points), 0, INT64_MAX).slope, -1234.5);
}

static void times_at_both_ends_of_the_scale_do_not_overflow(void **state)
{
    static const struct series_point points[] = {{INT64_MIN, 4}, {INT64_MAX, 4}};
    struct series_summary summary = series_summarise(points, COUNT(points), INT64_MIN, INT64_MAX);

    (void)state;
    assert_true(summary.mean == 4);
    assert_near(summary.area, 4 * 18446744073.709551615);
}

static void a_cell_has_its_peak_and_an_empty_one_the_line(void **state)
{
    static const struct series_point points[] = {{10, 4}, {11, 9}, {12, 5}, {40, 1}};
    double cell[5];

    (void)state;
    series_cells(points, COUNT(points), 0, 50, cell, COUNT(cell));
    assert_true(isnan(cell[0])); /* nobody had looked */
    assert_near(cell[1], 9);
    assert_near(cell[2], 5 - 4 * 13.0 / 28); /* at 25 */
    assert_near(cell[3], 5 - 4 * 23.0 / 28);
    assert_near(cell[4], 1);
    series_cells(points, COUNT(points), 0, 40, cell, 4);
    assert_near(cell[3], 1); /* the end is in the last */
    series_cells(points, 1, 10, 10, cell, 2);
    assert_near(cell[0], 4);
    assert_true(isnan(cell[1]));
    series_cells(NULL, 0, 0, 50, cell, COUNT(cell));
    assert_true(isnan(cell[0]) && isnan(cell[4]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_hill_is_summed_by_trapezoids),
        cmocka_unit_test(only_the_points_in_range_count),
        cmocka_unit_test(nothing_in_range_is_all_zero),
        cmocka_unit_test(a_series_ends_where_it_is_cut),
        cmocka_unit_test(one_point_is_its_value),
        cmocka_unit_test(points_of_one_moment_do_not_divide_by_zero),
        cmocka_unit_test(a_constant_is_exact_at_any_uptime),
        cmocka_unit_test(the_mean_weighs_time),
        cmocka_unit_test(a_line_has_its_slope_even_late_and_uneven),
        cmocka_unit_test(a_cell_has_its_peak_and_an_empty_one_the_line),
        cmocka_unit_test(times_at_both_ends_of_the_scale_do_not_overflow),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
