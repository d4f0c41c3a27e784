#include <math.h>
#include <stdlib.h>

#include "finwait/facts.h"
#include "finwait/junit.h"
#include "finwait/report.h"
#include "verdict.h"

/* A suite a result, a case an expectation. */

static const enum junit_end ends[] = {
    [VERDICT_PASS] = JUNIT_PASS,        [VERDICT_FAIL] = JUNIT_FAILURE,
    [VERDICT_UNMEASURED] = JUNIT_ERROR, [VERDICT_VACUOUS] = JUNIT_FAILURE,
    [VERDICT_UNJUDGED] = JUNIT_ERROR,
};

static const char *suite_name(const struct facts *facts)
{
    const char *name = facts_scenario(facts, "name");

    return name[0] != '\0' ? name : "(no name)";
}

static void put_expectation(const struct facts *facts, const struct junit_suite *suite,
                            const struct expectation_result *expectation, FILE *out)
{
    char *text = verdict_text(facts, expectation);

    junit_case(suite, expectation->text != NULL ? expectation->text : "", 0,
               ends[expectation->verdict], verdict_word(expectation->verdict), text, out);
    free(text);
}

/* The run itself is a case where it is partial, and where there is nothing else to be one. */
static bool has_run(const struct result *result)
{
    return result->partial || result->expectation_count == 0;
}

static enum junit_end run_end(const struct result *result)
{
    return result->partial ? JUNIT_ERROR : JUNIT_PASS;
}

static void put_run(const struct result *result, const struct junit_suite *suite, FILE *out)
{
    char *text = report_partial(result);

    junit_case(suite, "runs", suite->seconds, run_end(result), "PARTIAL", text, out);
    free(text);
}

static void junit_write(const struct result *result, FILE *out)
{
    struct facts facts;

    facts_gather(&facts, result);
    struct junit_suite suite = {
        .name = suite_name(&facts),
        .seconds = fmax(facts.whole, 0), /* of a file; fmax(3) makes 0 of a NaN */
        .timestamp = result->started,
    };
    suite.count[run_end(result)] += has_run(result);
    for (size_t i = 0; i < result->expectation_count; i++) {
        suite.count[ends[result->expectation[i].verdict]]++;
    }
    junit_begin(&suite, out);
    if (has_run(result)) {
        put_run(result, &suite, out);
    }
    for (size_t i = 0; i < result->expectation_count; i++) {
        put_expectation(&facts, &suite, &result->expectation[i], out);
    }
    junit_finish(out);
}

static void junit_untried(const char *name, const char *why, FILE *out)
{
    const struct junit_suite suite = {.name = name, .count = {[JUNIT_ERROR] = 1}};

    junit_begin(&suite, out);
    junit_case(&suite, "runs", 0, JUNIT_ERROR, "NO RESULT", why, out);
    junit_finish(out);
}

const struct report_ops report_junit = {
    .name = "junit",
    .about = "JUnit's XML for CI: a suite a result, a case an expectation",
    .head = JUNIT_HEAD,
    .tail = JUNIT_TAIL,
    .write = junit_write,
    .write_untried = junit_untried,
};
