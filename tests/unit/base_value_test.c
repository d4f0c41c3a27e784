#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/value.h"

/* All kinds of values: what is written is read back as the same, and what is none is refused. */

static const char *const words[] = {"", "raw", "http", "echo", NULL};

static int refine(const char *name, const char *text, char *refined, size_t size,
                  struct error *error)
{
    if (text[0] == '!') {
        return error_set(error, STATUS_USAGE, "%s: \"%s\" is not known", name, text);
    }
    bool again = text[0] == '<';
    snprintf(refined, size, "%s%s%s", again ? "" : "<", text, again ? "" : ">");
    return 0;
}

static const struct value_text known = {"known", .refine = refine};

enum { SAMPLES = 8 };

enum field { FIELD_NUMBER, FIELD_REAL, FIELD_TEXT };

/* A row of every kind: texts that are one, in bounds, and what of them is bad. */
static const struct sample {
    struct value_spec spec;
    enum field field;
    const char *form, *range;
    const char *good[SAMPLES];
    const char *bad[SAMPLES];
} samples[VALUE_KIND_N] = {
    [VALUE_TEXT] = {VALUE_OF(TEXT, 1, 9),
                    FIELD_TEXT,
                    "text",
                    "",
                    {"a", " a  b "},
                    {"", " ", "0123456789", "\x01", "\xff"}},
    [VALUE_TEXT_OR_NONE] = {VALUE_OF(TEXT_OR_NONE, 1, 9),
                            FIELD_TEXT,
                            "text|none",
                            "",
                            {"none", "h2"},
                            {"", "0123456789"}},
    [VALUE_KNOWN] = {VALUE_AS(known), FIELD_TEXT, "known", "", {"a"}, {"!a"}},
    [VALUE_FILE] = {VALUE_A(FILE), FIELD_TEXT, "file", "", {"/a  b", "c.pem"}, {"", "a\nb"}},
    [VALUE_WORD] = {VALUE_ONE_OF(words),
                    FIELD_NUMBER,
                    "raw|http|echo",
                    "",
                    {"raw", "http", "echo"},
                    {"", "RAW", "htpp", "on", "yes", "raw "}},
    [VALUE_SWITCH] = {VALUE_A(SWITCH),
                      FIELD_NUMBER,
                      "off|on",
                      "",
                      {"off", "on", "yes", "No", "TRUE", "false", "On"},
                      {"", "y", "1", "onn", "yes "}},
    [VALUE_COUNT] = {VALUE_OF(COUNT, 1, 5000),
                     FIELD_NUMBER,
                     "count",
                     "1 to 5000",
                     {"1", "5k", "42"},
                     {"", "0", "5001", "-1", "1.5", "1s", " 1", "99999999999999999999"}},
    [VALUE_AUTO] = {VALUE_OF(AUTO, 0, 9),
                    FIELD_NUMBER,
                    "count|auto",
                    "up to 9",
                    {"auto", "9", "0"},
                    {"", "Auto", "10", "none"}},
    [VALUE_SIZE] = {VALUE_OF(SIZE, 1, INT64_C(1) << 40),
                    FIELD_NUMBER,
                    "size",
                    "1 to 1024G",
                    {"1", "64k", "1M", "1024G"},
                    {"", "0", "1025G", "1kB", "1.1k", "-1k"}},
    [VALUE_DURATION] = {VALUE_OF(DURATION, 0, INT64_C(86400000000000)),
                        FIELD_NUMBER,
                        "duration",
                        "0s to 24h",
                        {"0", "1ns", "1.5s", "24h", "250ms", "1h30m"},
                        {"", "5", "25h", "-1s", "soon", "1 1s", "0.1ns"}},
    [VALUE_SECONDS] = {VALUE_OF(SECONDS, 1, 32767),
                       FIELD_NUMBER,
                       "seconds",
                       "1s to 32767s",
                       {"1s", "2m", "3000ms"},
                       {"", "0s", "32768s", "1500ms", "2", "off"}},
    [VALUE_MILLIS] = {VALUE_OF(MILLIS, 0, INT32_MAX),
                      FIELD_NUMBER,
                      "milliseconds",
                      "0s to 2147483647ms",
                      {"0s", "250ms", "1.5s"},
                      {"", "1us", "2147483648ms"}},
    [VALUE_LINGER] = {VALUE_OF(LINGER, 0, 3600),
                      FIELD_NUMBER,
                      "off|seconds",
                      "0s to 1h",
                      {"off", "0s", "2s", "no", "False"},
                      {"", "-1", "yes", "2", "1500ms", "3601s"}},
    [VALUE_LINGER2] = {VALUE_OF(LINGER2, 0, 120),
                       FIELD_NUMBER,
                       "-1|seconds",
                       "0s to 2m",
                       {"-1", "0s", "2m"},
                       {"", "off", "-2", "-1s", "121s"}},
    [VALUE_RATE] = {VALUE_OF(RATE, 0, 10000000),
                    FIELD_REAL,
                    "rate",
                    "up to 10000000/s",
                    {"max", "0.1/s", "300/m", "1e6/s", "2/h", "1.5k/s"},
                    {"", "0/s", "5", "10000001/s", "-1/s", "inf/s"}},
    [VALUE_BYTES_RATE] = {VALUE_OF(BYTES_RATE, 1024, INT64_C(1) << 40),
                          FIELD_NUMBER,
                          "size/s",
                          "1k/s to 1024G/s",
                          {"1k/s", "1500/s", "1M/s"},
                          {"", "1M", "1023/s", "1k/m", "-1k/s"}},
    [VALUE_SHARE] = {VALUE_A(SHARE),
                     FIELD_REAL,
                     "percentage",
                     "",
                     {"5%", "0.0001%", "100%", "33.3%"},
                     {"", "0%", "101%", "0.00001%", "5", "0.05"}},
    [VALUE_PORTS] = {VALUE_A(PORTS),
                     FIELD_NUMBER,
                     "LOW-HIGH",
                     "",
                     {"1-65535", "40000-40000", "2000-3000"},
                     {"", "40000", "40000-", "-40000", "0-1", "2-1", "1-65536", "1-2-3"}},
    [VALUE_STATUSES] = {VALUE_A(STATUSES),
                        FIELD_NUMBER,
                        "statuses",
                        "",
                        {"any", "2xx", "2xx-3xx", "404", "200-204", "200-299", "3xx-404"},
                        {"", "0xx", "2xy", "20", "2000", "3xx-2xx", "204-", "2xx-any"}},
    [VALUE_RECV] = {VALUE_A(RECV),
                    FIELD_NUMBER,
                    "head|or-fin|duration",
                    "",
                    {"head", "or-fin", "1ns", "1h", "head,or-fin,250ms", "5 s , or-fin"},
                    {"", "0s", "61m", "head,head", "1s,2s", "or-fin,", ",head", "head or-fin"}},
};

