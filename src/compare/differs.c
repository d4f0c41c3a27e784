#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/named.h"
#include "parts.h"

/* The values that the trials of a variant have of something; more than a few are not listed. */
enum { VALUES_TOLD = 3 };

struct values {
    size_t count; /* different ones */
    char *text;   /* "60 | 61"; NULL: they have none */
};

static bool has_word(const char *text, const char *value)
{
    size_t length = strlen(value);

    for (const char *at = text; at != NULL; at = strstr(at, " | ")) {
        at += at == text ? 0 : 3;
        if (strncmp(at, value, length) == 0 &&
            (at[length] == '\0' || strncmp(at + length, " | ", 3) == 0)) {
            return true;
        }
    }
    return false;
}

static void add_value(struct values *values, const char *value)
{
    const char *shown = value != NULL ? value : "-";

    if (values->text != NULL && has_word(values->text, shown)) {
        return;
    }
    values->count++;
    if (values->count <= VALUES_TOLD) {
        remark_append(&values->text, " | ", shown);
    } else if (values->count == VALUES_TOLD + 1) {
        remark_append(&values->text, " | ", "...");
    }
}

static struct values values_of(const struct comparison *comparison, size_t variant,
                               const char *name)
{
    struct values values = {0};
    bool any = false;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        if (trial->variant == variant && trial_counts(trial)) {
            const char *value = about_get(comparison, trial, name);
            any = any || value != NULL;
            add_value(&values, value);
        }
    }
    if (!any) {
        const char *set = text_pairs_get(&comparison->variant[variant].set, name);
        free(values.text);
        values.text = set != NULL && values.count == 0 ? grow_text(set) : NULL;
    }
    return values;
}

/* Whether a variant sets `name`. */
static bool is_set(const struct comparison *comparison, const char *name)
{
    for (size_t i = 0; i < comparison->variant_count; i++) {
        if (text_pairs_get(&comparison->variant[i].set, name) != NULL) {
            return true;
        }
    }
    return false;
}

/*
 * Trials that were made in turns differ only in what their variant sets, and in what that brings
 * about: another option's default, a table that finwait or the kernel sizes by it.  No setting
 * brings about another machine, nor what differs among the trials of one variant.
 */
static bool is_varied(const struct comparison *comparison, const char *name, bool steady)
{
    bool outside = strncmp(name, "environment.", strlen("environment.")) == 0;

    return is_set(comparison, name) || (comparison->paired && steady && !outside);
}

static bool has_found(const struct comparison *comparison, const char *name)
{
    return NAMED(name, comparison->differs, comparison->differs_count) != NULL;
}

static void add_differs(struct comparison *comparison, const char *name)
{
    struct comparison_differs *differs;
    bool steady = true;

    comparison->differs =
        grow_by_one(comparison->differs, comparison->differs_count, sizeof *comparison->differs);
    differs = &comparison->differs[comparison->differs_count++];
    *differs = (struct comparison_differs){
        .name = grow_text(name),
        .value = grow_new(comparison->variant_count, sizeof *differs->value),
    };
    for (size_t i = 0; i < comparison->variant_count; i++) {
        struct values values = values_of(comparison, i, name);
        differs->value[i] = values.text;
        steady = steady && values.count <= 1;
    }
    differs->varied = is_varied(comparison, name, steady);
}

/* What a variant without any trial would have run with is not known but for what it sets. */
static void add_untried(struct comparison *comparison, size_t variant)
{
    const struct text_pairs *set = &comparison->variant[variant].set;

    for (size_t i = 0; trials_of(comparison, variant) == 0 && i < set->count; i++) {
        if (!has_found(comparison, set->item[i].name)) {
            add_differs(comparison, set->item[i].name);
        }
    }
}

/* What is some trial's own is not in all of them. */
void differs_find(struct comparison *comparison)
{
    comparison->attributed = true;
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct text_pairs *own = &comparison->trial[i].own;
        for (size_t j = 0; j < own->count; j++) {
            const char *name = own->item[j].name;
            if (!about_is_idle(name) && !has_found(comparison, name)) {
                add_differs(comparison, name);
            }
        }
    }
    for (size_t i = 0; i < comparison->variant_count; i++) {
        add_untried(comparison, i);
    }
    if (!comparison->paired && comparison->differs_count == 1) {
        comparison->differs[0].varied = true;
    }
    for (size_t i = 0; i < comparison->differs_count; i++) {
        comparison->attributed = comparison->attributed && comparison->differs[i].varied;
    }
}
