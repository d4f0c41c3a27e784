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

/* Whether what befell `one` befell all of `other` as well. */
static bool covers(const struct event_spec *one, const struct event_spec *other)
{
    return !one->one || (other->one && one->worker == other->worker);
}

/* The first moment after `moment` that such an event happened to the same, or all, of the side; or
 * NULL. */
static const struct moment *next_of(const struct result *result, const struct moment *moment,
                                    enum event_kind one, enum event_kind other)
{
    const struct event_spec *struck = moment_event(result, moment);

    for (const struct moment *next = moment + 1; next < result->moment + result->moment_count;
         next++) {
        const struct event_spec *event = moment_event(result, next);
        if (event != NULL && next->happened && next->error == NULL && event->side == struck->side &&
            (event->kind == one || event->kind == other) && covers(event, struck)) {
            return next;
        }
    }
    return NULL;
}

#define WHO_TEXT 48

/* "the server", "worker 1 of the server", "the old server".  Returns `text`. */
static char *tell_who(char text[WHO_TEXT], const struct event_spec *event)
{
    const char *side = side_name(event->side);

    if (event->one) {
        snprintf(text, WHO_TEXT, "worker %u of the %s", event->worker, side);
    } else {
        snprintf(text, WHO_TEXT, "the %s%s",
                 event->beside && event->kind == EVENT_KILL ? "old " : "", side);
    }
    return text;
}

/* Whether what was struck had a listener that others had not. */
static bool has_listener(const struct facts *facts, const struct event_spec *event)
{
    const char *listeners = facts_scenario(facts, "server.listeners");
    bool each = strcmp(listeners, "each") == 0 ||
                (strcmp(listeners, "shared") != 0 &&
                 strcmp(facts_scenario(facts, "server.sockopt.reuseport"), "on") == 0);

    return event->side == SIDE_SERVER && (!event->one || each);
}

/* With net.ipv4.tcp_migrate_req a queue goes to another listener of the port. */
static double migrated(const struct facts *facts)
{
    return facts_moved(facts, SIDE_SERVER, "TcpExtTCPMigrateReqSuccess");
}

/* The connections that were reset in a queue, where there was one listener to close. */
static void say_queue(struct story *story)
{
    const struct facts *facts = &story->facts;
    double reset = facts_reset_unaccepted(facts);

    if (migrated(facts) > 0) {
        story_evidence(story, "server.counter.TcpExtTCPMigrateReqSuccess");
        story_say(story,
                  "Its accept queue went to other listeners of the port, by "
                  "net.ipv4.tcp_migrate_req: %s (TcpExtTCPMigrateReqSuccess).",
                  COUNTED(migrated(facts), "connection", "connections"));
    }

    if (reset > 0 && events_count(facts, EVENT_KILL, SIDE_SERVER) == 1 &&
        facts->result->side[SIDE_SERVER].workers_died == 0) {
        story_evidence(
            story, "server.counter.TcpEstabResets server.counter.TcpPassiveOpens server.attempted");
        story_say(story, "%s lost in that queue: established, reset, and never accepted.",
                  COUNTED(reset, "connection was", "connections were"));
    }
}

/* do_exit() closes descriptors as close(2) does; a listener resets its queue
 * (inet_csk_listen_stop(), net/ipv4/inet_connection_sock.c). */
static void say_kill(struct story *story, const struct moment *moment)
{
    const struct facts *facts = &story->facts;
    const struct event_spec *event = moment_event(facts->result, moment);
    bool server = event->side != SIDE_CLIENT;
    bool part = event->one || event->beside;
    double killed = (double)facts->result->side[event->side].account.outcome[OUTCOME_KILLED];
    bool again = next_of(facts->result, moment, EVENT_START, EVENT_START) != NULL;
    char when[WHEN_TEXT];
    char who[WHO_TEXT];

    story_say(story,
              "%s %s was killed (SIGKILL): the kernel closed its sockets for it, with a FIN "
              "or, where data had come that it had not read, a RST%s%s.",
              tell_when(when, event->at), tell_who(who, event),
              has_listener(facts, event) && migrated(facts) == 0
                  ? "; with the listener it reset what waited in the accept queue"
                  : "",
              program_has(&facts->result->side[event->side].steps, STEP_INHERIT)
                  ? "; what a child of its `inherit` had as well stayed open until that closed it"
                  : "");
    if (killed > 0 && events_count(facts, EVENT_KILL, event->side) == 1) {
        story_say(story, "%s of its connections %s open or held then (killed).", COUNT(killed),
                  PLURAL(killed, "was", "were"));
        story_evidence(story, "%s.outcome.killed", side_name(event->side));
    }
    if (has_listener(facts, event)) {
        say_queue(story);
    }
    if (!again && !part) {
        story_say(story, "%s",
                  server ? "From then on nothing listened."
                         : "From then on no connection was begun.");
    }
}

