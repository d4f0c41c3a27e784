#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <stdbool.h>
#include <stdio.h>

#include "finwait/table.h"
#include "finwait/wrap.h"

/* What the text report is written on: a stream, with or without colour. */
struct paper {
    FILE *out;
    bool colour;
};

enum ink {
    INK_BOLD,
    INK_RED,
    INK_GREEN,
    INK_YELLOW,
};

/* Colour only on a terminal that has it, and never against NO_COLOR (no-color.org). */
void paper_init(struct paper *paper, FILE *out);

/* What is printed between the two is in `ink`. */
void paper_begin(const struct paper *paper, enum ink ink);
void paper_end(const struct paper *paper);

/* An empty line and a section's name. */
void paper_heading(const struct paper *paper, const char *title);

/* The titles of a table that has a column a side behind its first. */
void paper_sides(struct table *table, const char *first);

#endif
