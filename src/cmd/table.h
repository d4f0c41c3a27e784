#ifndef FINWAIT_CMD_TABLE_H
#define FINWAIT_CMD_TABLE_H

#include <stddef.h>
#include <stdio.h>

#include "finwait/error.h"

/* Rows of text cells, printed for people or as Markdown. */

#define TABLE_COLUMNS 8

struct table {
    size_t columns;
    const char *heading[TABLE_COLUMNS];
    size_t rows;
    char *(*row)[TABLE_COLUMNS]; /* owned cells */
};

/* Append a row of table->columns cells, which are copied.  Runs out of memory silently: the row is
 * left out. */
void table_add(struct table *table, const char *const cells[]);

/*
 * For people, at most `width` columns wide.  The last column is wrapped in its place; where too
 * little is left for it, below the others; where these do not fit either, each cell has a line,
 * behind its heading.  A row begins at the left edge, what belongs to it is indented.
 */
void table_print(const struct table *table, size_t width, FILE *out);

/* For the reference, with the headings. */
void table_print_markdown(const struct table *table, FILE *out);
void table_fini(struct table *table);

#endif
