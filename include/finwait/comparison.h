#ifndef FINWAIT_COMPARISON_H
#define FINWAIT_COMPARISON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "finwait/error.h"
#include "finwait/remark.h"
#include "finwait/result.h"
#include "finwait/words.h"

/*
 * A comparison is a value: the trials of several variants, and what they say of each other.  It is
 * filled trial by trial, judged as often as one likes (after each round, for the progress),
 * printed, and kept as comparison.json, from which it comes back without loss.  docs/compare.md
 * describes it; COMPARISON_SCHEMA is its version.  Nothing in here runs anything.
 */

#define COMPARISON_SCHEMA 1

/* What is asked of a comparison; borrowed while it is judged. */
struct comparison_terms {
    double margin; /* of "no difference", as a share of the baseline's median: 0.05 */
    /* --metric: names, or patterns with * or <...>.  Those are all that is compared, and the
     * default ones beside those behind a '+'; 0: the default ones. */
    size_t metric_count;
    const char *const *metric;
    bool all;             /* and every metric that is not the same number in all trials */
    size_t fail_if_count; /* --fail-if, "METRIC lower|higher [by N%]" */
    const char *const *fail_if;
};

enum comparison_verdict {
    COMPARISON_EQUAL,  /* the same number in every trial of both */
    COMPARISON_HIGHER, /* significant, or exact: both are the same number in all their trials */
    COMPARISON_LOWER,
    COMPARISON_NO_DIFFERENCE, /* equivalence shown: the whole interval lies within the margin */
    COMPARISON_NOT_SEEN,      /* neither */
    COMPARISON_UNMEASURED,    /* one of the two lacks it */
    COMPARISON_VERDICT_N,
};
const char *comparison_verdict_name(enum comparison_verdict verdict); /* "no difference" … */

/* A trial, as far as a comparison needs it; a trial that failed has no metrics and a `why`. */
struct comparison_trial {
    size_t variant;
    size_t round; /* from 1 */
    enum status status;
    char *why;          /* it is left out: what happened; NULL: it counts */
    struct words unmet; /* its own expectations that did not hold; it counts all the same */
    size_t metric_count;
    struct metric_value *metric; /* as its result lists them */
    struct text_pairs own;       /* what it ran with, as far as not all trials did */
};

struct comparison_variant {
    char *name;            /* "tcp_tw_reuse=1" */
    struct text_pairs set; /* what makes it: paths of options and their values, as written */
    struct words expected; /* the expectations of its trials that count, each once */
};

/* What a condition came to. */
enum comparison_end {
    COMPARISON_HELD,
    COMPARISON_FAILED,
    COMPARISON_MISSING, /* what it is about was not measured */
    COMPARISON_BLIND,   /* it could not fail: too few trials */
    COMPARISON_END_N,
};

/* A --fail-if of a variant against the baseline, or an expectation of a variant's own. */
struct comparison_check {
    size_t variant;
    char *text; /* as written, "connections.rate lower by 3%" */
    enum comparison_end end;
    char *why; /* NULL: it held */
};

/* An option, a sysctl of a host or a fact of the environment in which the variants' results differ.
 */
struct comparison_differs {
    char *name;   /* "client.sysctl.net.ipv4.tcp_tw_reuse", "environment.kernel" */
    bool varied;  /* some variant sets it, or it is what such a setting brings about; of results
                     made earlier: nothing else differs */
    char **value; /* of each variant; NULL: it has none; "60 | 61" where its own trials differ */
};

/* One metric of one variant, against the baseline's. */
struct comparison_row {
    char *metric;
    size_t variant;
    enum comparison_verdict verdict;
    bool asked; /* the user named it */
    bool exact; /* compared as numbers that never vary, without a p */
    size_t n;   /* pairs, or trials of the smaller side */
    bool has_medians;
    double baseline, median; /* medians, in the metric's unit */
    double low_quartile, high_quartile;
    bool has_interval;
    double difference, low, high; /* variant - baseline, in the metric's unit, at 95 % */
    bool has_p;
    double p;            /* after Holm, over `family` rows of the variant */
    size_t family;       /* 0: too few of its values differ for any verdict, and p is 1 */
    bool has_detectable; /* it could have seen some difference: */
    double detectable;   /* the smallest of them, under Holm, in the metric's unit */
};

