#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "finwait/grow.h"
#include "lessons.h"

/* What the sysctls that were varied did, as remarks of the comparison. */

/* ---- what moved ---- */

/* What became of the metrics that it acts on. */
struct acted {
    size_t compared;
    size_t moved;
    size_t open; /* of which not even that they do not differ can be told */
    char *text;  /* of those that moved, or of those that did not; NULL: none */
    const struct comparison_row *row[8];
};

static bool is_moved(const struct comparison_row *row)
{
    return row->verdict == COMPARISON_HIGHER || row->verdict == COMPARISON_LOWER;
}

static void add_moved(struct acted *acted, const struct comparison_row *row)
{
    char from[FIGURE_TEXT];
    char to[FIGURE_TEXT];
    char *text = grow_format(
        "%s is %s (%s, %s before)", row->metric, comparison_verdict_name(row->verdict),
        figure_value(to, row->metric, row->median), figure_value(from, row->metric, row->baseline));

    if (acted->moved < sizeof acted->row / sizeof acted->row[0]) {
        acted->row[acted->moved++] = row;
        remark_append(&acted->text, ", ", text);
    }
    free(text);
}

/* "<side>.time_wait.peak, errors.ETIMEDOUT": each that was compared. */
static void look_at(struct acted *acted, const struct change *change, bool moved)
{
    char *metrics = lesson_fill(change->info->metrics, change->side);
    char *rest = NULL;

    for (char *name = strtok_r(metrics, ", ", &rest); name != NULL;
         name = strtok_r(NULL, ", ", &rest)) {
        const struct comparison_row *row = lesson_row_of(change, name);
        if (row == NULL || row->verdict == COMPARISON_UNMEASURED) {
            continue;
        }
        acted->compared++;
        acted->open += row->verdict == COMPARISON_NOT_SEEN;
        if (moved && is_moved(row)) {
            add_moved(acted, row);
        } else if (!moved && !is_moved(row)) {
            remark_append(&acted->text, ", ", row->metric);
        }
    }
    free(metrics);
}

/* How many settings the variant has otherwise than the baseline. */
static size_t count_changes(const struct comparison *comparison, size_t variant)
{
    size_t count = 0;

    for (size_t i = 0; i < comparison->differs_count; i++) {
        const struct comparison_differs *differs = &comparison->differs[i];
        const char *from = differs->value[comparison->baseline];
        const char *to = differs->value[variant];
        count += from == NULL || to == NULL ? from != to : strcmp(from, to) != 0;
    }
    return count;
}

/* With nothing else that differs, and in turns, chance apart there is no other cause. */
static bool is_alone(const struct change *change)
{
    return change->comparison->paired && change->comparison->attributed &&
           count_changes(change->comparison, change->variant) == 1;
}

/* What keeps the differences from being its own. */
static char *reservation(const struct change *change)
{
    const struct comparison *comparison = change->comparison;

    if (!comparison->paired || !comparison->attributed) {
        return grow_text(" More differs than was varied, and may have had a part in it.");
    }
    return grow_format(" More than that is varied in %s, and may have had a part in it.",
                       comparison->variant[change->variant].name);
}

static bool teach_moved(const struct change *change)
{
    struct acted acted = {0};
    bool alone = is_alone(change);

    look_at(&acted, change, true);
    if (acted.moved == 0) {
        return false;
    }
    char *but = alone ? grow_text("") : reservation(change);
    struct remark *remark =
        lesson_say(change, LESSON_MOVED, alone ? CERTAINTY_PROVEN : CERTAINTY_LIKELY,
                   grow_format("%s at %s in place of %s: of what it acts on, %s.%s", change->path,
                               change->to, change->from, acted.text, but));
    for (size_t i = 0; remark != NULL && i < acted.moved; i++) {
        remark_add_evidence(remark, acted.row[i]->metric, acted.row[i]->median);
    }
    free(but);
    free(acted.text);
    return true;
}

static void teach_unmoved(const struct change *change)
{
    struct acted acted = {0};

    look_at(&acted, change, false);
    if (change->info->metrics[0] == '\0') {
        lesson_say(change, LESSON_UNMEASURED, CERTAINTY_UNKNOWN,
                   grow_format("%s acts on nothing that is measured.", change->path));
    } else if (acted.compared > 0) {
        lesson_say(
            change, LESSON_UNMOVED, CERTAINTY_UNKNOWN,
            grow_format("%s at %s in place of %s: nothing that it acts on was seen to differ "
                        "(%s)%s.",
                        change->path, change->to, change->from, acted.text,
                        acted.open > 0 ? "; more rounds may tell" : ", and why not is not known"));
    }
    free(acted.text);
}

/* ---- of one change ---- */

static void teach_danger(const struct change *change, const char *value)
{
    const struct sysctl_danger *danger = sysctl_danger(change->info, value);

    if (danger != NULL) {
        lesson_say(change, LESSON_DANGER, CERTAINTY_PROVEN,
                   grow_format("Beware of %s at %s on a machine that serves: %s (%s).",
                               change->name, value, danger->what, danger->source));
    }
}

static void teach_change(const struct change *change)
{
    if (change->info == NULL) {
        return;
    }
    bool moved = teach_moved(change);
    rules_always(change);
    if (!moved && !rules_explain(change)) {
        teach_unmoved(change);
    }
    teach_danger(change, change->from);
    teach_danger(change, change->to);
}

/* "client.sysctl.net.ipv4.tcp_tw_reuse": the name, and whose it is; NULL: no sysctl. */
static const char *sysctl_of(const char *path, enum side *side)
{
    for (*side = SIDE_CLIENT; *side < SIDE_N; (*side)++) {
        char *before = grow_format("%s.sysctl.", side_name(*side));
        size_t length = strlen(before);
        bool is = strncmp(path, before, length) == 0;
        free(before);
        if (is) {
            return path + length;
        }
    }
    return NULL;
}

/* Whether one of the two sets it, or, of results made earlier, it alone may have been. */
static bool is_set(const struct comparison *comparison, size_t variant, const char *path)
{
    return !comparison->paired || text_pairs_get(&comparison->variant[variant].set, path) != NULL ||
           text_pairs_get(&comparison->variant[comparison->baseline].set, path) != NULL;
}

static void teach_differs(struct comparison *comparison, const struct comparison_differs *differs,
                          size_t variant)
{
    struct change change = {
        .comparison = comparison,
        .variant = variant,
        .path = differs->name,
        .from = differs->value[comparison->baseline],
        .to = differs->value[variant],
    };

    change.name = sysctl_of(differs->name, &change.side);
    if (change.name != NULL && change.from != NULL && change.to != NULL &&
        strcmp(change.from, change.to) != 0 && is_set(comparison, variant, differs->name)) {
        change.info = sysctl_info(change.name);
        teach_change(&change);
    }
}

void teach(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->variant_count; i++) {
        for (size_t j = 0; i != comparison->baseline && j < comparison->differs_count; j++) {
            teach_differs(comparison, &comparison->differs[j], i);
        }
    }
}
