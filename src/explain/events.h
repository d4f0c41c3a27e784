#ifndef EXPLAIN_EVENTS_H
#define EXPLAIN_EVENTS_H

#include "finwait/facts.h"

/* What struck a role: the moments of a result, in the order of time, that are events. */

/* How often such an event happened to the side. */
unsigned events_count(const struct facts *facts, enum event_kind kind, enum side side);

/* Where the side ran once that moment had come: in its own host, or in the other's. */
enum side events_host(const struct result *result, const struct moment *moment, enum side side);

/* Whether a role was started in the other's host, which from then on has the sockets of both. */
bool events_moved(const struct facts *facts);

#endif
