#include <string.h>

#include "finwait/escape.h"
#include "finwait/metric.h"
#include "finwait/named.h"
#include "parts.h"

/*
 * Long form, so that comparisons of different scenarios can stand in one file.  Of a verdict
 * `value` and `baseline_value` are the medians; of a trial `value` is the metric's in that round.
 */

static void put_number(bool there, double value, FILE *out)
{
    fputc(',', out);
    if (there) {
        fprintf(out, "%.17g", value);
    }
}

static void put_name(const char *name, FILE *out)
{
    escape_csv(name, out);
    fputc(',', out);
}

/* What both kinds of row begin with: up to the unit. */
static void begin_row(const struct comparison *comparison, const char *kind, size_t variant,
                      const char *metric, FILE *out)
{
    const struct metric_info *info = metric_find(metric);

    put_name(comparison->name != NULL ? comparison->name : "", out);
    put_name(kind, out);
    put_name(comparison->variant[variant].name, out);
    put_name(comparison->variant[comparison->baseline].name, out);
    put_name(metric, out);
    escape_csv(info != NULL ? info->unit : "", out);
}

static void put_verdict(const struct comparison *comparison, const struct comparison_row *row,
                        FILE *out)
{
    begin_row(comparison, "verdict", row->variant, row->metric, out);
    fputc(',', out); /* of no round */
    put_number(row->has_medians, row->median, out);
    fprintf(out, ",%s,%zu", comparison_verdict_name(row->verdict), row->n);
    put_number(row->has_medians, row->baseline, out);
    put_number(row->has_medians, row->difference, out);
    put_number(row->has_interval, row->low, out);
    put_number(row->has_interval, row->high, out);
    put_number(row->has_p, row->p, out);
    put_number(row->has_detectable, row->detectable, out);
    fputc('\n', out);
}

/* Whether an earlier row, of another variant, has the same metric. */
static bool is_told(const struct comparison *comparison, size_t row)
{
    return NAMED(comparison->row[row].metric, comparison->row, row) != NULL;
}

static void put_trials(const struct comparison *comparison, const char *metric, FILE *out)
{
    for (size_t i = 0; i < comparison->trial_count; i++) {
        const struct comparison_trial *trial = &comparison->trial[i];
        double value;
        if (trial_counts(trial) && comparison_metric(comparison, trial, metric, &value)) {
            begin_row(comparison, "trial", trial->variant, metric, out);
            fprintf(out, ",%zu,%.17g,,,,,,,,\n", trial->round, value);
        }
    }
}

static void csv_write(const struct comparison *comparison, FILE *out)
{
    fputs("comparison,kind,variant,baseline,metric,unit,round,value,verdict,n,baseline_value,"
          "difference,low,high,p,detectable\n",
          out);
    for (size_t i = 0; i < comparison->row_count; i++) {
        put_verdict(comparison, &comparison->row[i], out);
    }
    for (size_t i = 0; i < comparison->row_count; i++) {
        if (!is_told(comparison, i)) {
            put_trials(comparison, comparison->row[i].metric, out);
        }
    }
}

const struct comparison_ops comparison_csv = {
    .name = "csv",
    .about = "a row for each metric of each variant, and one for each trial's value",
    .write = csv_write,
};
