#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "finwait/histogram.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { VALUES = 50000 };

static const double quantiles[] = {0,   0.0001, 0.01, 0.1,   0.25,   0.5,     0.75,
                                   0.9, 0.95,   0.99, 0.999, 0.9999, 0.99999, 1};

/* xorshift64*: the same numbers every time. */
static double uniform(void)
{
    static uint64_t seed = 88172645463325252;

    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (double)((seed * 2685821657736338717U) >> 11) / 9007199254740992.0;
}

static int64_t tiny(size_t i)
{
    (void)i;
    return (int64_t)(uniform() * 200);
}

static int64_t flat(size_t i)
{
    (void)i;
    return (int64_t)(uniform() * 1e9);
}

static int64_t rising(size_t i)
{
    return (int64_t)i * 1009;
}

static int64_t exponential(size_t i)
{
    (void)i;
    return (int64_t)(-log(1 - uniform()) * 250e3);
}

static int64_t lognormal(size_t i)
{
    double normal = 0;

    (void)i;
    for (int k = 0; k < 12; k++) {
        normal += uniform() - 0.5;
    }
    return (int64_t)(exp(normal * 2) * 1e6);
}

static int64_t pareto(size_t i)
{
    (void)i;
    return (int64_t)fmin(20e3 / pow(1 - uniform(), 1 / 1.1), 1.7e13);
}

static int64_t bimodal(size_t i)
{
    return i % 100 == 0 ? (int64_t)(3e9 + uniform() * 1e6) : (int64_t)(40e3 + uniform() * 5e3);
}

static int64_t constant(size_t i)
{
    (void)i;
    return 123456789;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

/* The least value v of the sorted array such that at least `quantile` of them are <= v. */
static int64_t exact_quantile(const int64_t *sorted, size_t count, double quantile)
{
    size_t rank = 1;

    while (rank < count && (double)rank / (double)count < quantile) {
        rank++;
    }
    return sorted[rank - 1];
}

static void check_against_sorted(int64_t (*draw)(size_t))
{
    static int64_t values[VALUES];
    static struct histogram histogram;
    double sum = 0;

    histogram = (struct histogram){0};
    for (size_t i = 0; i < VALUES; i++) {
        values[i] = draw(i);
        sum += (double)values[i];
        histogram_record(&histogram, values[i]);
    }
    qsort(values, VALUES, sizeof values[0], compare);
    for (size_t i = 0; i < COUNT(quantiles); i++) {
        int64_t exact = exact_quantile(values, VALUES, quantiles[i]);
        int64_t seen = histogram_quantile(&histogram, quantiles[i]);
        if (seen < exact || (double)(seen - exact) > 0.01 * (double)exact) {
            fail_msg("quantile %g: %lld, exactly %lld", quantiles[i], (long long)seen,
                     (long long)exact);
        }
        if (exact < 256) {
            assert_int_equal(seen, exact);
        }
    }
    assert_int_equal(histogram.count, VALUES);
    assert_int_equal(histogram.min, values[0]);
    assert_int_equal(histogram.max, values[VALUES - 1]);
    assert_true(fabs(histogram_mean(&histogram) - sum / VALUES) <= 1e-9 * sum);
}

static void quantiles_are_within_a_hundredth(void **state)
{
    (void)state;
    check_against_sorted(tiny);
    check_against_sorted(flat);
    check_against_sorted(rising);
    check_against_sorted(exponential);
    check_against_sorted(lognormal);
    check_against_sorted(pareto);
    check_against_sorted(bimodal);
    check_against_sorted(constant);
}

/* 0.07 × 100 is 7.000000000000001 in doubles, and yet the 7th of 100 is meant. */
static void ranks_are_exact(void **state)
{
    static struct histogram histogram;

    (void)state;
    histogram = (struct histogram){0};
    for (int64_t value = 1; value <= 100; value++) {
        histogram_record(&histogram, value);
    }
    for (int percent = 1; percent <= 100; percent++) {
        assert_int_equal(histogram_quantile(&histogram, percent / 100.0), percent);
    }
    assert_int_equal(histogram_quantile(&histogram, 0.0701), 8);
    assert_int_equal(histogram_quantile(&histogram, -1), 1);
    assert_int_equal(histogram_quantile(&histogram, 0), 1);
    assert_int_equal(histogram_quantile(&histogram, 2), 100);
    assert_int_equal(histogram_quantile(&histogram, NAN), 1);
}

static void buckets_join_without_gap_or_overlap(void **state)
{
    int64_t low;
    int64_t high;
    int64_t expected = 0;

    (void)state;
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        histogram_bounds(i, &low, &high);
        assert_int_equal(low, expected);
        assert_true(high > low);
        if (i < HISTOGRAM_BUCKETS - 1) {
            assert_true((high - 1 - low) * 128 <= low);
        }
        expected = high;
    }
    assert_int_equal(expected, INT64_MAX);
    assert_true(low < INT64_C(1) << HISTOGRAM_MAX_BITS);
}

