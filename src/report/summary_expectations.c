#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "summary.h"
#include "verdict.h"

/* What was expected: what did not hold with the values, and what did as far as there is room. */

enum {
    FAILED_MOST = 20,
    PASSED_LINES = 4,
};

static void print_failed(const struct summary *summary, const char *label,
                         const struct expectation_result *expectation)
{
    FILE *out = summary->out;
    const char *word = verdict_word(expectation->verdict);
    char *told = verdict_text(&summary->facts, expectation);
    size_t at = SUMMARY_LABEL + strlen(word) + 2;

    fprintf(out, "%-*s", SUMMARY_LABEL, label);
    ink_begin(expectation->verdict == VERDICT_FAIL ? INK_RED : INK_YELLOW, out);
    fprintf(out, "%s  ", word);
    ink_end(out);
    text_wrap(told, at, SUMMARY_LABEL + 2, summary->width, out);
    free(told);
}

/* "PASS  a == 0; b > 1; and 3 more", a new string; "": none held. */
static char *tell_passed(const struct summary *summary)
{
    const struct result *result = summary->facts.result;
    char *told = grow_text("");
    size_t untold = 0;

    for (size_t i = 0; i < result->expectation_count; i++) {
        const struct expectation_result *one = &result->expectation[i];
        if (one->verdict == VERDICT_PASS) {
            char *more = grow_format("%s%s%s", told, told[0] != '\0' ? "; " : "PASS  ",
                                     one->text != NULL ? one->text : "");
            bool fits = summary_lines(summary, more) <= PASSED_LINES;
            untold += !fits;
            free(fits ? told : more);
            told = fits ? more : told;
        }
    }
    if (untold > 0) {
        char *whole = grow_format(told[0] != '\0' ? "%s; and %zu more" : "%s%zu", told, untold);
        free(told);
        told = whole;
    }
    return told;
}

static void print_passed(const struct summary *summary, const char *label)
{
    char *told = tell_passed(summary);

    if (told[0] != '\0') {
        FILE *out = summary->out;
        fprintf(out, "%-*s", SUMMARY_LABEL, label);
        ink_put(INK_GREEN, "PASS", out);
        fputs("  ", out);
        text_wrap(told + strlen("PASS  "), SUMMARY_LABEL + 6, SUMMARY_LABEL + 6, summary->width,
                  out);
    }
    free(told);
}

void summary_expectations(const struct summary *summary)
{
    static const char title[] = "Expected";
    const struct result *result = summary->facts.result;
    size_t failed = 0;

    if (result->expectation_count == 0) {
        return;
    }
    fputc('\n', summary->out);
    for (size_t i = 0; i < result->expectation_count; i++) {
        if (result->expectation[i].verdict != VERDICT_PASS && failed++ < FAILED_MOST) {
            print_failed(summary, failed == 1 ? title : "", &result->expectation[i]);
        }
    }
    if (failed > FAILED_MOST) {
        fprintf(summary->out, "%*sand %zu more: --verbose\n", SUMMARY_LABEL, "",
                failed - FAILED_MOST);
    }
    print_passed(summary, failed == 0 ? title : "");
}
