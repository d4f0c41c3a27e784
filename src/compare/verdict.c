#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/inference.h"
#include "parts.h"

/* ---- numbers that never vary ---- */

/* Whether all values are one. */
static bool is_steady(size_t count, const double *value)
{
    for (size_t i = 1; i < count; i++) {
        if (value[i] < value[0] || value[i] > value[0]) {
            return false;
        }
    }
    return true;
}

/*
 * Whether `n` equal counts of each rule chance out.  A count that is noise can be the same in a few
 * trials: that each of 6 differs by chance, and in one direction, has p = 2/64 (sign test).  With
 * fewer the sums must differ by 4 standard deviations of events that come by themselves (Poisson).
 */
static bool is_beyond_chance(size_t n, double baseline, double variant)
{
    double events = (double)n * (variant - baseline) * (variant - baseline);

    return n >= 6 || (n >= 2 && events > 16 * (fabs(baseline) + fabs(variant)));
}

static bool is_whole(double value)
{
    return value == trunc(value);
}

/* Judge a row whose values are all the same in each of both, as far as that can be. */
static bool judge_exact(struct comparison_row *row, const struct pairs *pairs)
{
    double baseline = pairs->value[0][0];
    double variant = pairs->value[1][0];

    if (!is_steady(pairs->count[0], pairs->value[0]) ||
        !is_steady(pairs->count[1], pairs->value[1])) {
        return false;
    }
    double difference = variant - baseline;
    bool equal = !(difference < 0 || difference > 0);
    if (!equal &&
        !(is_whole(baseline) && is_whole(variant) && is_beyond_chance(row->n, baseline, variant))) {
        return false;
    }
    row->exact = true;
    row->has_interval = true;
    row->difference = row->low = row->high = difference;
    row->verdict = equal ? COMPARISON_EQUAL : difference > 0 ? COMPARISON_HIGHER : COMPARISON_LOWER;
    return true;
}

/* ---- numbers that do ---- */

/* The noise of rates and durations grows with them. */
static bool is_ratio(const char *metric)
{
    const struct metric_info *info = metric_find(metric);

    return info != NULL && (strcmp(info->unit, "s") == 0 || strcmp(info->unit, "1/s") == 0);
}

/* A rate that is 0 in all trials is all of the baseline's less, however that varied. */
static bool is_none(size_t count, const double *value)
{
    return is_steady(count, value) && !(fabs(value[0]) > 0);
}

static void infer(const struct comparison *comparison, const struct comparison_row *row,
                  const struct pairs *pairs, double confidence, struct inference *it)
{
    const double *baseline = pairs->value[0];
    const double *variant = pairs->value[1];
    size_t n = pairs->count[0];
    size_t m = pairs->count[1];

    if (is_ratio(row->metric) &&
        (comparison->paired ? infer_paired_ratio(n, baseline, variant, confidence, it)
                            : infer_unpaired_ratio(n, baseline, m, variant, confidence, it))) {
        it->difference *= row->baseline;
        it->low *= row->baseline;
        it->high *= row->baseline;
    } else if (comparison->paired) {
        infer_paired(n, baseline, variant, confidence, it);
    } else {
        infer_unpaired(n, baseline, m, variant, confidence, it);
    }
    if (is_ratio(row->metric) && is_none(m, variant)) {
        it->difference = -row->baseline;
        it->low = it->bounded ? it->difference : it->low;
        it->high = it->bounded ? it->difference : it->high;
    }
}

static void keep_medians(struct comparison_row *row, const struct pairs *pairs)
{
    struct spread spread;

    row->has_medians = true;
    spread_of(pairs->count[0], pairs->value[0], &spread);
    row->baseline = spread.median;
    spread_of(pairs->count[1], pairs->value[1], &spread);
    row->median = spread.median;
    row->low_quartile = spread.low_quartile;
    row->high_quartile = spread.high_quartile;
}

static void keep_inference(struct comparison_row *row, const struct inference *it)
{
    row->has_p = isfinite(it->p);
    row->p = row->has_p ? it->p : 0;
    row->has_interval = it->bounded && isfinite(it->low) && isfinite(it->high);
    row->difference = isfinite(it->difference) ? it->difference : row->median - row->baseline;
    row->low = row->has_interval ? it->low : 0;
    row->high = row->has_interval ? it->high : 0;
}

