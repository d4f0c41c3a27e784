#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "text.h"

static const char *or_empty(const char *text)
{
    return text != NULL ? text : "";
}

/* ---- inspections ---- */

static void print_inspection(const struct paper *paper, const struct inspection *inspection)
{
    const char *host = or_empty(inspection->host);

    fputs("  ", paper->out);
    text_put(host, strlen(host), paper->out);
    fputs("$ ", paper->out);
    text_wrap(or_empty(inspection->command), text_width(host) + 4, 6, TEXT_WIDE, paper->out);
    text_indent(or_empty(inspection->output), 4, paper->out);
    if (inspection->cut) {
        fputs("    (cut after 1 MiB: it printed more)\n", paper->out);
    }
    if (inspection->status != 0) {
        fprintf(paper->out, "    (exit status %d)\n", inspection->status);
    }
}

void text_inspections(const struct paper *paper, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (result->inspection_count == 0) {
        return;
    }
    paper_heading(paper, "Inspections at the end of settle");
    for (size_t i = 0; i < result->inspection_count; i++) {
        print_inspection(paper, &result->inspection[i]);
    }
}

/* ---- expectations ---- */

struct verdict_style {
    const char *word;
    enum ink ink;
};

static const struct verdict_style styles[] = {
    [VERDICT_PASS] = {"PASS", INK_GREEN},
    [VERDICT_FAIL] = {"FAIL", INK_RED},
    [VERDICT_UNMEASURED] = {"UNMEASURED", INK_YELLOW},
    [VERDICT_VACUOUS] = {"VACUOUS", INK_YELLOW},
    [VERDICT_UNJUDGED] = {"NOT JUDGED", INK_YELLOW},
};

#define VERDICT_WIDTH 10 /* of the longest word */

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

    find_operator(or_empty(expectation->text), operator);
    return strcmp(left, right) == 0 && !same
               ? grow_format("%.15g%s %s %.15g%s", expectation->left, suffix, operator,
                             expectation->right, suffix)
               : grow_format("%s %s %s", left, operator, right);
}

/* What was not measured, and the counter that was meant where it looks misspelt. */
static char *format_missing(const struct expectation_result *expectation)
{
    char meant[128];
    const char *missing = or_empty(expectation->missing);
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

/* What there is to say of it behind its verdict. */
static char *format_expectation(const struct facts *facts,
                                const struct expectation_result *expectation)
{
    if (expectation->verdict == VERDICT_UNJUDGED) {
        return grow_text(or_empty(expectation->problem));
    }
    bool measured = expectation->verdict != VERDICT_UNMEASURED;
    char *compared = measured ? format_pair(expectation) : format_missing(expectation);
    char *text = grow_format("%s (%s%s)", or_empty(expectation->text), compared,
                             expectation->verdict == VERDICT_VACUOUS ? vacuous(facts) : "");

    free(compared);
    return text;
}

static void print_expectation(const struct paper *paper, const struct facts *facts,
                              const struct expectation_result *expectation)
{
    const struct verdict_style *style = &styles[expectation->verdict];
    char *text = format_expectation(facts, expectation);

    paper_begin(paper, style->ink);
    fprintf(paper->out, "  %-*s  ", VERDICT_WIDTH, style->word);
    paper_end(paper);
    text_wrap(text, VERDICT_WIDTH + 4, VERDICT_WIDTH + 6, TEXT_WIDE, paper->out);
    free(text);
}

void text_expectations(const struct paper *paper, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (result->expectation_count == 0) {
        return;
    }
    paper_heading(paper, "Expectations");
    for (size_t i = 0; i < result->expectation_count; i++) {
        print_expectation(paper, facts, &result->expectation[i]);
    }
}

/* ---- how it was watched ---- */

/* A gap that is long in itself, or beside the run and what was asked for. */
static bool is_long_gap(const struct facts *facts)
{
    int64_t gap = facts->result->sampler_gap_max;
    int64_t every = 0;

    units_parse_duration(facts_scenario(facts, "sample.every"), &every);
    return gap > NS_PER_S ||
           ((double)gap > facts->whole * (double)NS_PER_S / 10 && gap / 2 > every);
}

void text_sampling(const struct paper *paper, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (!result->has_sampler) {
        return;
    }
    fprintf(paper->out, "\nsampling: %s samples (%s full dumps), longest gap %s",
            COUNT(result->sampler_samples), COUNT(result->sampler_full_dumps),
            DURATION(result->sampler_gap_max));
    if (result->sampler_span > 0) {
        fprintf(paper->out, "; it took %s of a CPU's time",
                SHARE((double)result->sampler_cpu / (double)result->sampler_span));
    }
    if (is_long_gap(facts)) {
        fputs(";\n  peaks between samples may have been missed", paper->out);
    }
    fputc('\n', paper->out);
}
