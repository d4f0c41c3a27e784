#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "finwait/escape.h"
#include "finwait/grow.h"
#include "parts.h"

/* GitHub takes 1 MiB of a step's summary, and none of one that is larger. */
enum { ROOM = 900000, ROWS = 500 };

static const enum comparison_end worst_first[] = {COMPARISON_FAILED, COMPARISON_MISSING,
                                                  COMPARISON_BLIND, COMPARISON_HELD};

static void put_cell(const char *text, FILE *out)
{
    fputs("| ", out);
    escape_markdown(text, out);
    fputc(' ', out);
}

static void put_more(size_t rows, FILE *out)
{
    fputc('\n', out);
    if (rows > ROWS) {
        fprintf(out, "%zu more are in comparison.json.\n\n", rows - ROWS);
    }
}

/* "client-first: FAIL, 1 of 2 conditions held, 3 differences". */
static void put_title(const struct comparison *comparison, FILE *out)
{
    enum status status = comparison_status(comparison);
    size_t count[COMPARISON_END_N] = {0};
    size_t differences = 0;

    for (size_t i = 0; i < comparison->check_count; i++) {
        count[comparison->check[i].end]++;
    }
    for (size_t i = 0; i < comparison->row_count; i++) {
        differences += comparison->row[i].verdict == COMPARISON_HIGHER ||
                       comparison->row[i].verdict == COMPARISON_LOWER;
    }
    fputs("### ", out);
    escape_markdown(comparison->name, out);
    fprintf(out, ": %s",
            status != STATUS_OK            ? comparison->cut ? "PARTIAL" : "FAIL"
            : comparison->check_count == 0 ? "MEASURED"
                                           : "PASS");
    if (comparison->check_count > 0) {
        fprintf(out, ", %zu of %zu conditions held", count[COMPARISON_HELD],
                comparison->check_count);
    }
    if (count[COMPARISON_BLIND] > 0) {
        fprintf(out, " (%zu could not fail)", count[COMPARISON_BLIND]);
    }
    fprintf(out, ", %zu %s\n\n", differences, differences == 1 ? "difference" : "differences");
}

static void put_variants(const struct comparison *comparison, FILE *out)
{
    for (size_t i = 0; i < comparison->variant_count; i++) {
        fputs("- ", out);
        escape_markdown(comparison->variant[i].name, out);
        fprintf(out, "%s: %zu trials\n", i == comparison->baseline ? " (baseline)" : "",
                trials_of(comparison, i));
    }
    fputc('\n', out);
    if (comparison->cut) {
        fputs("**PARTIAL**: interrupted, and judged on what was finished\n\n", out);
    }
}

/* ---- tables ---- */

static void put_check(const struct comparison *comparison, const struct comparison_check *check,
                      bool shown, FILE *out)
{
    const char *variant = comparison->variant[check->variant].name;
    const char *why = check->why != NULL ? check->why : "";
    char *text = grow_format("%s, %s: %s", variant, check->text, why);

    if (check->end == COMPARISON_FAILED || check->end == COMPARISON_MISSING) {
        github_error(comparison->name, check_word(check->end), text);
    }
    if (shown) {
        put_cell(check_word(check->end), out);
        put_cell(variant, out);
        put_cell(check->text, out);
        put_cell(why, out);
        fputs("|\n", out);
    }
    free(text);
}

static void put_checks(const struct comparison *comparison, FILE *out)
{
    size_t rows = 0;

    if (comparison->check_count == 0) {
        return;
    }
    fputs("| Verdict | Variant | Condition | |\n| --- | --- | --- | --- |\n", out);
    for (size_t i = 0; i < sizeof worst_first / sizeof worst_first[0]; i++) {
        for (size_t j = 0; j < comparison->check_count; j++) {
            if (comparison->check[j].end == worst_first[i]) {
                put_check(comparison, &comparison->check[j], rows++ < ROWS, out);
            }
        }
    }
    put_more(rows, out);
}

static void put_row(const struct comparison *comparison, const struct comparison_row *row,
                    FILE *out)
{
    char text[FIGURE_TEXT];

    put_cell(comparison_verdict_name(row->verdict), out);
    put_cell(comparison->variant[row->variant].name, out);
    put_cell(row->metric, out);
    put_cell(row->has_medians ? figure_value(text, row->metric, row->baseline) : "", out);
    put_cell(row->has_medians ? figure_value(text, row->metric, row->median) : "", out);
    put_cell(row->has_medians ? figure_change(text, row) : "", out);
    put_cell(figure_interval(text, row), out);
    put_cell(figure_p(text, row), out);
    fputs("|\n", out);
}

/* Differences come first among the rows; of what is equal or was not measured the number is told.
 */
static void put_rows(const struct comparison *comparison, FILE *out)
{
    size_t count[COMPARISON_VERDICT_N] = {0};
    size_t rows = 0;

    fputs("| Verdict | Variant | Metric | Baseline | Variant's | Change | 95 % interval | p |\n"
          "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
          out);
    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        bool told = row->verdict != COMPARISON_EQUAL && row->verdict != COMPARISON_UNMEASURED;
        count[row->verdict]++;
        if (told && rows++ < ROWS) {
            put_row(comparison, row, out);
        }
    }
    put_more(rows, out);
    fprintf(out, "%zu equal in all trials, %zu not measured\n\n", count[COMPARISON_EQUAL],
            count[COMPARISON_UNMEASURED]);
}

static void put_remarks(const struct comparison *comparison, FILE *out)
{
    for (size_t i = 0; i < comparison->remark_count && i < ROWS; i++) {
        const struct remark *remark = &comparison->remark[i];
        fputs("- ", out);
        escape_markdown(remark->text, out);
        if (remark->advice != NULL) {
            fputc(' ', out);
            escape_markdown(remark->advice, out);
        }
        fputc('\n', out);
    }
    fputs(comparison->remark_count > 0 ? "\n" : "", out);
}

static void put_left_out(const struct comparison *comparison, FILE *out)
{
    size_t rows = 0;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        if (!trial_counts(trial) && rows++ < ROWS) {
            fputs("- left out: ", out);
            escape_markdown(comparison->variant[trial->variant].name, out);
            fputs(": ", out);
            escape_markdown(trial->why, out);
            fputc('\n', out);
        }
    }
    if (rows > 0) {
        put_more(rows, out);
    }
}

static void markdown_write(const struct comparison *comparison, FILE *out)
{
    struct grow_stream stream;
    char *text;

    grow_stream_open(&stream);
    put_title(comparison, stream.out);
    put_variants(comparison, stream.out);
    put_checks(comparison, stream.out);
    put_rows(comparison, stream.out);
    put_left_out(comparison, stream.out);
    put_remarks(comparison, stream.out);
    text = grow_stream_close(&stream);
    if (stream.length > ROOM) { /* names and texts of a user's may be of any length */
        text[ROOM] = '\0';
        char *end = strrchr(text, '\n');
        end[1] = '\0';
    }
    fputs(text, out);
    fputs(stream.length > ROOM ? "\nThe rest is in comparison.json.\n" : "", out);
    free(text);
}

const struct comparison_ops comparison_markdown = {
    .name = "markdown",
    .about = "for GITHUB_STEP_SUMMARY: conditions, the worst first, then differences",
    .write = markdown_write,
};
