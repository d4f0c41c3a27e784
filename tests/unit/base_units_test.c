#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "finwait/clock.h"
#include "finwait/units.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct whole_case {
    const char *text;
    uint64_t value;
};

static void counts_are_read_exactly(void **state)
{
    static const struct whole_case cases[] = {
        {"0", 0},
        {"42", 42},
        {"007", 7},
        {"50k", 50000},
        {"2M", 2000000},
        {"1G", 1000000000},
        {"9007199254740993", 9007199254740993}, /* 2^53 + 1: no double */
        {"18446744073709551615", UINT64_MAX},
        {"18446744073G", 18446744073000000000U},
        {"1K", 1000},
        {"1.5k", 1500},
        {"0.5 M", 500000},
        {"1.0005M", 1000500},
        {"50 k", 50000},
        {"1_000", 1000},
        {"1_000_000", 1000000},
    };
    uint64_t value;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(units_parse_count(cases[i].text, &value), 0);
        assert_int_equal(value, cases[i].value);
    }
}

static void what_is_no_count_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        " ",
        "k",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.5",
        "1.0",
        "1.0005k",
        "1.",
        ".5",
        "1e3",
        "0x10",
        "1kk",
        "1k ",
        "_1",
        "1_",
        "1__0",
        "1_k",
        "1,000",
        "1 000",
        "ten",
        "nan",
        "18446744073709551616",
        "18446744074G",
        "99999999999999999999999999999999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        uint64_t value = 77;
        if (units_parse_count(cases[i], &value) != -1 || value != 77) {
            fail_msg("\"%s\" was taken for a count", cases[i]);
        }
    }
}

static void sizes_are_read_exactly(void **state)
{
    static const struct whole_case cases[] = {
        {"0", 0},        {"512", 512},         {"64k", 65536},
        {"1M", 1048576}, {"1G", 1073741824},   {"17179869183G", 18446744072635809792U},
        {"64K", 65536},  {"64 KiB", 65536},    {"1MiB", 1048576},
        {"1.5k", 1536},  {"1GiB", 1073741824}, {"5 B", 5},
    };
    uint64_t value;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(units_parse_size(cases[i].text, &value), 0);
        assert_int_equal(value, cases[i].value);
    }
    assert_int_equal(units_parse_size("17179869184G", &value), -1);
    assert_int_equal(units_parse_size("1.5B", &value), -1);
    assert_int_equal(units_parse_size("1.1k", &value), -1);
    assert_int_equal(units_parse_size("1kB", &value), -1);
}

static void durations_are_read_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {
        {"0", 0},
        {"0s", 0},
        {"5ns", 5},
        {"40us", 40 * NS_PER_US},
        {"250ms", 250 * NS_PER_MS},
        {"10s", 10 * NS_PER_S},
        {"2m", 120 * NS_PER_S},
        {"1h", 3600 * NS_PER_S},
        {"1.5s", 1500 * NS_PER_MS},
        {"0.1s", 100 * NS_PER_MS},
        {"1.000000001s", NS_PER_S + 1},
        {"1.0000000000s", NS_PER_S},
        {"0.00000000005m", 3},
        {"1.25h", 4500 * NS_PER_S},
        {"9223372036854775807ns", INT64_MAX},
        {"9223372036.854775807s", INT64_MAX},
        {"10 s", 10 * NS_PER_S},
        {"1m30s", 90 * NS_PER_S},
        {"1h 30 min", 5400 * NS_PER_S},
        {"1s500ms", 1500 * NS_PER_MS},
        {"1.23 ms", 1230 * NS_PER_US},
        {"10 min", 600 * NS_PER_S},
        {"5sec", 5 * NS_PER_S},
        {"1_500ms", 1500 * NS_PER_MS},
    };
    int64_t ns;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        if (units_parse_duration(cases[i].text, &ns) != 0) {
            fail_msg("\"%s\" was refused", cases[i].text);
        }
        assert_int_equal(ns, cases[i].ns);
    }
}