/* A value of any kind. */
union any {
    int64_t number;
    double real;
    char *text;
};

static struct value_slot slot_for(const struct sample *sample, union any *any)
{
    return (struct value_slot){&sample->spec, "the.name", any, sizeof *any};
}

static void assert_same(const struct sample *sample, const union any *a, const union any *b)
{
    if (sample->field != FIELD_TEXT) {
        assert_memory_equal(a, b, sizeof *a);
    } else if (a->text != NULL || b->text != NULL) {
        assert_string_equal(a->text, b->text);
    }
}

/* Read, written, read again: the same value; written again: the same text. */
static void assert_reads_back(const struct sample *sample, const char *text)
{
    union any first = {0};
    union any second = {0};
    struct value_slot into_first = slot_for(sample, &first);
    struct value_slot into_second = slot_for(sample, &second);
    struct error error;
    char once[VALUE_WRITTEN];
    char twice[VALUE_WRITTEN];

    if (value_read(&into_first, text, &error) != 0) {
        fail_msg("%s: %s", text, error.what);
    }
    const char *written = value_write(&sample->spec, &first, sizeof first, once, sizeof once);
    assert_non_null(written);
    assert_int_equal(value_read(&into_second, written, &error), 0);
    assert_same(sample, &first, &second);
    assert_string_equal(value_write(&sample->spec, &second, sizeof second, twice, sizeof twice),
                        written);
    value_clear(&into_first);
    value_clear(&into_second);
    assert_int_equal(first.number, 0);
}

static void every_kind_is_read_and_written_back(void **state)
{
    (void)state;
    for (unsigned kind = VALUE_NOTHING + 1; kind < VALUE_KIND_N; kind++) {
        const struct sample *sample = &samples[kind];

        assert_int_equal(sample->spec.kind, kind); /* each kind has a row here */
        for (size_t i = 0; i < SAMPLES && sample->good[i] != NULL; i++) {
            assert_reads_back(sample, sample->good[i]);
        }
    }
}

