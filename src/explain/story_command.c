#include <stdlib.h>

#include "events.h"
#include "story.h"

/* A command of the user's that came to an end nobody had asked for. */

void observe_command_ended(struct story *story)
{
    enum side side = story->end;
    const struct result *result = story->facts.result;
    char text[COMMAND_END_TEXT];
    const struct result_command *command = &result->side[side].command;

    if (!result_command_failed(result, side)) {
        return;
    }
    story_evidence(story, ".command.status");
    story_say(story, "The %s's command (%s) ended%s", side_name(side),
              command->argv.count > 0 ? command->argv.item[0] : "",
              result_command_was_sent(result, side) ? "" : " by itself");
    if (command->has_ended_at) {
        story_add(story, " %s %s the load began", DURATION(llabs(command->ended_at)),
                  command->ended_at < 0 ? "before" : "after");
    }
    story_add(story, ": %s%s.", command_end_text(text, sizeof text, command->end, command->number),
              result_command_was_sent(result, side) ? ", which an event had sent" : "");
    if (side != SIDE_CLIENT) {
        story_say(story, "From then on nobody served.");
    }
}

/* A proxy without its server, an application without its database: a private lab has neither. */
void observe_command_behind(struct story *story)
{
    const struct facts *facts = &story->facts;
    double begun = facts_moved(facts, SIDE_SERVER, "TcpActiveOpens");

    if (facts->failed_behind <= 0) {
        return;
    }
    story_evidence(story, "server.counter.TcpActiveOpens server.counter.TcpAttemptFails");
    story_say(story,
              "The server's command began %s of its own (TcpActiveOpens), of which %s failed "
              "(TcpAttemptFails).",
              COUNTED(begun, "connection", "connections"), COUNT(facts->failed_behind));
    story_advise(story, "have server.command start what it connects to as well: in a private lab "
                        "nothing else is there");
}

/* What did not end when it was told to. */
void observe_command_killed(struct story *story)
{
    enum side side = story->end;
    const struct result *result = story->facts.result;
    const struct result_command *command = &result->side[side].command;

    if (!result->side[side].has_command || command->killed == 0) {
        return;
    }
    story_evidence(story, ".command.killed");
    static const char *const graces[] = {"client.grace", "server.grace", "proxy.grace"};
    story_say(story, "%s of the %s's command had not ended %s after SIGTERM and %s killed.",
              COUNTED(command->killed, "process", "processes"), side_name(side),
              OPTION_DURATION(&story->facts, graces[side]), PLURAL(command->killed, "was", "were"));
}

/* The first observation of the load without the listener that there had been; NULL: none. */
static const struct observation *first_deaf(const struct result *result, enum side end)
{
    const struct result_side *server = &result->side[end];
    bool heard = false;

    for (size_t i = 0; i < server->observation_count; i++) {
        const struct observation *seen = &server->observation[i];
        if (heard && seen->state[TCP_STATE_LISTEN] == 0 &&
            seen->at <= result->phase[PHASE_LOAD].end) {
            return seen;
        }
        heard |= seen->state[TCP_STATE_LISTEN] > 0;
    }
    return NULL;
}

static bool was_struck(const struct facts *facts, enum side side)
{
    return events_count(facts, EVENT_KILL, side) + events_count(facts, EVENT_SIGNAL, side) > 0;
}

void observe_command_deaf(struct story *story)
{
    enum side end = story->end;
    const struct result *result = story->facts.result;
    const struct observation *deaf = first_deaf(result, end);
    enum side player = side_player(end);

    if (!result->side[player].has_command || deaf == NULL || was_struck(&story->facts, player) ||
        result_command_failed(result, player)) {
        return;
    }
    story_evidence(story, ".listen.final");
    story_say(story,
              "%s after the load began the %s's command listened no more, though it had not "
              "ended: connects were refused from then on.",
              DURATION(deaf->at), side_name(player));
}

/* One whose program went on, and that served nobody any more. */