static void say_start(struct story *story, const struct moment *moment)
{
    const struct event_spec *event = moment_event(story->facts.result, moment);
    bool moves = event->moves && event->host != event->side;
    char when[WHEN_TEXT];

    if (moment->error != NULL) {
        return; /* observe_restart tells what bind(2) met, observe_not_done all else */
    }
    story_say(story, "%s the %s was started %s%s%s%s", tell_when(when, event->at),
              side_name(event->side), event->beside ? "anew beside the old one" : "again",
              moves ? ", on the " : "", moves ? side_name(event->host) : "",
              moves ? "'s host" : "");
    if (moment->has_took) {
        story_add(story, ", and was ready after %s", DURATION(moment->took));
    }
    story_add(story, ".");
}

static void say_stop(struct story *story, const struct moment *moment)
{
    const struct result *result = story->facts.result;
    const struct event_spec *event = moment_event(result, moment);
    const struct moment *until = next_of(result, moment, EVENT_CONT, EVENT_KILL);
    bool server = event->side != SIDE_CLIENT;
    char who[WHO_TEXT];

    if (until != NULL && event->at == 0) {
        story_say(story, "For the first %s of the load", DURATION(until->due));
    } else if (until != NULL) {
        story_say(story, "From %s to %s into the load", DURATION(event->at), DURATION(until->due));
    } else if (event->at > 0) {
        story_say(story, "From %s into the load on", DURATION(event->at));
    } else {
        story_say(story, "From the start of the load");
    }
    story_add(story,
              " %s was stopped (SIGSTOP): its kernel went on %sacknowledging what came, but "
              "no program %s, read, wrote or closed%s.",
              tell_who(who, event), server ? "completing handshakes and " : "",
              server ? "accepted" : "connected", event->one ? " there" : "");
    story_piled_up(story, event->at, until != NULL ? until->due + AFTERMATH : INT64_MAX);
    if (!server && until != NULL && moment_event(result, until)->kind == EVENT_CONT &&
        story->facts.open_loop) {
        story_say(story, "The connects that were due meanwhile were made all at once when it went "
                         "on; their latency counts from when each was due.");
    }
}

static void say_event(struct story *story, const struct moment *moment)
{
    const struct event_spec *event = moment_event(story->facts.result, moment);

    story_about(story, event->side);
    if (!moment->happened) {
        story_say(story,
                  "The %s of the %s due %s into the load did not happen: the run was over before.",
                  event_kind_name(event->kind), side_name(event->side), DURATION(event->at));
    } else if (event->kind == EVENT_KILL) {
        say_kill(story, moment);
    } else if (event->kind == EVENT_START) {
        say_start(story, moment);
    } else if (event->kind == EVENT_SIGNAL) {
        story_say(story, "%s the first process of the %s's command got SIG%s.",
                  tell_when((char[WHEN_TEXT]){0}, event->at), side_name(event->side),
                  event_signal_name(event->signal));
    } else if (event->kind == EVENT_STOP) {
        say_stop(story, moment);
    }
}

void observe_events(struct story *story)
{
    const struct result *result = story->facts.result;
    size_t count = 0;

    for (size_t i = 0; i < result->moment_count; i++) {
        if (result->moment[i].kind == MOMENT_EVENT && count++ < TOLD) {
            say_event(story, &result->moment[i]);
        }
    }
    if (count > TOLD) {
        story_say(story, "The timeline has the other events.");
    }
}
