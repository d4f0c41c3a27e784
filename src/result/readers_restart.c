#include "readers.h"

bool read_restart(const struct result *result, const struct metric_key *key, double *value)
{
    (void)key;
    for (size_t i = result->moment_count; i > 0; i--) {
        const struct moment *entry = &result->moment[i - 1];

        if (entry->restart) {
            return entry->has_took && readers_found(value, readers_seconds(entry->took));
        }
    }
    return false;
}

bool read_refusals(const struct result *result, const struct metric_key *key, double *value)
{
    bool any = false;

    (void)key;
    *value = 0;
    for (size_t i = 0; i < result->moment_count; i++) {
        any |= result->moment[i].restart;
        *value += (double)result->moment[i].refusals;
    }
    return any;
}
