#ifndef FINWAIT_CMD_HELP_H
#define FINWAIT_CMD_HELP_H

#include "command.h"

#define HELP_WHAT                                                                                  \
    "finwait opens and closes TCP connections in an order you choose and measures in which "       \
    "kernel "                                                                                      \
    "state their sockets end up, on which side, and for how long."

/* What finwait is, its commands by groups, and the topics. */
void help_overview(const struct command *const *commands, FILE *out);

/* "usage: finwait NAME ARGUMENTS", and all that the command's rows say. */
void help_command(const struct command *command, FILE *out);

/* Print the help of the command or the topic called so; false: there is none. */
bool help_find(const struct command *const *commands, const char *name, FILE *out);

/* That there is neither, and what is spelt most like it.  STATUS_USAGE. */
enum status help_unknown(const struct command *const *commands, const char *name,
                         struct error *error);

/* What an option is for, of a --format with the names that there are; to be freed. */
char *help_about(const struct command_option *option);

/* "-c, --concurrency N"; to be freed. */
char *help_form(const struct command_option *option);

#endif
