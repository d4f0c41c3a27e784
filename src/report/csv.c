#include <string.h>

#include "finwait/report.h"
#include "finwait/wrap.h"

/* Long form: a row a metric, so that results of different scenarios can stand in one file. */

/* A field as RFC 4180 has it: in quotes where it needs them.  A file's texts may not be plain. */
static void csv_field(const char *text, FILE *out)
{
    bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';
    size_t length;

    fputs(quoted ? "\"" : "", out);
    for (; *text != '\0'; text += length) {
        length = strcspn(text + 1, "\"") + 1; /* a quote begins a piece, and stands twice */
        fputs(*text == '"' ? "\"" : "", out);
        text_put(text, length, out);
    }
    fputs(quoted ? "\"" : "", out);
}

static void csv_write(const struct result *result, FILE *out)
{
    const char *name = text_pairs_get(&result->scenario, "name");

    for (size_t i = 0; i < result->metric_count; i++) {
        const struct metric_value *metric = &result->metric[i];
        const struct metric_info *info = metric_find(metric->name);

        csv_field(name != NULL ? name : "", out);
        fputc(',', out);
        csv_field(result->started != NULL ? result->started : "", out);
        fputc(',', out);
        csv_field(metric->name, out);
        fputc(',', out);
        csv_field(info != NULL ? info->unit : "", out);
        fprintf(out, ",%.17g\n", metric->value);
    }
}

const struct report_ops report_csv = {
    .name = "csv",
    .about = "the metrics, a row each: scenario, started, metric, unit, value",
    .head = "scenario,started,metric,unit,value\n",
    .write = csv_write,
};
