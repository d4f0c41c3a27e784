#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "parts.h"

const char *comparison_verdict_name(enum comparison_verdict verdict)
{
    static const char *const names[COMPARISON_VERDICT_N] = {
        [COMPARISON_EQUAL] = "equal",       [COMPARISON_HIGHER] = "higher",
        [COMPARISON_LOWER] = "lower",       [COMPARISON_NO_DIFFERENCE] = "no difference",
        [COMPARISON_NOT_SEEN] = "not seen", [COMPARISON_UNMEASURED] = "unmeasured",
    };

    return (unsigned)verdict < COMPARISON_VERDICT_N ? names[verdict] : NULL;
}

struct comparison *comparison_new(const char *name, bool paired)
{
    struct comparison *comparison = grow_new(1, sizeof *comparison);

    comparison->name = grow_text(name);
    comparison->paired = paired;
    return comparison;
}

static void trial_fini(struct comparison_trial *trial)
{
    free(trial->why);
    words_fini(&trial->unmet);
    for (size_t i = 0; i < trial->metric_count; i++) {
        free(trial->metric[i].name);
    }
    free(trial->metric);
    text_pairs_fini(&trial->own);
}

static void differs_fini(struct comparison_differs *differs, size_t variants)
{
    free(differs->name);
    for (size_t i = 0; differs->value != NULL && i < variants; i++) {
        free(differs->value[i]);
    }
    free(differs->value);
}

void comparison_forget(struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->differs_count; i++) {
        differs_fini(&comparison->differs[i], comparison->variant_count);
    }
    for (size_t i = 0; i < comparison->row_count; i++) {
        free(comparison->row[i].metric);
    }
    for (size_t i = 0; i < comparison->remark_count; i++) {
        remark_fini(&comparison->remark[i]);
    }
    for (size_t i = 0; i < comparison->check_count; i++) {
        free(comparison->check[i].text);
        free(comparison->check[i].why);
    }
    words_fini(&comparison->failed);
    free(comparison->check);
    free(comparison->differs);
    free(comparison->row);
    free(comparison->remark);
    comparison->check = NULL;
    comparison->check_count = 0;
    comparison->differs = NULL;
    comparison->row = NULL;
    comparison->remark = NULL;
    comparison->differs_count = comparison->row_count = comparison->remark_count = 0;
    comparison->attributed = false;
}

void comparison_free(struct comparison *comparison)
{
    if (comparison == NULL) {
        return;
    }
    comparison_forget(comparison);
    for (size_t i = 0; i < comparison->trial_count; i++) {
        trial_fini(&comparison->trial[i]);
    }
    for (size_t i = 0; i < comparison->variant_count; i++) {
        free(comparison->variant[i].name);
        text_pairs_fini(&comparison->variant[i].set);
        words_fini(&comparison->variant[i].expected);
    }
    text_pairs_fini(&comparison->same);
    free(comparison->trial);
    free(comparison->variant);
    free(comparison->name);
    free(comparison);
}

size_t comparison_add_variant(struct comparison *comparison, const char *name,
                              const struct text_pairs *set)
{
    size_t place = comparison->variant_count;

    comparison_forget(comparison); /* its lists are as long as there are variants */
    comparison->variant = grow_by_one(comparison->variant, place, sizeof *comparison->variant);
    comparison->variant[place] = (struct comparison_variant){.name = grow_text(name)};
    comparison->variant_count++;
    for (size_t i = 0; set != NULL && i < set->count; i++) {
        text_pairs_add(&comparison->variant[place].set, set->item[i].name, set->item[i].value);
    }
    return place;
}

static struct comparison_trial *add(struct comparison *comparison,
                                    const struct comparison_trial *trial)
{
    comparison->trial =
        grow_by_one(comparison->trial, comparison->trial_count, sizeof *comparison->trial);
    comparison->trial[comparison->trial_count] = *trial;
    return &comparison->trial[comparison->trial_count++];
}

void comparison_add_failure(struct comparison *comparison, size_t variant, size_t round,
                            enum status status, const char *why)
{
    add(comparison,
        &(struct comparison_trial){
            .variant = variant, .round = round, .status = status, .why = grow_text(why)});
}

static void keep_expectations(struct words *expected, struct words *unmet,
                              const struct result *result)
{
    for (size_t i = 0; i < result->expectation_count; i++) {
        const struct expectation_result *expectation = &result->expectation[i];
        word_append_new(expected, expectation->text);
        if (expectation->verdict != VERDICT_PASS) {
            words_add(unmet, expectation->text);
        }
    }
}

void comparison_add_trial(struct comparison *comparison, size_t variant, size_t round,
                          enum status status, const struct result *result)
{
    struct comparison_trial *trial =
        add(comparison,
            &(struct comparison_trial){.variant = variant, .round = round, .status = status});

    keep_expectations(&comparison->variant[variant].expected, &trial->unmet, result);
    trial->metric = grow_new(result->metric_count, sizeof *trial->metric);
    trial->metric_count = result->metric_count;
    for (size_t i = 0; i < result->metric_count; i++) {
        trial->metric[i].name = grow_text(result->metric[i].name);
        trial->metric[i].value = result->metric[i].value;
    }
    about_keep(comparison, result);
}

enum status comparison_status(const struct comparison *comparison)
{
    bool unmet = comparison->failed.count > 0;

    for (size_t i = 0; i < comparison->trial_count; i++) {
        unmet = unmet || comparison->trial[i].unmet.count > 0;
    }
    for (size_t i = 0; i < comparison->variant_count; i++) {
        unmet = unmet || trials_of(comparison, i) == 0;
    }
    return comparison->cut ? STATUS_INTERRUPTED : unmet ? STATUS_UNMET : STATUS_OK;
}
