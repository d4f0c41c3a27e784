#include "table.h"

#include <stdlib.h>
#include <string.h>

void table_add(struct table *table, const char *const cells[])
{
    char *(*rows)[TABLE_COLUMNS] = realloc(table->row, (table->rows + 1) * sizeof *rows);

    if (rows == NULL) {
        return;
    }
    table->row = rows;
    for (size_t i = 0; i < table->columns; i++) {
        rows[table->rows][i] = strdup(cells[i]);
    }
    table->rows++;
}

static const char *cell(const struct table *table, size_t row, size_t column)
{
    const char *text = table->row[row][column];

    return text != NULL ? text : "";
}

static int column_width(const struct table *table, size_t column)
{
    size_t width = strlen(table->heading[column]);

    for (size_t row = 0; row < table->rows; row++) {
        size_t length = strlen(cell(table, row, column));
        width = length > width ? length : width;
    }
    return (int)width;
}

void table_print(const struct table *table, FILE *out)
{
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t i = 0; i + 1 < table->columns; i++) {
            fprintf(out, "%-*s  ", column_width(table, i), cell(table, row, i));
        }
        fprintf(out, "%s\n", cell(table, row, table->columns - 1));
    }
}

/* A bar would end the cell, and <…> would be taken for HTML. */
static void print_markdown_cell(const char *text, FILE *out)
{
    fputs("| ", out);
    for (; *text != '\0'; text++) {
        if (strchr("|<>", *text) != NULL) {
            fputc('\\', out);
        }
        fputc(*text, out);
    }
    fputc(' ', out);
}

void table_print_markdown(const struct table *table, FILE *out)
{
    for (size_t i = 0; i < table->columns; i++) {
        print_markdown_cell(table->heading[i], out);
    }
    fputs("|\n", out);
    for (size_t i = 0; i < table->columns; i++) {
        fputs("| --- ", out);
    }
    fputs("|\n", out);
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t i = 0; i < table->columns; i++) {
            print_markdown_cell(cell(table, row, i), out);
        }
        fputs("|\n", out);
    }
}

void table_fini(struct table *table)
{
    for (size_t row = 0; row < table->rows; row++) {
        for (size_t i = 0; i < table->columns; i++) {
            free(table->row[row][i]);
        }
    }
    free(table->row);
    table->row = NULL;
    table->rows = 0;
}
