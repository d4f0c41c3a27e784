#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "finwait/model.h"
#include "finwait/order.h"

static enum status draw(const struct model_input *input, struct error *error)
{
    struct model *model = calloc(1, sizeof *model);
    enum status status = STATUS_OK;

    if (model == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory");
        return STATUS_MACHINE;
    }
    if (model_explore(model, input, error) == 0) {
        model_draw(model, input, stdout);
    } else {
        status = error->status;
    }
    free(model);
    return status;
}

static enum status show(const struct scenario *scenario, const char *about, struct error *error)
{
    struct model_input input;

    if (!scenario_model(scenario, &input) || scenario->at != NULL) {
        error_set(error, STATUS_USAGE, "%s: one of the two programs is not finwait's own",
                  scenario->name);
        error_hint(error, "what a foreign peer does at close can only be measured: finwait run");
        return STATUS_USAGE;
    }
    printf("%s%s%s\n\n", scenario->name, about != NULL && about[0] != '\0' ? ": " : "",
           about != NULL ? about : "");
    return draw(&input, error);
}

static enum status run(int argc, char **argv, struct error *error)
{
    const struct overrides none = {0};
    struct scenario *scenario;
    const struct order *order;
    enum status status;

    if (argc > 1 && argv[1][0] == '-') {
        error_set(error, STATUS_USAGE, "show takes no option, not '%s'", argv[1]);
        error_hint(error, "name one order or one scenario, e.g. finwait show server-first");
        return STATUS_USAGE;
    }
    if (argc != 2) {
        error_set(error, STATUS_USAGE, "show: name one order or one scenario");
        error_hint(error, "finwait list orders names the orders");
        return STATUS_USAGE;
    }
    /* An order is shown with the presets it brings: as a scenario of nothing else. */
    order = order_find(argv[1]);
    scenario = order != NULL ? command_order(argv[1], &none, error)
                             : command_scenario(argv[1], &none, error);
    if (scenario == NULL) {
        return error->status;
    }
    status = show(scenario, order != NULL ? order->about : scenario->about, error);
    scenario_free(scenario);
    return status;
}

const struct command command_show = {
    .name = "show",
    .arguments = "ORDER|SCENARIO",
    .about = "Draw both programs and the states each side passes through",
    .help = COMMAND_SCENARIO,
    .run = run,
};
