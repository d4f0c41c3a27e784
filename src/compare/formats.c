#include <string.h>

#include "finwait/comparison.h"

const struct comparison_ops *const comparison_formats[] = {
    &comparison_text,
    &comparison_json,
    &comparison_csv,
    &comparison_junit,
    &comparison_markdown,
    &comparison_openmetrics,
    NULL,
};

const struct comparison_ops *comparison_format(const char *name)
{
    for (size_t i = 0; comparison_formats[i] != NULL; i++) {
        if (strcmp(comparison_formats[i]->name, name) == 0) {
            return comparison_formats[i];
        }
    }
    return NULL;
}
