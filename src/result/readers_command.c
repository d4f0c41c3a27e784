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
READER(read_command_runs, player(result, key), side->has_command && side->command.census.looked,
       side->command.census.runs)
READER(read_command_processes, player(result, key),
       side->has_command && side->command.census.looked, side->command.census.processes)
READER(read_command_old, player(result, key), side->has_command && side->command.census.struck,
       side->command.census.old)
READER(read_command_new, player(result, key), side->has_command && side->command.census.struck,
       side->command.census.fresh)
READER(read_command_ended, player(result, key), side->has_command && side->command.census.took > 0,
       readers_seconds(side->command.census.took))
