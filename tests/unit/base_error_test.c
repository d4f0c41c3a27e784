#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/error.h"
#include "finwait/side.h"

static void an_error_says_what_where_and_what_to_do(void **state)
{
    struct error error;
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    assert_int_equal(error_set(&error, STATUS_USAGE, "%s is not a %s", "7x", "count"), -1);
    assert_int_equal(error_at(&error, (struct where){"a.yaml", 3, 14}), -1);
    assert_int_equal(error_hint(&error, "write it as %s", "50k"), -1);
    assert_int_equal(error.status, STATUS_USAGE);
    error_print(&error, out);
    fclose(out);
    assert_string_equal(printed, "finwait: a.yaml:3:14: 7x is not a count\n  write it as 50k\n");
    free(printed);
}

static void without_place_and_hint_one_plain_line(void **state)
{
    struct error error;
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    error_set(&error, STATUS_USAGE, "first");
    error_at(&error, (struct where){"a.yaml", 3, 14});
    error_hint(&error, "hint");
    error_set(&error, STATUS_MACHINE, "100%% full"); /* clears place and hint */
    error_print(&error, out);
    fclose(out);
    assert_string_equal(printed, "finwait: 100% full\n");
    free(printed);
}

/* What the user wrote is in the message, and must not steer the terminal. */
static void control_characters_are_not_printed(void **state)
{
    struct error error;
    char *printed = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&printed, &size);

    (void)state;
    error_set(&error, STATUS_USAGE, "no \033[31mred\nline");
    error_at(&error, (struct where){"a\a.yaml", 3, 14});
    error_hint(&error, "é\x7f");
    error_print(&error, out);
    fclose(out);
    assert_string_equal(printed, "finwait: a?.yaml:3:14: no ?[31mred?line\n  é?\n");
    free(printed);
}

static void a_place_shows_what_is_known_of_it(void **state)
{
    struct error error;

    (void)state;
    error_set(&error, STATUS_USAGE, "x");
    error_at(&error, (struct where){"a.yaml", 3, 0});
    assert_string_equal(ERROR_PLACE_OF(&error), "a.yaml:3");
    error_at(&error, (struct where){"a.yaml", 0, 0});
    assert_string_equal(ERROR_PLACE_OF(&error), "a.yaml");
    error_at(&error, (struct where){NULL, 0, 0});
    assert_string_equal(ERROR_PLACE_OF(&error), "");
}

static void a_long_path_keeps_its_end_and_the_line(void **state)
{
    struct error error;
    char path[1000];

    (void)state;
    memset(path, 'd', sizeof path);
    snprintf(path + 900, sizeof path - 900, "/last.yaml");
    error_set(&error, STATUS_USAGE, "x");
    error_at(&error, (struct where){path, 2147483647, 2147483647});
    assert_non_null(strstr(ERROR_PLACE_OF(&error), "d/last.yaml:2147483647:2147483647"));
    assert_memory_equal(ERROR_PLACE_OF(&error), "...", 3);
}

static void a_failed_call_names_its_errno(void **state)
{
    struct error error;

    (void)state;
    assert_int_equal(error_errno(&error, STATUS_MACHINE, ECONNREFUSED, "connect %s", "::1"), -1);
    assert_int_equal(error.status, STATUS_MACHINE);
    assert_string_equal(error.what, "connect ::1: ECONNREFUSED (Connection refused)");
    assert_string_equal(ERROR_PLACE_OF(&error), "");
    assert_string_equal(error.hint, "");
    error_errno(&error, STATUS_MACHINE, 4000, "ioctl");
    assert_string_equal(error.what, "ioctl: E4000 (unknown error)");
}

static void what_is_lacking_is_told_with_its_limit(void **state)
{
    struct error error;

    (void)state;
    error_errno(&error, STATUS_MACHINE, EMFILE, "socket");
    assert_non_null(strstr(error.hint, "ulimit -n"));
    error_errno(&error, STATUS_MACHINE, ENFILE, "socket");
    assert_non_null(strstr(error.hint, "fs.file-max"));
    error_errno(&error, STATUS_MACHINE, ENOMEM, "socket");
    assert_non_null(strstr(error.hint, "ulimit -v"));
    error_fork(&error, EAGAIN);
    assert_string_equal(error.what, "fork: EAGAIN (Resource temporarily unavailable)");
    assert_non_null(strstr(error.hint, "ulimit -u"));
    error_fork(&error, EMFILE);
    assert_non_null(strstr(error.hint, "ulimit -n"));
    error_fork(&error, ENOMEM);
    assert_non_null(strstr(error.hint, "memory"));
    error_fork(&error, EPERM);
    assert_string_equal(error.hint, "");
}

static void messages_too_long_are_cut_but_keep_the_errno(void **state)
{
    struct error error;
    char noise[2000];

    (void)state;
    memset(noise, 'x', sizeof noise - 1);
    noise[sizeof noise - 1] = '\0';
    error_errno(&error, STATUS_MACHINE, EMFILE, "%s", noise);
    assert_int_equal(strlen(error.what), sizeof error.what - 1);
    assert_non_null(strstr(error.what, "x: EMFILE (Too many open files)"));
    error_set(&error, STATUS_USAGE, "%s", noise);
    assert_int_equal(strlen(error.what), sizeof error.what - 1);
    error_hint(&error, "%s", noise);
    assert_int_equal(strlen(error.hint), sizeof error.hint - 1);
}

