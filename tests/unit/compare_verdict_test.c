#include "compare_testing.h"

#include <math.h>

static void test_a_planted_difference_is_seen(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 10, 1050, 20, 0);

    judge(comparison);
    const struct comparison_row *row = row_of(comparison, "connections.rate", 1);
    assert_verdict(comparison, "connections.rate", "higher");
    assert_int_equal(row->n, 10);
    assert_true(row->has_p && row->p <= 0.05 && !row->exact);
    assert_true(row->has_interval && row->low <= row->difference && row->difference <= row->high);
    assert_true(row->low > 0);
    assert_int_equal(comparison_status(comparison), STATUS_OK);
    comparison_free(comparison);
}

static void test_the_same_with_little_noise_is_no_difference(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 10, 1000, 10, 0);

    judge(comparison);
    assert_verdict(comparison, "connections.rate", "no difference");
    assert_verdict(comparison, "connections.failed", "equal");
    comparison_free(comparison);
}

static void test_the_same_with_much_noise_is_not_seen(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 10, 1000, 400, 0);

    judge(comparison);
    const struct comparison_row *row = row_of(comparison, "connections.rate", 1);
    assert_verdict(comparison, "connections.rate", "not seen");
    assert_true(row->has_detectable && row->detectable > 50);
    comparison_free(comparison);
}

/* Nothing can be more than all less, and what varies is the baseline alone. */
static void test_a_rate_that_fell_to_0_fell_by_all_of_it(void **state)
{
    (void)state;
    for (int paired = 0; paired < 2; paired++) {
        unsigned dice = 7;
        struct comparison *comparison = comparison_new("made-up", paired);
        comparison_add_variant(comparison, "a", NULL);
        comparison_add_variant(comparison, "b", NULL);
        for (size_t i = 1; i <= 10; i++) {
            add_made_up(comparison, 0, i, made_up(1000 + 400 * noise(&dice), 0));
            add_made_up(comparison, 1, i, made_up(0, 0));
        }
        judge(comparison);
        const struct comparison_row *row = row_of(comparison, "connections.rate", 1);
        assert_verdict(comparison, "connections.rate", "lower");
        assert_true(row->difference == -row->baseline && row->low == -row->baseline);
        assert_true(row->high == -row->baseline && row->p <= 0.05);
        comparison_free(comparison);
    }
}

static void test_few_trials_call_no_difference_of_what_varies(void **state)
{
    (void)state;
    for (size_t rounds = 1; rounds < 6; rounds++) {
        struct comparison *comparison = two_variants(true, rounds, 5000, 20, 0);
        judge(comparison);
        assert_verdict(comparison, "connections.rate", "not seen");
        assert_false(row_of(comparison, "connections.rate", 1)->has_interval);
        assert_true(isinf(comparison_widest(comparison)));
        comparison_free(comparison);
    }
}

static void test_counts_that_never_vary_are_exact(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 2, 1000, 10, 200);

    judge(comparison);
    const struct comparison_row *row = row_of(comparison, "connections.failed", 1);
    assert_verdict(comparison, "connections.failed", "higher");
    assert_true(row->exact && !row->has_p);
    assert_true(row->difference == 200 && row->low == 200 && row->high == 200);
    comparison_free(comparison);
}

/* One of each, or a few small ones, can be chance. */
static void test_few_equal_counts_are_not_taken_for_exact(void **state)
{
    (void)state;
    static const struct {
        size_t rounds;
        double failed;
        const char *verdict;
    } cases[] = {
        {1, 200, "not seen"}, {2, 1, "not seen"}, {3, 5, "not seen"},
        {5, 1, "not seen"},   {6, 1, "higher"},   {2, 9, "higher"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct comparison *comparison =
            two_variants(true, cases[i].rounds, 1000, 10, cases[i].failed);
        judge(comparison);
        assert_verdict(comparison, "connections.failed", cases[i].verdict);
        comparison_free(comparison);
    }
}

static void test_what_a_variant_lacks_is_unmeasured(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 0, 0, 0, 0);

    for (size_t round = 1; round <= 8; round++) {
        struct result *with = made_up(1000 + (double)round, 0);
        put_metric(with, "latency.connect.p50", 0.001 * (double)round);
        add_made_up(comparison, 0, round, with);
        add_made_up(comparison, 1, round, made_up(1000, 0));
    }
    judge(comparison);
    assert_verdict(comparison, "latency.connect.p50", "unmeasured");
    assert_false(row_of(comparison, "latency.connect.p50", 1)->has_medians);
    comparison_free(comparison);
}

