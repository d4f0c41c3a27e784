#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/sockopt.h"
#include "finwait/units.h"

struct spelling {
    enum sockopt_id id;
    const char *text;
    int64_t value;
};

static const struct spelling spellings[] = {
    {SOCKOPT_LINGER, "off", -1},
    {SOCKOPT_LINGER, "0s", 0},
    {SOCKOPT_LINGER, "2s", 2},
    {SOCKOPT_LINGER, "3000ms", 3},
    {SOCKOPT_LINGER, "2147483647s", 2147483647},
    {SOCKOPT_REUSEADDR, "on", 1},
    {SOCKOPT_REUSEADDR, "off", 0},
    {SOCKOPT_KEEPIDLE, "1s", 1},
    {SOCKOPT_KEEPIDLE, "32767s", 32767},
    {SOCKOPT_KEEPCNT, "127", 127},
    {SOCKOPT_LINGER2, "-1", -1},
    {SOCKOPT_LINGER2, "0s", 0},
    {SOCKOPT_LINGER2, "2m", 120},
    {SOCKOPT_USER_TIMEOUT, "250ms", 250},
    {SOCKOPT_USER_TIMEOUT, "1.5s", 1500},
    {SOCKOPT_DEFER_ACCEPT, "29887s", 29887},
    {SOCKOPT_FASTOPEN, "1k", 1000},
    {SOCKOPT_FASTOPEN_CONNECT, "on", 1},
    {SOCKOPT_LOCAL_PORT_RANGE, "1-65535", (int64_t)65535 << 16 | 1},
    {SOCKOPT_LOCAL_PORT_RANGE, "40000-40000", (int64_t)40000 << 16 | 40000},
    {SOCKOPT_RCVBUF, "64k", 65536},
    {SOCKOPT_SNDBUF, "1073741823", 1073741823},
};

static int parse(struct sockopts *options, enum sockopt_id id, const char *text,
                 struct error *error)
{
    int64_t value;
    struct value_slot slot = {&sockopt_table[id].takes, sockopt_table[id].name, &value,
                              sizeof value};

    if (value_read(&slot, text, error) != 0) {
        return -1;
    }
    sockopt_set(options, id, value);
    return 0;
}

static const char *format(char *text, size_t size, const struct sockopts *options,
                          enum sockopt_id id)
{
    return value_write(&sockopt_table[id].takes, &options->value[id], sizeof options->value[id],
                       text, size);
}

static void values_are_read_and_written_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        enum sockopt_id id = spellings[i].id;
        struct sockopts options = {0};
        struct sockopts again = {0};
        struct error error;
        char text[UNITS_TEXT];

        assert_int_equal(parse(&options, id, spellings[i].text, &error), 0);
        assert_true(options.set[id]);
        assert_int_equal(options.value[id], spellings[i].value);
        assert_int_equal(parse(&again, id, format(text, sizeof text, &options, id), &error), 0);
        assert_int_equal(again.value[id], spellings[i].value);
    }
}

static void words_are_written_as_words(void **state)
{
    static const struct spelling words[] = {
        {SOCKOPT_LINGER, "off", -1},
        {SOCKOPT_LINGER2, "-1", -1},
        {SOCKOPT_NODELAY, "on", 1},
        {SOCKOPT_NODELAY, "off", 0},
        {SOCKOPT_LOCAL_PORT_RANGE, "40000-40010", (int64_t)40010 << 16 | 40000},
    };

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        struct sockopts options = {0};
        char text[UNITS_TEXT];
        sockopt_set(&options, words[i].id, words[i].value);
        assert_string_equal(format(text, sizeof text, &options, words[i].id), words[i].text);
    }
}

