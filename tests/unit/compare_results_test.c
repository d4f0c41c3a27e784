#include "compare_testing.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a directory with results ---- */

static char top[32];

static int make_top(void **state)
{
    (void)state;
    snprintf(top, sizeof top, "/tmp/finwait_results_XXXXXX");
    return mkdtemp(top) == NULL;
}

static int forget(const char *path, const struct stat *about, int kind, struct FTW *at)
{
    (void)about, (void)kind, (void)at;
    return remove(path);
}

static int remove_top(void **state)
{
    (void)state;
    return nftw(top, forget, 16, FTW_DEPTH | FTW_PHYS);
}

/* A path below the top. */
static char *below(const char *name)
{
    return grow_format("%s/%s", top, name);
}

static void put_result(const char *directory, double rate, bool partial)
{
    struct result *result = made_up(rate, 0);
    char *path = below(directory);
    struct error error;

    result->partial = partial;
    result->cut_by = partial ? grow_text("SIGINT") : NULL;
    text_pairs_add(&result->scenario, "server.at", directory[0] == 'b' ? "10.0.0.1:80" : "-");
    assert_int_equal(result_write(result, path, &error), 0);
    result_free(result);
    free(path);
}

static struct comparison *read_two(const char *first, const char *second, struct error *error)
{
    char *paths[] = {below(first), below(second)};
    struct comparison *comparison = comparison_of_results(2, (const char *const *)paths, error);

    free(paths[0]);
    free(paths[1]);
    return comparison;
}

static void test_directories_are_variants(void **state)
{
    (void)state;
    struct error error;
    char name[32];

    for (int i = 0; i < 6; i++) {
        snprintf(name, sizeof name, "before/%d/trial", i);
        put_result(name, 1000 + i, false);
        snprintf(name, sizeof name, "after/%d", i);
        put_result(name, 1500 + i, false);
    }
    put_result("after/9", 1, true);
    struct comparison *comparison = read_two("before/", "after", &error);
    assert_non_null(comparison);
    assert_false(comparison->paired);
    judge(comparison);
    const struct comparison_row *row = row_of(comparison, "connections.rate", 1);
    assert_int_equal(row->verdict, COMPARISON_HIGHER);
    assert_int_equal(row->n, 6);
    assert_int_equal(comparison->trial_count, 13); /* the partial one is told */
    assert_int_equal(comparison->differs_count, 1);
    assert_true(comparison->attributed);
    struct grow_stream stream;
    grow_stream_open(&stream);
    comparison_text.write(comparison, stream.out);
    char *text = grow_stream_close(&stream);
    assert_non_null(strstr(text, "made earlier"));
    assert_non_null(strstr(text, "partial: SIGINT"));
    assert_non_null(strstr(text, "unpaired"));
    free(text);
    comparison_free(comparison);
}

static void test_a_file_is_a_variant(void **state)
{
    (void)state;
    struct error error;

    put_result("one", 1000, false);
    put_result("two", 1000, false);
    struct comparison *comparison = read_two("one/result.json", "two", &error);
    assert_non_null(comparison);
    judge(comparison);
    assert_verdict(comparison, "connections.rate", "equal");
    comparison_free(comparison);
}

static void put_file(const char *name, const char *text)
{
    char *path = below(name);
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    free(path);
}

static void test_what_cannot_be_compared_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"empty", "missing", "one", "several", "broken", "one/"};
    struct error error = {0};
    char *empty = below("empty");

    put_result("one", 1000, false);
    put_result("several/a/1", 1000, false);
    put_file("several/" COMPARISON_FILE, "{}");
    put_result("broken/1", 1000, false);
    put_file("broken/1/" RESULT_FILE, "{\"schema\": 2");
    mkdir(empty, 0777);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(read_two("one", wrong[i], &error));
        assert_true(error.what[0] != '\0');
    }
    assert_null(comparison_of_results(1, &(const char *){top}, &error));
    free(empty);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)
    const struct CMUnitTest tests[] = {
        TEST(test_directories_are_variants),
        TEST(test_a_file_is_a_variant),
        TEST(test_what_cannot_be_compared_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
