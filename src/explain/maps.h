#ifndef EXPLAIN_MAPS_H
#define EXPLAIN_MAPS_H

#include "finwait/facts.h"

/* The maps of the effective scenario, "{at: 1s, drop: fin, toward: client}", one for each fault and
 * event. */

#define MAP_WORD 24

/* The value of `key` in a map's text, "" when it has none.  Returns `value`. */
char *map_value(char value[MAP_WORD], const char *map, const char *key);

/* The same as ns; `otherwise` when it has none. */
int64_t map_time(const char *map, const char *key, int64_t otherwise);

/* Whether what was due at that moment happened, as the timeline has it. */
bool moment_came(const struct facts *facts, int64_t due);

#endif
