#include <stdlib.h>
#include <string.h>

#include "finwait/text.h"
#include "verbose.h"
#include "verdict.h"

/* ---- inspections ---- */

static void print_inspection(FILE *out, const struct inspection *inspection)
{
    const char *host = text_or_empty(inspection->host);

    fputs("  ", out);
    text_put(host, strlen(host), out);
    fputs("$ ", out);
    text_wrap(text_or_empty(inspection->command), text_width(host) + 4, 6, VERBOSE_WIDE, out);
    text_indent(text_or_empty(inspection->output), 4, out);
    if (inspection->cut) {
        fputs("    (cut after 1 MiB: it printed more)\n", out);
    }
    if (inspection->status != 0) {
        fprintf(out, "    (exit status %d)\n", inspection->status);
    }
}

void verbose_inspections(FILE *out, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (result->inspection_count == 0) {
        return;
    }
    paper_heading(out, "Inspections at the end of settle");
    for (size_t i = 0; i < result->inspection_count; i++) {
        print_inspection(out, &result->inspection[i]);
    }
}

/* ---- expectations ---- */

static const enum ink inks[] = {
    [VERDICT_PASS] = INK_GREEN,        [VERDICT_FAIL] = INK_RED,
    [VERDICT_UNMEASURED] = INK_YELLOW, [VERDICT_VACUOUS] = INK_YELLOW,
    [VERDICT_UNJUDGED] = INK_YELLOW,
};

#define VERDICT_WIDTH 10 /* of the longest word */

static void print_expectation(FILE *out, const struct facts *facts,
                              const struct expectation_result *expectation)
{
    char *text = verdict_text(facts, expectation);

    ink_begin(inks[expectation->verdict], out);
    fprintf(out, "  %-*s  ", VERDICT_WIDTH, verdict_word(expectation->verdict));
    ink_end(out);
    text_wrap(text, VERDICT_WIDTH + 4, VERDICT_WIDTH + 6, VERBOSE_WIDE, out);
    free(text);
}

void verbose_expectations(FILE *out, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (result->expectation_count == 0) {
        return;
    }
    paper_heading(out, "Expectations");
    for (size_t i = 0; i < result->expectation_count; i++) {
        print_expectation(out, facts, &result->expectation[i]);
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

void verbose_lab(FILE *out, const struct facts *facts)
{
    const struct result *result = facts->result;

    if (!result->has_lab) {
        return;
    }
    fputs("\nlab: ", out);
    if (result->lab_setup > 0) {
        fprintf(out, "made in %s; ", DURATION(result->lab_setup));
    }
    fprintf(out, "gone %s after the last phase\n", DURATION(result->lab_teardown));
}

/* Beside the sides' own what the machine did in all: softirqs run on top of whoever is there. */
static void print_cpu(FILE *out, const struct facts *facts)
{
    double host, softirq;

    if (!facts_metric(facts, &host, "cpu.host") ||
        !facts_metric(facts, &softirq, "cpu.host.softirq")) {
        return;
    }
    fputs("\nCPU: ", out);
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        double cpu;
        if (facts_metric(facts, &cpu, "cpu.%s", side_name(side))) {
            fprintf(out, "%s %s, ", side_name(side), DURATION((int64_t)(cpu * (double)NS_PER_S)));
        }
    }
    fprintf(out, "the whole machine during the load %s, %s of it softirq\n",
            DURATION((int64_t)(host * (double)NS_PER_S)),
            DURATION((int64_t)(softirq * (double)NS_PER_S)));
}

void verbose_sampling(FILE *out, const struct facts *facts)
{
    const struct result *result = facts->result;

    print_cpu(out, facts);
    if (!result->has_sampler) {
        return;
    }
    fprintf(out, "\nsampling: %s samples (%s full dumps), longest gap %s",
            COUNT(result->sampler_samples), COUNT(result->sampler_full_dumps),
            DURATION(result->sampler_gap_max));
    if (result->sampler_counts > 0) {
        fprintf(out, ",\n  TIME_WAIT %s times between them, longest gap %s",
                COUNT(result->sampler_counts), DURATION(result->sampler_time_wait_gap));
    }
    if (result->sampler_span > 0) {
        fprintf(out, "; it took %s of a CPU's time",
                SHARE((double)result->sampler_cpu / (double)result->sampler_span));
    }
    if (is_long_gap(facts)) {
        fputs(";\n  peaks between samples may have been missed", out);
    }
    fputc('\n', out);
}
