#include "readers.h"

/* Whose start a moment was, schema 1 did not say. */
static bool is_of(const struct result *result, const struct moment *moment, enum side role)
{
    const struct event_spec *event = moment_event(result, moment);

    return event != NULL && event->side == role;
}

/* How long the last start took, of `role` (NULL: of either). */
static bool last_start(const struct result *result, const enum side *role, double *value)
{
    for (size_t i = result->moment_count; i > 0; i--) {
        const struct moment *moment = &result->moment[i - 1];

        if (moment->restart && (role == NULL || is_of(result, moment, *role))) {
            return moment->has_took && readers_found(value, readers_seconds(moment->took));
        }
    }
    return false;
}

bool read_restart(const struct result *result, const struct metric_key *key, double *value)
{
    (void)key;
    return last_start(result, NULL, value);
}

bool read_side_restart(const struct result *result, const struct metric_key *key, double *value)
{
    enum side role = (enum side)key->part[DOMAIN_SIDE];

    return last_start(result, &role, value);
}

bool read_restart_longer(const struct result *result, const struct metric_key *key, double *value)
{
    const struct result_side *side = &result->side[key->part[DOMAIN_SIDE]];

    if (!side->has_command || side->command.ready == 0 || !read_side_restart(result, key, value)) {
        return false;
    }
    *value -= readers_seconds(side->command.ready);
    return true;
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
