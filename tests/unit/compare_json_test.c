#include "compare_testing.h"

#include <unistd.h>

#include "finwait/wrap.h"

/* ---- a comparison with some of everything ---- */

static struct comparison *full(void)
{
    struct text_pairs set = {0};
    struct comparison *comparison = comparison_new("made-up", true);
    unsigned state = 3;

    comparison->seed = 4711;
    comparison->rounds = 8;
    comparison_add_variant(comparison, "tcp_fin_timeout=60", NULL);
    text_pairs_add(&set, "client.sysctl.net.ipv4.tcp_fin_timeout", "5");
    comparison_add_variant(comparison, "tcp_fin_timeout=5", &set);
    text_pairs_fini(&set);
    for (size_t round = 1; round <= 8; round++) {
        for (size_t variant = 0; variant < 2; variant++) {
            struct result *result = made_up(1000 + 100 * noise(&state), variant == 1 ? 250 : 0);
            text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.ipv4.tcp_fin_timeout",
                           variant == 0 ? "60" : "5");
            text_pairs_add(&result->side[SIDE_CLIENT].sysctl, "net.core.somaxconn", "4096");
            put_metric(result, "client.time_wait.peak", 400);
            put_metric(result, "client.counter.TcpExtTCPTimeWaitOverflow", variant == 0 ? 7 : 0);
            put_metric(result, "latency.connect.p50", 0.001 + 0.0005 * noise(&state));
            result->expectation = grow_new(1, sizeof *result->expectation);
            result->expectation_count = 1;
            result->expectation[0] = (struct expectation_result){
                .text = grow_text("connections.failed == 0"),
                .verdict = variant == 0 ? VERDICT_PASS : VERDICT_FAIL,
            };
            add_made_up(comparison, variant, round, result);
        }
    }
    comparison_add_failure(comparison, 1, 9, STATUS_MACHINE, "a worker died");
    judge(comparison);
    return comparison;
}

static char *dumped(const struct comparison *comparison)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    assert_int_equal(comparison_dump(comparison, stream.out), 0);
    return grow_stream_close(&stream);
}

static char *printed(const struct comparison *comparison)
{
    struct grow_stream stream;

    grow_stream_open(&stream);
    comparison_text.write(comparison, stream.out);
    return grow_stream_close(&stream);
}

static void test_it_comes_back_without_loss(void **state)
{
    (void)state;
    struct comparison *comparison = full();
    json_t *json = comparison_to_json(comparison);
    struct error error;
    struct comparison *back = comparison_from_json(json, &error);

    assert_non_null(back);
    char *before = dumped(comparison);
    char *after = dumped(back);
    assert_string_equal(before, after);
    free(after);
    judge(back); /* what it was judged by came back as well */
    after = dumped(back);
    assert_string_equal(before, after);
    char *text = printed(comparison);
    char *again = printed(back);
    assert_string_equal(text, again);
    free(text);
    free(again);
    free(before);
    free(after);
    json_decref(json);
    comparison_free(comparison);
    comparison_free(back);
}

/* The names that the issue gives to users. */
static void test_the_names_of_a_row(void **state)
{
    (void)state;
    static const char *const keys[] = {"metric",     "variant",  "baseline", "verdict",
                                       "difference", "interval", "p",        "n"};
    struct comparison *comparison = full();
    json_t *json = comparison_to_json(comparison);
    json_t *row;
    size_t index;
    bool found = false;

    json_array_foreach (json_object_get(json, "comparisons"), index, row) {
        const char *metric = json_string_value(json_object_get(row, "metric"));
        for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
            assert_non_null(json_object_get(row, keys[i]));
        }
        found = strcmp(metric, "connections.rate") == 0;
        if (found) {
            assert_int_equal(json_array_size(json_object_get(row, "interval")), 2);
            break;
        }
    }
    assert_true(found);
    json_decref(json);
    comparison_free(comparison);
}

/* ---- what is no comparison ---- */

typedef void change(json_t *json);

static void no_schema(json_t *json)
{
    json_object_del(json, "schema");
}

static void later_schema(json_t *json)
{
    json_object_set_new(json, "schema", json_integer(COMPARISON_SCHEMA + 1));
}

