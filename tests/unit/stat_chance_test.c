/* How often verdicts are wrong and right, over made-up comparisons: the same ones each time. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "finwait/inference.h"

enum { COMPARISONS = 2000, METRICS = 20, ROUNDS = 12 };

#define ALPHA 0.05
#define NOISE 0.02

/* splitmix64: G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014. */
static uint64_t draw_state;

static double draw_uniform(void)
{
    uint64_t z = draw_state += 0x9E3779B97F4A7C15U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

/* Box and Muller's. */
static double draw_normal(void)
{
    return sqrt(-2 * log(draw_uniform())) * cos(2 * acos(-1) * draw_uniform());
}

struct comparison {
    double baseline[METRICS][ROUNDS];
    double variant[METRICS][ROUNDS];
};

/* A trial: metrics of different sizes, a third of whose variance they share. */
static void draw_trial(double noise, size_t round, double value[METRICS][ROUNDS])
{
    double shared = draw_normal();

    for (size_t i = 0; i < METRICS; i++) {
        double own = draw_normal();
        value[i][round] =
            pow(3, (double)i) * exp(noise * (sqrt(1.0 / 3) * shared + sqrt(2.0 / 3) * own));
    }
}

/* Rounds of a baseline and a variant that is the same but for metric 7, which is `more` of itself.
 */
static void draw(struct comparison *it, double noise, double more)
{
    for (size_t round = 0; round < ROUNDS; round++) {
        draw_trial(noise, round, it->baseline);
        draw_trial(noise, round, it->variant);
        it->variant[7][round] *= 1 + more;
    }
}

/* Every metric's p after Holm, from the first `n` rounds. */
static void judge(const struct comparison *it, size_t n, double p[METRICS])
{
    struct inference inference;

    for (size_t i = 0; i < METRICS; i++) {
        infer_paired(n, it->baseline[i], it->variant[i], 1 - ALPHA, &inference);
        p[i] = inference.p;
    }
    infer_holm(METRICS, p);
}

static int restart(void **state)
{
    (void)state;
    draw_state = 20240229;
    return 0;
}

static double share_of(size_t count, size_t all)
{
    return (double)count / (double)all;
}

static void assert_within(double share, double least, double most)
{
    if (share < least || share > most) {
        fail_msg("%.2f %% is not within %.1f to %.1f %%", 100 * share, 100 * least, 100 * most);
    }
}

static void assert_share(size_t count, double least, double most)
{
    assert_within(share_of(count, COMPARISONS), least, most);
}

static void the_same_twice_rarely_differs(void **state)
{
    struct comparison it;
    double p[METRICS];
    size_t called = 0;

    (void)state;
    for (size_t i = 0; i < COMPARISONS; i++) {
        bool any = false;
        draw(&it, NOISE, 0);
        judge(&it, 10, p);
        for (size_t metric = 0; metric < METRICS; metric++) {
            any = any || p[metric] <= ALPHA;
        }
        called += any;
    }
    assert_share(called, 0.02, ALPHA);
}

/* The share of comparisons in which metric 7 is found to be 5 % more. */
static double found(size_t n, double noise)
{
    struct comparison it;
    double p[METRICS];
    size_t count = 0;

    for (size_t i = 0; i < COMPARISONS / 2; i++) {
        draw(&it, noise, 0.05);
        judge(&it, n, p);
        count += p[7] <= ALPHA;
    }
    return share_of(count, COMPARISONS / 2);
}

/* As inference.h tells of infer_least_pairs(). */
static void five_per_cent_more_are_found_among_twenty_metrics(void **state)
{
    (void)state;
    assert_within(found(10, NOISE / sqrt(2)), 0.92, 0.96);
    assert_within(found(10, NOISE), 0.63, 0.72);
    assert_within(found(12, NOISE), 0.91, 0.95);
}

/* One metric alone: whether it is told from nothing, and its interval holds what is true. */
static void one_metric_is_found_and_lies_in_its_interval(void **state)
{
    struct comparison it;
    struct inference inference;
    size_t called = 0;
    size_t held = 0;

    (void)state;
    for (size_t i = 0; i < COMPARISONS; i++) {
        draw(&it, NOISE, 0.05);
        assert_true(infer_paired_ratio(10, it.baseline[7], it.variant[7], 1 - ALPHA, &inference));
        called += inference.p <= ALPHA;
        held += inference.low <= 0.05 && inference.high >= 0.05;
    }
    assert_share(called, 0.99, 1);
    assert_share(held, 0.94, 0.97);
}

/* In how many a metric that is `more` of itself is said to be the same, within 5 %. */
static size_t equivalent(double more)
{
    struct comparison it;
    struct inference inference;
    size_t count = 0;

    for (size_t i = 0; i < COMPARISONS; i++) {
        draw(&it, NOISE, more);
        infer_paired_ratio(10, it.baseline[7], it.variant[7], 1 - ALPHA, &inference);
        count += infer_equivalent(&inference, 0.05);
    }
    return count;
}

static void equivalence_is_rarely_claimed_wrongly(void **state)
{
    (void)state;
    assert_share(equivalent(0.05), 0.01, 0.035);
    assert_share(equivalent(0), 0.95, 1);
}

/* In how many samples of their own, of 8 and 12 with ties, differ. */
static void samples_of_the_same_rarely_differ(void **state)
{
    struct comparison it;
    struct inference inference;
    size_t called = 0;

    (void)state;
    for (size_t i = 0; i < COMPARISONS; i++) {
        draw(&it, NOISE, 0);
        for (size_t round = 0; round < ROUNDS; round++) {
            it.baseline[3][round] = floor(it.baseline[3][round]);
            it.variant[3][round] = floor(it.variant[3][round]);
        }
        infer_unpaired(8, it.baseline[3], 12, it.variant[3], 1 - ALPHA, &inference);
        called += inference.p <= ALPHA;
    }
    assert_share(called, 0.01, ALPHA);
}

/* Of a difference as large as is said to be seen, and of one 1.5 times as large. */
static void what_is_said_to_be_seen_is(void **state)
{
    struct comparison it;
    struct inference inference;
    size_t seen[2] = {0};

    (void)state;
    for (size_t i = 0; i < COMPARISONS; i++) {
        draw(&it, NOISE, 0);
        infer_paired(10, it.baseline[0], it.variant[0], 1 - ALPHA, &inference);
        double detectable = infer_detectable(&inference);
        for (size_t larger = 0; larger < 2; larger++) {
            draw(&it, NOISE, 0);
            for (size_t round = 0; round < ROUNDS; round++) {
                it.variant[0][round] += detectable * (larger ? 1.5 : 1);
            }
            infer_paired(10, it.baseline[0], it.variant[0], 1 - ALPHA, &inference);
            seen[larger] += inference.p <= ALPHA;
        }
    }
    assert_share(seen[0], 0.45, 0.65);
    assert_share(seen[1], 0.78, 0.92);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_same_twice_rarely_differs, restart),
        cmocka_unit_test_setup(five_per_cent_more_are_found_among_twenty_metrics, restart),
        cmocka_unit_test_setup(one_metric_is_found_and_lies_in_its_interval, restart),
        cmocka_unit_test_setup(equivalence_is_rarely_claimed_wrongly, restart),
        cmocka_unit_test_setup(samples_of_the_same_rarely_differ, restart),
        cmocka_unit_test_setup(what_is_said_to_be_seen_is, restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
