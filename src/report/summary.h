#ifndef REPORT_SUMMARY_H
#define REPORT_SUMMARY_H

#include "finwait/facts.h"
#include "paper.h"

/* The summary of one screen while it is written. */
struct summary {
    FILE *out;
    struct facts facts;
    size_t width; /* columns */
    bool plain;   /* ASCII only */
};

/* A part of it: prints nothing when the result has nothing for it.  A blank line comes in front. */
typedef void summary_part(const struct summary *summary);

summary_part summary_headline;     /* summary_headline.c */
summary_part summary_answer;       /* summary_answer.c */
summary_part summary_sockets;      /* summary_sockets.c */
summary_part summary_latency;      /* summary_latency.c */
summary_part summary_beside;       /* summary_beside.c */
summary_part summary_remarks;      /* summary_remarks.c */
summary_part summary_expectations; /* summary_expectations.c */

/* ---- summary_page.c ---- */

/* Where the text begins that stands behind a label: "Why         The server's FIN ...". */
#define SUMMARY_LABEL 12

/* Print `label`, and behind it `text`, wrapped in its place. */
void summary_labelled(const struct summary *summary, const char *label, const char *text);

/* Lines that `text` takes behind a label. */
size_t summary_lines(const struct summary *summary, const char *text);

/* ---- summary_series.c ---- */

/* From the start of load to the last sample of a side, ns; 0: there is none. */
int64_t summary_span(const struct summary *summary, enum side side);

/* What the series of a state over the run shows: "growing", "flat, drained"; "" where it shows
 * neither.  Static. */
const char *summary_shape(const struct summary *summary, enum side side, enum tcp_state state);

/* Its sparkline, `columns` wide; a new string. */
char *summary_spark(const struct summary *summary, enum side side, enum tcp_state state,
                    size_t columns);

#endif
