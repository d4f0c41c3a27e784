#include <string.h>

#include "events.h"
#include "story.h"

/* A listener that could not come back, and what stood in its way. */

/* What stood on the host when bind(2) was refused: the first look after the start began.  What the
 * end of settle has may have come since, or what was in the way may have gone. */
static const struct observation *look_at(const struct result_side *host,
                                         const struct moment *moment)
{
    for (size_t i = 0; i < host->observation_count; i++) {
        if (host->observation[i].at >= moment->at) {
            return &host->observation[i];
        }
    }
    return &host->final;
}

#define LEFTOVERS_TEXT 256

/* "15 sockets in time_wait and 2 in fin_wait2", "some of 10 sockets in time_wait" where each has a
 * port of its own; "" when nothing is left.  Returns `text`. */
static char *tell_leftovers(char text[LEFTOVERS_TEXT], const struct observation *seen,
                            enum side side)
{
    static const enum tcp_state states[] = {
        TCP_STATE_TIME_WAIT, TCP_STATE_FIN_WAIT2, TCP_STATE_CLOSE_WAIT, TCP_STATE_ESTABLISHED,
        TCP_STATE_FIN_WAIT1, TCP_STATE_CLOSING,   TCP_STATE_LAST_ACK};
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof states / sizeof states[0] && used < LEFTOVERS_TEXT; i++) {
        uint32_t left = seen->state[states[i]];
        if (left > 0) {
            used +=
                (size_t)snprintf(text + used, LEFTOVERS_TEXT - used, "%s%s%s in %s",
                                 used > 0              ? " and "
                                 : side == SIDE_CLIENT ? "some of "
                                                       : "",
                                 COUNT(left), used > 0 ? "" : PLURAL(left, " socket", " sockets"),
                                 tcp_state_name(states[i]));
        }
    }
    return text;
}

/* Whether the listener had SO_REUSEADDR that was there before this start: as the scenario says, or
 * the start before it. */
static bool had_reuseaddr(const struct result *result, const struct moment *before)
{
    bool on = strcmp(result_setting(result, "server.sockopt.reuseaddr"), "on") == 0;

    for (const struct moment *moment = result->moment; moment < before; moment++) {
        const struct event_spec *event = moment_event(result, moment);
        if (event != NULL && event->side == SIDE_SERVER && event->reuseaddr != EVENT_AS_IT_WAS) {
            on = event->reuseaddr == EVENT_ON;
        }
    }
    return on;
}

/*
 * bind(2) passes what stands on its port when both it and the new socket have SO_REUSEADDR
 * (inet_bind_conflict(), net/ipv4/inet_connection_sock.c).
 */
static void say_cure(struct story *story, enum event_switch reuseaddr, enum side host, bool old)
{
    bool new = reuseaddr != EVENT_AS_IT_WAS ? reuseaddr == EVENT_ON : old;

    if (host == SIDE_CLIENT) {
        story_say(story, "They are the client's own, which took its source ports there.");
        story_advise(story, "keep the listen port out of ip_local_port_range, reserve it "
                            "(ip_local_reserved_ports), or set client.sockopt.reuseaddr as well");
        return;
    }
    if (old && new) {
        story_say(story, "Both the old and the new listener had SO_REUSEADDR, so a listener or a "
                         "socket without it is in the way.");
        return;
    }
    story_say(story,
              "bind(2) passes them when the old and the new listener both have SO_REUSEADDR; "
              "here %s.",
              old   ? "only the old one had it"
              : new ? "only the new one had it"
                    : "neither had it");
    story_advise(story, "%s",
                 old ? "take reuseaddr: off out of the start"
                     : "set server.sockopt.reuseaddr to on");
}

static void say_refused(struct story *story, const struct moment *moment,
                        const struct event_spec *event)
{
    const struct result *result = story->facts.result;
    enum side host = events_host(result, moment, SIDE_SERVER);
    char left[LEFTOVERS_TEXT];

    story_about(story, SIDE_SERVER);
    story_evidence(story, "timeline.refusals server.port");
    tell_leftovers(left, look_at(&result->side[host], moment), host);
    if (left[0] == '\0') {
        story_certainty(story, CERTAINTY_LIKELY); /* no look at the sockets shows it */
    }
    story_say(story, "The server %s: bind(2) was refused %s (EADDRINUSE), for %s stood on port %s.",
              moment->error != NULL ? "could not be started again" : "came back late",
              COUNTED(moment->refusals, "time", "times"),
              left[0] != '\0' ? left : "what the old one's connections had left",
              facts_scenario(&story->facts, "server.port"));
    say_cure(story, event->reuseaddr, host, had_reuseaddr(result, moment));
}

void observe_restart(struct story *story)
{
    const struct result *result = story->facts.result;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        const struct event_spec *event = moment_event(result, moment);
        if (event != NULL && event->kind == EVENT_START && event->side == SIDE_SERVER &&
            moment->refusals > 0) {
            say_refused(story, moment, event);
        }
    }
}
