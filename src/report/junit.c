#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/facts.h"
#include "finwait/report.h"
#include "verdict.h"

/*
 * JUnit's XML as Jenkins (xunit-plugin's junit-10.xsd), GitLab and pytest (xunit2) have it: a suite
 * a result, a case an expectation.
 */

/* What a case comes to: an element in it, and a place in its suite's sums. */
enum case_end {
    CASE_PASS,
    CASE_FAILURE,
    CASE_ERROR,
    CASE_N,
};

static const char *const elements[] = {
    [CASE_FAILURE] = "failure",
    [CASE_ERROR] = "error",
};

static const enum case_end ends[] = {
    [VERDICT_PASS] = CASE_PASS,        [VERDICT_FAIL] = CASE_FAILURE,
    [VERDICT_UNMEASURED] = CASE_ERROR, [VERDICT_VACUOUS] = CASE_FAILURE,
    [VERDICT_UNJUDGED] = CASE_ERROR,
};

/* The bytes of a control character, or of U+FFFE or U+FFFF, which XML 1.0 does not have; else 0. */
static size_t control(const unsigned char *at)
{
    if (at[0] < ' ' || at[0] == 0x7f) {
        return 1;
    }
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0) { /* U+0080 to U+009F */
        return 2;
    }
    return at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe ? 3 : 0;
}

static const char *entity(char byte)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

/* `text`, UTF-8, as what an attribute or an element holds. */
static void put_text(const char *text, FILE *out)
{
    while (*text != '\0') {
        size_t skipped = control((const unsigned char *)text);
        const char *escaped = entity(*text);

        if (skipped > 0) {
            fputc('?', out);
        } else if (escaped != NULL) {
            fputs(escaped, out);
        } else {
            fputc(*text, out);
        }
        text += skipped > 0 ? skipped : 1;
    }
}

static void put_attribute(const char *name, const char *value, FILE *out)
{
    fprintf(out, " %s=\"", name);
    put_text(value, out);
    fputc('"', out);
}

static const char *suite_name(const struct facts *facts)
{
    const char *name = facts_scenario(facts, "name");

    return name[0] != '\0' ? name : "(no name)";
}

/* The case `name`; unless it passed, `type` is why in a word, and `text` in more of them. */
static void put_case(const struct facts *facts, const char *name, double seconds, enum case_end end,
                     const char *type, const char *text, FILE *out)
{
    fputs("    <testcase", out);
    put_attribute("classname", suite_name(facts), out);
    put_attribute("name", name, out);
    fprintf(out, " time=\"%.3f\"", seconds);
    if (end == CASE_PASS) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n      <%s", elements[end]);
    put_attribute("type", type, out);
    put_attribute("message", text, out);
    fprintf(out, ">%s: ", type);
    put_text(text, out);
    fprintf(out, "</%s>\n    </testcase>\n", elements[end]);
}

static void put_expectation(const struct facts *facts, const struct expectation_result *expectation,
                            FILE *out)
{
    char *text = verdict_text(facts, expectation);

    put_case(facts, expectation->text != NULL ? expectation->text : "", 0,
             ends[expectation->verdict], verdict_word(expectation->verdict), text, out);
    free(text);
}

/* The run itself is a case where it is partial, and where there is nothing else to be one. */
static bool has_run(const struct result *result)
{
    return result->partial || result->expectation_count == 0;
}

static void put_run(const struct facts *facts, double seconds, FILE *out)
{
    char *text = report_partial(facts->result);

    put_case(facts, "runs", seconds, facts->result->partial ? CASE_ERROR : CASE_PASS, "PARTIAL",
             text, out);
    free(text);
}

static void put_suite(const struct facts *facts, double seconds, FILE *out)
{
    const struct result *result = facts->result;
    size_t count[CASE_N] = {0};

    count[result->partial ? CASE_ERROR : CASE_PASS] += has_run(result);
    for (size_t i = 0; i < result->expectation_count; i++) {
        count[ends[result->expectation[i].verdict]]++;
    }
    fputs("  <testsuite", out);
    put_attribute("name", suite_name(facts), out);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"%.3f\"",
            result->expectation_count + has_run(result), count[CASE_FAILURE], count[CASE_ERROR],
            seconds);
    if (result->started != NULL) {
        put_attribute("timestamp", result->started, out);
    }
    fputs(">\n", out);
}

static void junit_write(const struct result *result, FILE *out)
{
    struct facts facts;

    facts_gather(&facts, result);
    double seconds = fmax(facts.whole, 0); /* of a file; fmax(3) makes 0 of a NaN */
    put_suite(&facts, seconds, out);
    if (has_run(result)) {
        put_run(&facts, seconds, out);
    }
    for (size_t i = 0; i < result->expectation_count; i++) {
        put_expectation(&facts, &result->expectation[i], out);
    }
    fputs("  </testsuite>\n", out);
}

const struct report_ops report_junit = {
    .name = "junit",
    .about = "JUnit's XML for CI: a suite a result, a case an expectation",
    .head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n",
    .tail = "</testsuites>\n",
    .write = junit_write,
};
