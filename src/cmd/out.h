#ifndef FINWAIT_CMD_OUT_H
#define FINWAIT_CMD_OUT_H

#include <stdbool.h>

#include "finwait/error.h"

/* --out of several commands: a directory, in whose name {name} and {time} stand for the scenario's
 * and for when the command began. */

#define OUT_WORDS                                                                                  \
    "{name} and {time} in DIR are the scenario's name and when it began, e.g. 'out/{name}-{time}'"

#define OPTION_FORCE                                                                               \
    {                                                                                              \
        .name = "force",                                                                           \
        .about = "with --out: in place of what an earlier one left in DIR, which "                 \
                 "is refused otherwise",                                                           \
    }

/* -1: STATUS_USAGE, it has another word in braces; or there is none (NULL) that --force is of. */
int out_check(const char *out, bool force, struct error *error);

/* Whether it has {name}, so that scenarios do not need directories of their own below it. */
bool out_has_name(const char *out);

/* The directory that it means for the scenario called `name`; a new string. */
char *out_directory(const char *out, const char *name);

/* Whether there is a result of an earlier run in the directory. */
bool out_has_result(const char *directory);

/* -1: STATUS_USAGE, there is one. */
int out_refuse(const char *directory, struct error *error);

/* Remove what a run writes into the directory, and nothing else.  -1: STATUS_MACHINE. */
int out_clear(const char *directory, struct error *error);

/* Remove a file of a directory; that there is none is as well.  -1: STATUS_MACHINE. */
int out_remove(const char *directory, const char *name, struct error *error);

#endif
