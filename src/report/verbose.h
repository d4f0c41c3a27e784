#ifndef REPORT_VERBOSE_H
#define REPORT_VERBOSE_H

#include "finwait/facts.h"
#include "finwait/table.h"
#include "paper.h"

/* The columns prose is wrapped to, and those that nothing of ours goes beyond. */
#define VERBOSE_PROSE 80
#define VERBOSE_WIDE  98

/* A section of the summary: prints nothing when the result has nothing for it. */
typedef void section(FILE *out, const struct facts *facts);

section verbose_headline;                                     /* verbose_headline.c */
section verbose_connections, verbose_mix, verbose_errors;     /* verbose_load.c */
section verbose_latency;                                      /* the same */
section verbose_moments;                                      /* verbose_moments.c */
section verbose_states, verbose_counters, verbose_prediction; /* verbose_kernel.c */
section verbose_inspections, verbose_expectations, verbose_sampling,
    verbose_lab; /* verbose_verdict.c */

section verbose_warnings, verbose_remarks; /* verbose_remarks.c */

section verbose_commands; /* verbose_command.c */
section verbose_tls;      /* verbose_tls.c */
section verbose_memory;   /* verbose_memory.c */
section verbose_owners;   /* verbose_owners.c */
section verbose_packets;  /* verbose_packets.c */

#endif
