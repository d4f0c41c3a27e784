#ifndef EXPLAIN_EVENTS_H
#define EXPLAIN_EVENTS_H

#include "maps.h"

/* What struck a role: read back from the scenario's maps, with what the timeline knows of each. */

#define EVENTS_MAX 32 /* those beyond it are left out */

enum event_word {
    WORD_KILL,
    WORD_START,
    WORD_STOP,
    WORD_CONT,
    WORD_N,
};

struct event_facts {
    int64_t due; /* ns from the start of load */
    enum event_word word;
    enum side side;
    enum side host; /* of a start: in whose host it then runs */
    bool happened;
    const struct moment *entry; /* of a start; NULL when the timeline has none */
};

/* The events in the order of time.  How many there are. */
size_t events_read(const struct facts *facts, struct event_facts event[EVENTS_MAX]);

/* How often such an event happened to the side. */
unsigned events_count(const struct facts *facts, enum event_word word, enum side side);

/* Whether the last event that happened to the side was such a one. */
bool events_ended_with(const struct facts *facts, enum event_word word, enum side side);

/* Whether a role was started in the other's host, which from then on has the sockets of both. */
bool events_moved(const struct facts *facts);

#endif
