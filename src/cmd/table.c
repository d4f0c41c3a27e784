#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/wrap.h"

enum {
    GAP = 2,    /* blanks between two columns */
    INDENT = 4, /* of what stands below the line it belongs to */
};

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

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;

    for (size_t row = 0; row < table->rows; row++) {
        size_t width = text_width(cell(table, row, column));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* ---- for people ---- */

/* Where columns begin, and how the last of them finds its place. */
struct layout {
    size_t width;
    size_t begin[TABLE_COLUMNS];
    enum {
        LAST_BESIDE,  /* in its column, wrapped there */
        LAST_BENEATH, /* on lines of its own below the others */
        BLOCKS,       /* a line for each cell */
    } form;
};

static struct layout lay_out(const struct table *table, size_t width)
{
    enum { NARROWEST = 36 }; /* a column of prose below that is hard to read */
    size_t last = table->columns - 1;
    size_t wanted = column_width(table, last);
    size_t left = 0;
    struct layout layout = {.width = width};

    wanted = wanted < NARROWEST ? wanted : NARROWEST;
    for (size_t i = 0; i < table->columns; i++) {
        layout.begin[i] = left;
        left += column_width(table, i) + GAP;
    }
    if (layout.begin[last] + wanted <= width) {
        layout.form = LAST_BESIDE;
    } else {
        layout.form = layout.begin[last] <= width + GAP ? LAST_BENEATH : BLOCKS;
    }
    return layout;
}

/* Print a cell in its column.  The stream stands at `at`; the column it then stands at. */
static size_t print_cell(const struct layout *layout, size_t column, const char *text, size_t at,
                         FILE *out)
{
    if (text[0] == '\0') {
        return at;
    }
    text_blanks(layout->begin[column] - at, out);
    text_put(text, strlen(text), out);
    return layout->begin[column] + text_width(text);
}

static void print_line(const struct table *table, const struct layout *layout, size_t row,
                       FILE *out)
{
    size_t last = table->columns - 1;
    size_t at = 0;
    size_t begin = layout->begin[last];
    const char *text = cell(table, row, last);

    for (size_t i = 0; i < last; i++) {
        at = print_cell(layout, i, cell(table, row, i), at, out);
    }
    if (layout->form == LAST_BENEATH) {
        fputc('\n', out);
        at = 0;
        begin = INDENT;
    }
    if (text[0] != '\0') {
        text_blanks(begin - at, out);
        text_wrap(text, begin, begin, layout->width, out);
    } else if (layout->form == LAST_BESIDE) {
        fputc('\n', out);
    }
}

/* The first cell, and below it each of the others behind its heading. */
static void print_block(const struct table *table, const struct layout *layout, size_t row,
                        FILE *out)
{
    size_t begin = 0;

    for (size_t i = 1; i < table->columns; i++) {
        size_t width = text_width(table->heading[i]);
        begin = width > begin ? width : begin;
    }
    begin += INDENT + GAP;
    text_wrap(cell(table, row, 0), 0, GAP, layout->width, out);
    for (size_t i = 1; i < table->columns; i++) {
        if (cell(table, row, i)[0] != '\0') {
            text_blanks(INDENT, out);
            fputs(table->heading[i], out);
            text_blanks(begin - INDENT - text_width(table->heading[i]), out);
            text_wrap(cell(table, row, i), begin, begin, layout->width, out);
        }
    }
}

void table_print(const struct table *table, size_t width, FILE *out)
{
    struct layout layout = lay_out(table, width);

    for (size_t row = 0; row < table->rows; row++) {
        (layout.form == BLOCKS ? print_block : print_line)(table, &layout, row, out);
    }
}

/* ---- for the reference ---- */

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
