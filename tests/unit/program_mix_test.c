#include "finwait/mix.h"
#include "program_testing.h"

static void deal(struct mix *mix, const uint32_t *weight, size_t count)
{
    *mix = (struct mix){.count = count};
    for (size_t i = 0; i < count; i++) {
        mix->item[i].weight = weight[i];
    }
    assert_true(mix_deal(mix));
}

/* Of the first `all` connections, dealt to so many workers, those that run a program. */
static uint64_t count_turns(const struct mix *mix, size_t program, uint64_t all, uint64_t workers)
{
    uint64_t count = 0;

    for (uint64_t worker = 0; worker < workers; worker++) {
        for (uint64_t number = worker; number < all; number += workers) {
            count += mix_turn(mix, number) == program;
        }
    }
    return count;
}

static void shares_are_exact(void **state)
{
    static const struct {
        uint32_t weight[MIX_MAX];
        size_t count;
    } cases[] = {
        {{8, 2}, 2},           {{1}, 1},        {{1000}, 1},       {{99, 1}, 2},
        {{1, 1, 1}, 3},        {{500, 500}, 2}, {{7, 5, 3, 1}, 4}, {{1, 2, 3, 4, 5, 6, 7, 8}, 8},
        {{1000, 500, 250}, 3},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct mix mix;
        uint64_t all = 0;
        deal(&mix, cases[i].weight, cases[i].count);
        for (size_t program = 0; program < mix.count; program++) {
            all += cases[i].weight[program];
        }
        for (size_t program = 0; program < mix.count; program++) {
            for (uint64_t workers = 1; workers < 4; workers++) {
                assert_int_equal(count_turns(&mix, program, 10 * all, workers),
                                 10 * cases[i].weight[program]);
            }
        }
    }
}

static void turns_are_spread(void **state)
{
    static const char expected[] = "aabaa"
                                   "aabaa";
    struct mix mix;

    (void)state;
    deal(&mix, (const uint32_t[]){8, 2}, 2);
    assert_int_equal(mix.turns, 5);
    for (size_t i = 0; i < sizeof expected - 1; i++) {
        assert_int_equal(mix_turn(&mix, i), (size_t)(expected[i] - 'a'));
    }
}

static void weights_that_are_no_turns_are_refused(void **state)
{
    struct mix mix = {.count = 2, .item = {{.weight = 1000}, {.weight = 1}}};

    (void)state;
    assert_false(mix_deal(&mix)); /* 1,001 */
    mix.item[1].weight = 1000;
    assert_true(mix_deal(&mix));
    mix.count = 0;
    assert_false(mix_deal(&mix));
}

/* ---- what they can come to ---- */

static void ends_of_several_programs_are_joined(void **state)
{
    struct pair first, second;
    struct error error;

    (void)state;
    pair_explore_or_fail(&first, "connect send recv close", "accept recv send wait-fin close");
    pair_explore_or_fail(&second, "connect send recv rst", "accept recv send wait-fin close");
    assert_int_equal(first.model->end_count, 1);
    assert_int_equal(second.model->end_count, 1);
    assert_int_equal(model_join(first.model, second.model, &error), 0);
    assert_int_equal(first.model->end_count, 2);
    assert_int_equal(first.model->end[0].side[SIDE_CLIENT].final, TCP_STATE_TIME_WAIT);
    assert_int_equal(first.model->end[1].side[SIDE_CLIENT].final, TCP_STATE_CLOSE);
    assert_int_equal(model_join(first.model, second.model, &error), 0); /* it is known */
    assert_int_equal(first.model->end_count, 2);
    pair_fini(&first);
    pair_fini(&second);
}

static void more_ends_than_there_is_room_for_are_told(void **state)
{
    struct pair first, second;
    struct error error;

    (void)state;
    pair_explore_or_fail(&first, "connect send recv close", "accept recv send wait-fin close");
    pair_explore_or_fail(&second, "connect send recv rst", "accept recv send wait-fin close");
    first.model->end_count = MODEL_ENDS;
    assert_int_equal(model_join(first.model, second.model, &error), -1);
    assert_non_null(strstr(error.what, "more than 96 ways"));
    pair_fini(&first);
    pair_fini(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_exact),
        cmocka_unit_test(turns_are_spread),
        cmocka_unit_test(weights_that_are_no_turns_are_refused),
        cmocka_unit_test(ends_of_several_programs_are_joined),
        cmocka_unit_test(more_ends_than_there_is_room_for_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
