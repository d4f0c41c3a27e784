#ifndef REPORT_PAPER_H
#define REPORT_PAPER_H

#include <stdbool.h>
#include <stdio.h>

#include "finwait/ink.h"
#include "finwait/kernel_state.h"
#include "finwait/table.h"
#include "finwait/wrap.h"

/* An empty line and a section's name. */
void paper_heading(FILE *out, const char *title);

/* The state's name, as the kernel and everybody write it. */
void paper_state(FILE *out, enum tcp_state state);

/* The titles of a table that has a column a side behind its first. */
void paper_sides(struct table *table, const char *first);

/* Print the table, below its heading (NULL: none), if it has more rows than its titles where it is
 * `titled`, and free it.  Whether it has. */
bool paper_table(FILE *out, const char *heading, struct table *table, bool titled);

#endif
