#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "finwait/grow.h"
#include "finwait/inference.h"
#include "finwait/ink.h"
#include "finwait/wrap.h"
#include "parts.h"
#include "text.h"

/* ---- rows ---- */

enum { NAME_WIDTH = 26, CELLS = 5 };

/* Figures right-aligned in their columns; a name that is too long has a line of its own. */
static void print_cells(size_t indent, const char *name, const char *const cell[CELLS], FILE *out)
{
    static const size_t width[CELLS] = {10, 10, 9, 18, 7};
    size_t used = indent + text_width(name);

    text_blanks(indent, out);
    text_put(name, strlen(name), out);
    if (used > NAME_WIDTH) {
        fputc('\n', out);
        used = 0;
    }
    text_blanks(NAME_WIDTH - used, out);
    for (size_t i = 0; i < CELLS && (i + 1 < CELLS || cell[i][0] != '\0'); i++) {
        size_t wide = text_width(cell[i]);
        text_blanks(wide < width[i] ? width[i] - wide : 1, out);
        fputs(cell[i], out);
    }
    fputc('\n', out);
}

static void print_row(const struct comparison_row *row, FILE *out)
{
    char text[CELLS][FIGURE_TEXT];
    const char *const cell[CELLS] = {
        figure_value(text[0], row->metric, row->baseline),
        figure_value(text[1], row->metric, row->median),
        figure_change(text[2], row),
        figure_interval(text[3], row),
        figure_p(text[4], row),
    };

    print_cells(2, row->metric, cell, out);
}

/* Those that have a line each: differences, and what the user waits for. */
static bool has_line(const struct comparison_row *row)
{
    bool awaited = row->asked || strcmp(row->metric, "connections.rate") == 0;
    bool differs = row->verdict == COMPARISON_HIGHER || row->verdict == COMPARISON_LOWER;

    return differs || (awaited && row->verdict != COMPARISON_UNMEASURED);
}

static void print_group(const struct comparison *comparison, size_t variant,
                        enum comparison_verdict verdict, FILE *out)
{
    static const char *const headings[CELLS] = {"baseline", "variant", "change", "95 % interval",
                                                "p"};
    bool any = false;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->variant != variant || row->verdict != verdict || !has_line(row)) {
            continue;
        }
        if (!any) {
            ink_begin(INK_BOLD, out);
            print_cells(0, comparison_verdict_name(verdict), headings, out);
            ink_end(out);
        }
        any = true;
        print_row(row, out);
    }
}

/* ---- what has no line of its own ---- */

static bool is_lineless(const struct comparison_row *row, size_t variant,
                        enum comparison_verdict verdict)
{
    return row->variant == variant && row->verdict == verdict && !has_line(row);
}

static size_t count_lineless(const struct comparison *comparison, size_t variant,
                             enum comparison_verdict verdict)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->row_count; i++) {
        count += is_lineless(&comparison->row[i], variant, verdict);
    }
    return count;
}

/* Those that could be seen: "not seen (in brackets the smallest difference this could have seen):
 * latency.connect.p50 (4.1%), ...", or the others. */
static void print_not_seen(const struct comparison *comparison, size_t variant, bool could,
                           FILE *out)
{
    char *text = grow_text(could ? "not seen (in brackets the smallest difference this could have "
                                   "seen)"
                                 : "not seen, nor could any difference be with this n");
    const char *between = ": ";
    char figure[FIGURE_TEXT];

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->variant == variant && row->verdict == COMPARISON_NOT_SEEN &&
            row->has_detectable == could) {
            figure_detectable(figure, row);
            char *item =
                could ? grow_format("%s (%s)", row->metric, figure) : grow_text(row->metric);
            remark_append(&text, between, item);
            between = ", ";
            free(item);
        }
    }
    if (between[0] == ',') {
        text_say(text, 2, out);
    } else {
        free(text);
    }
}

/* Those that are not 0 first: of all that is 0 the names tell least. */
static void add_names(char **text, const struct comparison *comparison, size_t variant,
                      enum comparison_verdict verdict, bool zero, size_t *room)
{
    for (size_t i = 0; i<comparison->row_count && * room> 0; i++) {
        const struct comparison_row *row = &comparison->row[i];
        bool is_zero = !(fabs(row->baseline) > 0);
        if (is_lineless(row, variant, verdict) && is_zero == zero) {
            remark_append(text, ", ", row->metric);
            --*room;
        }
    }
}