static void what_is_no_duration_is_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "10",
        "1.5",
        "-1s",
        "s",
        "1s ",
        " 1s",
        "1. s",
        "1 5s",
        "1s1",
        "30s1m",
        "1s1s",
        "1m30",
        "9223372036s854775808ns",
        "1.s",
        ".5s",
        "1seconds",
        "1S",
        "1ms1",
        "1e3s",
        "infs",
        "0.5ns",
        "1.5.5s",
        "9223372036854775808ns",
        "9223372037s",
        "2562048h",
        "0.0000000000005h",
        "99999999999999999999h",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ns = 77;
        if (units_parse_duration(cases[i], &ns) != -1 || ns != 77) {
            fail_msg("\"%s\" was taken for a duration", cases[i]);
        }
    }
}

static void rates_are_read(void **state)
{
    static const struct {
        const char *text;
        double per_second;
    } cases[] = {
        {"max", 0},         {"5000/s", 5000},  {"0.5/s", 0.5},
        {"1.5k/s", 1500},   {"2M/s", 2e6},     {"300/m", 5},
        {"7200/h", 2},      {"3k/m", 50},      {"1e6/s", 1e6},
        {"1.5e+3/s", 1500}, {"2.5e-1/s", .25}, {"5000 / s", 5000},
        {"1 k/s", 1000},    {"1k /s", 1000},   {"1_000/min", 1000. / 60},
        {"7/sec", 7},       {"1K/s", 1000},
    };
    double rate;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(units_parse_rate(cases[i].text, &rate), 0);
        assert_true(rate == cases[i].per_second);
    }
}

static void what_is_no_rate_is_refused(void **state)
{
    static const char *const cases[] = {
        "",       "5000", "/s",     "0/s",   "0.0/m",   "-1/s",     "+1/s",  "inf/s",    "nan/s",
        "0x10/s", " 1/s", "1e 6/s", "1/",    "1/ms",    "1/s ",     "1/s/s", "1e/s",     "1e+/s",
        "1kk/s",  "1./s", "Max",    "max/s", "1e999/s", "1e-999/s", "/ s",   "1e308k/s",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        double rate = 77;
        if (units_parse_rate(cases[i], &rate) != -1 || rate != 77) {
            fail_msg("\"%s\" was taken for a rate", cases[i]);
        }
    }
}

static void formats_read_as_people_write(void **state)
{
    char text[UNITS_TEXT];

    (void)state;
    assert_string_equal(units_format_count(text, sizeof text, 50000), "50000");
    assert_string_equal(units_format_size(text, sizeof text, 0), "0");
    assert_string_equal(units_format_size(text, sizeof text, 65536), "64k");
    assert_string_equal(units_format_size(text, sizeof text, 65537), "65537");
    assert_string_equal(units_format_duration(text, sizeof text, 0), "0s");
    assert_string_equal(units_format_duration(text, sizeof text, 1500 * NS_PER_MS), "1500ms");
    assert_string_equal(units_format_duration(text, sizeof text, 90 * NS_PER_S), "90s");
    assert_string_equal(units_format_duration(text, sizeof text, 7200 * NS_PER_S), "2h");
    assert_string_equal(units_format_duration(text, sizeof text, -5 * NS_PER_MS), "-5ms");
    assert_string_equal(units_format_duration(text, sizeof text, INT64_MIN),
                        "-9223372036854775808ns");
    assert_string_equal(units_format_rate(text, sizeof text, 0), "max");
    assert_string_equal(units_format_rate(text, sizeof text, 5000), "5000/s");
    assert_string_equal(units_format_rate(text, sizeof text, 0.1), "0.1/s");
}

/* xorshift64: the same numbers every time. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void whole_numbers_survive_the_round_trip(void **state)
{
    char text[UNITS_TEXT];
    uint64_t seed = 88172645463325252;

    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        /* Random lengths and random powers of two and ten: every unit gets its turn. */
        uint64_t value = next_random(&seed) >> (i % 64);
        value = i % 3 == 0 ? value << (i % 31) : value / 1000 * (i % 3 == 1 ? 1000 : 1);
        uint64_t number;
        int64_t ns;
        assert_int_equal(units_parse_count(units_format_count(text, sizeof text, value), &number),
                         0);
        assert_int_equal(number, value);
        assert_int_equal(units_parse_size(units_format_size(text, sizeof text, value), &number), 0);
        assert_int_equal(number, value);
        int64_t duration = (int64_t)(value >> 1);
        assert_int_equal(
            units_parse_duration(units_format_duration(text, sizeof text, duration), &ns), 0);
        assert_int_equal(ns, duration);
    }
}

