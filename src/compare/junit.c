#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/junit.h"
#include "parts.h"

/* A suite a variant, a case a check. */

static const enum junit_end ends[COMPARISON_END_N] = {
    [COMPARISON_HELD] = JUNIT_PASS,
    [COMPARISON_FAILED] = JUNIT_FAILURE,
    [COMPARISON_MISSING] = JUNIT_ERROR,
    [COMPARISON_BLIND] = JUNIT_SKIPPED,
};

/* Why the variant cannot be said to have been compared; NULL: it was.  A new string. */
static char *not_compared(const struct comparison *comparison, size_t variant)
{
    if (comparison->cut) {
        return grow_text("interrupted: judged on what was finished");
    }
    return trials_of(comparison, variant) == 0 ? grow_text("no trial of it is left") : NULL;
}

static size_t count_checks(const struct comparison *comparison, size_t variant,
                           size_t count[JUNIT_N])
{
    size_t all = 0;

    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->check[i];
        if (check->variant == variant) {
            count[ends[check->end]]++;
            all++;
        }
    }
    return all;
}

/* Its trials are a case themselves where they are not whole, and where it has nothing else. */
static void put_variant(const struct comparison *comparison, size_t variant, FILE *out)
{
    char *name = grow_format("%s: %s", comparison->name, comparison->variant[variant].name);
    char *why = not_compared(comparison, variant);
    enum junit_end runs = why != NULL ? JUNIT_ERROR : JUNIT_PASS;
    struct junit_suite suite = {.name = name};
    bool has_runs = count_checks(comparison, variant, suite.count) == 0 || why != NULL;

    suite.count[runs] += has_runs;
    junit_begin(&suite, out);
    if (has_runs) {
        junit_case(&suite, "runs", 0, runs, "PARTIAL", why, out);
    }
    for (size_t i = 0; i < comparison->check_count; i++) {
        const struct comparison_check *check = &comparison->check[i];
        if (check->variant == variant) {
            junit_case(&suite, check->text, 0, ends[check->end], check_word(check->end), check->why,
                       out);
        }
    }
    junit_finish(out);
    free(why);
    free(name);
}

static void junit_write(const struct comparison *comparison, FILE *out)
{
    fputs(JUNIT_HEAD, out);
    for (size_t i = 0; i < comparison->variant_count; i++) {
        put_variant(comparison, i, out);
    }
    fputs(JUNIT_TAIL, out);
}

const struct comparison_ops comparison_junit = {
    .name = "junit",
    .about = "JUnit's XML for CI: a suite a variant, a case a --fail-if or an expectation",
    .write = junit_write,
};
