#ifndef COMPARE_TESTING_H
#define COMPARE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/comparison.h"
#include "finwait/grow.h"

/* Results made up for a comparison: what a trial would have measured. */

static inline void put_metric(struct result *result, const char *name, double value)
{
    result->metric = grow_by_one(result->metric, result->metric_count, sizeof *result->metric);
    result->metric[result->metric_count++] =
        (struct metric_value){.name = grow_text(name), .value = value};
}

static inline struct result *made_up(double rate, double failed)
{
    struct result *result = result_new();

    text_pairs_add(&result->environment, "kernel", "6.18.5");
    text_pairs_add(&result->scenario, "name", "made-up");
    put_metric(result, "connections.rate", rate);
    put_metric(result, "connections.failed", failed);
    return result;
}

static inline void add_made_up(struct comparison *comparison, size_t variant, size_t round,
                               struct result *result)
{
    comparison_add_trial(comparison, variant, round, STATUS_OK, result);
    result_free(result);
}

/* Noise that is the same in each run: -1 to 1. */
static inline double noise(unsigned *state)
{
    *state = *state * 1103515245U + 12345U;
    return (double)(*state >> 8) / (double)(1U << 23) - 1;
}

/* Two variants, "a" and "b", of `rounds` trials each, whose rates are about 1000 and `rate`, give
 * or take `spread`, and whose failures are 0 and `failed`. */
static inline struct comparison *two_variants(bool paired, size_t rounds, double rate,
                                              double spread, double failed)
{
    struct comparison *comparison = comparison_new("made-up", paired);
    unsigned state = 7;

    comparison_add_variant(comparison, "a", NULL);
    comparison_add_variant(comparison, "b", NULL);
    for (size_t i = 1; i <= rounds; i++) {
        add_made_up(comparison, 0, i, made_up(1000 + spread * noise(&state), 0));
        add_made_up(comparison, 1, i, made_up(rate + spread * noise(&state), failed));
    }
    return comparison;
}

static const struct comparison_terms default_terms = {.margin = 0.05};

static inline void judge(struct comparison *comparison)
{
    comparison_judge(comparison, &default_terms);
}

/* The row of a metric and a variant; the test fails where there is none. */
static inline const struct comparison_row *row_of(const struct comparison *comparison,
                                                  const char *metric, size_t variant)
{
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->variant == variant && strcmp(row->metric, metric) == 0) {
            return row;
        }
    }
    fail_msg("no row of %s", metric);
    return NULL;
}

#define assert_verdict(comparison, metric, wanted)                                                 \
    assert_string_equal(comparison_verdict_name(row_of((comparison), (metric), 1)->verdict),       \
                        (wanted))

#endif