/* Counters that did not move and errnos that did not occur are not listed, and were 0 where they
 * were measured. */
static void test_what_is_not_listed_is_0_where_it_was_measured(void **state)
{
    (void)state;
    static const char *const moved[] = {"client.counter.TcpExtTCPTimeWaitOverflow",
                                        "errors.EADDRNOTAVAIL", "client.errors.EADDRNOTAVAIL"};

    for (int measured = 0; measured < 2; measured++) {
        struct comparison *comparison = two_variants(true, 0, 0, 0, 0);
        for (size_t round = 1; round <= 2; round++) {
            struct result *without = made_up(1000, 0);
            struct result *with = made_up(1000, 0);
            if (measured) {
                without->side[SIDE_CLIENT].played = true;
                counters_add(&without->side[SIDE_CLIENT].counters, "TcpExtTCPTimeWaitOverflow");
            }
            for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
                put_metric(with, moved[i], 50);
            }
            add_made_up(comparison, 0, round, without);
            add_made_up(comparison, 1, round, with);
        }
        struct comparison_terms terms = {
            .margin = 0.05, .metric_count = sizeof moved / sizeof moved[0], .metric = moved};
        comparison_judge(comparison, &terms);
        for (size_t i = 0; i < sizeof moved / sizeof moved[0]; i++) {
            assert_verdict(comparison, moved[i], measured ? "higher" : "unmeasured");
        }
        comparison_free(comparison);
    }
}

static void test_a_failed_trial_leaves_its_pair_out(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 9, 1000, 10, 0);

    comparison_add_failure(comparison, 1, 10, STATUS_MACHINE, "a worker died");
    add_made_up(comparison, 0, 10, made_up(1e9, 0));
    judge(comparison);
    assert_int_equal(row_of(comparison, "connections.rate", 1)->n, 9);
    assert_true(row_of(comparison, "connections.rate", 1)->baseline < 1100);
    assert_int_equal(comparison_status(comparison), STATUS_OK);
    comparison_free(comparison);
}

static void test_a_variant_without_trials_is_not_ok(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 3, 1000, 10, 0);

    comparison_add_variant(comparison, "c", NULL);
    comparison_add_failure(comparison, 2, 1, STATUS_MACHINE, "no memory");
    judge(comparison);
    assert_int_equal(row_of(comparison, "connections.rate", 2)->verdict, COMPARISON_UNMEASURED);
    assert_int_equal(comparison_status(comparison), STATUS_UNMET);
    comparison->cut = true;
    assert_int_equal(comparison_status(comparison), STATUS_INTERRUPTED);
    comparison_free(comparison);
}

static void test_a_baseline_of_nothing_has_no_margin(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 0, 0, 0, 0);

    for (size_t round = 1; round <= 12; round++) {
        add_made_up(comparison, 0, round, made_up(1000, round == 3 ? 1 : 0));
        add_made_up(comparison, 1, round, made_up(1000, round == 5 ? 1 : 0));
    }
    judge(comparison);
    assert_verdict(comparison, "connections.failed", "not seen");
    comparison_free(comparison);
}

