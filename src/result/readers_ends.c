#include <string.h>

#include "measure.h"
#include "readers.h"

/* How connections ended, as the roles saw it. */

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/*
 * A role knows of each connection that it closed whether it was the first to.  Where both say so
 * of one, the FINs crossed: more firsts than connections.  Where one does not know, the other's
 * second tells.
 */
static void count_closers(const struct result *result, double opened, double closers[CLOSER_N])
{
    const struct account *client = &result->side[SIDE_CLIENT].account;
    const struct account *server = &result->side[SIDE_SERVER].account;
    double firsts = (double)client->closed_first + (double)server->closed_first;
    double both = larger(firsts - opened, 0);

    closers[CLOSER_BOTH] = both;
    closers[CLOSER_CLIENT] =
        larger((double)client->closed_first - both, (double)server->closed_second);
    closers[CLOSER_SERVER] =
        larger((double)server->closed_first - both, (double)client->closed_second);
    closers[CLOSER_UNKNOWN] =
        larger(opened - both - closers[CLOSER_CLIENT] - closers[CLOSER_SERVER], 0);
}

bool read_closed_first(const struct result *result, const struct metric_key *key, double *value)
{
    const struct account *driver = measure_driver(result, NULL);
    double closers[CLOSER_N];

    if (driver == NULL) {
        return false;
    }
    count_closers(result, (double)driver->opened, closers);
    return readers_found(value, closers[key->part[DOMAIN_CLOSER]]);
}

bool read_due(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);
    uint64_t due = 0;

    for (unsigned i = 0; i < OUTCOME_N; i++) {
        due += side->account.due[i];
    }
    return side->played && readers_found(value, (double)due);
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
    return side->played && key->part[DOMAIN_SIDE] == SIDE_CLIENT && speaks_http(result) &&
           readers_found(value, (double)count);
}
