#include "finwait/units.h"
#include "readers.h"

/* How many connections were to be begun, and how many of them were not. */

/* A load that falls short by no more than that is the one that was asked for, with a stall. */
#define SHORT_OF 0.05

/* Whether the load came to the end that the scenario sets it. */
static bool is_whole(const struct result *result)
{
    return result->cut_by == NULL && result->side[SIDE_CLIENT].played;
}

/* One is due at once and each next after 1/rate; what is due as load.duration ends is not begun. */
bool read_scheduled(const struct result *result, const struct metric_key *key, double *value)
{
    uint64_t connections = 0;
    int64_t duration = 0;
    double rate;

    (void)key;
    if (!is_whole(result) || units_parse_rate(result_setting(result, "load.rate"), &rate) != 0 ||
        rate <= 0) {
        return false;
    }
    units_parse_count(result_setting(result, "load.connections"), &connections);
    units_parse_duration(result_setting(result, "load.duration"), &duration);
    double scheduled = rate * readers_seconds(duration) + 1 - 1e-6;
    uint64_t due = scheduled < 0x1p53 ? (uint64_t)scheduled : UINT64_C(1) << 53;
    due = due == 0 || (connections > 0 && connections < due) ? connections : due;
    return due > 0 && readers_found(value, (double)due);
}

/* A closed loop's load.connections, where no load.duration ends it sooner. */
static bool read_planned(const struct result *result, double *value)
{
    uint64_t connections = 0;
    int64_t duration = 0;

    if (read_scheduled(result, NULL, value)) {
        return true;
    }
    units_parse_count(result_setting(result, "load.connections"), &connections);
    units_parse_duration(result_setting(result, "load.duration"), &duration);
    return is_whole(result) && duration == 0 && connections > 0 &&
           readers_found(value, (double)connections);
}

bool read_missed(const struct result *result, const struct metric_key *key, double *value)
{
    double begun = (double)result->side[SIDE_CLIENT].account.attempted;
    double planned;

    (void)key;
    return !result->side[SIDE_CLIENT].lacking.attempted && read_planned(result, &planned) &&
           readers_found(value, planned > begun ? planned - begun : 0);
}

/* What an event that befell the client, or a `die` of its program, kept it from is as asked for. */
static bool is_meant(const struct result *result)
{
    for (size_t i = 0; i < result->moment_count; i++) {
        const struct event_spec *event = moment_event(result, &result->moment[i]);
        if (event != NULL && event->side == SIDE_CLIENT && result->moment[i].happened) {
            return true;
        }
    }
    return result->side[SIDE_CLIENT].account.outcome[OUTCOME_DIED] > 0;
}

bool result_fell_short(const struct result *result)
{
    double planned, missed, scheduled;

    if (is_meant(result) || !read_planned(result, &planned) ||
        !read_missed(result, NULL, &missed)) {
        return false;
    }
    return missed > (read_scheduled(result, NULL, &scheduled) ? planned * SHORT_OF : 0);
}