static void test_ties_do_not_mislead(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 0, 0, 0, 0);

    for (size_t round = 1; round <= 12; round++) {
        double rate = round % 2 == 0 ? 10 : 11;
        add_made_up(comparison, 0, round, made_up(rate, (double)(round % 3)));
        add_made_up(comparison, 1, round, made_up(rate, (double)(round % 3) + 3));
    }
    judge(comparison);
    assert_true(row_of(comparison, "connections.rate", 1)->verdict != COMPARISON_HIGHER);
    assert_verdict(comparison, "connections.failed", "higher");
    comparison_free(comparison);
}

static void test_no_number_is_no_value(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 8, 1000, 10, 0);

    add_made_up(comparison, 0, 9, made_up(NAN, 0));
    add_made_up(comparison, 1, 9, made_up(INFINITY, 0));
    judge(comparison);
    assert_int_equal(row_of(comparison, "connections.rate", 1)->n, 8);
    comparison_free(comparison);
}

static void test_results_made_earlier_are_unpaired(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(false, 8, 1200, 20, 0);

    judge(comparison);
    assert_verdict(comparison, "connections.rate", "higher");
    comparison_free(comparison);
}

static void test_one_variant_does_not_cost_another_its_verdict(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 7, 1100, 10, 0);

    for (size_t variant = 2; variant < 8; variant++) {
        char name[2] = {(char)('a' + variant), '\0'};
        comparison_add_variant(comparison, name, NULL);
        for (size_t round = 1; round <= 7; round++) {
            add_made_up(comparison, variant, round, made_up(1000 + (double)(round * variant), 0));
        }
    }
    judge(comparison);
    assert_verdict(comparison, "connections.rate", "higher");
    comparison_free(comparison);
}

/* Rows of which hardly any value differs do not cost the others theirs. */
static void test_rows_that_cannot_be_called_do_not_count(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 0, 0, 0, 0);

    for (size_t round = 1; round <= 10; round++) {
        for (size_t variant = 0; variant < 2; variant++) {
            struct result *result = made_up(1000 + 100 * (double)variant + (double)round, 0);
            for (unsigned state_at = 0; state_at < TCP_STATE_N; state_at++) {
                for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
                    char name[64];
                    snprintf(name, sizeof name, "%s.%s.peak", side_name(side),
                             tcp_state_name((enum tcp_state)state_at));
                    put_metric(result, name, round == 3 && variant == 1 ? 1 : 0);
                    snprintf(name, sizeof name, "%s.%s.final", side_name(side),
                             tcp_state_name((enum tcp_state)state_at));
                    put_metric(result, name, round == 4 && variant == 0 ? 1 : 0);
                }
            }
            add_made_up(comparison, variant, round, result);
        }
    }
    judge(comparison);
    assert_verdict(comparison, "connections.rate", "higher");
    assert_int_equal(row_of(comparison, "connections.rate", 1)->family, 1);
    assert_verdict(comparison, "client.time_wait.peak", "not seen");
    assert_true(row_of(comparison, "client.time_wait.peak", 1)->p >= 1);
    comparison_free(comparison);
}

/* Events that come by themselves, `mean` of them (Knuth's product of uniform numbers). */
static double chance_count(unsigned *state, double mean)
{
    double limit = exp(-mean);
    double product = (noise(state) + 1) / 2;
    double count = 0;

    while (product > limit) {
        product *= (noise(state) + 1) / 2;
        count++;
    }
    return count;
}

/* Whether two of the same, with rates that scatter and counts that are chance, are told apart. */
static bool calls_a_difference(unsigned *state, size_t rounds)
{
    static const char *const counts[] = {
        "client.fin_wait1.peak",  "client.fin_wait2.peak",  "client.closing.peak",
        "server.close_wait.peak", "server.last_ack.peak",   "server.syn_recv.peak",
        "client.syn_sent.peak",   "server.fin_wait1.final", "server.closing.final",
    };
    struct comparison *comparison = two_variants(true, 0, 0, 0, 0);
    bool called = false;

    for (size_t i = 0; i < 2 * rounds; i++) {
        struct result *result = made_up(1000 + 300 * noise(state), chance_count(state, 0.7));
        for (size_t j = 0; j < sizeof counts / sizeof counts[0]; j++) {
            put_metric(result, counts[j], chance_count(state, 0.1 * (double)(j * j)));
        }
        add_made_up(comparison, i % 2, i / 2 + 1, result);
    }
    judge(comparison);
    for (size_t i = 0; i < comparison->row_count; i++) {
        called |= comparison->row[i].verdict == COMPARISON_HIGHER ||
                  comparison->row[i].verdict == COMPARISON_LOWER;
    }
    comparison_free(comparison);
    return called;
}

