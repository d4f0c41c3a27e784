#include "text.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/ink.h"
#include "finwait/named.h"
#include "parts.h"

static void heading(enum ink ink, const char *title, FILE *out)
{
    fputc('\n', out);
    ink_put(ink, title, out);
    fputc('\n', out);
}

static void print_head(const struct comparison *comparison, FILE *out)
{
    if (comparison->paired) {
        text_say(grow_format("Comparison of %s: %zu variants in turns, seed %llu", comparison->name,
                             comparison->variant_count, (unsigned long long)comparison->seed),
                 0, out);
    } else {
        text_say(grow_format("Comparison of results of %s, made earlier", comparison->name), 0,
                 out);
        text_say(grow_text("They were not made in turns: what changed between them, in whatever "
                           "way, is in the differences as well."),
                 0, out);
    }
    if (comparison->cut) {
        text_say(grow_text("Interrupted: judged on what was finished."), 0, out);
    }
}

/* ---- what differs ---- */

static void print_differs(const struct comparison *comparison,
                          const struct comparison_differs *differs, FILE *out)
{
    char *text = grow_format("%s: ", differs->name);

    for (size_t i = 0; i < comparison->variant_count; i++) {
        const char *value = differs->value[i] != NULL ? differs->value[i] : "none";
        remark_append(&text, i == 0 ? "" : ", ", value);
    }
    text_say(text, 2, out);
}

static bool print_those(const struct comparison *comparison, bool varied, const char *title,
                        FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < comparison->differs_count; i++) {
        if (comparison->differs[i].varied == varied) {
            if (!any) {
                fputc('\n', out);
                text_say(grow_text(title), 0, out);
            }
            any = true;
            print_differs(comparison, &comparison->differs[i], out);
        }
    }
    return any;
}

/* Those of a matrix have commas in their names. */
static void print_variants(const struct comparison *comparison, FILE *out)
{
    const char *between = ", ";
    char *names = NULL;

    for (size_t i = 0; i < comparison->variant_count; i++) {
        between = strchr(comparison->variant[i].name, ',') != NULL ? "; " : between;
    }
    for (size_t i = 0; i < comparison->variant_count; i++) {
        remark_append(&names, between, comparison->variant[i].name);
    }
    fputc('\n', out);
    text_say(grow_format("Variants: %s (baseline: %s)", names,
                         comparison->variant[comparison->baseline].name),
             0, out);
    free(names);
}

static void print_all_that_differs(const struct comparison *comparison, FILE *out)
{
    print_variants(comparison, out);
    print_those(comparison, true, "What differs, in their order:", out);
    if (print_those(comparison, false,
                    comparison->paired ? "What differs and was not varied, in their order:"
                                       : "What differs, in their order:",
                    out)) {
        text_say(grow_format("%s: no difference below can be put down to one of them.",
                             comparison->paired ? "More differs than what was varied"
                                                : "More than one thing differs"),
                 2, out);
    }
    if (comparison->differs_count == 0) {
        text_say(grow_text("Nothing differs that was recorded: no option, no sysctl of either "
                           "host, nothing of the machine."),
                 2, out);
    }
}

/* ---- trials ---- */

static void print_left_out(const struct comparison *comparison, FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        if (trial_counts(trial)) {
            continue;
        }
        if (!any) {
            heading(INK_YELLOW, "Left out", out);
        }
        any = true;
        text_say(comparison->paired
                     ? grow_format("%s, round %zu: %s", comparison->variant[trial->variant].name,
                                   trial->round, trial->why)
                     : grow_text(trial->why),
                 2, out);
    }
}

/* Whether an earlier trial of the variant, or an earlier one of its own, was the same. */
static bool is_told(const struct comparison *comparison, size_t trial, size_t index)
{
    const struct comparison_trial *of = &comparison->trial[trial];

    for (size_t i = 0; i <= trial; i++) {
        const struct comparison_trial *before = &comparison->trial[i];
        size_t count = i == trial ? index : before->unmet.count;
        if (before->variant == of->variant &&
            NAMED(of->unmet.item[index], before->unmet.item, count) != NULL) {
            return true;
        }
    }
    return false;
}

static void print_unmet(const struct comparison *comparison, FILE *out)
{
    bool any = false;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        for (size_t j = 0; j < trial->unmet.count; j++) {
            if (is_told(comparison, i, j)) {
                continue;
            }
            if (!any) {
                heading(INK_RED, "Expectations that did not hold", out);
            }
            any = true;
            text_say(grow_format("%s, %zu of %zu trials: %s",
                                 comparison->variant[trial->variant].name,
                                 trials_unmet(comparison, trial->variant, trial->unmet.item[j]),
                                 trials_of(comparison, trial->variant), trial->unmet.item[j]),
                     2, out);
        }
    }
}

/* ---- the end ---- */

static void print_remarks(const struct comparison *comparison, FILE *out)
{
    for (size_t i = 0; i < comparison->remark_count; i++) {
        const struct remark *remark = &comparison->remark[i];
        if (i == 0) {
            heading(INK_BOLD, "What it means", out);
        }
        text_say(grow_text(remark->text), 2, out);
        if (remark->advice != NULL) {
            text_say(grow_text(remark->advice), 4, out);
        }
    }
}

static void print_failed(const struct comparison *comparison, FILE *out)
{
    for (size_t i = 0; i < comparison->failed.count; i++) {
        if (i == 0) {
            heading(INK_RED, "Failed", out);
        }
        text_say(grow_text(comparison->failed.item[i]), 2, out);
    }
}

static void text_write(const struct comparison *comparison, FILE *out)
{
    print_head(comparison, out);
    print_all_that_differs(comparison, out);
    print_left_out(comparison, out);
    for (size_t i = 0; i < comparison->variant_count; i++) {
        if (i != comparison->baseline) {
            text_variant(comparison, i, out);
        }
    }
    print_remarks(comparison, out);
    print_unmet(comparison, out);
    print_failed(comparison, out);
}

const struct comparison_ops comparison_text = {
    .name = "text",
    .about = "the table for people",
    .write = text_write,
};