static const struct {
    enum sockopt_id id;
    const char *text;
} refused[] = {
    {SOCKOPT_LINGER, "-1"},
    {SOCKOPT_LINGER, "on"},
    {SOCKOPT_LINGER, "2"},
    {SOCKOPT_LINGER, "1500ms"},
    {SOCKOPT_LINGER, "2147483648s"},
    {SOCKOPT_REUSEADDR, "2"},
    {SOCKOPT_REUSEADDR, ""},
    {SOCKOPT_KEEPIDLE, "0s"},
    {SOCKOPT_KEEPIDLE, "32768s"},
    {SOCKOPT_KEEPIDLE, "off"},
    {SOCKOPT_KEEPINTVL, "-1"},
    {SOCKOPT_KEEPCNT, "0"},
    {SOCKOPT_KEEPCNT, "128"},
    {SOCKOPT_LINGER2, "121s"},
    {SOCKOPT_LINGER2, "-2"},
    {SOCKOPT_LINGER2, "-1s"},
    {SOCKOPT_USER_TIMEOUT, "1us"},
    {SOCKOPT_USER_TIMEOUT, "2147483648ms"},
    {SOCKOPT_DEFER_ACCEPT, "29888s"},
    {SOCKOPT_FASTOPEN, "on"},
    {SOCKOPT_FASTOPEN, "2147483648"},
    {SOCKOPT_FASTOPEN, "18446744073709551615"},
    {SOCKOPT_FASTOPEN_CONNECT, "16"},
    {SOCKOPT_LOCAL_PORT_RANGE, "40000"},
    {SOCKOPT_LOCAL_PORT_RANGE, "40000-"},
    {SOCKOPT_LOCAL_PORT_RANGE, "-40000"},
    {SOCKOPT_LOCAL_PORT_RANGE, "0-40000"},
    {SOCKOPT_LOCAL_PORT_RANGE, "40001-40000"},
    {SOCKOPT_LOCAL_PORT_RANGE, "1-65536"},
    {SOCKOPT_LOCAL_PORT_RANGE, "1-2-3"},
    {SOCKOPT_RCVBUF, "0"},
    {SOCKOPT_SNDBUF, "1G"},
};

static void other_values_are_refused_and_leave_no_trace(void **state)
{
    const struct sockopts none = {0};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        enum sockopt_id id = refused[i].id;
        struct sockopts options = {0};
        struct error error = {0};

        assert_int_equal(parse(&options, id, refused[i].text, &error), -1);
        assert_int_equal(error.status, STATUS_USAGE);
        assert_non_null(strstr(error.what, sockopt_table[id].name));
        assert_non_null(strstr(error.what, refused[i].text));
        assert_true(error.hint[0] != '\0');
        assert_memory_equal(&options, &none, sizeof none);
    }
}

static void a_hint_gives_form_and_bounds(void **state)
{
    struct sockopts options = {0};
    struct error error;

    (void)state;
    parse(&options, SOCKOPT_KEEPIDLE, "0s", &error);
    assert_string_equal(error.hint, "it can be 1s to 32767s");
    parse(&options, SOCKOPT_NODELAY, "1", &error);
    assert_string_equal(error.hint, "did you mean \"on\"?");
    parse(&options, SOCKOPT_LOCAL_PORT_RANGE, "0-1", &error);
    assert_string_equal(error.hint, "write e.g. 40000-40100");
}

static void the_last_value_stands(void **state)
{
    struct sockopts options = {0};
    struct error error;
    char text[UNITS_TEXT];

    (void)state;
    assert_int_equal(parse(&options, SOCKOPT_KEEPCNT, "3", &error), 0);
    assert_int_equal(parse(&options, SOCKOPT_LINGER, "0s", &error), 0);
    assert_int_equal(parse(&options, SOCKOPT_KEEPCNT, "4", &error), 0);
    assert_string_equal(format(text, sizeof text, &options, SOCKOPT_KEEPCNT), "4");
    sockopt_unset(&options, SOCKOPT_KEEPCNT);
    sockopt_unset(&options, SOCKOPT_LINGER);
    assert_memory_equal(&options, &(struct sockopts){0}, sizeof options);
}

static bool meet(enum sockopt_when a, enum sockopt_when b)
{
    return a == b || a == SOCKOPT_BEFORE_BIND || b == SOCKOPT_BEFORE_BIND;
}

static void a_side_has_a_name_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < SOCKOPT_N; i++) {
        assert_non_null(sockopt_table[i].name);
        assert_true(sockopt_table[i].takes.min <= sockopt_table[i].takes.max);
        assert_true(sockopt_table[i].about[0] != '\0');
        for (size_t j = 0; j < i; j++) {
            if (meet(sockopt_table[i].when, sockopt_table[j].when)) {
                assert_string_not_equal(sockopt_table[i].name, sockopt_table[j].name);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_and_written_back),
        cmocka_unit_test(words_are_written_as_words),
        cmocka_unit_test(other_values_are_refused_and_leave_no_trace),
        cmocka_unit_test(a_hint_gives_form_and_bounds),
        cmocka_unit_test(the_last_value_stands),
        cmocka_unit_test(a_side_has_a_name_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