static void test_chance_is_rarely_called_a_difference(void **state)
{
    (void)state;
    static const size_t rounds[] = {1, 2, 3, 5, 6, 10};
    enum { COMPARISONS = 200 };

    for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
        unsigned random = (unsigned)rounds[i];
        int called = 0;
        for (int j = 0; j < COMPARISONS; j++) {
            called += calls_a_difference(&random, rounds[i]);
        }
        if (called > COMPARISONS / 20) {
            fail_msg("%d of %d comparisons of %zu rounds", called, COMPARISONS, rounds[i]);
        }
    }
}

/* Judged after each round: nothing of the last time is left. */
static void test_judging_again_is_judging_anew(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 7, 1100, 10, 0);

    judge(comparison);
    size_t rows = comparison->row_count;
    judge(comparison);
    assert_int_equal(comparison->row_count, rows);
    assert_int_equal(comparison->differs_count, 0);
    comparison_free(comparison);
}

static void test_all_rows_stand_differences_first(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 8, 1000, 10, 300);

    judge(comparison);
    assert_string_equal(comparison->row[0].metric, "connections.failed");
    comparison_free(comparison);
}

static void test_conditions(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        bool fails;
    } cases[] = {
        {"connections.rate higher", true},
        {"connections.rate lower", false},
        {"connections.rate higher by 5%", true},
        {"connections.rate higher by 30%", false},
        {"connections.failed higher", false},
        {"latency.close.p99 higher", true}, /* unmeasured */
        {"connections.rate higher by 3 %", true},
    };

    for (size_t i = 0; i + 1 < sizeof cases / sizeof cases[0]; i++) {
        struct comparison *comparison = two_variants(true, 8, 1100, 20, 0);
        struct comparison_terms terms = {
            .margin = 0.05, .fail_if_count = 1, .fail_if = &cases[i].condition};
        struct error error;
        assert_int_equal(comparison_check_terms(&terms, &error), 0);
        comparison_judge(comparison, &terms);
        assert_int_equal(comparison->failed.count, cases[i].fails);
        assert_int_equal(comparison_status(comparison), cases[i].fails ? STATUS_UNMET : STATUS_OK);
        comparison_free(comparison);
    }
}

/* That they pass is then no proof of anything, and said so. */
static void test_conditions_that_could_not_come_about(void **state)
{
    (void)state;
    static const struct {
        const char *condition;
        size_t rounds;
        bool blind;
    } cases[] = {
        {"connections.rate lower", 5, true},
        {"connections.rate higher by 3%", 1, true},
        {"connections.rate lower", 8, false},
        {"connections.failed higher", 2, false}, /* equal */
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct comparison *comparison = two_variants(true, cases[i].rounds, 1000, 20, 0);
        struct comparison_terms terms = {
            .margin = 0.05, .fail_if_count = 1, .fail_if = &cases[i].condition};
        comparison_judge(comparison, &terms);
        assert_int_equal(comparison->remark_count, cases[i].blind);
        if (cases[i].blind) {
            assert_string_equal(comparison->remark[0].id, "compare.blind");
        }
        assert_int_equal(comparison_status(comparison), STATUS_OK);
        comparison_free(comparison);
    }
}

