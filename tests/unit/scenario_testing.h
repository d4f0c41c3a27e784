#ifndef SCENARIO_TESTING_H
#define SCENARIO_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/scenario.h"

/* A scenario as its pairs: "path=value" lines, and the overrides that make it again. */
struct pairs {
    size_t count;
    struct scenario_override item[160];
};

static inline void pairs_add(void *context, const char *path, const char *value)
{
    struct pairs *pairs = context;

    assert_true(pairs->count < sizeof pairs->item / sizeof pairs->item[0]);
    pairs->item[pairs->count++] = (struct scenario_override){strdup(path), strdup(value)};
}

static inline void pairs_fini(struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->count; i++) {
        free((char *)pairs->item[i].path);
        free((char *)pairs->item[i].value);
    }
}

static inline const char *pairs_get(const struct pairs *pairs, const char *path)
{
    for (size_t i = 0; i < pairs->count; i++) {
        if (strcmp(pairs->item[i].path, path) == 0) {
            return pairs->item[i].value;
        }
    }
    return NULL;
}

static inline void assert_pairs_equal(const struct pairs *a, const struct pairs *b)
{
    for (size_t i = 0; i < a->count && i < b->count; i++) {
        assert_string_equal(a->item[i].path, b->item[i].path);
        assert_string_equal(a->item[i].value, b->item[i].value);
    }
    assert_int_equal(a->count, b->count);
}

/* Whether the option is there with transport: tls only. */
static inline bool is_of_tls(const char *path)
{
    return strncmp(path, "tls.", 4) == 0 || strstr(path, ".tls.") != NULL;
}

static inline struct scenario *load_good(const char *file,
                                         const struct scenario_override *overrides, size_t count)
{
    struct error error = {0};
    struct scenario *scenario = scenario_load(file, overrides, count, &error);

    if (scenario == NULL) {
        error_print(&error, stderr);
    }
    assert_non_null(scenario);
    return scenario;
}

/* The scenario printed, read back from nothing but what was printed, and printed again. */
static inline void assert_round_trip(const struct scenario *scenario)
{
    struct pairs first = {0};
    struct pairs second = {0};

    scenario_each(scenario, pairs_add, &first);
    struct scenario *again = load_good(NULL, first.item, first.count);
    scenario_each(again, pairs_add, &second);
    assert_pairs_equal(&first, &second);
    scenario_free(again);
    pairs_fini(&first);
    pairs_fini(&second);
}

static inline struct scenario *parse_with(const char *yaml,
                                          const struct scenario_override *overrides, size_t count,
                                          struct error *error)
{
    return scenario_parse(yaml, strlen(yaml), "test.yaml", overrides, count, error);
}

/* A scenario that must load. */
static inline struct scenario *parse_good(const char *yaml)
{
    struct error error = {0};
    struct scenario *scenario = parse_with(yaml, NULL, 0, &error);

    if (scenario == NULL) {
        error_print(&error, stderr);
    }
    assert_non_null(scenario);
    return scenario;
}

#endif