struct comparison {
    char *name;  /* of the scenario, or of what was compared */
    bool paired; /* trials were interleaved in rounds; else results made earlier */
    uint64_t seed;
    size_t rounds;   /* asked for; 0: as many as the budget allowed */
    bool cut;        /* interrupted: judged on what was finished */
    double margin;   /* of the terms it was judged by */
    size_t baseline; /* a variant */
    size_t variant_count;
    struct comparison_variant *variant;
    size_t trial_count;
    struct comparison_trial *trial;
    struct text_pairs same; /* what all trials that count ran with: options, sysctls, environment */
    size_t differs_count;
    struct comparison_differs *differs; /* made by comparison_judge, as all below */
    bool attributed;                    /* nothing else differs than what was varied */
    size_t row_count;
    struct comparison_row *row; /* differences first */
    size_t remark_count;
    struct remark *remark;
    struct words failed; /* of the terms' fail_if, those that failed, and how it was */
    size_t check_count;
    struct comparison_check *check; /* not in comparison.json: it is judged again */
};

/* What a comparison can remark, a row each; ends with one whose id is NULL. */
struct comparison_lesson {
    const char *id;
    enum remark_kind kind;
    const char *about;
};
extern const struct comparison_lesson comparison_lessons[];

struct comparison *comparison_new(const char *name, bool paired);
void comparison_free(struct comparison *comparison); /* NULL is allowed */

/* Append a variant; returns its place.  `set` is copied. */
size_t comparison_add_variant(struct comparison *comparison, const char *name,
                              const struct text_pairs *set);

/* Append a trial that counts, and what a comparison needs of its result. */
void comparison_add_trial(struct comparison *comparison, size_t variant, size_t round,
                          enum status status, const struct result *result);

/* Append a trial that is left out of pairs, and why. */
void comparison_add_failure(struct comparison *comparison, size_t variant, size_t round,
                            enum status status, const char *why);

/*
 * The value of a metric in a trial that counts.  False: it was not measured.  Counters that did not
 * move and errnos that did not occur are 0, as in result_metric.
 */
bool comparison_metric(const struct comparison *comparison, const struct comparison_trial *trial,
                       const char *name, double *value);

/* The terms' metrics and fail_if are valid.  -1: STATUS_USAGE, with the nearest name. */
int comparison_check_terms(const struct comparison_terms *terms, struct error *error);

/* Make (again) all that follows from the trials. */
void comparison_judge(struct comparison *comparison, const struct comparison_terms *terms);

/*
 * The widest of the intervals of the default rows, as a share of the baseline's median (half of its
 * width): what `--until 2%` waits for.  INFINITY while one has none.
 */
double comparison_widest(const struct comparison *comparison);

/* STATUS_INTERRUPTED: it was cut.  STATUS_UNMET: a fail_if failed, a trial's own expectation did
 * not hold, or a variant has no trial to compare. */
enum status comparison_status(const struct comparison *comparison);

/* The name of the file in the directory of a comparison. */
#define COMPARISON_FILE "comparison.json"

/*
 * Results made earlier, each path a variant: a result.json, or a directory with results somewhere
 * below it.  Partial ones are left out and told.  NULL: STATUS_USAGE, a path without any result, or
 * one that cannot be read; STATUS_MACHINE.
 */
struct comparison *comparison_of_results(size_t count, const char *const *paths,
                                         struct error *error);

/* A way to show a comparison: one file and one row of comparison_formats. */
struct comparison_ops {
    const char *name; /* as report_ops (finwait/report.h) calls it */
    const char *about;
    void (*write)(const struct comparison *comparison, FILE *out);
};
extern const struct comparison_ops *const comparison_formats[]; /* ends with NULL */

/* The format called `name`, or NULL. */
const struct comparison_ops *comparison_format(const char *name);

/* The table for people, 80 columns. */
extern const struct comparison_ops comparison_text;

/* comparison.json's content. */
extern const struct comparison_ops comparison_json;

/* Long form, RFC 4180: a row for each metric of each variant, and one for each trial's value. */
extern const struct comparison_ops comparison_csv;

/* In JUnit's XML: a suite a variant, a case for each of its checks. */
extern const struct comparison_ops comparison_junit;

/* Tables for GitHub, the worst first, within 900 kB; with GITHUB_ACTIONS=true up to ten of the
 * checks that did not hold are errors on stderr, too. */
extern const struct comparison_ops comparison_markdown;

/* For Prometheus, as OpenMetrics. */
extern const struct comparison_ops comparison_openmetrics;

/* comparison.json and back.  NULL: STATUS_USAGE, it is none, or of a later schema. */
json_t *comparison_to_json(const struct comparison *comparison);
struct comparison *comparison_from_json(const json_t *json, struct error *error);

/* Print it as the text of a comparison.json.  0, or -1 when writing failed. */
int comparison_dump(const struct comparison *comparison, FILE *out);

#endif