static void a_value_counts_in_the_bucket_that_bounds_it(void **state)
{
    static struct histogram histogram;
    int64_t low;
    int64_t high;

    (void)state;
    histogram = (struct histogram){0};
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        histogram_bounds(i, &low, &high);
        histogram_record(&histogram, low);
        histogram_record(&histogram, high - 1);
        assert_int_equal(histogram.bucket[i], 2);
    }
    assert_int_equal(histogram.count, 2 * HISTOGRAM_BUCKETS);
}

static void values_off_the_scale_are_held(void **state)
{
    static struct histogram histogram;

    (void)state;
    histogram = (struct histogram){0};
    histogram_record(&histogram, INT64_MIN);
    histogram_record(&histogram, -1);
    histogram_record(&histogram, INT64_MAX);
    assert_int_equal(histogram.count, 3);
    assert_int_equal(histogram.bucket[0], 2);
    assert_int_equal(histogram.bucket[HISTOGRAM_BUCKETS - 1], 1);
    assert_int_equal(histogram.min, 0);
    assert_int_equal(histogram.max, INT64_MAX);
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    assert_int_equal(histogram_quantile(&histogram, 1), INT64_MAX);
}

static void an_empty_one_answers_0(void **state)
{
    static struct histogram histogram;
    static struct histogram other;

    (void)state;
    histogram = (struct histogram){0};
    assert_int_equal(histogram_quantile(&histogram, 0.5), 0);
    assert_true(histogram_mean(&histogram) == 0);
    other = (struct histogram){0};
    histogram_record(&other, 500);
    histogram_merge(&other, &histogram);
    assert_int_equal(other.count, 1);
    assert_int_equal(other.min, 500);
    assert_int_equal(other.max, 500);
}

/* Memory fresh from mmap(2) needs no initialization. */
static void zeroed_memory_is_an_empty_one(void **state)
{
    static struct histogram zeroed;

    (void)state;
    histogram_record(&zeroed, 700);
    assert_int_equal(zeroed.min, 700);
    assert_int_equal(zeroed.max, 700);
}

static void merging_equals_recording_in_one(void **state)
{
    static struct histogram parts[4];
    static struct histogram merged;
    static struct histogram whole;

    (void)state;
    merged = (struct histogram){0};
    whole = (struct histogram){0};
    for (size_t part = 0; part < COUNT(parts); part++) {
        parts[part] = (struct histogram){0};
        for (size_t i = 0; part < 3 && i < 1000 * (part + 1); i++) {
            int64_t value = (int64_t)(uniform() * pow(1000, (double)part + 1));
            histogram_record(&parts[part], value);
            histogram_record(&whole, value);
        }
    }
    for (size_t part = COUNT(parts); part-- > 0;) {
        histogram_merge(&merged, &parts[part]);
    }
    assert_int_equal(merged.count, whole.count);
    assert_int_equal(merged.min, whole.min);
    assert_int_equal(merged.max, whole.max);
    assert_true(merged.sum == whole.sum); /* whole numbers below 2^53 add exactly */
    assert_memory_equal(merged.bucket, whole.bucket, sizeof whole.bucket);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_within_a_hundredth),
        cmocka_unit_test(ranks_are_exact),
        cmocka_unit_test(buckets_join_without_gap_or_overlap),
        cmocka_unit_test(a_value_counts_in_the_bucket_that_bounds_it),
        cmocka_unit_test(values_off_the_scale_are_held),
        cmocka_unit_test(an_empty_one_answers_0),
        cmocka_unit_test(zeroed_memory_is_an_empty_one),
        cmocka_unit_test(merging_equals_recording_in_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