static void unknown_baseline(json_t *json)
{
    json_object_set_new(json, "baseline", json_string("nobody"));
}

static void unknown_verdict(json_t *json)
{
    json_object_set_new(json_array_get(json_object_get(json, "comparisons"), 0), "verdict",
                        json_string("better"));
}

static void unknown_variant(json_t *json)
{
    json_object_set_new(json_array_get(json_object_get(json, "trials"), 3), "variant",
                        json_string("x"));
}

static void twins(json_t *json)
{
    json_object_set_new(json_array_get(json_object_get(json, "variants"), 0), "name",
                        json_string("tcp_fin_timeout=5"));
}

static void one_ended_interval(json_t *json)
{
    json_object_set_new(json_array_get(json_object_get(json, "comparisons"), 0), "interval",
                        json_pack("[i]", 1));
}

static void wrong_status(json_t *json)
{
    json_object_set_new(json_array_get(json_object_get(json, "trials"), 0), "status",
                        json_integer(77));
}

static void text_for_metric(json_t *json)
{
    json_t *trial = json_array_get(json_object_get(json, "trials"), 0);
    json_object_set_new(json_object_get(trial, "metrics"), "connections.rate", json_string("x"));
}

static void no_trials(json_t *json)
{
    json_object_set_new(json, "trials", json_integer(3));
}

static void unknown_value(json_t *json)
{
    json_t *differs = json_array_get(json_object_get(json, "differs"), 0);
    json_object_set_new(json_object_get(differs, "values"), "x", json_string("y"));
}

static void one_pair_twice(json_t *json)
{
    json_t *trials = json_object_get(json, "trials");

    json_array_insert(trials, 2, json_array_get(trials, 0));
}

static void no_variants(json_t *json)
{
    static const char *const parts[] = {"variants", "differs", "comparisons", "trials"};

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        json_object_set_new(json, parts[i], json_array());
    }
    json_object_del(json, "baseline");
}

static void test_what_is_none_is_refused(void **state)
{
    (void)state;
    static change *const changes[] = {
        no_schema,     later_schema,       unknown_baseline, unknown_verdict, unknown_variant,
        twins,         one_ended_interval, wrong_status,     text_for_metric, no_trials,
        unknown_value, no_variants,        one_pair_twice};

    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct comparison *comparison = full();
        json_t *json = comparison_to_json(comparison);
        struct error error = {0};
        changes[i](json);
        assert_null(comparison_from_json(json, &error));
        assert_int_equal(error.status, STATUS_USAGE);
        assert_non_null(strstr(error.what, "no comparison of finwait"));
        json_decref(json);
        comparison_free(comparison);
    }
}

/* Each byte of it, one after the other, become another: never a crash. */
static void test_corrupt_text_is_refused_or_read(void **state)
{
    (void)state;
    struct comparison *comparison = full();
    char *text = dumped(comparison);
    size_t length = strlen(text);

    for (size_t i = 0; i < length; i += 7) {
        char kept = text[i];
        struct error error = {0};
        text[i] = "[]{}\"x0-"[i % 8];
        json_t *json = json_loadb(text, length, 0, NULL);
        struct comparison *back = json != NULL ? comparison_from_json(json, &error) : NULL;
        if (back != NULL) {
            char *out = printed(back);
            free(out);
        }
        comparison_free(back);
        json_decref(json);
        text[i] = kept;
    }
    free(text);
    comparison_free(comparison);
}

/* ---- the table ---- */

static void check_width(char *text)
{
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (text_width(line) > 80) {
            fail_msg("%zu columns: %s", text_width(line), line);
        }
    }
}

static void test_the_table(void **state)
{
    (void)state;
    static const char *const wanted[] = {
        "client.sysctl.net.ipv4.tcp_fin_timeout: 60, 5",
        "client.counter.TcpExtTCPTimeWaitOverflow",
        "tcp_fin_timeout=5, round 9: a worker died",
        "tcp_fin_timeout=5, 8 of 8 trials: connections.failed == 0",
        "equal in all trials: client.time_wait.peak",
        "connections.rate",
    };
    struct comparison *comparison = full();
    char *text = printed(comparison);

    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        if (strstr(text, wanted[i]) == NULL) {
            fail_msg("%s is not in\n%s", wanted[i], text);
        }
    }
    if (getenv("SHOW") != NULL) {
        puts(text);
    }
    check_width(text);
    free(text);
    comparison_free(comparison);
}

