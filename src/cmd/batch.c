#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "interrupts.h"

void batch_free(struct batch *batch)
{
    for (size_t i = 0; batch != NULL && i < batch->count; i++) {
        scenario_free(batch->scenario[i]);
    }
    free(batch);
}

static int refuse_variants(const struct scenario *scenario, const char *name, struct error *error)
{
    if (!scenario_compares(scenario)) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s has variants, and a run is of one", scenario->name);
    return error_hint(error,
                      "finwait compare %s runs them in turns; --set vary=null --set "
                      "variants=null runs it as it is without them",
                      name != NULL ? name : "SCENARIO");
}

struct batch *batch_load(size_t count, char **names, const struct overrides *overrides,
                         struct error *error)
{
    struct batch *batch = calloc(1, sizeof *batch + count * sizeof(struct scenario *));

    if (batch == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory");
        return NULL;
    }
    for (; batch->count < count; batch->count++) {
        struct scenario *scenario = command_scenario(names[batch->count], overrides, error);

        if (scenario == NULL || refuse_variants(scenario, names[batch->count], error) != 0) {
            scenario_free(scenario);
            batch_free(batch);
            return NULL;
        }
        batch->scenario[batch->count] = scenario;
    }
    return batch;
}

const char *batch_twin(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        for (size_t j = 0; j < i; j++) {
            if (strcmp(batch->scenario[i]->name, batch->scenario[j]->name) == 0) {
                return batch->scenario[i]->name;
            }
        }
    }
    return NULL;
}

struct errand {
    const struct scenario *scenario;
    batch_run_fn *run;
    void *context;
};

static enum status run_errand(void *context, struct error *error)
{
    const struct errand *errand = context;

    return errand->run(errand->context, errand->scenario, error);
}

/* What was wrong with one is told before the next begins. */
static enum status run_apart(const struct scenario *scenario, batch_run_fn *run, void *context,
                             struct error *error)
{
    struct errand errand = {scenario, run, context};
    enum status status = apart_run(run_errand, &errand, error);

    if (status != STATUS_OK && error->what[0] != '\0') {
        error_print(error, stderr);
        *error = (struct error){0};
    }
    return status;
}

enum status batch_run(const struct batch *batch, batch_run_fn *run, void *context,
                      struct error *error)
{
    enum status worst = STATUS_OK;

    if (batch->count == 1) {
        return run(context, batch->scenario[0], error);
    }
    for (size_t i = 0; i < batch->count; i++) {
        enum status status = interrupts_seen() ? STATUS_INTERRUPTED
                                               : run_apart(batch->scenario[i], run, context, error);
        worst = status > worst ? status : worst;
        if (status == STATUS_USAGE || status == STATUS_MACHINE) {
            break;
        }
    }
    return worst;
}
