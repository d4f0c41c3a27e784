#include "finwait/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "finwait/wrap.h"

enum {
    FIRST_ROOM = 32,
    GAP = 2,    /* blanks between two columns */
    INDENT = 4, /* of what stands below the line it belongs to */
};

void table_begin(struct table *table, const char *align)
{
    *table = (struct table){.align = align, .columns = strlen(align)};
}

/* Takes `text`. */
static void add_cell(struct table *table, char *text)
{
    if (table->cells == table->room) {
        size_t room = table->room == 0 ? FIRST_ROOM : table->room * 2;
        table->cell = grow_to(table->cell, room, sizeof *table->cell);
        table->room = room;
    }
    table->cell[table->cells++] = text;
}

void table_cell(struct table *table, const char *format, ...)
{
    char text[TABLE_CELL];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add_cell(table, grow_text(text));
}

void table_row(struct table *table, const char *const cells[])
{
    for (size_t i = 0; i < table->columns; i++) {
        add_cell(table, grow_text(cells[i] != NULL ? cells[i] : ""));
    }
}

/* Whether there is such a row, and a whole one. */
static bool has_row(const struct table *table, size_t row)
{
    return (row + 1) * table->columns <= table->cells;
}

static const char *cell_of(const struct table *table, size_t row, size_t column)
{
    return table->cell[row * table->columns + column];
}

static size_t column_width(const struct table *table, size_t column)
{
    size_t widest = 0;

    for (size_t row = 0; has_row(table, row); row++) {
        size_t width = text_width(cell_of(table, row, column));
        widest = width > widest ? width : widest;
    }
    return widest;
}

/* ---- for people ---- */

/* Where columns begin, and how the last of them finds its place. */
struct layout {
    size_t width;
    size_t begin[TABLE_COLUMNS], wide[TABLE_COLUMNS];
    enum {
        LAST_BESIDE,  /* in its column, wrapped there */
        LAST_BENEATH, /* on lines of its own below the others */
        BLOCKS,       /* a line for each cell */
    } form;
};

static bool is_wrapped(const struct table *table)
{
    return table->align[table->columns - 1] == 'w';
}

static struct layout lay_out(const struct table *table, size_t indent, size_t width)
{
    enum { NARROWEST = 36 }; /* a column of prose below that is hard to read */
    size_t last = table->columns - 1;
    size_t left = indent;
    struct layout layout = {.width = width, .form = LAST_BESIDE};

    for (size_t i = 0; i < table->columns; i++) {
        layout.begin[i] = left;
        layout.wide[i] = column_width(table, i);
        left += layout.wide[i] + GAP;
    }
    size_t wanted = layout.wide[last] < NARROWEST ? layout.wide[last] : NARROWEST;
    if (is_wrapped(table) && layout.begin[last] + wanted > width) {
        layout.form = layout.begin[last] <= width + GAP ? LAST_BENEATH : BLOCKS;
    }
    return layout;
}

/* Print the row's cells before column `end`: where the stream then stands.  Blanks come in front
 * of a cell, so that no line ends in them. */
static size_t print_cells(const struct table *table, const struct layout *layout, size_t row,
                          size_t end, FILE *out)
{
    size_t at = 0;

    for (size_t i = 0; i < end; i++) {
        const char *text = cell_of(table, row, i);
        size_t width = text_width(text);
        size_t begin = layout->begin[i] + (table->align[i] == 'r' ? layout->wide[i] - width : 0);
        if (width > 0) {
            text_blanks(begin - at, out);
            text_put(text, strlen(text), out);
            at = begin + width;
        }
    }
    return at;
}

static void print_line(const struct table *table, const struct layout *layout, size_t row,
                       FILE *out)
{
    size_t last = table->columns - 1;
    size_t at = print_cells(table, layout, row, last + !is_wrapped(table), out);
    size_t begin = layout->begin[last];
    const char *text = is_wrapped(table) ? cell_of(table, row, last) : "";

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
    text_wrap(cell_of(table, row, 0), 0, GAP, layout->width, out);
    for (size_t i = 1; i < table->columns; i++) {
        if (cell_of(table, row, i)[0] != '\0') {
            text_blanks(INDENT, out);
            fputs(table->heading[i], out);
            text_blanks(begin - INDENT - text_width(table->heading[i]), out);
            text_wrap(cell_of(table, row, i), begin, begin, layout->width, out);
        }
    }
}

static void print_rows(const struct table *table, size_t indent, size_t width, FILE *out)
{
    struct layout layout = lay_out(table, indent, width);

    for (size_t row = 0; has_row(table, row); row++) {
        (layout.form == BLOCKS ? print_block : print_line)(table, &layout, row, out);
    }
}

void table_print(const struct table *table, size_t width, FILE *out)
{
    print_rows(table, 0, width, out);
}

void table_end(struct table *table, size_t indent, FILE *out)
{
    print_rows(table, indent, SIZE_MAX, out);
    table_free(table);
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
    for (size_t row = 0; has_row(table, row); row++) {
        for (size_t i = 0; i < table->columns; i++) {
            print_markdown_cell(cell_of(table, row, i), out);
        }
        fputs("|\n", out);
    }
}

void table_free(struct table *table)
{
    for (size_t i = 0; i < table->cells; i++) {
        free(table->cell[i]);
    }
    free(table->cell);
    *table = (struct table){0};
}
