/*
 * Expected values are of published tables, and of R 4.2.2 (wilcox.test, p.adjust, quantile), coin
 * 1.4-2 and SciPy 1.10.1 with the call beside them.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "finwait/inference.h"
#include "ranks.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void assert_near(double seen, double expected)
{
    if (!(fabs(seen - expected) <= 1e-9 * fmax(1, fabs(expected))) && seen != expected) {
        fail_msg("%.12g is not %.12g", seen, expected);
    }
}

static void assert_inference(const struct inference *it, double p, double difference, double low,
                             double high)
{
    assert_near(it->p, p);
    assert_near(it->difference, difference);
    assert_near(it->low, low);
    assert_near(it->high, high);
    assert_true(it->bounded);
}

static void ratio_of(size_t n, const double *value, double factor, double *to)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = value[i] * factor;
    }
}

/* The greatest T that is significant, two-sided: F. Wilcoxon and R. A. Wilcox, Some Rapid
 * Approximate Statistical Procedures (1964), table 2. */
static void the_cut_is_the_tables_for_signed_ranks(void **state)
{
    static const struct {
        size_t n;
        int five, one; /* per cent; -1: none */
    } table[] = {{5, -1, -1},  {6, 0, -1},   {7, 2, -1},     {8, 3, 0},      {9, 5, 1},
                 {10, 8, 3},   {11, 10, 5},  {12, 13, 7},    {13, 17, 9},    {14, 21, 12},
                 {15, 25, 15}, {20, 52, 37}, {30, 137, 109}, {40, 264, 220}, {50, 434, 373}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t *rank = ranks_untied(table[i].n);
        struct null null = null_of_signs(table[i].n, rank, true);
        assert_int_equal(null_cut(&null, 0.95), table[i].five + 1);
        assert_int_equal(null_cut(&null, 0.99), table[i].one + 1);
        null_free(&null);
        free(rank);
    }
}

/* The greatest U that is significant, two-sided: D. Auble, Bulletin of the Institute of Educational
 * Research at Indiana University 1 (1953), no. 2. */
static void the_cut_is_the_tables_for_rank_sums(void **state)
{
    static const struct {
        size_t n, m;
        int five, one;
    } table[] = {{3, 4, -1, -1},   {3, 5, 0, -1},     {4, 4, 0, -1},   {5, 5, 2, 0},
                 {5, 8, 6, 2},     {7, 9, 12, 7},     {8, 10, 17, 11}, {10, 10, 23, 16},
                 {15, 20, 90, 73}, {20, 20, 127, 105}};

    (void)state;
    for (size_t i = 0; i < COUNT(table); i++) {
        size_t *rank = ranks_untied(table[i].n + table[i].m);
        struct null null = null_of_picks(table[i].n, table[i].n + table[i].m, rank);
        assert_int_equal(null_cut(&null, 0.95), table[i].five + 1);
        assert_int_equal(null_cut(&null, 0.99), table[i].one + 1);
        null_free(&null);
        free(rank);
    }
}

/* Hamilton's depression scale (Hollander and Wolfe 1973, table 3.1, in R's ?wilcox.test):
 * wilcox.test(y, x, paired = TRUE, conf.int = TRUE). */
