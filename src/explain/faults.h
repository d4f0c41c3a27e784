#ifndef EXPLAIN_FAULTS_H
#define EXPLAIN_FAULTS_H

#include "finwait/facts.h"

/* What struck a run from outside: the scenario's faults, and what the timeline knows of each. */

struct fault_facts {
    const struct fault *fault;
    int64_t end; /* ns from the start of load; INT64_MAX: to the end of the run */
    bool struck; /* it began while the run went on */
    bool failed; /* it was to begin, and could not */
};

/* Fault `index` of the result, up to the `heal` that ended it. */
struct fault_facts faults_get(const struct facts *facts, size_t index);

/* Whether faults kept such segments, or some, from reaching `side` at any time of the run. */
bool faults_lost(const struct facts *facts, enum fault_packets packets, enum side side);

/* Whether they kept every one of them to the end of the run: what is sent again is lost as well. */
bool faults_lost_all(const struct facts *facts, enum fault_packets packets, enum side side);

/* "faults lost FINs on their way to the server", "faults may have lost …" where some came through.
 * Returns `text`. */
char *faults_blame(char *text, size_t size, const struct facts *facts, enum fault_packets packets,
                   enum side side);
#define BLAME_TEXT 80

/* Whether any fault struck, be it one that delays. */
bool faults_struck(const struct facts *facts);

/* Whether a `reset` fault answered such segments of `side` with RSTs, as if from its peer. */
bool faults_reset(const struct facts *facts, enum fault_packets packets, enum side side);

/* Whether such RSTs may have met connections that `side` had not closed: it takes them for its
 * peer's. */
bool faults_forged(const struct facts *facts, enum side side);

#endif
