#ifndef FINWAIT_RUN_PLAN_COMMAND_H
#define FINWAIT_RUN_PLAN_COMMAND_H

#include "finwait/address.h"
#include "finwait/command.h"
#include "finwait/error.h"
#include "finwait/side.h"
#include "finwait/words.h"

struct trial;

/* A command as it is run. */
struct command_run {
    struct command_plan plan; /* of what follows */
    struct words argv;
    struct words environment;
    char *log;
};

/* Fill in trial->command[side], freed by plan_command_free in any case; connections go to `server`.
 * 0 or -1. */
int plan_command(struct trial *trial, enum side side, const struct address *server,
                 struct error *error);
void plan_command_free(struct command_run *run);

#endif
