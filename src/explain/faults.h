#ifndef EXPLAIN_FAULTS_H
#define EXPLAIN_FAULTS_H

#include "maps.h"

/*
 * What struck a run from outside, read back from the maps of the effective scenario,
 * "{at: 1s, drop: fin, toward: client}", and from the timeline, which knows what came of them.
 */

#define FAULTS_MAX 32 /* those beyond it are left out */

struct fault_facts {
    int64_t begin, end;     /* ns from the start of load; INT64_MAX: to the end of the run */
    char kind[MAP_WORD];    /* "drop", "reset", "partition", "delay", "rate", "heal" */
    char packets[MAP_WORD]; /* of drop and reset: "any", "syn", "syn-ack", "ack" … */
    char amount[MAP_WORD];  /* drop and reset: the share, or ""; delay and rate: how much */
    bool toward[SIDE_N];
    bool struck; /* it began while the run went on */
};

/* The faults in the order written, each up to the `heal` that ended it.  How many there are. */
size_t faults_read(const struct facts *facts, struct fault_facts fault[FAULTS_MAX]);

/* Whether the fault keeps packets from arriving: drop, reset, partition. */
bool fault_loses(const struct fault_facts *fault);

/* The segments that a teardown or a handshake can miss. */
enum segment {
    SEGMENT_SYN,
    SEGMENT_SYN_ACK,
    SEGMENT_ACK,
    SEGMENT_DATA,
    SEGMENT_FIN,
    SEGMENT_RST,
};

/* Whether faults kept such segments, or some, from reaching `side` at any time of the run. */
bool faults_lost(const struct facts *facts, enum segment segment, enum side side);

/* "faults lost FINs on their way to the server".  Returns `text`. */
char *faults_blame(char *text, size_t size, enum segment segment, enum side side);
#define BLAME_TEXT 80

/* Whether any fault struck, be it one that delays. */
bool faults_struck(const struct facts *facts);

/* Whether a `reset` fault answered such segments of `side` with RSTs, as if from its peer. */
bool faults_reset(const struct facts *facts, enum segment segment, enum side side);

#endif
