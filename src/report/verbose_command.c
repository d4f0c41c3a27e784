#include <stdlib.h>

#include "finwait/command.h"
#include "verbose.h"

/* What a command that failed printed last. */
void verbose_commands(FILE *out, const struct facts *facts)
{
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        const struct result_command *command = &facts->result->side[side].command;

        if (result_command_failed(facts->result, side) && command->tail != NULL) {
            static const char *const headings[PLAYERS_N] = {
                "The client's command printed last",
                "The server's command printed last",
                "The proxy's command printed last",
            };

            paper_heading(out, headings[side]);
            text_indent(command_last_lines(command->tail, COMMAND_LINES), 4, out);
        }
    }
}
