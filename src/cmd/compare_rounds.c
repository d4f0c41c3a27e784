#include <stdlib.h>

#include "compare.h"
#include "finwait/clock.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/units.h"
#include "interrupts.h"

enum {
    LEAST_ROUNDS = 6,     /* fewer can tell nothing: the least p of a signed rank test is 2/2^n */
    DEFAULT_BUDGET_M = 10 /* of --until */
};

struct pace {
    size_t most;             /* rounds */
    int64_t began;           /* ns, as all */
    int64_t budget;          /* 0: none */
    size_t rounds, run;      /* begun here, and trials of them that ended */
    size_t trials;           /* of all rounds, as far as that is known; else 0 */
    int64_t judged, judging; /* when it was judged last, and how long that took */
};

static size_t variant_count(const struct compare *compare)
{
    return compare->variants.variants->count;
}

static void pace_begin(struct pace *pace, const struct compare *compare)
{
    const struct compare_spec *spec = &compare->base->compare;
    bool given = scenario_where(compare->base, "compare.rounds").file != NULL;
    bool open = spec->budget > 0 || spec->until > 0;

    *pace = (struct pace){.began = clock_now(), .budget = spec->budget};
    if (spec->until > 0 && spec->budget == 0) {
        pace->budget = INT64_C(60) * DEFAULT_BUDGET_M * NS_PER_S;
    }
    pace->most = open && !given ? COMPARE_ROUNDS_MAX : spec->rounds;
    pace->trials = open ? 0 : (pace->most + 1) * variant_count(compare);
    compare->comparison->rounds = open && !given ? 0 : pace->most;
}

/* Whether one more round is likely to end within the budget; the warm-up and one round always are.
 */
static bool pace_allows(const struct pace *pace)
{
    int64_t spent = clock_now() - pace->began;

    return pace->budget == 0 || pace->rounds < 2 ||
           spent + spent / (int64_t)pace->rounds <= pace->budget;
}

/* ---- progress ---- */

static int64_t time_left(const struct pace *pace)
{
    int64_t spent = clock_now() - pace->began;
    int64_t left = -1;

    if (pace->trials > pace->run && pace->run > 0) {
        left = spent / (int64_t)pace->run * (int64_t)(pace->trials - pace->run);
    }
    if (pace->budget > 0 && (left < 0 || left > pace->budget - spent)) {
        left = pace->budget > spent ? pace->budget - spent : 0;
    }
    return left;
}

static void write_verdicts(const struct comparison *comparison, FILE *out)
{
    const struct comparison_row *first = NULL;
    size_t count = 0;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct comparison_row *row = &comparison->row[i];
        if (row->verdict == COMPARISON_HIGHER || row->verdict == COMPARISON_LOWER) {
            first = first != NULL ? first : row;
            count++;
        }
    }
    if (first != NULL) {
        fprintf(out, " | %s: %s %s", comparison->variant[first->variant].name, first->metric,
                comparison_verdict_name(first->verdict));
    }
    if (count > 1) {
        fprintf(out, ", and %zu more", count - 1);
    }
}

static void tell_progress(struct compare *compare, const struct pace *pace, size_t round)
{
    char text[256];
    FILE *out = compare->quiet ? NULL : fmemopen(text, sizeof text, "w");
    int64_t left = time_left(pace);

    if (out == NULL) {
        return;
    }
    if (round == 0) {
        fputs("warm-up", out);
    } else {
        fprintf(out, "round %zu", round);
        if (compare->comparison->rounds > 0) {
            fprintf(out, " of %zu", pace->most);
        }
    }
    fprintf(out, ", %zu trials", pace->run);
    if (left >= 0) {
        fprintf(out, ", %lld s left", (long long)((left + NS_PER_S - 1) / NS_PER_S));
    }
    write_verdicts(compare->comparison, out);
    fclose(out);
    progress_line_put(&compare->line, text);
    snprintf(compare->line.before, sizeof compare->line.before, "%.*s",
             (int)sizeof compare->line.before - 1, text);
}

static void tell_failure(struct compare *compare, size_t round, size_t variant,
                         const struct error *error)
{
    const char *name = compare->variants.variants->item[variant].name;

    if (compare->quiet) {
        return; /* the comparison itself tells it */
    }
    progress_line_end(&compare->line);
    if (round == 0) {
        fprintf(stderr, "finwait: warm-up, %s: %s\n", name, error->what);
    } else {
        fprintf(stderr, "finwait: round %zu, %s: left out: %s\n", round, name, error->what);
    }
}

/* ---- rounds ---- */

static int dump(const void *context, FILE *out)
{
    return comparison_dump(context, out);
}