/* All others of a verdict in one line, of which some have their names. */
static void print_line(const struct comparison *comparison, size_t variant,
                       enum comparison_verdict verdict, const char *title, FILE *out)
{
    size_t count = count_lineless(comparison, variant, verdict);

    for (size_t named = count < 6 ? count : 6; count > 0; named--) {
        char *text = NULL;
        size_t room = named;
        add_names(&text, comparison, variant, verdict, false, &room);
        add_names(&text, comparison, variant, verdict, true, &room);
        char *line = named == count ? grow_format("%s: %s", title, text)
                                    : grow_format("%s: %s%s%zu %s", title, text != NULL ? text : "",
                                                  text != NULL ? " and " : "", count - named,
                                                  text != NULL ? "more" : "metrics");
        bool fits = text_width(line) + 2 <= TEXT_WIDTH || named == 0;
        free(text);
        if (fits) {
            text_say(line, 2, out);
            return;
        }
        free(line);
    }
}

/* ---- how much it rests on ---- */

/* The fewest of each side whose rank sums can have a p as low as `alpha`: 2 of all choices. */
static size_t least_unpaired(double alpha)
{
    double choices = 1;
    size_t n = 0;

    while (2 / choices > alpha) {
        n++;
        choices *= 2 * (2 * (double)n - 1) / (double)n;
    }
    return n;
}

static void print_too_few(const struct comparison *comparison, size_t variant, FILE *out)
{
    size_t family = 0;
    size_t varying = 0;
    size_t most = 0;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->variant == variant && row->has_p) {
            varying++;
            family = row->family > family ? row->family : family;
            most = row->n > most ? row->n : most;
        }
    }
    family = family > 0 ? family : varying;
    if (family == 0) {
        return;
    }
    double alpha = VERDICT_ALPHA / (double)family;
    size_t least = comparison->paired ? infer_least_pairs(alpha) : least_unpaired(alpha);
    if (most < least) {
        const char *unit = comparison->paired ? "rounds" : "results each";
        text_say(family == 1
                     ? grow_format("n = %zu is too small for a verdict on the metric that varies: "
                                   "it takes %zu %s.",
                                   most, least, unit)
                     : grow_format("n = %zu is too small for a verdict on any of the %zu metrics "
                                   "that vary: it takes %zu %s, or fewer metrics (--metric).",
                                   most, family, least, unit),
                 2, out);
    }
}

static void print_title(const struct comparison *comparison, size_t variant, FILE *out)
{
    const char *name = comparison->variant[variant].name;
    const char *baseline = comparison->variant[comparison->baseline].name;
    size_t n = trials_of(comparison, variant);
    size_t m = trials_of(comparison, comparison->baseline);

    fputc('\n', out);
    ink_begin(INK_BOLD, out);
    text_say(grow_format("%s against %s, %zu and %zu %s", name, baseline, n, m,
                         comparison->paired ? "trials in turns" : "results, unpaired"),
             0, out);
    ink_end(out);
}

void text_variant(const struct comparison *comparison, size_t variant, FILE *out)
{
    static const enum comparison_verdict groups[] = {
        COMPARISON_HIGHER,        COMPARISON_LOWER, COMPARISON_NOT_SEEN,
        COMPARISON_NO_DIFFERENCE, COMPARISON_EQUAL,
    };
    char title[64];

    print_title(comparison, variant, out);
    if (trials_of(comparison, variant) == 0) {
        text_say(grow_text("No trial is left: nothing can be said of it."), 2, out);
        return;
    }
    if (trials_of(comparison, comparison->baseline) == 0) {
        text_say(grow_text("No trial of the baseline is left: there is nothing to hold it "
                           "against (--baseline)."),
                 2, out);
        return;
    }
    print_too_few(comparison, variant, out);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        print_group(comparison, variant, groups[i], out);
    }
    print_not_seen(comparison, variant, true, out);
    print_not_seen(comparison, variant, false, out);
    snprintf(title, sizeof title, "no difference within %.3g %%", 100 * comparison->margin);
    print_line(comparison, variant, COMPARISON_NO_DIFFERENCE, title, out);
    print_line(comparison, variant, COMPARISON_EQUAL, "equal in all trials", out);
    print_line(comparison, variant, COMPARISON_UNMEASURED, "not measured", out);
}
