#ifndef FINWAIT_CMD_MANUAL_H
#define FINWAIT_CMD_MANUAL_H

#include "command.h"

/* The man pages, in mdoc(7), made of the tables that finwait itself works by. */

/* finwait(1). */
void manual_overview(const struct command *const *commands, FILE *out);

/* finwait-NAME(1). */
void manual_command(const struct command *command, FILE *out);

/* finwait(5), the scenario's file (manual_scenario.c). */
void manual_scenario(const struct command *const *commands, FILE *out);

#endif
