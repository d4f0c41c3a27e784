#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/units.h"
#include "lessons.h"

/* ---- "connections.rate lower by 3%" ---- */

static int misread(const char *text, struct error *error)
{
    error_set(error, STATUS_USAGE, "--fail-if \"%s\" is no condition", text);
    return error_hint(error, "write METRIC lower|higher [by N%%], for example "
                             "\"connections.rate lower by 3%%\"");
}

int check_metric(const char *option, const char *name, struct error *error)
{
    char nearest[128];

    if (metric_find(name) != NULL) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: there is no metric \"%s\"", option, name);
    metric_nearest(nearest, sizeof nearest, name);
    return nearest[0] != '\0' ? error_hint(error, "did you mean %s?", nearest)
                              : error_hint(error, "finwait list metrics has them all");
}

int fail_if_parse(struct condition *condition, const char *text, struct error *error)
{
    char way[16];
    char by[16];
    char share[32];
    char rest;
    int words = sscanf(text, "%127s %15s %15s %31s %c", condition->metric, way, by, share, &rest);

    if (words != 2 && words != 4) {
        return misread(text, error);
    }
    condition->higher = strcmp(way, "higher") == 0;
    condition->by = 0;
    if ((!condition->higher && strcmp(way, "lower") != 0) ||
        (words == 4 && (strcmp(by, "by") != 0 || units_parse_share(share, &condition->by) != 0))) {
        return misread(text, error);
    }
    return check_metric("--fail-if", condition->metric, error);
}

/* ---- judging ---- */

/* Whether the difference, as it is estimated, is as large as the condition has it.  Of a baseline
 * of 0 any is. */
static bool is_far_enough(const struct condition *condition, const struct comparison_row *row)
{
    return fabs(row->difference) >= condition->by * fabs(row->baseline);
}

/* Passing is no proof where the condition could not have come about. */
static void say_blind(struct comparison *comparison, const struct comparison_row *row,
                      const char *text)
{
    const struct change change = {.comparison = comparison};
    struct remark *remark =
        lesson_say(&change, LESSON_BLIND, CERTAINTY_PROVEN,
                   grow_format("\"%s\" could not fail: with n = %zu no difference between %s and "
                               "%s could be seen.",
                               text, row->n, comparison->variant[row->variant].name,
                               comparison->variant[comparison->baseline].name));

    if (remark != NULL) {
        remark->has_side = false;
        remark->advice = grow_text("Run more rounds, or name fewer metrics with --metric.");
    }
}

static void judge_row(struct comparison *comparison, const struct condition *condition,
                      const struct comparison_row *row, const char *text)
{
    const char *variant = comparison->variant[row->variant].name;
    enum comparison_verdict wanted = condition->higher ? COMPARISON_HIGHER : COMPARISON_LOWER;
    char *failed = NULL;

    if (strcmp(row->metric, condition->metric) != 0) {
        return;
    }
    if (row->verdict == COMPARISON_UNMEASURED) {
        failed = grow_format("%s: was not measured, %s", text, variant);
    } else if (row->verdict == wanted && is_far_enough(condition, row)) {
        failed = grow_format("%s: it is, %s", text, variant);
    } else if (row->verdict == COMPARISON_NOT_SEEN && !row->has_detectable) {
        say_blind(comparison, row, text);
    }
    if (failed != NULL) {
        word_append(&comparison->failed, failed);
        free(failed);
    }
}

void fail_if_judge(struct comparison *comparison, const struct comparison_terms *terms)
{
    for (size_t i = 0; i < terms->fail_if_count; i++) {
        struct condition condition;
        struct error error;
        if (fail_if_parse(&condition, terms->fail_if[i], &error) != 0) {
            continue; /* comparison_check_terms has told */
        }
        for (size_t j = 0; j < comparison->row_count; j++) {
            judge_row(comparison, &condition, &comparison->row[j], terms->fail_if[i]);
        }
    }
}
