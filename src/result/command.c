#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "metrics.h"

/* What became of a command. */

const char *command_end_name(enum command_end end)
{
    static const char *const names[COMMAND_END_N] = {
        [COMMAND_STATUS] = "status",
        [COMMAND_SIGNAL] = "signal",
        [COMMAND_NO_EXEC] = "not_executed",
    };

    return (unsigned)end < COMMAND_END_N ? names[end] : NULL;
}

void command_fini(struct result_command *command)
{
    words_fini(&command->argv);
    free(command->tail);
}

/* Whether the scenario says itself which status is right. */
static bool expects_status(const struct result *result, enum side side)
{
    char metric[METRIC_TEXT];

    snprintf(metric, sizeof metric, "%s.command.status", side_name(side));

    for (size_t i = 0; i < result->scenario.count; i++) {
        const struct text_pair *pair = &result->scenario.item[i];
        if (strcmp(pair->name, "expect") == 0 && strstr(pair->value, metric) != NULL) {
            return true;
        }
    }
    return false;
}

bool result_command_was_sent(const struct result *result, enum side side)
{
    const struct result_command *command = &result->side[side].command;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct event_spec *event = moment_event(result, &result->moment[i]);
        if (event != NULL && result->moment[i].happened && event->kind == EVENT_SIGNAL &&
            event->side == side && command->end == COMMAND_SIGNAL &&
            event->signal == command->number) {
            return true;
        }
    }
    return false;
}

bool result_command_failed(const struct result *result, enum side side)
{
    const struct result_command *command = &result->side[side].command;
    bool well = command->end == COMMAND_STATUS && command->number == 0;

    if (!result->side[side].has_command || expects_status(result, side)) {
        return false;
    }
    return side != SIDE_CLIENT ? command->unasked : command->by_itself && !well;
}
