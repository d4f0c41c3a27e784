#ifndef FINWAIT_RESULT_COMMAND_H
#define FINWAIT_RESULT_COMMAND_H

#include "finwait/result.h"

void command_fini(struct result_command *command);

#endif
