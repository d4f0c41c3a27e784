#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "finwait/facts.h"
#include "finwait/table.h"
#include "paper.h"

/* The columns prose is wrapped to, and those that nothing of ours goes beyond. */
#define TEXT_PROSE 80
#define TEXT_WIDE  98

/* A section of the summary: prints nothing when the result has nothing for it. */
typedef void section(const struct paper *paper, const struct facts *facts);

section text_headline;                                      /* text_headline.c */
section text_connections, text_mix, text_errors;            /* text_load.c */
section text_latency;                                       /* the same */
section text_moments;                                       /* text_moments.c */
section text_states, text_counters, text_prediction;        /* text_kernel.c */
section text_inspections, text_expectations, text_sampling; /* text_verdict.c */

section text_warnings, text_remarks; /* text_remarks.c */

section text_commands; /* text_command.c */
section text_tls;      /* text_tls.c */
section text_memory;   /* text_memory.c */
section text_owners;   /* text_owners.c */
section text_packets;  /* text_packets.c */

#endif