static void an_error_can_be_wrapped_in_itself(void **state)
{
    struct error error;

    (void)state;
    error_set(&error, STATUS_USAGE, "inner");
    error_hint(&error, "advice");
    error_set(&error, error.status, "outer: %s (%s)", error.what, error.hint);
    assert_string_equal(error.what, "outer: inner (advice)");
    error_hint(&error, "a");
    error_hint(&error, "%s and %s", error.hint, "b");
    assert_string_equal(error.hint, "a and b");
}

static void errnos_have_names(void **state)
{
    (void)state;
    assert_string_equal(errno_name(ECONNRESET), "ECONNRESET");
    assert_string_equal(errno_name(0), "E0");
    assert_string_equal(errno_name(4095), "E4095");
    assert_string_equal(errno_name(-1), "E-1");
}

static void four_unknown_names_live_side_by_side(void **state)
{
    const char *names[4];

    (void)state;
    for (int i = 0; i < 4; i++) {
        names[i] = errno_name(3000 + i);
    }
    assert_string_equal(names[0], "E3000");
    assert_string_equal(names[3], "E3003");
}

static const char *nearest(const char *word)
{
    static const char *const words[] = {"close",
                                        "connect",
                                        NULL,
                                        "wait-fin",
                                        "shut-wr",
                                        "shut-rd",
                                        "rst",
                                        "send",
                                        "workers",
                                        "connections",
                                        "server.time_wait.peak"};

    return nearest_spelling(word, words, sizeof words / sizeof words[0]);
}

static void slips_find_their_word(void **state)
{
    (void)state;
    assert_string_equal(nearest("close"), "close");
    assert_string_equal(nearest("closee"), "close");
    assert_string_equal(nearest("clse"), "close");
    assert_string_equal(nearest("colse"), "close");
    assert_string_equal(nearest("sned"), "send");
    assert_string_equal(nearest("conect"), "connect");
    assert_string_equal(nearest("conections"), "connections");
    assert_string_equal(nearest("wiat_fin"), "wait-fin");
    assert_string_equal(nearest("RST"), "rst"); /* all of its letters */
    assert_string_equal(nearest("hsut-rd"), "shut-rd");
    assert_string_equal(nearest("server.timewait.pek"), "server.time_wait.peak");
}

static void words_far_away_find_nothing(void **state)
{
    char word[200];

    (void)state;
    assert_null(nearest(""));
    assert_null(nearest("xy"));
    assert_null(nearest("banana"));
    assert_null(nearest("csoel")); /* a third of five letters is one edit */
    assert_null(nearest("server.tw.peak.value"));
    assert_null(nearest_spelling("close", NULL, 0));
    memset(word, 'a', sizeof word);
    word[sizeof word - 1] = '\0';
    const char *const longest[] = {word};
    assert_null(nearest(word));
    assert_null(nearest_spelling("close", longest, 1));
}

static void sides_have_names_and_peers(void **state)
{
    (void)state;
    assert_string_equal(side_name(SIDE_CLIENT), "client");
    assert_string_equal(side_name(side_peer(SIDE_CLIENT)), "server");
    assert_int_equal(side_peer(SIDE_SERVER), SIDE_CLIENT);
}

static void timevals_round_up_and_never_go_back(void **state)
{
    static const struct {
        int64_t ns;
        int64_t s, us;
    } cases[] = {
        {0, 0, 0},         {1, 0, 1},        {1000, 0, 1},
        {1001, 0, 2},      {-1, 0, 0},       {INT64_MIN, 0, 0},
        {999999001, 1, 0}, {NS_PER_S, 1, 0}, {INT64_MAX, 9223372036, 854776},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct timeval time = clock_timeval(cases[i].ns);
        assert_int_equal(time.tv_sec, cases[i].s);
        assert_int_equal(time.tv_usec, cases[i].us);
    }
}

static void clocks_do_not_run_backwards(void **state)
{
    int64_t now = clock_now();
    int64_t thread = clock_thread_cpu();

    (void)state;
    assert_true(now > 0 && thread > 0);
    assert_true(clock_now() >= now);
    assert_true(clock_thread_cpu() >= thread);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_error_says_what_where_and_what_to_do),
        cmocka_unit_test(without_place_and_hint_one_plain_line),
        cmocka_unit_test(control_characters_are_not_printed),
        cmocka_unit_test(a_place_shows_what_is_known_of_it),
        cmocka_unit_test(a_long_path_keeps_its_end_and_the_line),
        cmocka_unit_test(a_failed_call_names_its_errno),
        cmocka_unit_test(what_is_lacking_is_told_with_its_limit),
        cmocka_unit_test(messages_too_long_are_cut_but_keep_the_errno),
        cmocka_unit_test(an_error_can_be_wrapped_in_itself),
        cmocka_unit_test(errnos_have_names),
        cmocka_unit_test(four_unknown_names_live_side_by_side),
        cmocka_unit_test(slips_find_their_word),
        cmocka_unit_test(words_far_away_find_nothing),
        cmocka_unit_test(sides_have_names_and_peers),
        cmocka_unit_test(timevals_round_up_and_never_go_back),
        cmocka_unit_test(clocks_do_not_run_backwards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
