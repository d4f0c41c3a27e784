#include <inttypes.h>
#include <stdlib.h>

#include "finwait/escape.h"
#include "finwait/report.h"

/* Long form: a row a value, so that results of different scenarios can stand in one file. */

#define SECOND UINT64_C(1000000000)

/* What a result's rows begin with. */
static void csv_begin(const struct result *result, const char *kind, FILE *out)
{
    escape_csv(result_setting(result, "name"), out);
    fputc(',', out);
    escape_csv(result->started != NULL ? result->started : "", out);
    fprintf(out, ",%s,", kind);
}

static void csv_metrics(const struct result *result, FILE *out)
{
    for (size_t i = 0; i < result->metric_count; i++) {
        const struct metric_value *metric = &result->metric[i];
        const struct metric_info *info = metric_find(metric->name);

        csv_begin(result, "metric", out);
        escape_csv(metric->name, out);
        fputc(',', out);
        escape_csv(info != NULL ? info->unit : "", out);
        fprintf(out, ",,%.17g\n", metric->value);
    }
}

/* ns as seconds, all digits. */
static void csv_at(int64_t at, FILE *out)
{
    uint64_t ns = at < 0 ? 0 - (uint64_t)at : (uint64_t)at;

    fprintf(out, "%s%" PRIu64 ".%09" PRIu64, at < 0 ? "-" : "", ns / SECOND, ns % SECOND);
}

static void csv_series(const struct result *result, enum side side, unsigned column, FILE *out)
{
    const struct result_side *seen = &result->side[side];
    char name[128];
    size_t count;

    snprintf(name, sizeof name, "%s.%s.final", side_name(side), observation_column(column));
    const struct metric_info *info = metric_find(name); /* what is left of it, in the same unit */
    struct series_point *points = result_points(seen, column, &count);
    for (size_t i = 0; i < count; i++) {
        csv_begin(result, "series", out);
        fprintf(out, "%s.%s,%s,", side_name(side), observation_column(column),
                info != NULL ? info->unit : "sockets");
        csv_at(points[i].at, out);
        fprintf(out, ",%.0f\n", points[i].value);
    }
    free(points);
}

static void csv_write(const struct result *result, FILE *out)
{
    csv_metrics(result, out);
    for (unsigned side = 0; side < ENDS_N; side++) {
        const struct result_side *seen = &result->side[side];
        for (unsigned column = 1; column < OBSERVATION_COLUMNS; column++) {
            if (observation_ever(seen->observation, seen->observation_count, column)) {
                csv_series(result, (enum side)side, column, out);
            }
        }
    }
}

const struct report_ops report_csv = {
    .name = "csv",
    .about = "metrics and series, a row a value: scenario, started, kind, name, unit, at_s, value",
    .head = "scenario,started,kind,name,unit,at_s,value\n",
    .write = csv_write,
};