static void test_terms_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *metric, *fail_if, *hint;
    } cases[] = {
        {"conections.rate", NULL, "connections.rate"},
        {"+conections.rate", NULL, "connections.rate"},
        {NULL, "connections.rat lower", "connections.rate"},
        {NULL, "connections.rate", "METRIC lower"},
        {NULL, "connections.rate smaller", "METRIC lower"},
        {NULL, "connections.rate lower by", "METRIC lower"},
        {NULL, "connections.rate lower by 3", "METRIC lower"},
        {NULL, "connections.rate lower by 3% or so", "METRIC lower"},
        {NULL, "", "METRIC lower"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct comparison_terms terms = {
            .metric_count = cases[i].metric != NULL,
            .metric = &cases[i].metric,
            .fail_if_count = cases[i].fail_if != NULL,
            .fail_if = &cases[i].fail_if,
        };
        struct error error = {0};
        assert_int_equal(comparison_check_terms(&terms, &error), -1);
        assert_int_equal(error.status, STATUS_USAGE);
        assert_non_null(strstr(error.hint, cases[i].hint));
    }
}

static void test_which_metrics(void **state)
{
    (void)state;
    static const struct {
        const char *metric;
        bool all;
        size_t rows;
    } cases[] = {
        {"connections.rate", false, 1},
        {"+server.time_wait.area", false, 4},
        {"server.*", false, 2},
        {"<side>.<state>.area", false, 1},
        {"nothing.*", false, 1},
        {"connections.rate", true, 2},
        {NULL, false, 3},
        {NULL, true, 4},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct comparison *comparison = two_variants(true, 0, 0, 0, 0);
        for (size_t round = 1; round <= 3; round++) {
            for (size_t variant = 0; variant < 2; variant++) {
                struct result *result = made_up(1000, 0);
                put_metric(result, "server.time_wait.area", (double)round);
                put_metric(result, "server.time_wait.peak", 5);
                add_made_up(comparison, variant, round, result);
            }
        }
        struct comparison_terms terms = {.margin = 0.05,
                                         .metric_count = cases[i].metric != NULL,
                                         .metric = &cases[i].metric,
                                         .all = cases[i].all};
        comparison_judge(comparison, &terms);
        assert_int_equal(comparison->row_count, cases[i].rows);
        comparison_free(comparison);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_planted_difference_is_seen),
        cmocka_unit_test(test_the_same_with_little_noise_is_no_difference),
        cmocka_unit_test(test_the_same_with_much_noise_is_not_seen),
        cmocka_unit_test(test_few_trials_call_no_difference_of_what_varies),
        cmocka_unit_test(test_a_rate_that_fell_to_0_fell_by_all_of_it),
        cmocka_unit_test(test_counts_that_never_vary_are_exact),
        cmocka_unit_test(test_few_equal_counts_are_not_taken_for_exact),
        cmocka_unit_test(test_what_a_variant_lacks_is_unmeasured),
        cmocka_unit_test(test_what_is_not_listed_is_0_where_it_was_measured),
        cmocka_unit_test(test_a_failed_trial_leaves_its_pair_out),
        cmocka_unit_test(test_a_variant_without_trials_is_not_ok),
        cmocka_unit_test(test_a_baseline_of_nothing_has_no_margin),
        cmocka_unit_test(test_ties_do_not_mislead),
        cmocka_unit_test(test_no_number_is_no_value),
        cmocka_unit_test(test_results_made_earlier_are_unpaired),
        cmocka_unit_test(test_one_variant_does_not_cost_another_its_verdict),
        cmocka_unit_test(test_rows_that_cannot_be_called_do_not_count),
        cmocka_unit_test(test_chance_is_rarely_called_a_difference),
        cmocka_unit_test(test_judging_again_is_judging_anew),
        cmocka_unit_test(test_all_rows_stand_differences_first),
        cmocka_unit_test(test_conditions),
        cmocka_unit_test(test_conditions_that_could_not_come_about),
        cmocka_unit_test(test_terms_that_are_refused),
        cmocka_unit_test(test_which_metrics),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