int compare_write(const struct compare *compare, struct error *error)
{
    return compare->out == NULL
               ? 0
               : file_write(compare->out, COMPARISON_FILE, dump, compare->comparison, error);
}

static int judge(struct compare *compare, struct pace *pace, struct error *error)
{
    int64_t began = clock_now();

    comparison_judge(compare->comparison, &compare->terms);
    int status = compare_write(compare, error);
    pace->judged = clock_now();
    pace->judging = pace->judged - began;
    return status;
}

/* What judging takes grows with the trials: a fifth of all the time at the most. */
static bool is_due(const struct pace *pace)
{
    return clock_now() - pace->judged >= 4 * pace->judging;
}

/*
 * Take what was finished before: rounds in a row, and the trials of the next one, in their order,
 * up to the first that was not.  Returns the round to go on with, of which `done` are done.
 */
static size_t catch_up(struct compare *compare, struct pace *pace, size_t *done)
{
    size_t order[VARIANTS_MAX];

    *done = 0;
    for (size_t round = 1; compare->resume != NULL && round <= pace->most; round++) {
        variants_shuffle(variant_count(compare), order, compare->seed, round);
        for (*done = 0; *done < variant_count(compare); ++*done) {
            if (!compare_trial_again(compare, round, order[*done])) {
                return round;
            }
            pace->trials -= pace->trials > 0;
        }
        *done = 0;
        if (round == pace->most) {
            return round + 1;
        }
    }
    return 1;
}

/* From the trial `done` on.  How many of them failed, `first` the first of them. */
static size_t run_round(struct compare *compare, struct pace *pace, size_t round, size_t done,
                        struct error *first)
{
    size_t count = variant_count(compare);
    size_t order[VARIANTS_MAX];
    size_t failed = 0;

    variants_shuffle(count, order, compare->seed, round);
    for (size_t i = done; i < count && !interrupts_seen(); i++) {
        struct error error = {0};

        if (compare->line.terminal) {
            tell_progress(compare, pace, round);
        }
        if (compare_trial(compare, round, order[i], &error) != 0 && !interrupts_seen()) {
            tell_failure(compare, round, order[i], &error);
            *first = failed++ == 0 ? error : *first;
        }
        pace->run++;
    }
    pace->rounds++;
    return failed;
}

/* Whether all intervals are as narrow as asked for. */
static bool is_narrow(const struct compare *compare, size_t round)
{
    double until = compare->base->compare.until;

    return until > 0 && round >= LEAST_ROUNDS && comparison_widest(compare->comparison) <= until;
}

/* A round, and what is told of it.  -1: nothing comes of any trial, or it cannot be written. */
static int play_round(struct compare *compare, struct pace *pace, size_t round, size_t done,
                      struct error *error)
{
    struct error first = {0};

    if (run_round(compare, pace, round, done, &first) == variant_count(compare) && round <= 1) {
        error_set(error, first.status, "all %zu variants fail, the first: %s",
                  variant_count(compare), first.what);
        error_hint(error, "%s", first.hint);
        return error_lines(error, first.lines);
    }
    if (round > 0 && is_due(pace) && judge(compare, pace, error) != 0) {
        return -1;
    }
    if (!compare->line.terminal) {
        tell_progress(compare, pace, round);
    }
    return 0;
}

/* That what was asked for was not reached, which the table alone does not tell. */
static void tell_wide(const struct compare *compare, size_t rounds)
{
    if (compare->base->compare.until > 0 && !is_narrow(compare, rounds) && !interrupts_seen() &&
        !compare->quiet) {
        fprintf(stderr,
                "finwait: after %zu round%s not every interval is as narrow as --until asks for; a "
                "longer --budget, or fewer metrics, may do\n",
                rounds, rounds == 1 ? "" : "s");
    }
}

int compare_rounds(struct compare *compare, struct error *error)
{
    struct pace pace;
    size_t done;
    size_t round;
    int status = 0;

    pace_begin(&pace, compare);
    progress_line_init(&compare->line);
    round = catch_up(compare, &pace, &done);
    comparison_judge(compare->comparison, &compare->terms);
    if (round <= pace.most && !is_narrow(compare, round - 1)) {
        status = play_round(compare, &pace, 0, 0, error); /* the warm-up */
    }
    for (; status == 0 && round <= pace.most && !is_narrow(compare, round - 1) &&
           !interrupts_seen() && pace_allows(&pace);
         round++) {
        status = play_round(compare, &pace, round, done, error);
        done = 0;
    }
    progress_line_end(&compare->line);
    compare->comparison->cut = interrupts_seen();
    if (status != 0 || judge(compare, &pace, error) != 0) {
        return -1;
    }
    tell_wide(compare, round - 1);
    return 0;
}
