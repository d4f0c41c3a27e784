#include <math.h>

#include "finwait/grow.h"
#include "finwait/limits.h"
#include "trial.h"

static void record(struct result *result, const struct limit *limit)
{
    bool exceeded = limit_is_exceeded(limit);

    if (isinf(limit->most) && !exceeded) {
        return;
    }
    result->limit = grow_by_one(result->limit, result->limit_count, sizeof *result->limit);
    result->limit[result->limit_count++] = (struct result_limit){
        .name = grow_text(limit_table[limit->id].name),
        .has_side = limit->side < SIDE_N,
        .side = limit->side,
        .most = isinf(limit->most) ? limit->needed : limit->most,
        .needed = limit->needed,
        .text = exceeded ? limit_say(limit) : NULL,
        .advice = exceeded ? limit_advise(limit) : NULL,
    };
}

void foretell(struct trial *trial)
{
    struct result *result = trial->result;
    const struct conduct_options *options = trial->options;
    const struct text_pairs *const recorded[SIDE_N] = {&result->side[SIDE_CLIENT].sysctl,
                                                       &result->side[SIDE_SERVER].sysctl};
    struct limit limit[LIMITS_MAX];
    size_t count = limits_of(trial->scenario, trial->model, recorded, limit);

    for (size_t i = 0; i < count; i++) {
        record(result, &limit[i]);
    }
    for (size_t i = 0; i < result->limit_count && options->foretold != NULL; i++) {
        if (result->limit[i].text != NULL) {
            options->foretold(options->context, result->limit[i].text, result->limit[i].advice);
        }
    }
}
