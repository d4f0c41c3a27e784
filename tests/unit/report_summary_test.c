#include <errno.h>

#include "finwait/report.h"
#include "finwait/wrap.h"
#include "fixture.h"
#include "golden_testing.h"

/*
 * The summary of stored results at three widths, in tests/data/summary/summary.txt.
 * `report_summary_test --write` writes the file again.
 */

#define GOLDEN TEST_DATA "/summary/summary.txt"

static const char *const results[] = {
    "summary/server-first", "summary/leak-hunt", "summary/ports",
    "result/mix",           "result/commands",   "result/schema-1",
};
#define RESULTS (sizeof results / sizeof results[0])

static const char *const widths[] = {"80", "100", "200"};
#define WIDTHS (sizeof widths / sizeof widths[0])

static struct result *stored(const char *name)
{
    struct error error = {0};
    char file[256];

    snprintf(file, sizeof file, TEST_DATA "/%s.json", name);
    struct result *result = result_read(file, &error);
    if (result == NULL) {
        fail_msg("%s: %s", file, error.what);
    }
    return result;
}

/* As it is printed on a page of so many columns, by a locale of UTF-8 or another. */
static char *written(const struct result *result, const char *columns, const char *locale)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    assert_int_equal(setenv("COLUMNS", columns, 1), 0);
    assert_int_equal(setenv("LC_ALL", locale, 1), 0);
    assert_int_equal(setenv("TERM", "xterm", 1), 0);
    report_write(&report_text, result, out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static size_t lines_of(const char *text)
{
    size_t lines = 0;

    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

static void no_line_is_wider_than_the_page(void **state)
{
    (void)state;
    for (size_t i = 0; i < RESULTS; i++) {
        struct result *result = stored(results[i]);
        for (int columns = 60; columns <= 260; columns += 7) {
            char number[8];
            snprintf(number, sizeof number, "%d", columns);
            char *text = written(result, number, "C.UTF-8");
            if (text_widest(text) > (size_t)columns) {
                fail_msg("%s at %d columns has %zu:\n%s", results[i], columns, text_widest(text),
                         text);
            }
            free(text);
        }
        result_free(result);
    }
}

static void it_fits_on_a_screen(void **state)
{
    (void)state;
    for (size_t i = 0; i < RESULTS; i++) {
        struct result *result = stored(results[i]);
        char *text = written(result, "80", "C.UTF-8");
        if (lines_of(text) > 40) {
            fail_msg("%s has %zu lines:\n%s", results[i], lines_of(text), text);
        }
        free(text);
        result_free(result);
    }
}

/* The locale's, and of what is drawn alone: a name is the user's. */
static void without_utf_8_it_is_ascii(void **state)
{
    struct result *result = stored(results[0]);
    char *text = written(result, "80", "C");

    (void)state;
    for (const char *at = text; *at != '\0'; at++) {
        assert_in_range((unsigned char)*at, '\n', '~');
    }
    assert_non_null(strstr(text, "##"));
    free(text);
    result_free(result);
}

/* How many TIME_WAITs are there of 5,000, and whether the summary says what became of others. */
static void check_missing(uint32_t stand, bool told)
{
    struct result *result = fixture_closed_by(SIDE_SERVER);

    fixture_state(result, SIDE_SERVER, TCP_STATE_TIME_WAIT, stand, stand);
    explain(result);
    char *text = written(result, "80", "C.UTF-8");
    assert_non_null(strstr(text, "as predicted"));
    assert_int_equal(strstr(text, "took the place of") != NULL, told);
    free(text);
    result_free(result);
}

static void what_is_missing_is_told(void **state)
{
    (void)state;
    check_missing(4988, true);
    check_missing(5000, false);
}

static void write_golden(FILE *out)
{
    for (size_t i = 0; i < RESULTS; i++) {
        struct result *result = stored(results[i]);
        for (size_t k = 0; k < WIDTHS; k++) {
            char *text = written(result, widths[k], "C.UTF-8");
            fprintf(out, "==== %s at %s\n%s", results[i], widths[k], text);
            free(text);
        }
        result_free(result);
    }
}

static const struct golden golden = {
    .file = GOLDEN,
    .write = write_golden,
    .again = "report_summary_test --write, and scripts/docs",
};

static void it_is_that_of_the_file(void **state)
{
    (void)state;
    golden_check(&golden);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_line_is_wider_than_the_page), cmocka_unit_test(it_fits_on_a_screen),
        cmocka_unit_test(without_utf_8_it_is_ascii),      cmocka_unit_test(what_is_missing_is_told),
        cmocka_unit_test(it_is_that_of_the_file),
    };

    if (argc == 2 && strcmp(argv[1], "--write") == 0) {
        return golden_write(&golden);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
