#ifndef FINWAIT_CMD_OVERRIDES_H
#define FINWAIT_CMD_OVERRIDES_H

#include "finwait/scenario.h"

/* What the command line says of a scenario, in its order. */
struct overrides {
    size_t count;
    struct scenario_override *item;
    char **text; /* owned copies, split */
};

/* Add "PATH=VALUE" as written after --set.  -1: STATUS_USAGE. */
int overrides_set(struct overrides *overrides, const char *text, struct error *error);
void overrides_add(struct overrides *overrides, const char *path, const char *value);

/* The same of an option that is written as `said`; all are copied.  Returns it, the last. */
struct scenario_override *overrides_say(struct overrides *overrides, const char *path,
                                        const char *value, const char *said);

/* "PATH=V1,V2" of --vary. */
int overrides_vary(struct overrides *overrides, const char *text, const char *said,
                   struct error *error);

/* Take back what a file says of the option, unless something above has named it already. */
void overrides_unset(struct overrides *overrides, const char *path, const char *said);

/* A copy of all that `item` has. */
void overrides_copy(struct overrides *overrides, const struct scenario_override *item);
void overrides_fini(struct overrides *overrides);

#endif
