#include <stdbool.h>
#include <string.h>

#include "finwait/escape.h"
#include "finwait/metric.h"
#include "parts.h"

/* As of a run (src/report/openmetrics.c): gauges alone, no moments.  The metric that is compared is
 * a label, and so is its unit, for a family has but one. */

/* The figures of a row: what it is called, whether it is there, and what it is. */
#define FIGURES(X)                                                                                 \
    X("trials", true, (double)row->n, "pairs of trials, or trials of the smaller side")            \
    X("median", row->has_medians, row->median, "median of the variant's trials")                   \
    X("baseline_median", row->has_medians, row->baseline, "median of the baseline's trials")       \
    X("difference", row->has_medians, row->difference, "variant less baseline")                    \
    X("difference_low", row->has_interval, row->low, "lower end of its interval at 95 %")          \
    X("difference_high", row->has_interval, row->high, "upper end of its interval at 95 %")        \
    X("adjusted_p", row->has_p, row->p, "p of the difference, after Holm")

struct figure {
    const char *name, *about;
    bool there;
    double value;
};

/* All of a row's, up to one without a name. */
static const struct figure *figures_of(struct figure *figure, const struct comparison_row *row)
{
    size_t count = 0;

#define X(name, there, value, about)                                                               \
    figure[count++] = (struct figure){"finwait_compare_" name, about, there, value};
    FIGURES(X)
#undef X
    figure[count] = (struct figure){0};
    return figure;
}
#define FIGURES_N 16

static void put_label(const char *name, const char *value, FILE *out)
{
    fprintf(out, "%s=\"", name);
    escape_label(value, strlen(value), out);
    fputc('"', out);
}

/* "NAME{comparison="…",variant="…"": the labels are open. */
static void begin_sample(const struct comparison *comparison, const char *name, size_t variant,
                         FILE *out)
{
    fprintf(out, "%s{", name);
    put_label("comparison", comparison->name != NULL ? comparison->name : "", out);
    put_label(",variant", comparison->variant[variant].name, out);
}

static void begin_row(const struct comparison *comparison, const char *name,
                      const struct comparison_row *row, FILE *out)
{
    const struct metric_info *info = metric_find(row->metric);

    begin_sample(comparison, name, row->variant, out);
    put_label(",baseline", comparison->variant[comparison->baseline].name, out);
    put_label(",metric", row->metric, out);
    put_label(",unit", info != NULL ? info->unit : "", out);
}

static void put_family(const char *name, const char *about, FILE *out)
{
    fprintf(out, "# TYPE %s gauge\n# HELP %s %s\n", name, name, about);
}

static void put_figures(const struct comparison *comparison, size_t index, FILE *out)
{
    struct figure figure[FIGURES_N];
    bool begun = false;

    for (size_t i = 0; i < comparison->row_count; i++) {
        const struct figure *one = &figures_of(figure, &comparison->row[i])[index];
        if (!one->there) {
            continue;
        }
        if (!begun) {
            put_family(one->name, one->about, out);
        }
        begun = true;
        begin_row(comparison, one->name, &comparison->row[i], out);
        fprintf(out, "} %.17g\n", one->value);
    }
}

static void put_verdicts(const struct comparison *comparison, FILE *out)
{
    const char *name = "finwait_compare_verdict";

    put_family(name, "1 for the verdict on the metric", out);
    for (size_t i = 0; i < comparison->row_count; i++) {
        begin_row(comparison, name, &comparison->row[i], out);
        put_label(",verdict", comparison_verdict_name(comparison->row[i].verdict), out);
        fputs("} 1\n", out);
    }
}

static void put_checks(const struct comparison *comparison, FILE *out)
{
    static const char *const ends[COMPARISON_END_N] = {"held", "failed", "missing", "blind"};
    const char *name = "finwait_compare_conditions";

    put_family(name, "conditions and expectations of the variant, by what they came to", out);
    for (size_t variant = 0; variant < comparison->variant_count; variant++) {
        for (size_t end = 0; end < COMPARISON_END_N; end++) {
            size_t count = 0;
            for (size_t i = 0; i < comparison->check_count; i++) {
                const struct comparison_check *check = &comparison->check[i];
                count += check->variant == variant && (size_t)check->end == end;
            }
            begin_sample(comparison, name, variant, out);
            fprintf(out, ",end=\"%s\"} %zu\n", ends[end], count);
        }
    }
}

static void openmetrics_write(const struct comparison *comparison, FILE *out)
{
    struct figure figure[FIGURES_N];
    const struct comparison_row none = {0};
    const struct figure *all = figures_of(figure, &none);

    put_checks(comparison, out);
    put_verdicts(comparison, out);
    for (size_t i = 0; all[i].name != NULL; i++) {
        put_figures(comparison, i, out);
    }
    fputs("# EOF\n", out);
}

const struct comparison_ops comparison_openmetrics = {
    .name = "openmetrics",
    .about = "for Prometheus: a sample for each figure of each metric of each variant",
    .write = openmetrics_write,
};
