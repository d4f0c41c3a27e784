#include <stddef.h>
#include <string.h>

#include "finwait/report.h"

const struct report_ops *const report_table[] = {&report_text, &report_json, NULL};

const struct report_ops *report_find(const char *name)
{
    for (size_t i = 0; report_table[i] != NULL; i++) {
        if (strcmp(report_table[i]->name, name) == 0) {
            return report_table[i];
        }
    }
    return NULL;
}
