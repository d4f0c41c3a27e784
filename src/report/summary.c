#include "summary.h"

#include "finwait/report.h"
#include "finwait/terminal.h"

/* In the order in which they are printed: the answer, what bears it out, what it means. */
static summary_part *const parts[] = {
    summary_headline, summary_answer,  summary_sockets,      summary_latency,
    summary_beside,   summary_remarks, summary_expectations,
};

static void write_summary(const struct result *result, FILE *out)
{
    struct summary summary = {
        .out = out, .width = terminal_columns(fileno(out)), .plain = !terminal_blocks()};

    facts_gather(&summary.facts, result);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        parts[i](&summary);
    }
}

const struct report_ops report_text = {
    .name = "text",
    .about =
        "a summary for people, of one screen: who closed first, where the sockets are, and why",
    .between = "\n",
    .write = write_summary,
};
