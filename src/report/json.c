#include "finwait/report.h"

/* Whether writing failed, the stream remembers: ferror(3). */
static void write_json(const struct result *result, FILE *out)
{
    (void)result_dump(result, out);
}

const struct report_ops report_json = {
    .name = "json",
    .about = "everything a run found out, as result.json holds it; several in an array",
    .open = "[\n",
    .between = ",\n",
    .close = "]\n",
    .write = write_json,
};
