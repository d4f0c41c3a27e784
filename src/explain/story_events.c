#include <string.h>

#include "events.h"
#include "story.h"

/* What befell the roles from outside, before what came of it is told. */

#define TOLD 6 /* events; the timeline has the others */

/* What had to wait is still seen so long after the end of a stop. */
#define AFTERMATH (250 * NS_PER_MS)

#define WHEN_TEXT 64

/* "1 s into the load".  Returns `text`. */
static char *tell_when(char text[WHEN_TEXT], int64_t due)
{
    if (due == 0) {
        snprintf(text, WHEN_TEXT, "Before the first connection");
    } else {
        snprintf(text, WHEN_TEXT, "%s into the load", DURATION(due));
    }
    return text;
}

/* The first event after `event` that happened to the same side and is one of the two; or NULL. */
static const struct event_facts *next_of(const struct event_facts *event,
                                         const struct event_facts *end, enum event_word one,
                                         enum event_word other)
{
    for (const struct event_facts *next = event + 1; next < end; next++) {
        if (next->happened && next->side == event->side &&
            (next->word == one || next->word == other)) {
            return next;
        }
    }
    return NULL;
}

static bool inherits(const struct facts *facts, enum side side)
{
    return strstr(facts_program(facts, side), "inherit") != NULL;
}

/* do_exit() closes descriptors as close(2) does; a listener resets its queue
 * (inet_csk_listen_stop(), net/ipv4/inet_connection_sock.c). */
static void say_kill(struct story *story, const struct event_facts *event,
                     const struct event_facts *end)
{
    const struct facts *facts = &story->facts;
    bool server = event->side == SIDE_SERVER;
    double killed = (double)facts->result->side[event->side].account.outcome[OUTCOME_KILLED];
    bool again = next_of(event, end, WORD_START, WORD_START) != NULL;
    char when[WHEN_TEXT];

    story_say(story,
              "%s the %s was killed (SIGKILL): the kernel closed its sockets for it, with a FIN "
              "or, where data had come that it had not read, a RST%s%s.",
              tell_when(when, event->due), side_name(event->side),
              server ? "; with the listener it reset what waited in the accept queue" : "",
              inherits(facts, event->side)
                  ? "; what a child of its `inherit` had as well stayed open until that closed it"
                  : "");
    if (killed > 0 && events_count(facts, WORD_KILL, event->side) == 1) {
        story_say(story, "%s of its connections %s open or held then (killed).", COUNT(killed),
                  PLURAL(killed, "was", "were"));
        story_evidence(story, "%s.outcome.killed", side_name(event->side));
    }
    if (!again) {
        story_say(story, "%s",
                  server ? "From then on nothing listened."
                         : "From then on no connection was begun.");
    }
}

static void say_start(struct story *story, const struct event_facts *event)
{
    const struct moment *entry = event->entry;
    char when[WHEN_TEXT];

    if (entry == NULL || (entry->error != NULL && entry->refusals > 0)) {
        return; /* observe_restart tells what bind(2) met */
    }
    tell_when(when, event->due);
    if (entry->error != NULL) {
        story_say(story, "%s the %s was to be started again, and was not: %s.", when,
                  side_name(event->side), entry->error);
        return;
    }
    story_say(story, "%s the %s was started again%s%s%s", when, side_name(event->side),
              event->host != event->side ? ", on the " : "",
              event->host != event->side ? side_name(event->host) : "",
              event->host != event->side ? "'s host" : "");
    if (entry->has_took) {
        story_add(story, ", and was ready after %s", DURATION(entry->took));
    }
    story_add(story, ".");
}

static void say_stop(struct story *story, const struct event_facts *event,
                     const struct event_facts *end)
{
    const struct event_facts *until = next_of(event, end, WORD_CONT, WORD_KILL);
    bool server = event->side == SIDE_SERVER;

    if (until != NULL && event->due == 0) {
        story_say(story, "For the first %s of the load", DURATION(until->due));
    } else if (until != NULL) {
        story_say(story, "From %s to %s into the load", DURATION(event->due), DURATION(until->due));
    } else if (event->due > 0) {
        story_say(story, "From %s into the load on", DURATION(event->due));
    } else {
        story_say(story, "From the start of the load");
    }
    story_add(story,
              " the %s was stopped (SIGSTOP): its kernel went on %sacknowledging what came, but "
              "no program %s, read, wrote or closed.",
              side_name(event->side), server ? "completing handshakes and " : "",
              server ? "accepted" : "connected");
    story_piled_up(story, event->due, until != NULL ? until->due + AFTERMATH : INT64_MAX);
    if (!server && until != NULL && until->word == WORD_CONT && story->facts.open_loop) {
        story_say(story, "The connects that were due meanwhile were made all at once when it went "
                         "on; their latency counts from when each was due.");
    }
}

static void say_event(struct story *story, const struct event_facts *event,
                      const struct event_facts *end)
{
    static const char *const names[WORD_N] = {"kill", "start", "stop", "cont"};

    story_about(story, event->side);
    if (!event->happened) {
        story_say(story,
                  "The %s of the %s due %s into the load did not happen: the run was over before.",
                  names[event->word], side_name(event->side), DURATION(event->due));
    } else if (event->word == WORD_KILL) {
        say_kill(story, event, end);
    } else if (event->word == WORD_START) {
        say_start(story, event);
    } else if (event->word == WORD_STOP) {
        say_stop(story, event, end);
    }
}

void observe_events(struct story *story)
{
    struct event_facts event[EVENTS_MAX];
    size_t count = events_read(&story->facts, event);

    for (size_t i = 0; i < count && i < TOLD; i++) {
        say_event(story, &event[i], &event[count]);
    }
    if (count > TOLD) {
        story_say(story, "The timeline has the other events.");
    }
}
