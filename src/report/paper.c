#include "paper.h"

#include <stdlib.h>

#include "finwait/terminal.h"

#include "finwait/side.h"

static const char *const escapes[] = {
    [INK_BOLD] = "\033[1m",
    [INK_RED] = "\033[31m",
    [INK_GREEN] = "\033[32m",
    [INK_YELLOW] = "\033[33m",
};

static bool wants_colour(FILE *out)
{
    const char *refusal = getenv("NO_COLOR"); /* any value but the empty one refuses */
    int fd = fileno(out);                     /* -1 for a stream in memory */

    return fd >= 0 && (refusal == NULL || refusal[0] == '\0') && getenv("TERM") != NULL &&
           terminal_redraws(fd);
}

void paper_init(struct paper *paper, FILE *out)
{
    *paper = (struct paper){.out = out, .colour = wants_colour(out)};
}

void paper_begin(const struct paper *paper, enum ink ink)
{
    fputs(paper->colour ? escapes[ink] : "", paper->out);
}

void paper_end(const struct paper *paper)
{
    fputs(paper->colour ? "\033[0m" : "", paper->out);
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
