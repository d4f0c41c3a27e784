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

static const struct command_stock *stock(const struct result_side *side, enum command_look when)
{
    return &side->command.census.stock[when];
}

/* Of a side without a command nobody has looked. */
static bool looked(const struct result_side *side, enum command_look from)
{
    return stock(side, from)->looked && stock(side, LOOK_FINAL)->looked;
}

static bool sees_descriptors(const struct result_side *side, enum command_look from)
{
    return stock(side, from)->has_descriptors && stock(side, LOOK_FINAL)->has_descriptors;
}

READER(read_descriptors, player(result, key), sees_descriptors(side, LOOK_FINAL),
       stock(side, LOOK_FINAL)->descriptors)
READER(read_descriptors_growth, player(result, key), sees_descriptors(side, LOOK_BEGIN),
       (double)stock(side, LOOK_FINAL)->descriptors - (double)stock(side, LOOK_BEGIN)->descriptors)
READER(read_rss_growth, player(result, key), looked(side, LOOK_WARM),
       (double)stock(side, LOOK_FINAL)->memory - (double)stock(side, LOOK_WARM)->memory)
READER(read_command_cpu_load, player(result, key), looked(side, LOOK_BEGIN),
       readers_seconds(stock(side, LOOK_FINAL)->cpu - stock(side, LOOK_BEGIN)->cpu))
