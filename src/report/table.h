#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stddef.h>
#include <stdio.h>

/*
 * Columns that line up.  Cells are given row by row, from left to right; nothing is printed before
 * table_end, when every width is known.
 */

#define TABLE_COLUMNS 8
#define TABLE_CELL    72 /* longer texts are cut */

struct table {
    const char *align; /* a letter a column: 'l' left, 'r' right */
    size_t columns;
    size_t cells, room;
    char (*cell)[TABLE_CELL]; /* owned */
};

/* `align` (static, at most TABLE_COLUMNS letters) says how many columns there are. */
void table_begin(struct table *table, const char *align);

void table_cell(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the rows, each `indent` columns in, and free all. */
void table_end(struct table *table, size_t indent, FILE *out);

/* Print nothing, and free all. */
void table_drop(struct table *table);

#endif
