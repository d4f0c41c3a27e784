#include <string.h>

#include "measure.h"
#include "readers.h"

/* How connections ended, as the roles saw it. */

bool read_closed_first(const struct result *result, const struct metric_key *key, double *value)
{
    double closers[CLOSER_N];

    return measure_closers(result, closers) &&
           readers_found(value, closers[key->part[DOMAIN_CLOSER]]);
}

bool read_due(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);
    uint64_t due = 0;

    for (unsigned i = 0; i < OUTCOME_N; i++) {
        due += side->account.due[i];
    }
    return side->played && !side->lacking.due && readers_found(value, (double)due);
}

static bool speaks_http(const struct result *result)
{
    const char *protocol = text_pairs_get(&result->scenario, "protocol");

    return protocol != NULL && strcmp(protocol, "http") == 0;
}

bool read_http(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);
    bool class = key->id == METRIC_HTTP;
    unsigned first = class ? key->part[DOMAIN_CLASS] * 100 : key->part[DOMAIN_STATUS];
    uint64_t count = 0;

    for (unsigned i = first; i < first + (class ? 100 : 1); i++) {
        count += side->account.status[i];
    }
    return side->played && !side->lacking.statuses && speaks_http(result) &&
           readers_found(value, (double)count);
}