static void rates_survive_the_round_trip(void **state)
{
    static const double edges[] = {
        5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 1.0 / 3, 1e15,
        1e17,   123456789012345680.0};
    char text[UNITS_TEXT];
    double rate;
    uint64_t seed = 2463534242;

    (void)state;
    for (size_t i = 0; i < COUNT(edges) + 20000; i++) {
        double value = i < COUNT(edges) ? edges[i]
                                        : ldexp((double)(next_random(&seed) >> 11) + 1,
                                                (int)(next_random(&seed) % 100) - 80);
        if (units_parse_rate(units_format_rate(text, sizeof text, value), &rate) != 0) {
            fail_msg("%a as \"%s\" was refused", value, text);
        }
        assert_true(rate == value);
    }
}

static void a_short_buffer_is_never_overrun(void **state)
{
    char text[4] = {'x', 'x', 'x', 'x'};

    (void)state;
    units_format_count(text, 3, UINT64_MAX);
    assert_string_equal(text, "18");
    assert_int_equal(text[3], 'x');
    units_human_count(text, 3, 123456);
    assert_string_equal(text, "12");
    units_human_duration(text, 3, INT64_MAX);
    units_format_rate(text, 3, 1e300);
    units_format_size(text, 3, UINT64_MAX);
    units_format_duration(text, 3, INT64_MAX);
    assert_int_equal(text[3], 'x');
}

static void shares_are_read_exactly(void **state)
{
    (void)state;
    static const char *const good[] = {"5%", "0.0001%", "99.9999%", "100%", "0%", "12.5%"};
    static const char *const bad[] = {"",    "5",    "%",    "5% ", "100.0001%", "-1%",  "0.00001%",
                                      "5%%", "1e1%", "101%", "1.%", ".5%",       "nan%", "0x5%"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        char text[UNITS_TEXT];
        double share = -1;

        assert_int_equal(units_parse_share(good[i], &share), 0);
        assert_string_equal(units_format_share(text, sizeof text, share), good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double share = 0.5;

        if (units_parse_share(bad[i], &share) != -1 || share < 0.5 || share > 0.5) {
            fail_msg("\"%s\" was taken for a share", bad[i]);
        }
    }
}

static void counts_for_people(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {0.98, "0.98"},
        {12.345, "12.3"},
        {99.94, "99.9"},
        {99.96, "100"},
        {100.4, "100"},
        {999.6, "1,000"},
        {1000, "1,000"},
        {999999, "999,999"},
        {1234567, "1,234,567"},
        {-1234.4, "-1,234"},
        {1e14, "100,000,000,000,000"},
        {1e300, "1e+300"},
        {INFINITY, "inf"},
    };
    char text[UNITS_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(units_human_count(text, sizeof text, cases[i].value), cases[i].text);
    }
}

static void durations_for_people(void **state)
{
    static const struct {
        int64_t ns;
        const char *text;
    } cases[] = {
        {0, "0 ns"},
        {5, "5 ns"},
        {1230000, "1.23 ms"},
        {1999, "2.00 us"},
        {9994, "9.99 us"},
        {9996, "10.0 us"},
        {99960, "100 us"},
        {999499, "999 us"},
        {999500, "1.00 ms"},
        {5 * NS_PER_MS, "5 ms"},
        {60 * NS_PER_S, "60 s"},
        {599 * NS_PER_S, "599 s"},
        {600 * NS_PER_S, "10 min"},
        {7200 * NS_PER_S, "2 h"},
        {-1230000, "-1.23 ms"},
        {INT64_MAX, "2562048 h"},
        {INT64_MIN, "-2562048 h"},
    };
    char text[UNITS_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_string_equal(units_human_duration(text, sizeof text, cases[i].ns), cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_are_read_exactly),
        cmocka_unit_test(what_is_no_count_is_refused),
        cmocka_unit_test(sizes_are_read_exactly),
        cmocka_unit_test(durations_are_read_exactly),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(rates_are_read),
        cmocka_unit_test(what_is_no_rate_is_refused),
        cmocka_unit_test(formats_read_as_people_write),
        cmocka_unit_test(whole_numbers_survive_the_round_trip),
        cmocka_unit_test(rates_survive_the_round_trip),
        cmocka_unit_test(a_short_buffer_is_never_overrun),
        cmocka_unit_test(shares_are_read_exactly),
        cmocka_unit_test(counts_for_people),
        cmocka_unit_test(durations_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
