#include "story.h"

/* A command of the user's that came to an end nobody had asked for. */

void observe_command_ended(struct story *story)
{
    const struct result *result = story->facts.result;
    char text[COMMAND_END_TEXT];

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct result_command *command = &result->side[side].command;

        if (!result_command_failed(result, side)) {
            continue;
        }
        story_about(story, side);
        story_evidence(story, "%s.command.status", side_name(side));
        story_say(story, "The %s's command (%s) ended by itself", side_name(side),
                  command->argv.count > 0 ? command->argv.item[0] : "");
        if (command->has_ended_at) {
            story_add(story, " %s after the load began", DURATION(command->ended_at));
        }
        story_add(story, ": %s.",
                  command_end_text(text, sizeof text, command->end, command->number));
        if (side == SIDE_SERVER) {
            story_say(story, "From then on nobody served.");
        }
    }
}

/* What did not end when it was told to. */
void observe_command_killed(struct story *story)
{
    const struct result *result = story->facts.result;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct result_command *command = &result->side[side].command;

        if (!result->side[side].has_command || command->killed == 0) {
            continue;
        }
        story_about(story, side);
        story_evidence(story, "%s.command.killed", side_name(side));
        story_say(
            story, "%s %s of the %s's command had not ended %s after SIGTERM and %s killed.",
            COUNT(command->killed), PLURAL(command->killed, "process", "processes"),
            side_name(side),
            OPTION_DURATION(&story->facts, side == SIDE_CLIENT ? "client.grace" : "server.grace"),
            PLURAL(command->killed, "was", "were"));
    }
}
