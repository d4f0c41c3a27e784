#include "verdict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/report.h"
#include "finwait/text.h"

const char *verdict_word(enum verdict verdict)
{
    static const char *const words[] = {
        [VERDICT_PASS] = "PASS",
        [VERDICT_FAIL] = "FAIL",
        [VERDICT_UNMEASURED] = "UNMEASURED",
        [VERDICT_VACUOUS] = "VACUOUS",
        [VERDICT_UNJUDGED] = "NOT JUDGED",
    };

    return words[verdict];
}

/* The operator of an expectation, into `text`; its grammar has one, of <, >, = and !. */
static void find_operator(const char *expectation, char text[3])
{
    const char *begin = expectation + strcspn(expectation, "<>=!");
    size_t length = strspn(begin, "<>=!");

    snprintf(text, 3, "%.*s", (int)(length < 2 ? length : 2), begin);
}

/* Seconds as a duration; whole nanoseconds are too few digits for none of them. */
static const char *format_time(char text[UNITS_TEXT], double seconds)
{
    double ns = seconds * (double)NS_PER_S;

    if (fabs(ns) < (double)INT64_MAX) {
        return units_human_duration(text, UNITS_TEXT, llround(ns));
    }
    snprintf(text, UNITS_TEXT, "%.3g s", seconds);
    return text;
}

/* What stands behind a value in the result's own unit. */
static const char *const unit_suffix[QUANTITY_N] = {
    [QUANTITY_COUNT] = "",
    [QUANTITY_TIME] = " s",
    [QUANTITY_SIZE] = " bytes",
    [QUANTITY_RATE] = "/s",
};

static const char *format_value(char text[UNITS_TEXT], enum quantity quantity, double value)
{
    if (quantity == QUANTITY_TIME) {
        return format_time(text, value);
    }
    units_human_count(text, UNITS_TEXT, value);
    strncat(text, unit_suffix[quantity], UNITS_TEXT - strlen(text) - 1);
    return text;
}

/* Two values as a reader can tell them apart: rounded, unless that would make them look equal. */
static char *format_pair(const struct expectation_result *expectation)
{
    char operator[3];
    enum quantity quantity = expectation->quantity;
    const char *suffix = unit_suffix[quantity];
    const char *left = format_value((char[UNITS_TEXT]){0}, quantity, expectation->left);
    const char *right = format_value((char[UNITS_TEXT]){0}, quantity, expectation->right);
    bool same =
        !(expectation->left < expectation->right) && !(expectation->left > expectation->right);

    find_operator(text_or_empty(expectation->text), operator);
    return strcmp(left, right) == 0 && !same
               ? grow_format("%.15g%s %s %.15g%s", expectation->left, suffix, operator,
                             expectation->right, suffix)
               : grow_format("%s %s %s", left, operator, right);
}

/* What was not measured, and the counter that was meant where it looks misspelt. */
static char *format_missing(const struct expectation_result *expectation)
{
    char meant[128];
    const char *missing = text_or_empty(expectation->missing);
    bool near = metric_meant(meant, sizeof meant, missing)[0] != '\0';

    return grow_format("not measured: %s%s%s%s", missing, near ? "; did you mean " : "",
                       near ? meant : "", near ? "?" : "");
}

/* Why what held does not count. */
static const char *vacuous(const struct facts *facts)
{
    if (facts_proxied(facts) && !facts_reached(facts)) {
        return ", but nothing came to the server";
    }
    if (facts->opened <= 0) {
        return ", but nothing was established";
    }
    for (unsigned side = 0; side < SIDE_N; side++) {
        double handshakes;
        if (facts_metric(facts, &handshakes, "%s.tls.handshakes", side_name((enum side)side)) &&
            handshakes <= 0) {
            return ", but no TLS handshake was completed";
        }
    }
    return ", but no connection completed";
}

char *verdict_text(const struct facts *facts, const struct expectation_result *expectation)
{
    if (expectation->verdict == VERDICT_UNJUDGED) {
        return grow_text(text_or_empty(expectation->problem));
    }
    bool measured = expectation->verdict != VERDICT_UNMEASURED;
    char *compared = measured ? format_pair(expectation) : format_missing(expectation);
    char *text = grow_format("%s (%s%s)", text_or_empty(expectation->text), compared,
                             expectation->verdict == VERDICT_VACUOUS ? vacuous(facts) : "");

    free(compared);
    return text;
}

char *report_expectation(const struct result *result, const struct expectation_result *expectation)
{
    struct facts facts;

    facts_gather(&facts, result);
    return verdict_text(&facts, expectation);
}
