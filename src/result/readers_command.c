#include "readers.h"

static const struct result_command *command_of(const struct result *result,
                                               const struct metric_key *key)
{
    const struct result_side *side = &result->side[key->part[DOMAIN_PLAYER]];

    return side->has_command ? &side->command : NULL;
}

/* As sh(1) has it. */
bool read_command_status(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_command *command = command_of(result, key);

    if (command == NULL || (command->end != COMMAND_STATUS && command->end != COMMAND_SIGNAL)) {
        return false;
    }
    return readers_found(value, command->number + (command->end == COMMAND_SIGNAL ? 128 : 0));
}

bool read_command_cpu(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_command *command = command_of(result, key);

    return command != NULL &&
           readers_found(value, readers_seconds(command->cpu_user + command->cpu_system));
}

bool read_command_rss(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_command *command = command_of(result, key);

    return command != NULL && command->memory_peak > 0 &&
           readers_found(value, (double)command->memory_peak);
}

bool read_command_killed(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_command *command = command_of(result, key);

    return command != NULL && readers_found(value, (double)command->killed);
}