static void every_kind_says_what_it_is(void **state)
{
    (void)state;
    for (unsigned kind = VALUE_NOTHING + 1; kind < VALUE_KIND_N; kind++) {
        const struct value_spec *spec = &samples[kind].spec;
        char text[VALUE_RANGE];

        assert_string_equal(value_form(spec, text, sizeof text), samples[kind].form);
        assert_string_equal(value_range(spec, text, sizeof text), samples[kind].range);
    }
}

/* The example is one, within bounds as wide as can be. */
static void every_example_is_one(void **state)
{
    (void)state;
    for (unsigned kind = VALUE_NOTHING + 1; kind < VALUE_KIND_N; kind++) {
        struct sample sample = samples[kind];

        sample.spec.max = INT64_C(1) << 52;
        if (sample.spec.kind != VALUE_KNOWN) {
            assert_reads_back(&sample, value_example(&sample.spec));
        }
    }
}

static void what_is_none_is_refused_and_leaves_no_trace(void **state)
{
    (void)state;
    for (unsigned kind = VALUE_NOTHING + 1; kind < VALUE_KIND_N; kind++) {
        const struct sample *sample = &samples[kind];

        for (size_t i = 0; i < SAMPLES && sample->bad[i] != NULL; i++) {
            union any any = {0};
            struct value_slot slot = slot_for(sample, &any);
            struct error error = {0};

            if (value_read(&slot, sample->bad[i], &error) == 0) {
                fail_msg("\"%s\" passes for %s", sample->bad[i], sample->form);
            }
            assert_int_equal(error.status, STATUS_USAGE);
            assert_non_null(strstr(error.what, "the.name"));
            assert_true(error.hint[0] != '\0' || kind == VALUE_KNOWN);
            assert_int_equal(any.number, 0);
        }
    }
}

/* ---- at random ---- */

static uint64_t seed = 88172645463325252;

