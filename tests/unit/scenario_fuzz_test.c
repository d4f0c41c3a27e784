#include "scenario_testing.h"

#include <glob.h>

#include "../fuzz/scenario_fuzz.c" /* NOLINT(bugprone-suspicious-include) */

/* The harness over mutations of the scenarios that ship and of the bad ones; always the same. */

enum {
    MUTANTS = 150, /* of each file */
    EDITS_MAX = 4,
    ROOM = 16384,
};

static uint64_t random_state = UINT64_C(0x9e3779b97f4a7c15);

/* xorshift64*, Vigna 2016 */
static size_t random_below(size_t limit)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (size_t)((random_state * UINT64_C(0x2545f4914f6cdd1d)) >> 33) % limit;
}

static size_t read_file(const char *file, uint8_t *bytes)
{
    FILE *in = fopen(file, "rb");

    assert_non_null(in);
    size_t length = fread(bytes, 1, ROOM / 2, in);
    fclose(in);
    return length;
}

/* What YAML and the options hang on. */
static const char *const tokens[] = {
    ":",
    ": ",
    "\n",
    "- ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!int ",
    "|\n",
    ">\n",
    "\"",
    "'",
    "#",
    "---",
    "...",
    "<<: ",
    "? ",
    "%",
    "\t",
    "  ",
    "\xff",
    "\0",
    "none",
    "off",
    "-1",
    "0",
    "1s",
    "max",
    "close",
    "hold ",
    "rst",
    "(",
    ")",
    "99999999999999999999",
    "sysctl: ",
    "sockopt: {linger: 0s}",
    "program: ",
    "\xf0\x9f\x92\xa9",
    "\\u0000",
};

static size_t insert(uint8_t *bytes, size_t length, size_t at, const uint8_t *what, size_t count)
{
    if (length + count > ROOM) {
        return length;
    }
    memmove(bytes + at + count, bytes + at, length - at);
    memcpy(bytes + at, what, count);
    return length + count;
}

static size_t mutate(uint8_t *bytes, size_t length)
{
    size_t at = random_below(length + 1);
    size_t count = random_below(20) + 1;
    uint8_t copy[20];

    count = count < length - at ? count : length - at;
    switch (random_below(4)) {
    case 0: { /* a token */
        const char *token = tokens[random_below(sizeof tokens / sizeof tokens[0])];
        size_t size = token[0] == '\0' ? 1 : strlen(token);
        return insert(bytes, length, at, (const uint8_t *)token, size);
    }
    case 1: /* a piece taken out */
        memmove(bytes + at, bytes + at + count, length - at - count);
        return length - count;
    case 2: /* a piece put elsewhere */
        memcpy(copy, bytes + at, count);
        return insert(bytes, length, random_below(length + 1), copy, count);
    default: /* a bit */
        if (at < length) {
            bytes[at] ^= (uint8_t)(1U << random_below(8));
        }
        return length;
    }
}

static void mutate_file(const char *file)
{
    static uint8_t original[ROOM];
    size_t length = read_file(file, original);

    for (unsigned i = 0; i < MUTANTS; i++) {
        static uint8_t bytes[ROOM];
        size_t size = length;
        memcpy(bytes, original, length);
        for (size_t edits = random_below(EDITS_MAX) + 1; edits > 0; edits--) {
            size = mutate(bytes, size);
        }
        /* A block of its own size lets AddressSanitizer see reads beyond the end. */
        uint8_t *exact = malloc(size > 0 ? size : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, size);
        LLVMFuzzerTestOneInput(exact, size);
        free(exact);
    }
}

static void no_mutation_crashes_the_loader(void **state)
{
    static const char *const patterns[] = {SOURCE_DIR "/configs/*.yaml",
                                           TEST_DATA "/scenario/bad/*.yaml"};

    (void)state;
    for (size_t p = 0; p < sizeof patterns / sizeof patterns[0]; p++) {
        glob_t found;
        assert_int_equal(glob(patterns[p], 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            mutate_file(found.gl_pathv[i]);
        }
        globfree(&found);
    }
}

static void cut_off_anywhere_it_does_not_crash(void **state)
{
    (void)state;
    static uint8_t bytes[ROOM];
    size_t length = read_file(SOURCE_DIR "/configs/custom-program.yaml", bytes);

    for (size_t size = 0; size <= length; size++) {
        LLVMFuzzerTestOneInput(bytes, size);
    }
}

/* Values, too, that no YAML would let through. */
static void no_override_crashes_the_loader(void **state)
{
    (void)state;
    for (size_t i = 0; i < option_count(); i++) {
        struct option_info info;
        option_get(i, &info);
        for (size_t t = 0; t < sizeof tokens / sizeof tokens[0]; t++) {
            const struct scenario_override override = {info.path, tokens[t]};
            struct error error = {0};
            struct scenario *scenario = scenario_load(NULL, &override, 1, &error);
            assert_true(scenario != NULL || error.what[0] != '\0');
            scenario_free(scenario);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mutation_crashes_the_loader),
        cmocka_unit_test(cut_off_anywhere_it_does_not_crash),
        cmocka_unit_test(no_override_crashes_the_loader),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
