#ifndef FINWAIT_CMD_LIST_COMMANDS_H
#define FINWAIT_CMD_LIST_COMMANDS_H

#include "command.h"
#include "finwait/table.h"

/* Rows of all commands, and below them of all options, each once: which commands have it, the
 * option of the scenario that it sets, and what it does. */
void list_commands(struct table *table, const struct command *const *commands);

#endif
