#include "paper.h"

#include <ctype.h>
#include <stdio.h>

#include "finwait/side.h"

void paper_heading(FILE *out, const char *title)
{
    fputc('\n', out);
    ink_put(INK_BOLD, title, out);
    fputc('\n', out);
}

void paper_state(FILE *out, enum tcp_state state)
{
    for (const char *at = tcp_state_name(state); *at != '\0'; at++) {
        fputc(toupper((unsigned char)*at), out);
    }
}

void paper_sides(struct table *table, const char *first)
{
    table_cell(table, "%s", first);
    table_cell(table, "%s", side_name(SIDE_CLIENT));
    table_cell(table, "%s", side_name(SIDE_SERVER));
}

bool paper_table(FILE *out, const char *heading, struct table *table, bool titled)
{
    if (table->cells <= (titled ? table->columns : 0)) {
        table_free(table);
        return false;
    }
    if (heading != NULL) {
        paper_heading(out, heading);
    }
    table_end(table, 2, out);
    return true;
}
