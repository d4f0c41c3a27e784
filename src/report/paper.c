#include "paper.h"

#include "finwait/side.h"

void paper_init(struct paper *paper, FILE *out)
{
    *paper = (struct paper){.out = out};
}

void paper_begin(const struct paper *paper, enum ink ink)
{
    ink_begin(ink, paper->out);
}

void paper_end(const struct paper *paper)
{
    ink_end(paper->out);
}

void paper_heading(const struct paper *paper, const char *title)
{
    fputc('\n', paper->out);
    paper_begin(paper, INK_BOLD);
    fputs(title, paper->out);
    paper_end(paper);
    fputc('\n', paper->out);
}

void paper_sides(struct table *table, const char *first)
{
    table_cell(table, "%s", first);
    table_cell(table, "%s", side_name(SIDE_CLIENT));
    table_cell(table, "%s", side_name(SIDE_SERVER));
}
