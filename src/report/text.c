#include "text.h"

#include "finwait/report.h"

/* In the order in which they are printed: what ran, what was seen, what it means. */
static section *const sections[] = {
    text_headline,    text_moments,    text_connections,  text_mix,      text_errors,
    text_tls,         text_latency,    text_memory,       text_states,   text_owners,
    text_counters,    text_prediction, text_packets,      text_warnings, text_commands,
    text_inspections, text_remarks,    text_expectations, text_sampling,
};

static void write_text(const struct result *result, FILE *out)
{
    struct paper paper;
    struct facts facts;

    paper_init(&paper, out);
    facts_gather(&facts, result);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        sections[i](&paper, &facts);
    }
}

const struct report_ops report_text = {
    .name = "text",
    .about = "a summary for people: what ran, where its sockets ended, and why",
    .write = write_text,
};
