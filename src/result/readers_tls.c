#include "measure.h"
#include "readers.h"

bool read_tls(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->played && side->has_tls &&
           readers_found(value, (double)side->account.tls.count[key->part[DOMAIN_TLS]]);
}

/* Full and resumed handshakes cost so differently that no figure holds both. */
bool read_tls_rate(const struct result *result, const struct metric_key *key, double *value)
{
    const struct phase_span *load = &result->phase[PHASE_LOAD];
    enum side driver;

    if (measure_driver(result, &driver) == NULL || !result->side[driver].has_tls ||
        !load->reached || load->end <= load->begin) {
        return false;
    }
    const uint64_t *count = result->side[driver].account.tls.count;
    uint64_t resumed = count[TLS_RESUMED];
    uint64_t full = count[TLS_HANDSHAKES] > resumed ? count[TLS_HANDSHAKES] - resumed : 0;
    return readers_found(value, (double)(key->id == METRIC_TLS_FULL ? full : resumed) /
                                    readers_seconds(load->end - load->begin));
}
