#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
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
static char *say_blind(struct comparison *comparison, const struct comparison_row *row,
                       const char *text)
{
    const struct change change = {.comparison = comparison};
    char *why = grow_format("with n = %zu no difference between %s and %s could be seen", row->n,
                            comparison->variant[row->variant].name,
                            comparison->variant[comparison->baseline].name);
    struct remark *remark = lesson_say(&change, LESSON_BLIND, CERTAINTY_PROVEN,
                                       grow_format("\"%s\" could not fail: %s.", text, why));

    if (remark != NULL) {
        remark->has_side = false;
        remark->advice = grow_text("Run more rounds, or name fewer metrics with --metric.");
    }
    return why;
}

static enum comparison_end judge_row(const struct condition *condition,
                                     const struct comparison_row *row)
{
    enum comparison_verdict wanted = condition->higher ? COMPARISON_HIGHER : COMPARISON_LOWER;

    if (row->verdict == COMPARISON_UNMEASURED) {
        return COMPARISON_MISSING;
    }
    if (row->verdict == wanted && is_far_enough(condition, row)) {
        return COMPARISON_FAILED;
    }
    return row->verdict == COMPARISON_NOT_SEEN && !row->has_detectable ? COMPARISON_BLIND
                                                                       : COMPARISON_HELD;
}

/* "it is: -10 % (95 %: -10 to -9.7 %)". */
static char *say_how_far(const struct comparison_row *row)
{
    char change[FIGURE_TEXT];
    char interval[FIGURE_TEXT];

    return grow_format(row->exact ? "it is: %s (%s)" : "it is: %s (95 %%: %s)",
                       figure_change(change, row), figure_interval(interval, row));
}

static void judge(struct comparison *comparison, const struct condition *condition,
                  const struct comparison_row *row, const char *text)
{
    static const char *const how[COMPARISON_END_N] = {
        [COMPARISON_FAILED] = "it is",
        [COMPARISON_MISSING] = "was not measured",
    };
    enum comparison_end end = judge_row(condition, row);
    char *why = NULL;

    if (end == COMPARISON_BLIND) {
        why = say_blind(comparison, row, text);
    } else if (end != COMPARISON_HELD) {
        char *failed =
            grow_format("%s: %s, %s", text, how[end], comparison->variant[row->variant].name);
        words_add(&comparison->failed, failed);
        free(failed);
        why = end == COMPARISON_FAILED ? say_how_far(row) : grow_text(how[end]);
    }
    check_add(comparison, row->variant, text, end, why);
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
            if (strcmp(comparison->row[j].metric, condition.metric) == 0) {
                judge(comparison, &condition, &comparison->row[j], terms->fail_if[i]);
            }
        }
    }
}