static void pairs_without_ties_are_as_published(void **state)
{
    static const double x[] = {1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
    static const double y[] = {0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29};
    struct inference it;

    (void)state;
    infer_paired(COUNT(x), x, y, 0.95, &it);
    assert_inference(&it, 0.0390625, -0.46, -0.786, -0.01);
    assert_int_equal(it.n, 9);
    assert_true(it.exact);
}

/* Permeability of the amnion (Hollander and Wolfe 1973, table 4.1): wilcox.test(y, x, conf.int =
 * TRUE). */
static void samples_without_ties_are_as_published(void **state)
{
    static const double x[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
    static const double y[] = {1.15, 0.88, 0.90, 0.74, 1.21};
    struct inference it;

    (void)state;
    infer_unpaired(COUNT(x), x, COUNT(y), y, 0.95, &it);
    assert_inference(&it, 0.254412254412, -0.305, -0.76, 0.15);
    assert_int_equal(it.n, 5);
    assert_true(it.exact);
    infer_unpaired(COUNT(y), y, COUNT(x), x, 0.95, &it);
    assert_inference(&it, 0.254412254412, 0.305, -0.15, 0.76);
}

/* coin: wilcoxsign_test(y ~ x, distribution = "exact", zero.method = "Pratt"). */
static void ties_and_zeros_are_ranked_after_pratt(void **state)
{
    static const struct {
        size_t n;
        double by[14];
        double p, least; /* least: 2 / 2^(n without zeros) */
    } cases[] = {
        {10, {0, 0, 1, -1, -1, 2, 3, 3, -4, 5}, 0.3671875, 2.0 / 256},
        {7, {0, 2, 2, 2, 2, 2, 2}, 0.03125, 0.03125},
        {14, {0, 0, 0, -1, 2, 2, 3, -4, 5, 5, 5, 6, 0, -7}, 0.220703125, 2.0 / 1024},
        {12, {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, -1, 1}, 0.625, 0.125},
        {8, {0, 0, 0, 0, 0, 0, 0, 0}, 1, 1},
    };
    static const double nothing[14];
    struct inference it;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        infer_paired(cases[i].n, nothing, cases[i].by, 0.95, &it);
        assert_near(it.p, cases[i].p);
        assert_near(it.least_p, cases[i].least);
        assert_int_equal(it.n, cases[i].n);
    }
}

/* scipy.stats.permutation_test((x, y), rank sum of x, permutation_type="independent",
 * n_resamples=inf). */
static void tied_samples_count_every_choice(void **state)
{
    static const double x1[] = {1, 2, 2, 3, 5, 5};
    static const double y1[] = {2, 4, 5, 6, 6, 7, 8};
    static const double x2[] = {0, 0, 0, 0, 3};
    static const double y2[] = {0, 0, 1, 3, 3, 3};
    static const double x3[] = {100, 102, 98, 101, 99, 103, 97, 100.5, 101.5, 98.5};
    static const double y3[] = {104, 105.5, 97.25, 107, 101, 108.25, 96.5, 106, 107.75, 100.75};
    struct inference it;

    (void)state;
    infer_unpaired(COUNT(x1), x1, COUNT(y1), y1, 0.95, &it);
    assert_near(it.p, 0.0442890442890);
    assert_near(it.least_p, 2.0 / 1716); /* choose(13, 6) */
    infer_unpaired(COUNT(y2), y2, COUNT(x2), x2, 0.95, &it);
    assert_near(it.p, 0.3506493506494);
    infer_unpaired(COUNT(x3), x3, COUNT(y3), y3, 0.95, &it);
    assert_near(it.p, 0.0786983913919);
}

/* Made up by remainders, so that R makes the same: k = 0..; b = 100 + ((k*37) %% 51) / 10;
 * v = b + ((k*29) %% 53 - 20) / 7 + k / 1000. */
static void remainders(size_t n, double *baseline, double *variant)
{
    for (size_t k = 0; k < n; k++) {
        baseline[k] = 100 + (double)(k * 37 % 51) / 10;
        variant[k] = baseline[k] + ((double)(k * 29 % 53) - 20) / 7 + (double)k / 1000;
    }
}

/* wilcox.test(v[1:n], b[1:n], paired = TRUE, exact = n == 50, conf.int = TRUE); of n = 51 the
 * interval by sort(Walsh averages)[qsignrank(.025, 51)], for R looks for a root there. */
static void counting_ends_at_fifty_pairs(void **state)
{
    double baseline[51];
    double variant[51];
    struct inference it;

    (void)state;
    remainders(51, baseline, variant);
    infer_paired(50, baseline, variant, 0.95, &it);
    assert_true(it.exact);
    assert_inference(&it, 0.0133048015167, 0.827714285714, 0.161857142857, 1.5175);
    infer_paired(51, baseline, variant, 0.95, &it);
    assert_false(it.exact);
    assert_inference(&it, 0.0153911816421, 0.827714285714, 0.161857142857, 1.467071428571);
}

/* By rank() and pnorm() with Pratt's ranks: d = round(((k*29) %% 53 - 20) / 7), k = 0..59. */
static void many_pairs_with_ties_and_zeros_are_normal(void **state)
{
    static const double nothing[60];
    double by[60];
    struct inference it;

    (void)state;
    for (size_t k = 0; k < 60; k++) {
        by[k] = round(((double)(k * 29 % 53) - 20) / 7);
    }
    infer_paired(60, nothing, by, 0.95, &it);
    assert_false(it.exact);
    assert_near(it.p, 0.0213152118153);
}

/* wilcox.test(y, x, exact = FALSE) with x = ((0:59) * 37) %% 61 + 0.5, y = ((0:119) * 29) %% 127;
 * the interval by sort(outer(y, x, "-"))[qwilcox(.025, 60, 120)]. */
static void large_samples_are_normal(void **state)
{
    double x[60];
    double y[120];
    struct inference it;

    (void)state;
    for (size_t k = 0; k < 120; k++) {
        y[k] = (double)(k * 29 % 127);
        x[k % 60] = (double)(k % 60 * 37 % 61) + 0.5;
    }
    infer_unpaired(60, x, 120, y, 0.95, &it);
    assert_false(it.exact);
    assert_inference(&it, 3.73298281107e-08, 32.5, 20.5, 43.5);
}

static void nothing_is_known_of_nothing(void **state)
{
    static const double bad[] = {NAN, INFINITY, -INFINITY};
    static const double good[] = {1, 2, 3};
    struct inference it[4];

    (void)state;
    infer_paired(0, NULL, NULL, 0.95, &it[0]);
    infer_paired(3, bad, good, 0.95, &it[1]);
    infer_unpaired(3, good, 3, bad, 0.95, &it[2]);
    infer_unpaired(0, NULL, 3, good, 0.95, &it[3]);
    for (size_t i = 0; i < COUNT(it); i++) {
        assert_int_equal(it[i].n, 0);
        assert_true(isnan(it[i].p) && isnan(it[i].least_p) && isnan(it[i].difference));
        assert_true(!it[i].bounded && it[i].low == -INFINITY && it[i].high == INFINITY);
        assert_false(infer_equivalent(&it[i], INFINITY));
        assert_true(infer_detectable(&it[i]) == INFINITY);
    }
}

static void what_was_not_measured_is_left_out(void **state)
{
    static const double baseline[] = {1, NAN, 2, 3, 4, 5, INFINITY, 6, 1e308};
    static const double variant[] = {2, 3, 3.5, NAN, 4.25, 7, 1, 8.5, -1e308};
    static const double kept[] = {1, 2, 4, 5, 6};
    static const double against[] = {2, 3.5, 4.25, 7, 8.5};
    struct inference it;
    struct inference expected;

    (void)state;
    infer_paired(COUNT(baseline), baseline, variant, 0.9, &it);
    infer_paired(COUNT(kept), kept, against, 0.9, &expected);
    assert_int_equal(it.n, 5);
    assert_inference(&it, expected.p, expected.difference, expected.low, expected.high);
    assert_near(it.p, 0.0625);
}

static void few_pairs_have_no_interval(void **state)
{
    static const double baseline[6];
    static const double variant[] = {3, 1, 2, 5, 4, 6};
    struct inference it;

    (void)state;
    infer_paired(1, baseline, variant, 0.95, &it);
    assert_true(it.p == 1 && it.difference == 3 && !it.bounded && it.exact);
    infer_paired(5, baseline, variant, 0.95, &it);
    assert_true(it.p == 0.0625 && it.difference == 3 && !it.bounded);
    infer_paired(5, baseline, variant, 0.9, &it);
    assert_inference(&it, 0.0625, 3, 1, 5);
    infer_paired(6, baseline, variant, 0.95, &it);
    assert_inference(&it, 0.03125, 3.5, 1, 6);
    infer_paired(6, baseline, variant, 1, &it);
    assert_false(it.bounded);
    infer_paired(6, baseline, variant, NAN, &it);
    assert_false(it.bounded);
}

static void equal_values_differ_by_nothing(void **state)
{
    static const double same[] = {7, 7, 7, 7, 7, 7, 7};
    struct inference it;

    (void)state;
    infer_paired(COUNT(same), same, same, 0.95, &it);
    assert_inference(&it, 1, 0, 0, 0);
    assert_true(infer_equivalent(&it, 1e-9));
    assert_false(infer_equivalent(&it, 0));
    infer_unpaired(COUNT(same), same, COUNT(same), same, 0.95, &it);
    assert_inference(&it, 1, 0, 0, 0);
}

static void a_ratio_is_told_as_its_difference_from_one(void **state)
{
    static const double baseline[] = {10, 1000, 100, 3, 31, 200, 0.25, 64};
    double variant[COUNT(baseline)];
    struct inference it = {.n = 99};

    (void)state;
    ratio_of(COUNT(baseline), baseline, 1.05, variant);
    assert_true(infer_paired_ratio(COUNT(baseline), baseline, variant, 0.95, &it));
    assert_inference(&it, 2.0 / 256, 0.05, 0.05, 0.05);
    assert_true(infer_unpaired_ratio(COUNT(baseline), baseline, 3, variant, 0.95, &it));
    assert_true(it.p > 0.2 && it.low < 0 && it.high > 0);
    variant[3] = 0;
    it.n = 99;
    assert_false(infer_paired_ratio(COUNT(baseline), baseline, variant, 0.95, &it));
    assert_false(infer_unpaired_ratio(COUNT(baseline), variant, 2, baseline, 0.95, &it));
    assert_int_equal(it.n, 99);
    variant[3] = NAN;
    assert_true(infer_paired_ratio(COUNT(baseline), baseline, variant, 0.95, &it));
    assert_int_equal(it.n, 7);
}

/* p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.005, NA, 0.5), "holm") */
static void holm_corrects_for_looking_often(void **state)
{
    double p[] = {0.01, 0.02, 0.03, 0.04, 0.005, NAN, 0.5};
    static const double expected[] = {0.05, 0.08, 0.09, 0.09, 0.03, NAN, 0.5};
    double alone = 0.7;
    double high[] = {0.6, 0.7};

    (void)state;
    infer_holm(COUNT(p), p);
    for (size_t i = 0; i < COUNT(p); i++) {
        if (isnan(expected[i])) {
            assert_true(isnan(p[i]));
        } else {
            assert_near(p[i], expected[i]);
        }
    }
    infer_holm(1, &alone);
    assert_true(alone == 0.7);
    infer_holm(2, high);
    assert_true(high[0] == 1 && high[1] == 1);
    infer_holm(0, NULL);
}

static void the_fewest_pairs_are_those_that_can_reach_alpha(void **state)
{
    (void)state;
    assert_int_equal(infer_least_pairs(0.05), 6);
    assert_int_equal(infer_least_pairs(0.05 / 20), 10);
    assert_int_equal(infer_least_pairs(0.05 / 25), 10);
    assert_int_equal(infer_least_pairs(0.05 / 26), 11);
    assert_int_equal(infer_least_pairs(0.0625), 5);
    assert_int_equal(infer_least_pairs(1), 1);
    assert_true(infer_least_pairs(0) == SIZE_MAX && infer_least_pairs(NAN) == SIZE_MAX);
}

static void what_could_be_seen_just_clears_zero(void **state)
{
    static const struct inference it = {
        .n = 10, .difference = 1, .low = -2, .high = 3, .p = 0.3, .bounded = true};

    (void)state;
    assert_true(infer_detectable(&it) == 3);
    assert_true(infer_equivalent(&it, 3.5));
    assert_false(infer_equivalent(&it, 3));
    assert_false(infer_equivalent(&it, 2.5));
    assert_false(infer_equivalent(&it, NAN));
}

/* quantile(c(3, 1, 4, 1, 5, 9, 2, 6), type = 7) */
static void a_spread_is_told_by_quartiles(void **state)
{
    static const double value[] = {3, 1, NAN, 4, 1, 5, 9, 2, 6, INFINITY};
    struct spread spread;

    (void)state;
    spread_of(COUNT(value), value, &spread);
    assert_int_equal(spread.n, 8);
    assert_true(spread.median == 3.5 && spread.least == 1 && spread.most == 9);
    assert_true(spread.low_quartile == 1.75 && spread.high_quartile == 5.25);
    spread_of(1, value, &spread);
    assert_true(spread.median == 3 && spread.low_quartile == 3 && spread.high_quartile == 3);
    spread_of(1, value + 2, &spread);
    assert_true(spread.n == 0 && isnan(spread.median) && isnan(spread.most));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cut_is_the_tables_for_signed_ranks),
        cmocka_unit_test(the_cut_is_the_tables_for_rank_sums),
        cmocka_unit_test(pairs_without_ties_are_as_published),
        cmocka_unit_test(samples_without_ties_are_as_published),
        cmocka_unit_test(ties_and_zeros_are_ranked_after_pratt),
        cmocka_unit_test(tied_samples_count_every_choice),
        cmocka_unit_test(counting_ends_at_fifty_pairs),
        cmocka_unit_test(many_pairs_with_ties_and_zeros_are_normal),
        cmocka_unit_test(large_samples_are_normal),
        cmocka_unit_test(nothing_is_known_of_nothing),
        cmocka_unit_test(what_was_not_measured_is_left_out),
        cmocka_unit_test(few_pairs_have_no_interval),
        cmocka_unit_test(equal_values_differ_by_nothing),
        cmocka_unit_test(a_ratio_is_told_as_its_difference_from_one),
        cmocka_unit_test(holm_corrects_for_looking_often),
        cmocka_unit_test(the_fewest_pairs_are_those_that_can_reach_alpha),
        cmocka_unit_test(what_could_be_seen_just_clears_zero),
        cmocka_unit_test(a_spread_is_told_by_quartiles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
