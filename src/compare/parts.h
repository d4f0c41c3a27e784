#ifndef FINWAIT_COMPARE_PARTS_H
#define FINWAIT_COMPARE_PARTS_H

#include "finwait/comparison.h"

/* What the parts of a comparison have of each other. */

/* ---- comparison.c ---- */

/* Take back all that comparison_judge made. */
void comparison_forget(struct comparison *comparison);

/* ---- trials.c ---- */

/* The same, unless it is among them. */
void word_append_new(struct words *words, const char *word);

/* Whether the trial counts. */
bool trial_counts(const struct comparison_trial *trial);

/* How many trials of a variant count. */
size_t trials_of(const struct comparison *comparison, size_t variant);

/* In how many trials of a variant an expectation did not hold. */
size_t trials_unmet(const struct comparison *comparison, size_t variant, const char *text);

/* ---- about.c: what trials ran with ---- */

/* Keep of the last trial's result what it ran with: what all have in `same`, the rest in `own`. */
void about_keep(struct comparison *comparison, const struct result *result);

/* What a trial ran with, of that name; NULL: nothing. */
const char *about_get(const struct comparison *comparison, const struct comparison_trial *trial,
                      const char *name);

/* Whether trials may differ in it, for it tells nothing of what was measured. */
bool about_is_idle(const char *name);

/* In its place: the metrics that were measured and were 0, and are not listed. */
#define ABOUT_ZEROS "zeros"

/* ---- differs.c ---- */

void differs_find(struct comparison *comparison);

/* ---- select.c: which metrics are compared ---- */

struct selected {
    char *name; /* owned */
    bool asked; /* the user named it */
};
struct selection {
    size_t count;
    struct selected *item;
};
void select_metrics(struct selection *selection, const struct comparison *comparison,
                    const struct comparison_terms *terms);
void select_fini(struct selection *selection);

/* ---- pairs.c: the numbers of a row ---- */

/* Values of a metric: pairs by round (count[0] == count[1]), or all that there are. */
struct pairs {
    size_t count[2];  /* baseline, variant */
    double *value[2]; /* owned */
};
void pairs_collect(struct pairs *pairs, const struct comparison *comparison, size_t variant,
                   const char *metric);
void pairs_fini(struct pairs *pairs);

/* ---- verdict.c ---- */

/* The variant's rows, one for each metric selected, with their verdicts. */
void verdict_rows(struct comparison *comparison, size_t variant, const struct selection *selection);

/* Confidence of the intervals. */
#define VERDICT_ALPHA 0.05

/* ---- teach.c ---- */

/* Remark what the sysctls that were varied did, or why they did nothing. */
void teach(struct comparison *comparison);

/* ---- checks.c ---- */

/* Add what a condition came to for a variant; `why` is then the check's. */
void check_add(struct comparison *comparison, size_t variant, const char *text,
               enum comparison_end end, char *why);

/* Add the expectations of all variants. */
void check_expectations(struct comparison *comparison);

/* "FAIL"; of what held "PASS". */
const char *check_word(enum comparison_end end);

/* ---- fail_if.c ---- */

/* -1: STATUS_USAGE, the value of `option` names no metric. */
int check_metric(const char *option, const char *name, struct error *error);

/* A condition of --fail-if, taken apart. */
struct condition {
    char metric[128];
    bool higher;
    double by; /* a share of the baseline's median; 0: any difference */
};
int fail_if_parse(struct condition *condition, const char *text, struct error *error);
void fail_if_judge(struct comparison *comparison, const struct comparison_terms *terms);

#endif
