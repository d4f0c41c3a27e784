#include <stddef.h>
#include <string.h>

#include "finwait/report.h"

const struct report_ops *const report_table[] = {
    &report_text,     &report_verbose,     &report_json, &report_csv, &report_junit,
    &report_markdown, &report_openmetrics, &report_html, NULL,
};

const struct report_ops *report_find(const char *name)
{
    for (size_t i = 0; report_table[i] != NULL; i++) {
        if (strcmp(report_table[i]->name, name) == 0) {
            return report_table[i];
        }
    }
    return NULL;
}

static void put(const char *text, FILE *out)
{
    if (text != NULL) {
        fputs(text, out);
    }
}

void report_begin(const struct report_ops *format, bool several, FILE *out)
{
    put(format->head, out);
    put(several ? format->open : NULL, out);
}

void report_next(const struct report_ops *format, FILE *out)
{
    put(format->between, out);
}

void report_end(const struct report_ops *format, bool several, FILE *out)
{
    put(several ? format->close : NULL, out);
    put(format->tail, out);
}

void report_write(const struct report_ops *format, const struct result *result, FILE *out)
{
    if (format->write_all != NULL) {
        format->write_all(&result, 1, out);
    } else {
        format->write(result, out);
    }
}
