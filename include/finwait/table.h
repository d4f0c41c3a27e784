#ifndef FINWAIT_TABLE_H
#define FINWAIT_TABLE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Columns that line up, for people, or as Markdown.  Cells are given row by row, from left to
 * right.  Without memory for a cell it is empty.
 */

#define TABLE_COLUMNS 10
#define TABLE_CELL    72

struct table {
    const char *align; /* a letter a column: 'l' left, 'r' right, 'w' wrapped: the last only */
    size_t columns;
    const char *const *heading; /* one a column, for blocks and Markdown; NULL: none */
    size_t cells, room;
    char **cell; /* owned */
};

/* `align` (static, at most TABLE_COLUMNS letters) says how many columns there are. */
void table_begin(struct table *table, const char *align);

/* A text longer than TABLE_CELL is cut. */
void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A cell for each column, of any length. */
void table_row(struct table *table, const char *const cells[]);

/*
 * Print the rows, at most `width` columns wide.  The last column is wrapped in its place; where too
 * little is left for it, below the others; where these do not fit either, each cell has a line,
 * behind its heading.  A row begins at the left edge, what belongs to it is indented.
 */
void table_print(const struct table *table, size_t width, FILE *out);

/* Print the rows of a table with no wrapped column, each `indent` columns in, and free it. */
void table_end(struct table *table, size_t indent, FILE *out);

/* With the headings. */
void table_print_markdown(const struct table *table, FILE *out);

void table_free(struct table *table);

#endif
