#include <math.h>
#include <string.h>

#include "finwait/message.h"
#include "finwait/value.h"
#include "measure.h"
#include "readers.h"

/* How connections ended, as the roles saw it. */

bool read_closed_first(const struct result *result, const struct metric_key *key, double *value)
{
    double closers[CLOSER_N];

    return measure_closers(result, closers) && !isnan(closers[key->part[DOMAIN_CLOSER]]) &&
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
    return strcmp(result_setting(result, "protocol"), "http") == 0;
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

/* Final ones; interim ones are no answer. */
bool read_http_ok(const struct result *result, const struct metric_key *key, double *value)
{
    const struct value_spec statuses = VALUE_A(STATUSES);
    const struct result_side *client = &result->side[SIDE_CLIENT];
    const char *text = text_pairs_get(&result->scenario, "http.ok");
    uint32_t range = 0;
    struct value_slot slot = {&statuses, "http.ok", &range, sizeof range};
    struct error unused;
    uint64_t all = 0, good = 0;

    (void)key;
    if (!client->played || client->lacking.statuses || !speaks_http(result) || text == NULL ||
        value_read(&slot, text, &unused) != 0) {
        return false;
    }
    for (unsigned status = 200; status < HTTP_STATUS_MIN + HTTP_STATUS_N; status++) {
        uint64_t count = client->account.status[status - HTTP_STATUS_MIN];
        all += count;
        good += message_status_is_good(range, status) ? count : 0;
    }
    return all > 0 && readers_found(value, (double)good);
}
