#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <stdbool.h>
#include <stdio.h>

#include "finwait/ink.h"
#include "finwait/table.h"
#include "finwait/wrap.h"

/* What the text report is written on. */
struct paper {
    FILE *out;
};

void paper_init(struct paper *paper, FILE *out);

/* What is printed between the two is in `ink`. */
void paper_begin(const struct paper *paper, enum ink ink);
void paper_end(const struct paper *paper);

/* An empty line and a section's name. */
void paper_heading(const struct paper *paper, const char *title);

/* The titles of a table that has a column a side behind its first. */
void paper_sides(struct table *table, const char *first);

#endif
