#include "readers.h"

static const struct result_side *player(const struct result *result, const struct metric_key *key)
{
    return &result->side[key->part[DOMAIN_PLAYER]];
}

/* As sh(1) has it. */
READER(read_command_status, player(result, key),
       side->has_command &&
           (side->command.end == COMMAND_STATUS || side->command.end == COMMAND_SIGNAL),
       side->command.number + (side->command.end == COMMAND_SIGNAL ? 128 : 0))
READER(read_command_cpu, player(result, key), side->has_command,
       readers_seconds(side->command.cpu_user + side->command.cpu_system))
READER(read_command_rss, player(result, key), side->has_command && side->command.memory_peak > 0,
       side->command.memory_peak)
READER(read_command_killed, player(result, key), side->has_command, side->command.killed)
