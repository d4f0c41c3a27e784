#ifndef FINWAIT_TIMELINE_H
#define FINWAIT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/side.h"
#include "finwait/value.h"

/*
 * What happens to a trial from outside, at moments counted from the start of the load: faults on
 * the link between the hosts, and events that strike a role.  A scenario writes both as lists
 * of maps:
 *
 *   faults: [{at: 1s, drop: fin, toward: client, for: 2s}, {drop: data, share: 5%}]
 *   events: [{at: 2s, kill: server}, {at: 2.5s, start: server}]
 *
 * At one moment faults end first, then others begin, then events happen, each in the order written.
 */

enum fault_kind {
    FAULT_DROP,      /* drop: PACKETS or PERCENT: lose them */
    FAULT_RESET,     /* reset: PACKETS or PERCENT: answer their sender with a RST, and lose them */
    FAULT_PARTITION, /* partition: on: lose everything, both ways */
    FAULT_DELAY,     /* delay: DURATION: netem (tc-netem(8)) */
    FAULT_RATE,      /* rate: SIZE/s, bytes a second: tbf (tc-tbf(8)) */
    FAULT_HEAL,      /* heal: on: end all faults that began before it */
    FAULT_KIND_N,
};

/* Which TCP segments a fault strikes, by their flags (RFC 9293 section 3.1). */
enum fault_packets {
    FAULT_ANY,     /* partition alone strikes what is not TCP as well */
    FAULT_SYN,     /* SYN without ACK */
    FAULT_SYN_ACK, /* SYN and ACK */
    FAULT_ACK,     /* ACK alone: no SYN, FIN, RST or PSH, and no data */
    FAULT_DATA,    /* with data */
    FAULT_FIN,
    FAULT_RST,
    FAULT_PACKETS_N,
};

struct fault {
    int64_t at;     /* ns from the start of the load; 0: before the first connection */
    int64_t length; /* ns; 0: until healed, or to the end of the trial */
    enum fault_kind kind;
    enum fault_packets packets;
    double share;        /* of those packets, chosen at random: a millionth to 1 */
    int64_t delay;       /* FAULT_DELAY: ns */
    uint64_t rate;       /* FAULT_RATE: bytes a second */
    bool toward[SIDE_N]; /* strikes what is on its way to this side; by default to both */
    unsigned given;      /* the keys that came, for fault_set and fault_finish alone */
    struct where where;
};

enum event_kind {
    EVENT_KILL,  /* kill: SIDE: SIGKILL to all its workers, or to one; a server's listener closes */
    EVENT_START, /* start: SIDE: its workers again; a server binds as soon as it can.  With
                    SO_REUSEPORT also beside those that run, until a kill ends these */
    EVENT_STOP,  /* stop: SIDE: SIGSTOP: its sockets live, nobody serves them */
    EVENT_CONT,  /* cont: SIDE: SIGCONT */
    EVENT_SIGNAL, /* signal: NAME, to: SIDE: to the first process of its command */
    EVENT_KIND_N,
};

/* What a start makes of a switch that the role was first started with. */
enum event_switch {
    EVENT_AS_IT_WAS,
    EVENT_ON,
    EVENT_OFF,
    EVENT_SWITCH_N,
};

struct event_spec {
    int64_t at; /* ns from the start of the load; 0: before the first connection */
    enum event_kind kind;
    enum side side;
    enum event_switch reuseaddr; /* EVENT_START: SO_REUSEADDR of the new sockets */
    enum event_switch reuseport; /* EVENT_START: SO_REUSEPORT of them */
    int signal;                  /* EVENT_SIGNAL: its number */
    bool beside; /* EVENT_START: the old workers go on; EVENT_KILL: it ends the old ones alone.  By
                    the order of events, not written */
    bool one;    /* EVENT_KILL, EVENT_STOP, EVENT_CONT: … */
    uint32_t worker; /* … this worker alone, from 0 */
    bool moves;      /* EVENT_START: it runs from now on in the host of … */
    enum side host;  /* … this side, on its addresses */
    unsigned given;  /* as in struct fault */
    struct where where;
};

/*
 * Take one KEY: VALUE of a map.  -1 with STATUS_USAGE: an unknown key (with the nearest), a second
 * kind in one map, a value that is none.  Start from a zeroed structure.
 */
int fault_set(struct fault *fault, const char *key, const char *value, struct error *error);
int event_set(struct event_spec *event, const char *key, const char *value, struct error *error);

/* Whether there is such a key. */
bool fault_has_key(const char *key);
bool event_has_key(const char *key);

/* Once all keys are in: something must be done, and the defaults are filled in. */
int fault_finish(struct fault *fault, struct error *error);
int event_finish(struct event_spec *event, struct error *error);

/* The key that stands for it in a map, "drop", "syn-ack", "kill"; NULL: there is no such value. */
const char *fault_kind_name(enum fault_kind kind);
const char *fault_packets_name(enum fault_packets packets);
const char *event_kind_name(enum event_kind kind);

/* "HUP", as signal: has it; NULL: there is no such signal. */
const char *event_signal_name(int number);

/* All of those by number, from 1 on; ends with NULL. */
extern const char *const timeline_signals[];

/* Whether a program is expected to end by it: one that asks it to, or kills it. */
bool event_signal_ends(int number);

/* "on" or "off"; NULL: as it was. */
const char *event_switch_name(enum event_switch is);

/* A key, for the reference. */
struct timeline_key_info {
    const char *list; /* "faults" or "events" */
    const char *name;
    const struct value_spec *takes;
    bool or_share; /* or a share */
    char with[64]; /* the keys it can be added to; "": it says itself what is done */
    const char *about;
};

/* Key `index`, those of faults first.  False: there is none. */
bool timeline_key_get(size_t index, struct timeline_key_info *info);

/* As a map in one line, "{at: 1s, drop: fin, toward: client}", which YAML reads back. */
char *fault_format(char *text, size_t size, const struct fault *fault);
char *event_format(char *text, size_t size, const struct event_spec *event);

/* What it does, without when: "drop fin toward client", "kill server". */
char *fault_describe(char *text, size_t size, const struct fault *fault);
char *event_describe(char *text, size_t size, const struct event_spec *event);
#define TIMELINE_TEXT 160

#endif
