#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "paper.h"

enum {
    GAP = 2, /* between columns */
};

void table_begin(struct table *table, const char *align)
{
    *table = (struct table){.align = align, .columns = strlen(align)};
}

/* Room for one more cell; without memory the cell is left out, and the row with it. */
static char *next_cell(struct table *table)
{
    if (table->cells == table->room) {
        size_t room = table->room == 0 ? 32 : table->room * 2;
        void *cell = realloc(table->cell, room * sizeof *table->cell);
        if (cell == NULL) {
            return NULL;
        }
        table->cell = cell;
        table->room = room;
    }
    return table->cell[table->cells++];
}

void table_cell(struct table *table, const char *format, ...)
{
    char *cell = next_cell(table);
    va_list arguments;

    if (cell == NULL) {
        return;
    }
    va_start(arguments, format);
    vsnprintf(cell, TABLE_CELL, format, arguments);
    va_end(arguments);
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;

    for (size_t i = column; i < table->cells; i += table->columns) {
        size_t width = text_width(table->cell[i]);
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* Blanks are owed rather than printed, so that no line ends in them. */
static void print_row(const struct table *table, size_t row, const size_t *width, size_t indent,
                      FILE *out)
{
    size_t owed = indent;

    for (size_t column = 0; column < table->columns; column++) {
        const char *cell = table->cell[row * table->columns + column];
        size_t slack = width[column] - text_width(cell);
        bool right = table->align[column] == 'r';
        if (right) {
            owed += slack;
        }
        if (cell[0] != '\0') {
            text_blanks(owed, out);
            owed = 0;
            text_put(cell, strlen(cell), out);
        }
        owed += (right ? 0 : slack) + GAP;
    }
    fputc('\n', out);
}

void table_end(struct table *table, size_t indent, FILE *out)
{
    size_t width[TABLE_COLUMNS] = {0};

    for (size_t column = 0; column < table->columns; column++) {
        width[column] = column_width(table, column);
    }
    for (size_t row = 0; (row + 1) * table->columns <= table->cells; row++) {
        print_row(table, row, width, indent, out);
    }
    table_drop(table);
}

void table_drop(struct table *table)
{
    free(table->cell);
    *table = (struct table){0};
}
