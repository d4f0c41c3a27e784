#include "events.h"

unsigned events_count(const struct facts *facts, enum event_kind kind, enum side side)
{
    const struct result *result = facts->result;
    unsigned times = 0;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct event_spec *event = moment_event(result, &result->moment[i]);
        times += event != NULL && result->moment[i].happened && event->kind == kind &&
                 event->side == side;
    }
    return times;
}

enum side events_host(const struct result *result, const struct moment *moment, enum side side)
{
    enum side host = side;

    for (const struct moment *at = result->moment; at <= moment; at++) {
        const struct event_spec *event = moment_event(result, at);
        if (event != NULL && event->side == side && event->moves) {
            host = event->host;
        }
    }
    return host;
}

bool events_moved(const struct facts *facts)
{
    const struct result *result = facts->result;

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *moment = &result->moment[i];
        const struct event_spec *event = moment_event(result, moment);
        if (event != NULL && event->moves && event->host != event->side && moment->happened &&
            moment->error == NULL) {
            return true;
        }
    }
    return false;
}
