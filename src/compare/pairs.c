#include <math.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "parts.h"

static void add_value(struct pairs *pairs, unsigned which, double value)
{
    pairs->value[which] =
        grow_by_one(pairs->value[which], pairs->count[which], sizeof *pairs->value[which]);
    pairs->value[which][pairs->count[which]++] = value;
}

/* The value of a trial that counts, if it is a number. */
static bool value_of(const struct comparison *comparison, const struct comparison_trial *trial,
                     const char *metric, double *value)
{
    return trial_counts(trial) && comparison_metric(comparison, trial, metric, value) &&
           isfinite(*value);
}

/* The variant's trial of the round that counts; NULL: there is none. */
static const struct comparison_trial *in_round(const struct comparison *comparison, size_t variant,
                                               size_t round)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        if (trial->variant == variant && trial->round == round && trial_counts(trial)) {
            return trial;
        }
    }
    return NULL;
}

static void collect_pairs(struct pairs *pairs, const struct comparison *comparison, size_t variant,
                          const char *metric)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        double value[2];
        if (trial->variant != comparison->baseline ||
            !value_of(comparison, trial, metric, &value[0])) {
            continue;
        }
        const struct comparison_trial *other = in_round(comparison, variant, trial->round);
        if (other != NULL && value_of(comparison, other, metric, &value[1])) {
            add_value(pairs, 0, value[0]);
            add_value(pairs, 1, value[1]);
        }
    }
}

static void collect_all(struct pairs *pairs, const struct comparison *comparison, size_t variant,
                        const char *metric)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        bool is_baseline = trial->variant == comparison->baseline;
        double value;
        if ((is_baseline || trial->variant == variant) &&
            value_of(comparison, trial, metric, &value)) {
            add_value(pairs, is_baseline ? 0 : 1, value);
        }
    }
}

void pairs_collect(struct pairs *pairs, const struct comparison *comparison, size_t variant,
                   const char *metric)
{
    *pairs = (struct pairs){0};
    if (comparison->paired) {
        collect_pairs(pairs, comparison, variant, metric);
    } else {
        collect_all(pairs, comparison, variant, metric);
    }
}

void pairs_fini(struct pairs *pairs)
{
    free(pairs->value[0]);
    free(pairs->value[1]);
}
