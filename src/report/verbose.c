#include "verbose.h"

#include "finwait/report.h"

/* In the order in which they are printed: what ran, what was seen, what it means. */
static section *const sections[] = {
    verbose_headline, verbose_moments,      verbose_connections, verbose_mix,
    verbose_errors,   verbose_tls,          verbose_latency,     verbose_memory,
    verbose_states,   verbose_owners,       verbose_counters,    verbose_prediction,
    verbose_packets,  verbose_warnings,     verbose_commands,    verbose_inspections,
    verbose_remarks,  verbose_expectations, verbose_sampling,    verbose_lab,
};

static void write_verbose(const struct result *result, FILE *out)
{
    struct facts facts;

    facts_gather(&facts, result);
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        sections[i](out, &facts);
    }
}

const struct report_ops report_verbose = {
    .name = "verbose",
    .about = "all of it for people: every count, latency, counter and remark, and who holds what",
    .write = write_verbose,
};
