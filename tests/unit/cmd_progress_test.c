#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/wrap.h"
#include "progress_text.h"

static struct progress loading(void)
{
    return (struct progress){
        .phase = PHASE_LOAD,
        .remaining = 2 * NS_PER_S,
        .counted = true,
        .ended = 26300,
        .planned = 50000,
        .rate = 13154,
        .time_wait = {0, 26300},
        .close_wait = {128, 0},
    };
}

/* Server's TIME_WAITs that grow, and all else as it is. */
static struct progress_history growing(void)
{
    struct progress_history history = {0};
    struct progress progress = loading();

    for (uint32_t i = 1; i <= 10; i++) {
        progress.time_wait[SIDE_SERVER] = 2630 * i;
        progress_history_add(&history, &progress);
    }
    return history;
}

static void assert_fits(size_t columns, const char *before, const char *expected)
{
    struct progress progress = loading();
    struct progress_history history = growing();
    char text[PROGRESS_TEXT];

    progress_text_fit(text, before, &progress, &history, columns, true);
    assert_string_equal(text, expected);
    assert_true(text_width(text) <= columns);
}

static void the_least_important_goes_first(void **state)
{
    (void)state;
    assert_fits(
        199, "",
        "load   26,300 of 50,000 connections, 13,154/s, 2 s left | TIME_WAIT client 0       "
        "__________ server 26,300       .:--=++*## CLOSE_WAIT client 128       ########## "
        "server 0       __________");
    assert_fits(160, "",
                "load   26,300 of 50,000 connections, 13,154/s, 2 s left | TIME_WAIT client 0 "
                "________ server 26,300 :--=+*## CLOSE_WAIT client 128 ######## server 0 ________");
    assert_fits(104, "",
                "load   26,300 of 50,000, 13,154/s, 2 s left | TIME_WAIT 0 ____ -=*# 26,300 "
                "CLOSE_WAIT 128 #### ____ 0");
    assert_fits(99, "",
                "load   26,300/50,000, 13,154/s, 2 s left | TW 0 ____ -=*# 26,300 CW 128 #### ____ "
                "0");
    assert_fits(79, "",
                "load   26,300, 13,154/s, 2 s left | TW 0 ____ -=*# 26,300 CW 128 #### ____ 0");
    assert_fits(70, "", "load   26,300, 2 s left | TW 0 ____ -=*# 26,300 CW 128 #### ____ 0");
    assert_fits(60, "", "load   26,300, 2 s left | TW 0:26,300 CW 128:0");
    assert_fits(30, "", "load   26,300, 2 s left");
    assert_fits(21, "", "load   26,300");
    assert_fits(11, "", "load  ");
    assert_fits(0, "", "");
}

static void what_stands_before_it_stays_longest(void **state)
{
    static const char before[] = "round 3 of 10, 12 trials | reuse=1: latency lower";

    (void)state;
    assert_fits(100, before,
                "round 3 of 10, 12 trials | reuse=1: latency lower | load   26,300, 2 s left | TW "
                "0:26,300 CW 128:0");
    assert_fits(79, before,
                "round 3 of 10, 12 trials | reuse=1: latency lower | load   26,300, 2 s left");
    assert_fits(50, before, "round 3 of 10, 12 trials | reuse=1: latency lower");
    assert_fits(30, before, "round 3 of 10, 12 trials");
}

/* Whatever the width: each number of a line is one of those that were given, whole. */
static void no_number_is_cut(void **state)
{
    static const char numbers[] = " 26,300 26,300, 50,000 50,000, 1,234,567 13,154 2 "
                                  "4,294,967,295 128 0 100000 100000, ";
    struct progress progress = loading();
    struct progress_history history = growing();
    char text[PROGRESS_TEXT];
    char word[64];

    (void)state;
    progress.failed = 1234567;
    progress.time_wait[SIDE_CLIENT] = UINT32_MAX;
    for (size_t columns = 0; columns < 250; columns++) {
        progress_text_fit(text, "round 100000 of 100000", &progress, &history, columns, false);
        assert_true(text_width(text) <= columns);
        for (char *at = strtok(text, " :/"); at != NULL; at = strtok(NULL, " :/")) {
            snprintf(word, sizeof word, " %s ", at);
            if (at[0] >= '0' && at[0] <= '9' && strstr(numbers, word) == NULL) {
                fail_msg("%s in %zu columns", word, columns);
            }
        }
    }
}

/* However many samples: the first bars are of the begin, and no peak is lost. */
static void a_sparkline_is_of_the_whole_run(void **state)
{
    struct progress_history history = {0};
    struct progress progress = loading();
    char text[PROGRESS_TEXT];

    (void)state;
    for (uint32_t i = 1; i <= 10000; i++) {
        progress.time_wait[SIDE_SERVER] = i;
        progress.close_wait[SIDE_CLIENT] = i == 5000 ? 100 : 0;
        progress_history_add(&history, &progress);
    }
    progress_text_fit(text, "", &progress, &history, 79, true);
    assert_non_null(strstr(text, "____ :=*# 10,000"));
    assert_non_null(strstr(text, "0 _#__ ____ 0"));
}

static void what_was_left_out_stays_so_until_the_width_changes(void **state)
{
    struct progress progress = loading();
    struct progress_history history = growing();
    char text[PROGRESS_TEXT];

    (void)state;
    assert_non_null(strstr(progress_text_fit(text, "", &progress, &history, 99, true), "| TW 0"));
    progress.ended = progress.planned = 1;
    assert_non_null(strstr(progress_text_fit(text, "", &progress, &history, 99, true), "| TW 0"));
    assert_non_null(
        strstr(progress_text_fit(text, "", &progress, &history, 98, true), "| TIME_WAIT"));
}

static void a_log_has_all_of_it(void **state)
{
    struct progress progress = loading();
    char text[PROGRESS_TEXT];

    (void)state;
    assert_string_equal(
        progress_text(text, "", &progress),
        "load   26,300 of 50,000 connections, 13,154/s, 2 s left | TIME_WAIT 0:26,300 "
        "CLOSE_WAIT 128:0 (client:server)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_important_goes_first),
        cmocka_unit_test(what_stands_before_it_stays_longest),
        cmocka_unit_test(no_number_is_cut),
        cmocka_unit_test(a_sparkline_is_of_the_whole_run),
        cmocka_unit_test(what_was_left_out_stays_so_until_the_width_changes),
        cmocka_unit_test(a_log_has_all_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
