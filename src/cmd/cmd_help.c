#include <stdlib.h>
#include <string.h>

#include "help.h"

static enum status run(struct command_line *line, struct error *error)
{
    const char *name = line->count > 0 ? line->operand[0] : NULL;

    if (line->count > 1) {
        error_set(error, STATUS_USAGE, "help: '%s' is one word too many", line->operand[1]);
        error_hint(error, "it takes one: finwait help %s", name);
        return error->status;
    }
    if (name == NULL) {
        help_overview(line->commands, stdout);
        return STATUS_OK;
    }
    return help_find(line->commands, name, stdout) ? STATUS_OK
                                                   : help_unknown(line->commands, name, error);
}

const struct command command_help = {
    .name = "help",
    .group = GROUP_LOOK_UP,
    .arguments = "[COMMAND|TOPIC]",
    .about = "Explain a command, or a topic",
    .operands = COMPLETES_TOPIC,
    .run = run,
};
