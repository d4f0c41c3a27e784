#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/kernel_counter.h"
#include "finwait/named.h"
#include "parts.h"

/* ---- the small set ---- */

/* What is compared unless the user says otherwise, in this order: rows of metric.h, of which those
 * whose last part `accepts` takes. */
static bool is_middle_or_tail(const char *quantile)
{
    return strcmp(quantile, "p50") == 0 || strcmp(quantile, "p99") == 0;
}

/* Counters that only count work, such as segments, say the same again. */
static bool is_telling(const char *counter)
{
    const struct counter_info *info = counter_info(counter);

    return info != NULL && (info->told || info->sense != COUNTER_PLAIN);
}

static const struct {
    const char *pattern;
    bool (*accepts)(const char *last); /* NULL: all */
    bool moved;                        /* only where it is not 0 in all trials */
} defaults[] = {
    {"connections.rate", NULL, false},
    {"connections.failed", NULL, false},
    {"latency.<latency>.<quantile>", is_middle_or_tail, false},
    {"cpu.<side>", NULL, false},
    {"<end>.<state>.peak", NULL, false},
    {"<end>.<state>.final", NULL, false},
    {"errors.<ERRNO>", NULL, true},
    {"<side>.counter.<name>", is_telling, true},
    {"proxy.counter.<name>", is_telling, true},
};
enum { DEFAULTS = sizeof defaults / sizeof defaults[0] };

/* The row above that has the metric, or DEFAULTS. */
static size_t default_row(const char *name)
{
    const struct metric_info *info = metric_find(name);
    const char *last = strrchr(name, '.');
    size_t row = 0;

    if (info == NULL || last == NULL) {
        return DEFAULTS;
    }
    while (row < DEFAULTS && strcmp(defaults[row].pattern, info->pattern) != 0) {
        row++;
    }
    bool taken =
        row < DEFAULTS && (defaults[row].accepts == NULL || defaults[row].accepts(last + 1));
    return taken ? row : DEFAULTS;
}

/* ---- all that there are ---- */

static bool has_name(const struct selection *selection, const char *name)
{
    return NAMED(name, selection->item, selection->count) != NULL;
}

static void add_name(struct selection *selection, const char *name, bool asked)
{
    if (!has_name(selection, name)) {
        selection->item = grow_by_one(selection->item, selection->count, sizeof *selection->item);
        selection->item[selection->count++] =
            (struct selected){.name = grow_text(name), .asked = asked};
    }
}

/* Every name that some trial lists. */
static void list_all(struct selection *all, const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        for (size_t j = 0; j < trial->metric_count; j++) {
            add_name(all, trial->metric[j].name, false);
        }
    }
}

/* Whether it is `value` in all trials that count; NAN: whether it is the same in all. */
static bool is_same(const struct comparison *comparison, const char *name, double value)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        double found;
        if (!trial_counts(trial)) {
            continue;
        }
        if (!comparison_metric(comparison, trial, name, &found)) {
            return false;
        }
        value = isnan(value) ? found : value;
        if (found < value || found > value) {
            return false;
        }
    }
    return true;
}

static void add_defaults(struct selection *selection, const struct selection *all,
                         const struct comparison *comparison)
{
    size_t *row = grow_new(all->count, sizeof *row);

    for (size_t i = 0; i < all->count; i++) {
        row[i] = default_row(all->item[i].name);
    }
    for (size_t wanted = 0; wanted < DEFAULTS; wanted++) {
        for (size_t i = 0; i < all->count; i++) {
            const char *name = all->item[i].name;
            if (row[i] == wanted && !(defaults[wanted].moved && is_same(comparison, name, 0))) {
                add_name(selection, name, false);
            }
        }
    }
    free(row);
}

/* ---- what the user names ---- */

static bool is_pattern(const char *text)
{
    return strpbrk(text, "*?[<") != NULL;
}

/* As fnmatch(3) takes it: "<side>.<state>.peak" is "*.*.peak". */
static char *as_glob(const char *text)
{
    char *glob = grow_text(text);
    char *out = glob;

    while (*text != '\0') {
        const char *end = *text == '<' ? strchr(text, '>') : NULL;
        *out++ = end != NULL ? '*' : *text;
        text = end != NULL ? end + 1 : text + 1;
    }
    *out = '\0';
    return glob;
}

/* What matches nothing has a row as well, which says that it was not measured. */
static void add_asked(struct selection *selection, const struct selection *all, const char *text)
{
    char *glob = is_pattern(text) ? as_glob(text) : NULL;
    bool any = false;

    for (size_t i = 0; glob != NULL && i < all->count; i++) {
        if (fnmatch(glob, all->item[i].name, 0) == 0) {
            add_name(selection, all->item[i].name, true);
            any = true;
        }
    }
    if (!any) {
        add_name(selection, text, true);
    }
    free(glob);
}

/* Whether all that the user names goes beside the default ones. */
static bool only_adds(const struct comparison_terms *terms)
{
    for (size_t i = 0; i < terms->metric_count; i++) {
        if (terms->metric[i][0] != '+') {
            return false;
        }
    }
    return true;
}

static void add_conditions(struct selection *selection, const struct comparison_terms *terms)
{
    for (size_t i = 0; i < terms->fail_if_count; i++) {
        struct condition condition;
        struct error error;
        if (fail_if_parse(&condition, terms->fail_if[i], &error) == 0) {
            add_name(selection, condition.metric, true);
        }
    }
}

void select_metrics(struct selection *selection, const struct comparison *comparison,
                    const struct comparison_terms *terms)
{
    struct selection all = {0};

    *selection = (struct selection){0};
    list_all(&all, comparison);
    for (size_t i = 0; i < terms->metric_count; i++) {
        add_asked(selection, &all, terms->metric[i] + (terms->metric[i][0] == '+'));
    }
    add_conditions(selection, terms);
    if (only_adds(terms)) {
        add_defaults(selection, &all, comparison);
    }
    for (size_t i = 0; terms->all && i < all.count; i++) {
        if (!is_same(comparison, all.item[i].name, NAN)) {
            add_name(selection, all.item[i].name, false);
        }
    }
    select_fini(&all);
}

void select_fini(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++) {
        free(selection->item[i].name);
    }
    free(selection->item);
}

/* ---- before anything is measured ---- */

int comparison_check_terms(const struct comparison_terms *terms, struct error *error)
{
    struct condition condition;

    for (size_t i = 0; i < terms->metric_count; i++) {
        const char *name = terms->metric[i] + (terms->metric[i][0] == '+');
        if (!is_pattern(name) && check_metric("--metric", name, error) != 0) {
            return -1;
        }
    }
    for (size_t i = 0; i < terms->fail_if_count; i++) {
        if (fail_if_parse(&condition, terms->fail_if[i], error) != 0) {
            return -1;
        }
    }
    return 0;
}
