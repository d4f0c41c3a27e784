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

/* "15 sockets in time_wait and 2 in fin_wait2", "some of 10 sockets in time_wait" where each has a
 * port of its own; "" when nothing is left.  Returns `text`. */
static char *tell_leftovers(char text[128], const struct facts *facts, enum side side)
{
    static const enum tcp_state states[] = {TCP_STATE_TIME_WAIT, TCP_STATE_FIN_WAIT2,
                                            TCP_STATE_CLOSE_WAIT, TCP_STATE_ESTABLISHED};
    size_t used = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof states / sizeof states[0] && used < 128; i++) {
        double left = facts->side[side].final[states[i]];
        if (left > 0) {
            used +=
                (size_t)snprintf(text + used, 128 - used, "%s%s%s in %s",
                                 used > 0              ? " and "
                                 : side == SIDE_CLIENT ? "some of "
                                                       : "",
                                 COUNT(left), used > 0 ? "" : PLURAL(left, " socket", " sockets"),
                                 tcp_state_name(states[i]));
        }
    }
    return text;
}

/*
 * bind(2) passes what stands on its port when both it and the new socket have SO_REUSEADDR
 * (inet_bind_conflict(), net/ipv4/inet_connection_sock.c).
 */
static void say_cure(struct story *story, const char *map, enum side host)
{
    char of_new[MAP_WORD];
    bool old = strcmp(facts_scenario(&story->facts, "server.sockopt.reuseaddr"), "on") == 0;

    map_value(of_new, map, "reuseaddr");
    bool new = of_new[0] != '\0' ? strcmp(of_new, "on") == 0 : old;
    if (host == SIDE_CLIENT) {
        story_say(story, "They are the client's own, which took its source ports there: keep the "
                         "listen port out of ip_local_port_range, reserve it "
                         "(ip_local_reserved_ports), or set client.sockopt.reuseaddr as well.");
        return;
    }
    if (old && new) {
        story_say(story, "Both the old and the new listener had SO_REUSEADDR, so a listener or a "
                         "socket without it is in the way.");
        return;
    }
    story_say(story,
              "bind(2) passes them when the old and the new listener both have SO_REUSEADDR; "
              "here %s: set server.sockopt.reuseaddr to on.",
              old   ? "only the old one had it"
              : new ? "only the new one had it"
                    : "neither had it");
}

static void say_refused(struct story *story, const struct timeline_entry *entry)
{
    const char *map = start_map(story->facts.result, entry->due);
    char host_name[MAP_WORD];
    enum side host = strcmp(map_value(host_name, map, "host"), side_name(SIDE_CLIENT)) == 0
                         ? SIDE_CLIENT
                         : SIDE_SERVER;
    char left[128];

    tell_leftovers(left, &story->facts, host);
    story_say(story,
              "The server %s: bind(2) was refused %s %s (EADDRINUSE), for %s stand%s on port %s.",
              entry->error != NULL ? "could not be started again" : "came back late",
              COUNT(entry->refusals), PLURAL(entry->refusals, "time", "times"),
              left[0] != '\0' ? left : "what the old one's connections had left",
              left[0] != '\0' ? "" : "s", facts_scenario(&story->facts, "server.port"));
    say_cure(story, map, host);
}

void observe_restart(struct story *story)
{
    const struct result *result = story->facts.result;

    for (size_t i = 0; i < result->timeline_count; i++) {
        if (result->timeline[i].restart && result->timeline[i].refusals > 0) {
            say_refused(story, &result->timeline[i]);
        }
    }
}
