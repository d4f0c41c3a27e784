#include <string.h>

#include "faults.h"
#include "story.h"

/* A listener that could not come back, and what stood in its way. */

/* The map of the start that an entry of the timeline tells of. */
static const char *start_map(const struct result *result, int64_t due)
{
    char value[MAP_WORD];
    int64_t at;

    for (size_t i = 0; i < result->scenario.count; i++) {
        const struct text_pair *pair = &result->scenario.item[i];
        if (strcmp(pair->name, "events") == 0 &&
            map_value(value, pair->value, "start")[0] != '\0' &&
            units_parse_duration(map_value(value, pair->value, "at"), &at) == 0 && at == due) {
            return pair->value;
        }
    }
    return "";
}

/* What stood on the host when bind(2) was refused: the first look after the start began.  What the
 * end of settle has may have come since, or what was in the way may have gone. */
static const struct observation *look_at(const struct result_side *host, const struct moment *entry)
{
    for (size_t i = 0; i < host->observation_count; i++) {
        if (host->observation[i].at >= entry->at) {
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
    const char *said = text_pairs_get(&result->scenario, "server.sockopt.reuseaddr");
    bool on = said != NULL && strcmp(said, "on") == 0;
    char value[MAP_WORD];

    for (const struct moment *entry = result->moment; entry < before; entry++) {
        if (entry->restart &&
            map_value(value, start_map(result, entry->due), "reuseaddr")[0] != '\0') {
            on = strcmp(value, "on") == 0;
        }
    }
    return on;
}

/*
 * bind(2) passes what stands on its port when both it and the new socket have SO_REUSEADDR
 * (inet_bind_conflict(), net/ipv4/inet_connection_sock.c).
 */
static void say_cure(struct story *story, const char *map, enum side host, bool old)
{
    char of_new[MAP_WORD];

    map_value(of_new, map, "reuseaddr");
    bool new = of_new[0] != '\0' ? strcmp(of_new, "on") == 0 : old;
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

static void say_refused(struct story *story, const struct moment *entry)
{
    const char *map = start_map(story->facts.result, entry->due);
    char host_name[MAP_WORD];
    enum side host = strcmp(map_value(host_name, map, "host"), side_name(SIDE_CLIENT)) == 0
                         ? SIDE_CLIENT
                         : SIDE_SERVER;
    char left[LEFTOVERS_TEXT];

    story_about(story, SIDE_SERVER);
    story_evidence(story, "timeline.refusals");
    story_evidence(story, "server.port");
    tell_leftovers(left, look_at(&story->facts.result->side[host], entry), host);
    story_say(story,
              "The server %s: bind(2) was refused %s %s (EADDRINUSE), for %s stood on port %s.",
              entry->error != NULL ? "could not be started again" : "came back late",
              COUNT(entry->refusals), PLURAL(entry->refusals, "time", "times"),
              left[0] != '\0' ? left : "what the old one's connections had left",
              facts_scenario(&story->facts, "server.port"));
    say_cure(story, map, host, had_reuseaddr(story->facts.result, entry));
}

void observe_restart(struct story *story)
{
    const struct result *result = story->facts.result;

    for (size_t i = 0; i < result->moment_count; i++) {
        if (result->moment[i].restart && result->moment[i].refusals > 0) {
            say_refused(story, &result->moment[i]);
        }
    }
}