/* xorshift64, Marsaglia 2003. */
static uint64_t random_bits(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

/* A value of the kind, or nonsense for texts and the like; false: it is not made of numbers. */
static bool random_value(const struct sample *sample, union any *any)
{
    const struct value_spec *spec = &sample->spec;
    uint64_t span = (uint64_t)(spec->max - spec->min) + 1;
    uint64_t low = random_bits() % UINT16_MAX + 1;

    switch (spec->kind) {
    case VALUE_PORTS:
        any->number = (int64_t)((low + random_bits() % (UINT16_MAX - low + 1)) << 16 | low);
        return true;
    case VALUE_STATUSES:
        low = random_bits() % 900 + 100;
        any->number = (int64_t)((low + random_bits() % (1000 - low)) << 16 | low);
        return true;
    case VALUE_RECV:
        any->number = (int64_t)((random_bits() % 4) << 60 | (random_bits() % 1000 + 1));
        return true;
    case VALUE_RATE:
        any->real = (double)(random_bits() >> 11) / 1e9;
        return true;
    case VALUE_SHARE:
        any->real = (double)(random_bits() % 1000000 + 1) / 1e6;
        return true;
    default:
        any->number = spec->min + (int64_t)(random_bits() % span);
        return spec->max > 0 && sample->field == FIELD_NUMBER;
    }
}

static void any_value_in_bounds_is_written_and_read_back(void **state)
{
    (void)state;
    for (unsigned kind = VALUE_NOTHING + 1; kind < VALUE_KIND_N; kind++) {
        const struct sample *sample = &samples[kind];
        union any before;

        for (int i = 0; i < 2000 && random_value(sample, &before); i++) {
            union any after = {0};
            struct value_slot slot = slot_for(sample, &after);
            struct error error;
            char text[VALUE_WRITTEN];
            const char *written =
                value_write(&sample->spec, &before, sizeof before, text, sizeof text);

            if (value_read(&slot, written, &error) != 0) {
                fail_msg("%s: %s", written, error.what);
            }
            assert_same(sample, &before, &after);
        }
    }
}

/* Whatever the bytes: refused, or read as a value that is written and read back. */
static void any_text_is_refused_or_reads_back(void **state)
{
    static const char letters[] = "0123456789019.-+/%smhkMGeunofaxt \t\xc3\xa9";

    (void)state;
    for (int i = 0; i < 100000; i++) {
        const struct sample *sample =
            &samples[VALUE_NOTHING + 1 + random_bits() % (VALUE_KIND_N - 1)];
        union any any = {0};
        struct value_slot slot = slot_for(sample, &any);
        struct error error;
        char text[9] = "";

        for (size_t c = 0; c < random_bits() % sizeof text; c++) {
            text[c] = letters[random_bits() % (sizeof letters - 1)];
        }
        if (value_read(&slot, text, &error) == 0) {
            value_clear(&slot);
            assert_reads_back(sample, text);
        } else {
            assert_int_equal(error.status, STATUS_USAGE);
        }
    }
}

/* ---- what is said ---- */

static void a_mistake_is_told_with_what_to_do(void **state)
{
    static const struct {
        enum value_kind kind;
        const char *text, *what, *hint;
    } mistakes[] = {
        {VALUE_COUNT, "5001", "the.name: 5001 is out of bounds", "it can be 1 to 5000"},
        {VALUE_COUNT, "99999999999999999999", "the.name: 99999999999999999999 is out of bounds",
         "it can be 1 to 5000"},
        {VALUE_DURATION, "5", "the.name: \"5\" is not a duration",
         "it has no unit: did you mean 5s?"},
        {VALUE_DURATION, "5parsec", "the.name: \"5parsec\" is not a duration",
         "write a number and its unit, e.g. 10s, 250ms or 2m"},
        {VALUE_RATE, "1.5k", "the.name: \"1.5k\" is not a rate",
         "it has no unit: did you mean 1.5k/s?"},
        {VALUE_SHARE, "5", "the.name: \"5\" is not a share", "it has no unit: did you mean 5%?"},
        {VALUE_WORD, "htpp", "the.name: \"htpp\" is not one of raw|http|echo",
         "did you mean \"http\"?"},
        {VALUE_WORD, "yes", "the.name: \"yes\" is not one of raw|http|echo",
         "write raw or http or echo"},
        {VALUE_SWITCH, "1", "the.name: \"1\" is not one of off|on", "did you mean \"on\"?"},
        {VALUE_SWITCH, "maybe", "the.name: \"maybe\" is not one of off|on", "write off or on"},
        {VALUE_LINGER, "3601s", "the.name: 3601s is out of bounds", "it can be 0s to 1h"},
        {VALUE_TEXT, "0123456789", "the.name is 10 bytes long",
         "it can be 1 to 9, blanks at its ends not counted"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        union any any = {0};
        struct value_slot slot = slot_for(&samples[mistakes[i].kind], &any);
        struct error error;

        assert_int_equal(value_read(&slot, mistakes[i].text, &error), -1);
        assert_string_equal(error.what, mistakes[i].what);
        assert_string_equal(error.hint, mistakes[i].hint);
    }
}

/* A field keeps a number in as many bytes as it has. */
static void fields_are_of_any_size(void **state)
{
    static const struct value_spec spec = VALUE_OF(COUNT, 0, 255);
    struct {
        uint8_t one;
        uint16_t two;
        uint32_t four;
        uint64_t eight;
        uint8_t beyond;
    } fields = {0};
    struct error error;

    (void)state;
    const struct value_slot slots[] = {
        {&spec, "one", &fields.one, sizeof fields.one},
        {&spec, "two", &fields.two, sizeof fields.two},
        {&spec, "four", &fields.four, sizeof fields.four},
        {&spec, "eight", &fields.eight, sizeof fields.eight},
    };
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++) {
        char text[VALUE_WRITTEN];

        assert_int_equal(value_read(&slots[i], "255", &error), 0);
        assert_string_equal(value_write(&spec, slots[i].field, slots[i].size, text, sizeof text),
                            "255");
    }
    assert_int_equal(fields.one, 255);
    assert_int_equal(fields.two, 255);
    assert_int_equal(fields.four, 255);
    assert_int_equal(fields.eight, 255);
    assert_int_equal(fields.beyond, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_read_and_written_back),
        cmocka_unit_test(every_kind_says_what_it_is),
        cmocka_unit_test(every_example_is_one),
        cmocka_unit_test(what_is_none_is_refused_and_leaves_no_trace),
        cmocka_unit_test(any_value_in_bounds_is_written_and_read_back),
        cmocka_unit_test(any_text_is_refused_or_reads_back),
        cmocka_unit_test(a_mistake_is_told_with_what_to_do),
        cmocka_unit_test(fields_are_of_any_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
