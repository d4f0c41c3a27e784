#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "trial.h"

static char *path_text(const struct model_side *side)
{
    char text[256] = "";
    size_t used = 0;

    for (size_t i = 0; i < side->path_length && used < sizeof text; i++) {
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? " " : "",
                                 tcp_state_name(side->path[i]));
    }
    return grow_text(text);
}

void predict_record(struct result *result, const struct model *model)
{
    result->predicted = grow_new(model->end_count, sizeof *result->predicted);
    result->predicted_count = model->end_count;
    for (size_t i = 0; i < model->end_count; i++) {
        result->predicted[i].by_buffers = model->end[i].by_buffers;
        for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
            const struct model_side *from = &model->end[i].side[side];

            result->predicted[i].side[side] = (struct predicted_side){
                .path = path_text(from),
                .final = from->final,
                .fate = grow_text(model_fate_name(from->fate)),
                .rst_sent = from->rst_sent,
                .tw = from->tw,
            };
        }
    }
}

/* What came after the last sample was taken cannot have touched it. */
static bool was_struck(const struct result *result)
{
    const struct phase_span *settle = &result->phase[PHASE_SETTLE];

    for (size_t i = 0; i < result->moment_count; i++) {
        const struct moment *entry = &result->moment[i];
        if (entry->happened && (!settle->reached || entry->at < settle->end)) {
            return true;
        }
    }
    return false;
}

void predict_unstruck(struct result *result, const struct scenario *scenario,
                      const struct model *model)
{
    bool due = scenario->fault_count + scenario->event_count > 0;

    if (!due || model == NULL || result->unpredicted == NULL || was_struck(result) ||
        predict_refusal_unstruck(scenario) != NULL ||
        predict_limit(scenario, result, model) != NULL) {
        return;
    }
    free(result->unpredicted);
    result->unpredicted = NULL;
    predict_record(result, model);
}
