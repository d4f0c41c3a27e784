#ifndef FINWAIT_CMD_COMPLETE_H
#define FINWAIT_CMD_COMPLETE_H

#include "command.h"

/*
 * What may come at the end of a command line, of which `words` are what follows "finwait", the last
 * of them as far as it is written: a line each, the word, a tab and what it is.  A word that ends
 * with = . or / goes on.  A line of a tab and "files", "directories" or "commands" is for the shell
 * to add these.
 */
void complete(const struct command *const *commands, size_t count, char **words, FILE *out);

#endif
