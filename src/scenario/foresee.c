#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/model.h"
#include "finwait/scenario.h"

/* The client's other programs: what they can come to is as well foreseen. */
static int join_mix(const struct scenario *scenario, struct model_input *input, struct model *model,
                    struct error *error)
{
    struct model *other = grow_new(1, sizeof *other);
    int status = 0;

    for (size_t i = 1; status == 0 && i < scenario->mix.count; i++) {
        input->program[SIDE_CLIENT] = scenario_program(scenario, SIDE_CLIENT, i);
        status = model_explore(other, input, error);
        status = status == 0 ? model_join(model, other, error) : status;
    }
    free(other);
    return status;
}

int scenario_explore(const struct scenario *scenario, struct model **model, struct error *error)
{
    struct model_input input;

    *model = NULL;
    if (!scenario_model(scenario, &input)) {
        return 0;
    }
    *model = grow_new(1, sizeof **model);
    if (model_explore(*model, &input, error) == 0 &&
        join_mix(scenario, &input, *model, error) == 0) {
        return 0;
    }
    free(*model);
    *model = NULL;
    return -1;
}

static int draw(const struct model_input *input, FILE *out, struct error *error)
{
    struct model *model = grow_new(1, sizeof *model);
    int status = model_explore(model, input, error);

    if (status == 0) {
        model_draw(model, input, out);
    }
    free(model);
    return status;
}

int scenario_draw(const struct scenario *scenario, FILE *out, struct error *error)
{
    struct model_input input;
    int status = 0;

    if (!scenario_model(scenario, &input) || scenario->at != NULL) {
        error_set(error, STATUS_USAGE, "%s: %s", scenario->name,
                  scenario_runs(scenario, SIDE_PROXY)
                      ? "a proxy stands between the two programs"
                      : "one of the two programs is not finwait's own");
        return error_hint(error, "what a foreign peer does at close can only be measured: finwait "
                                 "run");
    }
    for (size_t i = 0; status == 0 && i < scenario_programs(scenario, SIDE_CLIENT); i++) {
        if (scenario->mix.count > 0) {
            fprintf(out, "%s%s, weight %u\n\n", i > 0 ? "\n" : "", scenario->mix.item[i].name,
                    scenario->mix.item[i].weight);
        }
        input.program[SIDE_CLIENT] = scenario_program(scenario, SIDE_CLIENT, i);
        status = draw(&input, out, error);
    }
    return status;
}
