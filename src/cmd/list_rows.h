#ifndef FINWAIT_CMD_LIST_ROWS_H
#define FINWAIT_CMD_LIST_ROWS_H

#include "command.h"
#include "finwait/table.h"

/* What each list is made from: its rows. */
void list_orders(struct table *table);
void list_steps(struct table *table);
void list_faults(struct table *table);
void list_options(struct table *table);
void list_metrics(struct table *table);
void list_outcomes(struct table *table);
void list_states(struct table *table);
void list_counters(struct table *table);
void list_sysctls(struct table *table);
void list_errnos(struct table *table);
void list_remarks(struct table *table);
void list_limits(struct table *table);

/* The same of the scenarios that ship, by these names. */
void list_scenarios(struct table *table, const struct words *names);
void list_facts(struct table *table, const struct words *names);

#endif
