#ifndef FINWAIT_NET_TIMELINE_KEYS_H
#define FINWAIT_NET_TIMELINE_KEYS_H

#include <stddef.h>

#include "finwait/timeline.h"

/* The keys of the two kinds of maps that make a timeline. */

enum { KEY_NO_KIND = -1 };

struct timeline_key {
    const char *name;
    int (*take)(void *into, const char *value); /* 0, or -1: it is no such value */
    const char *form;
    int kind;       /* the kind that the key makes its map; KEY_NO_KIND: it only adds to one */
    unsigned kinds; /* to which it can be added, one bit each */
};

#define KEY_BIT(number) (1U << (unsigned)(number))

/* At most this many keys. */
#define KEYS_MAX 16

struct timeline_map {
    const char *what; /* "a fault" */
    const struct timeline_key *keys;
    size_t count;
};

extern const struct timeline_map timeline_fault_map; /* of struct fault */
extern const struct timeline_map timeline_event_map; /* of struct event_spec */

#endif