/* What a row is judged by. */
struct look {
    struct pairs pairs;
    double least_p; /* the lowest that its p can be, whatever its signs */
};

static void first_look(struct comparison_row *row, const struct comparison *comparison,
                       struct look *look)
{
    const struct pairs *pairs = &look->pairs;
    struct inference it;

    row->n = pairs->count[0] < pairs->count[1] ? pairs->count[0] : pairs->count[1];
    if (row->n == 0) {
        row->verdict = COMPARISON_UNMEASURED;
        return;
    }
    keep_medians(row, pairs);
    if (!judge_exact(row, pairs)) {
        row->verdict = COMPARISON_NOT_SEEN;
        infer(comparison, row, pairs, 1 - VERDICT_ALPHA, &it);
        keep_inference(row, &it);
        look->least_p = it.least_p;
    }
}

/* ---- Holm ---- */

static size_t count_within(const struct comparison_row *row, const struct look *look, size_t count,
                           double alpha)
{
    size_t within = 0;

    for (size_t i = 0; i < count; i++) {
        within += row[i].has_p && look[i].least_p <= alpha;
    }
    return within;
}

/*
 * Correct the p of the rows for each other.  Rows that could not be called whatever their signs,
 * even by the rest's measure, do not count, and their p is 1 (Tarone 1990; see infer_holm).
 */
static void correct(struct comparison_row *row, const struct look *look, size_t count)
{
    double *p = grow_new(count, sizeof *p);
    size_t family = 1;

    while (count_within(row, look, count, VERDICT_ALPHA / (double)family) > family) {
        family++;
    }
    double alpha = VERDICT_ALPHA / (double)family;
    size_t counted = count_within(row, look, count, alpha);
    for (size_t i = 0; i < count; i++) {
        row[i].family = row[i].has_p && look[i].least_p <= alpha ? counted : 0;
        p[i] = row[i].family > 0 ? row[i].p : NAN;
    }
    infer_holm(count, p);
    for (size_t i = 0; i < count; i++) {
        row[i].p = !row[i].has_p ? 0 : row[i].family > 0 ? p[i] : 1;
    }
    free(p);
}

static bool is_equivalent(const struct comparison *comparison, const struct comparison_row *row)
{
    const struct inference it = {.low = row->low, .high = row->high};

    return row->has_interval && infer_equivalent(&it, comparison->margin * fabs(row->baseline));
}

static void conclude(struct comparison_row *row, const struct comparison *comparison,
                     const struct pairs *pairs)
{
    struct inference it;

    if (row->p <= VERDICT_ALPHA && (row->difference < 0 || row->difference > 0)) {
        row->verdict = row->difference > 0 ? COMPARISON_HIGHER : COMPARISON_LOWER;
    } else if (is_equivalent(comparison, row)) {
        row->verdict = COMPARISON_NO_DIFFERENCE;
    } else if (row->family > 0) {
        infer(comparison, row, pairs, 1 - VERDICT_ALPHA / (double)row->family, &it);
        double detectable = infer_detectable(&it);
        row->has_detectable = it.bounded && isfinite(detectable);
        row->detectable = row->has_detectable ? detectable : 0;
    }
}

void verdict_rows(struct comparison *comparison, size_t variant, const struct selection *selection)
{
    size_t first = comparison->row_count;
    size_t count = selection->count;
    struct look *look = grow_new(count, sizeof *look);

    comparison->row = grow_to(comparison->row, first + count + 1, sizeof *comparison->row);
    struct comparison_row *row = comparison->row + first;
    for (size_t i = 0; i < count; i++) {
        row[i] = (struct comparison_row){.metric = grow_text(selection->item[i].name),
                                         .variant = variant,
                                         .asked = selection->item[i].asked};
        pairs_collect(&look[i].pairs, comparison, variant, row[i].metric);
        first_look(&row[i], comparison, &look[i]);
    }
    comparison->row_count += count;
    correct(row, look, count);
    for (size_t i = 0; i < count; i++) {
        if (row[i].has_p) {
            conclude(&row[i], comparison, &look[i].pairs);
        }
        pairs_fini(&look[i].pairs);
    }
    free(look);
}
