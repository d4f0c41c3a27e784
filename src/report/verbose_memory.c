#include <math.h>

#include "verbose.h"

/* With fewer open at a time, what a process takes for itself outweighs what they take. */
#define ENOUGH 1000

static void memory_row(struct table *table, const struct facts *facts, enum side side)
{
    uint64_t open = facts->result->side[side].account.memory_open;
    double bytes;

    if (open >= ENOUGH &&
        facts_metric(facts, &bytes, "%s.memory_per_connection", side_name(side))) {
        table_cell(table, "%s", side_name(side));
        table_cell(table, "%s bytes", COUNT(trunc(bytes)));
        table_cell(table, "with %s open", COUNT(open));
    }
}

void verbose_memory(FILE *out, const struct facts *facts)
{
    struct table table;

    table_begin(&table, "lrr");
    memory_row(&table, facts, SIDE_CLIENT);
    memory_row(&table, facts, SIDE_SERVER);
    paper_table(out, "Memory a connection", &table, false);
}
