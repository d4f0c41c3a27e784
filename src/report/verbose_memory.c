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

static void kernel_row(struct table *table, const struct facts *facts, enum side side,
                       enum tcp_state state)
{
    const char *name = tcp_state_name(state);
    double bytes;

    if (name != NULL && facts->side[side].final[state] >= ENOUGH &&
        facts_metric(facts, &bytes, "%s.kernel_memory.%s", side_name(side), name)) {
        table_cell(table, "%s", side_name(side));
        table_cell(table, "%s bytes of the kernel", COUNT(bytes));
        table_cell(table, "in %s", name);
    }
}

void verbose_memory(FILE *out, const struct facts *facts)
{
    struct table table;

    table_begin(&table, "lrr");
    memory_row(&table, facts, SIDE_CLIENT);
    memory_row(&table, facts, SIDE_SERVER);
    for (unsigned state = 1; state < TCP_STATE_N; state++) {
        kernel_row(&table, facts, SIDE_CLIENT, (enum tcp_state)state);
        kernel_row(&table, facts, SIDE_SERVER, (enum tcp_state)state);
    }
    paper_table(out, "Memory a connection", &table, false);
}
