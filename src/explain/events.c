#include "events.h"

#include <string.h>

static const char *const words[WORD_N] = {
    [WORD_KILL] = "kill",
    [WORD_START] = "start",
    [WORD_STOP] = "stop",
    [WORD_CONT] = "cont",
};

static enum side side_of(const char *name, enum side otherwise)
{
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (strcmp(name, side_name((enum side)side)) == 0) {
            return (enum side)side;
        }
    }
    return otherwise;
}

/* The entry of the start that was due at that moment, or NULL. */
static const struct moment *find_start(const struct result *result, int64_t due)
{
    for (size_t i = 0; i < result->moment_count; i++) {
        if (result->moment[i].restart && result->moment[i].due == due) {
            return &result->moment[i];
        }
    }
    return NULL;
}

static bool read_event(const struct facts *facts, struct event_facts *event, const char *map)
{
    char value[MAP_WORD];
    unsigned word = 0;

    while (word < WORD_N && map_value(value, map, words[word])[0] == '\0') {
        word++;
    }
    if (word == WORD_N) {
        return false;
    }
    *event = (struct event_facts){.due = map_time(map, "at", 0),
                                  .word = (enum event_word)word,
                                  .side = side_of(value, SIDE_SERVER)};
    event->host = side_of(map_value(value, map, "host"), event->side);
    event->happened = moment_came(facts, event->due);
    event->entry = word == WORD_START ? find_start(facts->result, event->due) : NULL;
    return true;
}

/* Behind those that are due before it or at the same moment. */
static void insert(struct event_facts *event, size_t count, const struct event_facts *next)
{
    while (count > 0 && event[count - 1].due > next->due) {
        event[count] = event[count - 1];
        count--;
    }
    event[count] = *next;
}

size_t events_read(const struct facts *facts, struct event_facts event[EVENTS_MAX])
{
    const struct text_pairs *scenario = &facts->result->scenario;
    size_t count = 0;

    for (size_t i = 0; i < scenario->count && count < EVENTS_MAX; i++) {
        struct event_facts next;
        if (strcmp(scenario->item[i].name, "events") == 0 &&
            read_event(facts, &next, scenario->item[i].value)) {
            insert(event, count++, &next);
        }
    }
    return count;
}

unsigned events_count(const struct facts *facts, enum event_word word, enum side side)
{
    struct event_facts event[EVENTS_MAX];
    size_t count = events_read(facts, event);
    unsigned times = 0;

    for (size_t i = 0; i < count; i++) {
        times += event[i].happened && event[i].word == word && event[i].side == side;
    }
    return times;
}

bool events_ended_with(const struct facts *facts, enum event_word word, enum side side)
{
    struct event_facts event[EVENTS_MAX];
    size_t count = events_read(facts, event);
    bool such = false;

    for (size_t i = 0; i < count; i++) {
        if (event[i].happened && event[i].side == side) {
            such = event[i].word == word;
        }
    }
    return such;
}

bool events_moved(const struct facts *facts)
{
    struct event_facts event[EVENTS_MAX];
    size_t count = events_read(facts, event);

    for (size_t i = 0; i < count; i++) {
        if (event[i].happened && event[i].word == WORD_START && event[i].host != event[i].side &&
            (event[i].entry == NULL || event[i].entry->error == NULL)) {
            return true;
        }
    }
    return false;
}
