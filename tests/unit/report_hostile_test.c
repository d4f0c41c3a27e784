#include <stdio.h>

#include "finwait/explain.h"
#include "finwait/report.h"
#include "fixture_json.h"

/* Whatever a result.json holds breaks nothing: every value in turn replaced by each of these. */

static const char *const hostile[] = {
    "null",
    "true",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "0.5",
    "'text'",
    "''",
    "[]",
    "{}",
    "[[[]]]",
    "{'a': {'b': []}}",
    "[1, 2]",
};

static FILE *nowhere;

/* Load, and use what was loaded; either is fine, as long as nothing breaks. */
static void load(const json_t *json)
{
    struct error error = {0};
    struct result *result = result_from_json(json, &error);

    if (result == NULL) {
        assert_true(error.what[0] != '\0');
        return;
    }
    result_measure(result);
    explain(result);
    for (size_t i = 0; report_table[i] != NULL; i++) {
        report_write(report_table[i], result, nowhere);
    }
    result_free(result);
}

static void attack(const json_t *top, json_t *json)
{
    const char *key;
    json_t *value;
    void *next;

    json_object_foreach_safe(json, next, key, value)
    {
        json_incref(value);
        for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
            json_object_set_new(json, key, quoted(hostile[i]));
            load(top);
        }
        json_object_set(json, key, value);
        attack(top, value);
        json_decref(value);
    }
    for (size_t at = 0; at < json_array_size(json); at++) {
        value = json_incref(json_array_get(json, at));
        for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
            json_array_set_new(json, at, quoted(hostile[i]));
            load(top);
        }
        json_array_set(json, at, value);
        attack(top, value);
        json_decref(value);
    }
}

static void hostile_values_break_nothing(void **state)
{
    json_t *json = quoted(fixture_json);

    (void)state;
    attack(json, json);
    load(json);
    json_decref(json);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        json = quoted(hostile[i]);
        load(json);
        json_decref(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_values_break_nothing),
    };

    nowhere = fopen("/dev/null", "w");
    if (nowhere == NULL) {
        perror("/dev/null");
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fclose(nowhere);
    return failed;
}
