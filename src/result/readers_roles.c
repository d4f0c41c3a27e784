#include "measure.h"
#include "readers.h"

static bool tally_figure(const struct tally *tally, enum metric_id id, double *value)
{
    const uint64_t figures[METRIC_N] = {
        [METRIC_ATTEMPTED] = tally->attempted,
        [METRIC_COMPLETED] = tally->completed,
        [METRIC_FAILED] = tally->failed,
        [METRIC_FORESEEN] = tally->foreseen,
    };

    return readers_found(value, (double)figures[id]);
}

bool read_tally(const struct result *result, const struct metric_key *key, double *value)
{
    struct tally tally;

    return measure_tally(result, &tally) && tally_figure(&tally, key->id, value);
}

/* What a killed worker had not looked at was established nevertheless, if the server accepted it.
 */
bool read_opened(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *server = &result->side[SIDE_SERVER];
    enum side driver;

    (void)key;
    if (measure_driver(result, &driver) == NULL || result->side[driver].lacking.opened) {
        return false;
    }
    const struct account *account = &result->side[driver].account;
    uint64_t most = account->opened + account->outcome[OUTCOME_KILLED];
    bool same = server->played && !server->lacking.opened && !result->side[SIDE_PROXY].has_command;
    uint64_t accepted = same ? server->account.opened : 0;
    accepted = accepted < most ? accepted : most;
    return readers_found(value, (double)(account->opened > accepted ? account->opened : accepted));
}

bool read_slowdown(const struct result *result, const struct metric_key *key, double *value)
{
    (void)key;
    return result->has_opening && result->opening_last > 0 &&
           readers_found(value, 1 - (double)result->opening_first / (double)result->opening_last);
}

bool read_rate(const struct result *result, const struct metric_key *key, double *value)
{
    const struct phase_span *load = &result->phase[PHASE_LOAD];
    struct tally tally;

    (void)key;
    return load->reached && load->end > load->begin && measure_tally(result, &tally) &&
           readers_found(value, (double)tally.completed / readers_seconds(load->end - load->begin));
}

static const struct histogram *latency_of(const struct result *result, const struct metric_key *key)
{
    const struct account *account = measure_driver(result, NULL);

    return account == NULL || account->latency[key->part[DOMAIN_LATENCY]].count == 0
               ? NULL
               : &account->latency[key->part[DOMAIN_LATENCY]];
}

bool read_latency(const struct result *result, const struct metric_key *key, double *value)
{
    const struct histogram *histogram = latency_of(result, key);

    if (histogram == NULL) {
        return false;
    }
    const double ns[STAT_N] = {
        [STAT_MIN] = (double)histogram->min,
        [STAT_MEAN] = histogram_mean(histogram),
        [STAT_MAX] = (double)histogram->max,
    };
    return readers_found(value, ns[key->part[DOMAIN_STAT]] / (double)NS_PER_S);
}

bool read_quantile(const struct result *result, const struct metric_key *key, double *value)
{
    const struct histogram *histogram = latency_of(result, key);
    double quantile = quantile_table[key->part[DOMAIN_QUANTILE]].value;

    return histogram != NULL &&
           readers_found(value, readers_seconds(histogram_quantile(histogram, quantile)));
}

bool read_errors(const struct result *result, const struct metric_key *key, double *value)
{
    bool played = false;

    *value = 0;
    for (unsigned side = 0; side < SIDE_N; side++) {
        if (result->side[side].played) {
            played = true;
            *value += (double)result->side[side].account.error[key->part[DOMAIN_ERRNO]];
        }
    }
    return played;
}

READER(read_side_errors, readers_side(result, key), side->played,
       side->account.error[key->part[DOMAIN_ERRNO]])

/* Who counted no statuses could find none bad. */
static bool outcome_of(const struct result_side *side, enum outcome outcome, double *value)
{
    return side->played && !(outcome == OUTCOME_BAD_STATUS && side->lacking.statuses) &&
           readers_found(value, (double)side->account.outcome[outcome]);
}

bool read_outcome(const struct result *result, const struct metric_key *key, double *value)
{
    enum side driver;

    return measure_driver(result, &driver) != NULL &&
           outcome_of(&result->side[driver], (enum outcome)key->part[DOMAIN_OUTCOME], value);
}

bool read_side_outcome(const struct result *result, const struct metric_key *key, double *value)
{
    return outcome_of(readers_side(result, key), (enum outcome)key->part[DOMAIN_OUTCOME], value);
}

/* The plain counters: where each is, by its metric. */
bool read_account(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);
    const uint64_t counts[METRIC_N] = {
#define X(name, unit, about) [METRIC_ACCOUNT_##name] = side->account.name,
        ACCOUNT(X)
#undef X
    };

    const bool lacking[METRIC_N] = {
#define X(name, unit, about) [METRIC_ACCOUNT_##name] = side->lacking.name,
        ACCOUNT(X)
#undef X
    };

    return side->played && !lacking[key->id] && readers_found(value, (double)counts[key->id]);
}

READER(read_workers_died, readers_side(result, key), side->played, side->workers_died)
READER(read_cpu, readers_side(result, key), side->played,
       readers_seconds(side->account.cpu_user + side->account.cpu_system))

bool read_memory(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);
    const struct account *account = &side->account;

    /* Where it shrank meanwhile the connections' part cannot be told. */
    return side->played && account->memory_start > 0 && account->memory_open > 0 &&
           account->memory_peak >= account->memory_start &&
           readers_found(value, (double)(account->memory_peak - account->memory_start) /
                                    (double)account->memory_open);
}

bool read_kernel_memory(const struct result *result, const struct metric_key *key, double *value)
{
    uint32_t bytes = readers_side(result, key)->kernel_memory[key->part[DOMAIN_STATE]];

    return bytes > 0 && readers_found(value, bytes);
}

READER(read_stood_still, readers_side(result, key), side->played && side->account.stood_still > 0,
       readers_seconds(side->account.stood_still))
READER(read_first_no_port, &result->side[SIDE_CLIENT],
       side->played && side->account.first_no_port > 0,
       readers_seconds(side->account.first_no_port))
READER(read_keep_alive, &result->side[SIDE_CLIENT], side->played && side->account.keep_alive > 0,
       readers_seconds(side->account.keep_alive))
READER(read_last_begun, &result->side[SIDE_CLIENT], side->played && side->account.last_begun > 0,
       readers_seconds(side->account.last_begun))
