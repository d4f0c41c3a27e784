#ifndef FINWAIT_NET_TIMELINE_KEYS_H
#define FINWAIT_NET_TIMELINE_KEYS_H

#include <stddef.h>

#include "finwait/timeline.h"
#include "finwait/value.h"

/* The keys of the two kinds of maps that make a timeline. */

enum { KEY_NO_KIND = -1 };

struct timeline_key {
    const char *name;
    struct value_spec takes;
    size_t offset, size; /* of the field; size 0: `keep` has it, if any */
    void (*keep)(void *into, int64_t number);
    bool or_share;  /* a percentage is the map's key "share" */
    int kind;       /* the kind that the key makes its map; KEY_NO_KIND: it only adds to one */
    unsigned kinds; /* to which it can be added, one bit each */
    const char *about;
};

#define KEY_BIT(number) (1U << (unsigned)(number))

/* At most this many keys. */
#define KEYS_MAX 16

struct timeline_map {
    const char *what; /* "a fault" */
    const char *list; /* "faults" */
    const struct timeline_key *keys;
    size_t count;
};

extern const struct timeline_map timeline_fault_map; /* of struct fault */
extern const struct timeline_map timeline_event_map; /* of struct event_spec */

/* The words of enum fault_packets and of enum event_switch, NULL at their ends. */
extern const char *const timeline_packets[FAULT_PACKETS_N + 1];
extern const char *const timeline_switch[EVENT_SWITCH_N + 1];

#endif
