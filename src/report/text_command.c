#include <stdlib.h>

#include "finwait/command.h"
#include "text.h"

/* What a command that failed printed last. */
void text_commands(const struct paper *paper, const struct facts *facts)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct result_command *command = &facts->result->side[side].command;

        if (result_command_failed(facts->result, side) && command->tail != NULL) {
            paper_heading(paper, side == SIDE_CLIENT ? "The client's command printed last"
                                                     : "The server's command printed last");
            text_indent(command_last_lines(command->tail, COMMAND_LINES), 4, paper->out);
        }
    }
}
