#include <stdlib.h>

#include "finwait/series.h"
#include "grow.h"
#include "measure.h"
#include "readers.h"

struct span {
    int64_t from, to;
};

/* From the start of load to the end of `last`, or of what was reached before it. */
static bool span_until(const struct result *result, enum phase last, struct span *span)
{
    const struct phase_span *load = &result->phase[PHASE_LOAD];

    *span = (struct span){load->begin, load->end};
    for (unsigned phase = PHASE_SETTLE; phase <= (unsigned)last; phase++) {
        if (result->phase[phase].reached) {
            span->to = result->phase[phase].end;
        }
    }
    return load->reached;
}

static bool summarise(const struct result *result, const struct metric_key *key, struct span span,
                      struct series_summary *summary)
{
    const struct result_side *side = readers_side(result, key);
    struct series_point *points = grow_new(side->observation_count, sizeof *points);

    for (size_t i = 0; i < side->observation_count; i++) {
        points[i] = (struct series_point){
            .at = side->observation[i].at,
            .value = side->observation[i].state[key->part[DOMAIN_STATE]],
        };
    }
    *summary = series_summarise(points, side->observation_count, span.from, span.to);
    free(points);
    return summary->count > 0;
}

bool read_final(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_final && readers_found(value, side->final.state[key->part[DOMAIN_STATE]]);
}

bool read_peak(const struct result *result, const struct metric_key *key, double *value)
{
    struct series_summary summary;
    struct span span;
    double final = 0;

    if (!span_until(result, PHASE_DECAY, &span)) {
        return false;
    }
    /* The last observation of settle counts, whether or not it is one of the series. */
    bool sampled = summarise(result, key, span, &summary);
    bool last = read_final(result, key, &final);
    return (sampled || last) &&
           readers_found(value, last && final > summary.peak ? final : summary.peak);
}

bool read_mean(const struct result *result, const struct metric_key *key, double *value)
{
    struct series_summary summary;
    struct span span;

    if (!span_until(result, PHASE_SETTLE, &span)) {
        return false;
    }
    /* Where no sample fell into so short a run, the last observation is all there is. */
    return summarise(result, key, span, &summary) ? readers_found(value, summary.mean)
                                                  : read_final(result, key, value);
}

bool read_slope(const struct result *result, const struct metric_key *key, double *value)
{
    struct series_summary summary;
    struct span span;

    return span_until(result, PHASE_LOAD, &span) && summarise(result, key, span, &summary) &&
           summary.count > 1 && readers_found(value, summary.slope);
}

bool read_area(const struct result *result, const struct metric_key *key, double *value)
{
    struct series_summary summary;

    return summarise(result, key, (struct span){INT64_MIN, INT64_MAX}, &summary) &&
           readers_found(value, summary.area);
}

bool read_unaccepted(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_final && !side->lacking.close_wait_unaccepted &&
           readers_found(value, side->final.close_wait_unaccepted);
}

bool read_accept_queue(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_final && !side->lacking.accept_queue &&
           side->final.state[TCP_STATE_LISTEN] > 0 &&
           readers_found(value, side->final.accept_queue);
}

bool read_listen_backlog(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_final && side->final.listen_backlog > 0 &&
           readers_found(value, side->final.listen_backlog);
}

bool read_fin_unsent(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_final && !side->lacking.fin_unsent &&
           readers_found(value, side->final.fin_unsent);
}

bool read_stood_before(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_side(result, key);

    return side->has_stood_before && readers_found(value, (double)side->stood_before);
}

bool read_counter(const struct result *result, const struct metric_key *key, double *value)
{
    return measure_counter(&readers_side(result, key)->counters, key->name, value);
}

bool read_host_counter(const struct result *result, const struct metric_key *key, double *value)
{
    return measure_counter(&result->host_counters, key->name, value);
}

bool read_sampler(const struct result *result, const struct metric_key *key, double *value)
{
    bool cost = key->id == METRIC_SAMPLER_COST;

    return result->has_sampler &&
           readers_found(value,
                         readers_seconds(cost ? result->sampler_cpu : result->sampler_gap_max));
}
