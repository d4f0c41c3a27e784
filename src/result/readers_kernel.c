#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/series.h"
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

static struct series_point point_of(const struct observation *seen, const struct metric_key *key)
{
    return (struct series_point){seen->at, seen->state[key->part[DOMAIN_STATE]]};
}

/* A run's connections begin with its load, so that nothing but listeners stands before. */
static double standing(const struct result_side *side, const struct metric_key *key)
{
    bool stands = key->part[DOMAIN_STATE] == TCP_STATE_LISTEN && side->observation_count > 0;

    return stands ? point_of(&side->observation[0], key).value : 0;
}

/* What was seen before the load, or at the same time as the last point, stands for it. */
static size_t path_add(struct series_point *points, size_t last, struct series_point seen)
{
    if (seen.at <= points[last].at) {
        points[last].value = seen.value;
        return last;
    }
    points[last + 1] = seen;
    return last + 1;
}

/*
 * The state from the start of load on, as seen until `end`: what stood at the start, each
 * observation, and the final one in its place, be it among them or not.  Room for one point more is
 * left.  The points are the caller's to free; fewer than two: nothing was seen.
 */
static struct series_point *path_until(const struct result *result, const struct metric_key *key,
                                       int64_t end, size_t *count)
{
    const struct result_side *side = readers_end(result, key);
    size_t sampled;
    struct series_point *sample = result_points(side, key->part[DOMAIN_STATE], &sampled);
    struct series_point *points = grow_new(sampled + 3, sizeof *points);
    int64_t begin = result->phase[PHASE_LOAD].begin;
    bool due = side->has_final;
    size_t last = 0;

    points[0] = (struct series_point){begin, standing(side, key)};
    for (size_t i = 0; i < sampled && sample[i].at <= end; i++) {
        if (due && side->final.at <= sample[i].at) {
            last = path_add(points, last, point_of(&side->final, key));
            due = false;
        }
        last = path_add(points, last, sample[i]);
    }
    free(sample);
    if (due) {
        last = path_add(points, last, point_of(&side->final, key));
    }
    *count = last + 1;
    return points;
}

static bool summarise(const struct result *result, const struct metric_key *key, struct span span,
                      struct series_summary *summary)
{
    size_t count;
    struct series_point *points = path_until(result, key, span.to, &count);

    *summary = series_summarise(points, count, span.from, INT64_MAX);
    free(points);
    return count > 1;
}

READER(read_final, readers_end(result, key), side->has_final,
       side->final.state[key->part[DOMAIN_STATE]])

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
    struct span whole;
    struct span span;
    size_t count;

    if (!span_until(result, PHASE_SETTLE, &span) || !span_until(result, PHASE_DECAY, &whole)) {
        return false;
    }
    struct series_point *points = path_until(result, key, whole.to, &count);
    bool seen = count > 1;
    count = series_end(points, count, span.to);
    double mean = series_summarise(points, count, span.from, span.to).mean;
    free(points);
    return seen && readers_found(value, mean);
}

/* Of the samples alone: two of them, and what stood before the load is none. */
bool read_slope(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = readers_end(result, key);
    struct span span;

    if (!span_until(result, PHASE_LOAD, &span)) {
        return false;
    }
    size_t count;
    struct series_point *points = result_points(side, key->part[DOMAIN_STATE], &count);
    struct series_summary summary = series_summarise(points, count, span.from, span.to);
    free(points);
    return summary.count > 1 && readers_found(value, summary.slope);
}

bool read_area(const struct result *result, const struct metric_key *key, double *value)
{
    struct series_summary summary;
    struct span span;

    return span_until(result, PHASE_LOAD, &span) &&
           summarise(result, key, (struct span){span.from, INT64_MAX}, &summary) &&
           readers_found(value, summary.area);
}

bool read_last(const struct result *result, const struct metric_key *key, double *value)
{
    struct span span;
    size_t count;

    if (!span_until(result, PHASE_DECAY, &span)) {
        return false;
    }
    struct series_point *points = path_until(result, key, span.to, &count);
    while (count > 0 && !(points[count - 1].value > 0)) {
        count--;
    }
    int64_t at = count > 0 ? points[count - 1].at : span.from;
    free(points);
    return at > span.from && readers_found(value, readers_seconds(at - span.from));
}

READER(read_unaccepted, readers_end(result, key),
       side->has_final && !side->lacking.close_wait_unaccepted, side->final.close_wait_unaccepted)
READER(read_accept_queue, readers_end(result, key),
       side->has_final && !side->lacking.accept_queue && side->final.state[TCP_STATE_LISTEN] > 0,
       side->final.accept_queue)
READER(read_listen_backlog, readers_end(result, key),
       side->has_final && side->final.listen_backlog > 0, side->final.listen_backlog)
READER(read_fin_unsent, readers_end(result, key), side->has_final && !side->lacking.fin_unsent,
       side->final.fin_unsent)
READER(read_stood_before, readers_side(result, key), side->has_stood_before, side->stood_before)

bool read_counter(const struct result *result, const struct metric_key *key, double *value)
{
    return measure_counter(&readers_side(result, key)->counters, key->name, value);
}

bool read_proxy_counter(const struct result *result, const struct metric_key *key, double *value)
{
    return measure_counter(&result->side[SIDE_PROXY].counters, key->name, value);
}

bool read_host_counter(const struct result *result, const struct metric_key *key, double *value)
{
    return measure_counter(&result->host_counters, key->name, value);
}

bool read_host_cpu(const struct result *result, const struct metric_key *key, double *value)
{
    int64_t sum = 0;

#define X(name, column) sum += result->host_cpu.name;
    HOST_CPU(X)
#undef X
    return result->has_host_cpu &&
           readers_found(
               value, readers_seconds(key->id == METRIC_HOST_CPU ? sum : result->host_cpu.softirq));
}

bool read_sampler(const struct result *result, const struct metric_key *key, double *value)
{
    bool cost = key->id == METRIC_SAMPLER_COST;

    return result->has_sampler &&
           readers_found(value,
                         readers_seconds(cost ? result->sampler_cpu : result->sampler_gap_max));
}

bool read_lab(const struct result *result, const struct metric_key *key, double *value)
{
    bool setup = key->id == METRIC_LAB_SETUP;
    int64_t time = setup ? result->lab_setup : result->lab_teardown;

    return result->has_lab && (time > 0 || !setup) && readers_found(value, readers_seconds(time));
}

/* What older files do not tell. */
bool read_sampler_tick(const struct result *result, const struct metric_key *key, double *value)
{
    bool gap = key->id == METRIC_SAMPLER_TIME_WAIT_GAP;
    int64_t time = gap ? result->sampler_time_wait_gap : result->sampler_late;

    return time > 0 && readers_found(value, readers_seconds(time));
}
