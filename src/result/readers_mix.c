#include <string.h>

#include "measure.h"
#include "readers.h"

/* What the connections of one program of client.mix came to. */

static const struct result_mix *find(const struct result_side *side, const char *name)
{
    size_t length = strcspn(name, ".");

    for (size_t i = 0; i < side->mix_count; i++) {
        const char *known = side->mix[i].name;
        if (known != NULL && strlen(known) == length && memcmp(known, name, length) == 0) {
            return &side->mix[i];
        }
    }
    return NULL;
}

bool read_mix(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *client = &result->side[SIDE_CLIENT];
    const struct result_mix *mix = find(client, key->name);
    struct tally tally;

    if (mix == NULL || !client->played) {
        return false;
    }
    measure_mix(result, &mix->account, &tally);
    switch (key->id) {
    case METRIC_MIX_ATTEMPTED:
        return readers_found(value, (double)mix->account.attempted);
    case METRIC_MIX_OPENED:
        return readers_found(value, (double)mix->account.opened);
    case METRIC_MIX_COMPLETED:
        return readers_found(value, (double)tally.completed);
    case METRIC_MIX_FAILED:
        return readers_found(value, (double)tally.failed);
    default:
        return readers_found(value, (double)mix->account.outcome[key->part[DOMAIN_OUTCOME]]);
    }
}
