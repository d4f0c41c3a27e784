#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "apart.h"
#include "finwait/grow.h"
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
    struct batch *batch = grow_new(1, sizeof *batch + count * sizeof(struct scenario *));

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
    batch_untried_fn *untried;
    void *context;
};

static enum status run_errand(void *context, struct error *error)
{
    const struct errand *errand = context;

    return errand->run(errand->context, errand->scenario, error);
}

static bool is_error(enum status status)
{
    return status == STATUS_USAGE || status == STATUS_MACHINE;
}

static enum status told(const struct errand *errand, enum status status, const struct error *error)
{
    if (is_error(status)) {
        errand->untried(errand->context, errand->scenario, error);
    }
    return status;
}

/* What was wrong with one is told before the next begins. */
static enum status run_apart(struct errand *errand, struct error *error)
{
    enum status status = told(errand, apart_run(run_errand, errand, error), error);

    if (status != STATUS_OK && error->what[0] != '\0') {
        error_print(error, stderr);
        *error = (struct error){0};
    }
    return status;
}

static void not_begun(const struct errand *errand, enum status worst)
{
    struct error why;

    error_set(&why, worst, "it was not begun: %s",
              is_error(worst) ? "the one before it could not be run" : "finwait was interrupted");
    errand->untried(errand->context, errand->scenario, &why);
}

enum status batch_run(const struct batch *batch, batch_run_fn *run, batch_untried_fn *untried,
                      void *context, struct error *error)
{
    struct errand errand = {batch->scenario[0], run, untried, context};
    enum status worst = STATUS_OK;

    if (batch->count == 1) {
        return told(&errand, run_errand(&errand, error), error);
    }
    for (size_t i = 0; i < batch->count; i++) {
        errand.scenario = batch->scenario[i];
        if (is_error(worst) || interrupts_seen()) {
            worst = worst < STATUS_INTERRUPTED && !is_error(worst) ? STATUS_INTERRUPTED : worst;
            not_begun(&errand, worst);
            continue;
        }
        enum status status = run_apart(&errand, error);
        worst = status > worst ? status : worst;
    }
    return worst;
}
