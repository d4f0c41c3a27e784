#include <stdio.h>
#include <stdlib.h>

#include "finwait/grow.h"
#include "finwait/order.h"
#include "finwait/units.h"
#include "options.h"
#include "show_seen.h"

static enum status show(const struct scenario *scenario, const char *about, struct error *error)
{
    struct grow_stream drawing;

    grow_stream_open(&drawing);
    int status = scenario_draw(scenario, drawing.out, error);
    char *text = grow_stream_close(&drawing);
    if (status == 0) {
        printf("%s%s%s\n\n%s", scenario->name, about != NULL && about[0] != '\0' ? ": " : "",
               about != NULL ? about : "", text);
    }
    free(text);
    return status == 0 ? STATUS_OK : error->status;
}

static enum status show_named(const char *name, const struct overrides *overrides,
                              struct error *error)
{
    /* An order is shown with the presets it brings: as a scenario of nothing else. */
    const struct order *order = name != NULL ? order_find(name) : NULL;
    struct scenario *scenario = order != NULL ? command_order(name, overrides, error)
                                              : command_scenario(name, overrides, error);
    enum status status;

    if (scenario == NULL) {
        return error->status;
    }
    status = show(scenario, order != NULL ? order->about : scenario->about, error);
    scenario_free(scenario);
    return status;
}

static int parse_number(const char *text, uint64_t *number, struct error *error)
{
    if (text == NULL || (units_parse_count(text, number) == 0 && *number > 0)) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "show: --connection %s is no number", text);
    return error_hint(error, "they count from 1 on");
}

static enum status refuse(struct error *error)
{
    error_set(error, STATUS_USAGE, "show: name one order or one scenario");
    error_hint(error, "finwait list orders names the orders");
    return STATUS_USAGE;
}

static enum status run(struct command_line *line, struct error *error)
{
    const char *seen = command_value(line, "seen");
    uint64_t number = 0;

    if (parse_number(command_value(line, "connection"), &number, error) != 0) {
        return error->status;
    }
    if (seen != NULL && line->count == 0) {
        return show_seen(seen, number, error);
    }
    return seen != NULL || number > 0 || line->count > 1 || command_need_scenario(line, error) != 0
               ? refuse(error)
               : show_named(line->operand[0], &line->overrides, error);
}

static const struct command_option options[] = {
    OPTIONS_OF_SCENARIO,
    {"seen", "DIR",
     "draw a connection whose packets run --capture N --out DIR kept, below what the model "
     "foresaw: the first that ended otherwise, else the first",
     .completes = COMPLETES_DIRECTORY},
    {"connection", "K", "draw number K of them instead"},
    {.name = NULL},
};

const struct command command_show = {
    .name = "show",
    .group = GROUP_READ,
    .arguments = "[ORDER|SCENARIO] [OPTIONS]",
    .about = "Draw both programs and the states each side passes through",
    .operands = COMPLETES_SCENARIO,
    .details = OPTIONS_SCENARIO,
    .options = options,
    .run = run,
};