static void test_another_kernel_takes_the_attribution(void **state)
{
    (void)state;
    struct comparison *comparison = full();
    struct result *result = made_up(1000, 0);

    assert_true(comparison->attributed);
    free(result->environment.item[0].value);
    result->environment.item[0].value = grow_text("6.1.0");
    add_made_up(comparison, 1, 10, result);
    judge(comparison);
    assert_false(comparison->attributed);
    char *text = printed(comparison);
    assert_non_null(strstr(text, "environment.kernel: 6.18.5, 6.18.5 | 6.1.0"));
    assert_non_null(strstr(text, "More differs than what was varied"));
    check_width(text);
    free(text);
    comparison_free(comparison);
}

/* One is the beginning of the other: they are two all the same. */
static void test_a_value_is_not_the_begin_of_another(void **state)
{
    (void)state;
    static const char *const commands[] = {"nginx -g x", "nginx", "nginx -g"};
    struct comparison *comparison = two_variants(true, 1, 1000, 1, 0);

    for (size_t round = 2; round <= 4; round++) {
        struct result *result = made_up(1000, 0);
        text_pairs_add(&result->scenario, "server.command", commands[round - 2]);
        add_made_up(comparison, 1, round, result);
    }
    judge(comparison);
    assert_false(comparison->attributed);
    assert_string_equal(comparison->differs[0].value[1], "- | nginx -g x | nginx | ...");
    comparison_free(comparison);
}

/* Of which nothing is known but what they set; and names with commas stay apart. */
static void test_variants_without_a_trial(void **state)
{
    (void)state;
    static const char *const commands[] = {"nginx", "nginxx"};

    for (size_t baseline = 0; baseline < 2; baseline++) {
        struct comparison *comparison = comparison_new("made-up", true);
        for (size_t i = 0; i < 2; i++) {
            struct text_pairs set = {0};
            text_pairs_add(&set, "server.command", commands[i]);
            comparison_add_variant(comparison, i == 0 ? "a=1, b=1" : "a=1, b=2", &set);
            text_pairs_fini(&set);
        }
        struct result *result = made_up(1000, 0);
        text_pairs_add(&result->scenario, "server.command", commands[0]);
        add_made_up(comparison, 0, 1, result);
        comparison_add_failure(comparison, 1, 1, STATUS_MACHINE, "ENOENT");
        comparison->baseline = baseline;
        judge(comparison);
        assert_true(comparison->attributed);
        char *text = printed(comparison);
        assert_non_null(strstr(text, "Variants: a=1, b=1; a=1, b=2 (baseline"));
        assert_non_null(strstr(text, "server.command: nginx, nginxx"));
        assert_null(strstr(text, "Nothing differs"));
        assert_non_null(
            strstr(text, baseline == 0 ? "No trial is left" : "No trial of the baseline is left"));
        free(text);
        comparison_free(comparison);
    }
}

static void test_how_many_rounds_it_would_take(void **state)
{
    (void)state;
    struct comparison *comparison = two_variants(true, 5, 2000, 10, 0);

    judge(comparison);
    char *text = printed(comparison);
    assert_non_null(strstr(text, "n = 5 is too small"));
    assert_non_null(strstr(text, "it takes 6"));
    free(text);
    comparison_free(comparison);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_comes_back_without_loss),
        cmocka_unit_test(test_the_names_of_a_row),
        cmocka_unit_test(test_what_is_none_is_refused),
        cmocka_unit_test(test_corrupt_text_is_refused_or_read),
        cmocka_unit_test(test_the_table),
        cmocka_unit_test(test_another_kernel_takes_the_attribution),
        cmocka_unit_test(test_a_value_is_not_the_begin_of_another),
        cmocka_unit_test(test_variants_without_a_trial),
        cmocka_unit_test(test_how_many_rounds_it_would_take),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
