#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "finwait/grow.h"
#include "finwait/order.h"
#include "finwait/units.h"
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

static enum status show_named(const char *name, struct error *error)
{
    const struct overrides none = {0};
    /* An order is shown with the presets it brings: as a scenario of nothing else. */
    const struct order *order = order_find(name);
    struct scenario *scenario =
        order != NULL ? command_order(name, &none, error) : command_scenario(name, &none, error);
    enum status status;

    if (scenario == NULL) {
        return error->status;
    }
    status = show(scenario, order != NULL ? order->about : scenario->about, error);
    scenario_free(scenario);
    return status;
}

static const struct option long_options[] = {
    {"seen", required_argument, NULL, 's'},
    {"connection", required_argument, NULL, 'c'},
    {NULL, 0, NULL, 0},
};

static const char help[] = COMMAND_SCENARIO
    "\n"
    "  --seen DIR          draw a connection whose packets run --capture N --out DIR kept, below\n"
    "                      what the model foresaw: the first that ended otherwise, else the first\n"
    "  --connection K      draw number K of them instead\n";

struct show_options {
    const char *seen;
    uint64_t which;
};

static int take_option(struct show_options *options, int letter, struct error *error)
{
    if (letter == 's') {
        options->seen = optarg;
        return 0;
    }
    if (units_parse_count(optarg, &options->which) == 0 && options->which > 0) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "show: --connection %s is no number", optarg);
    return error_hint(error, "they count from 1 on");
}

static enum status refuse(struct error *error)
{
    error_set(error, STATUS_USAGE, "show: name one order or one scenario");
    error_hint(error, "finwait list orders names the orders");
    return STATUS_USAGE;
}

static enum status run(int argc, char **argv, struct error *error)
{
    struct show_options options = {0};
    int letter;

    while ((letter = command_option(argc, argv, long_options)) != -1) {
        if (letter == '?' || letter == ':') {
            return command_bad_option(&command_show, long_options, letter, argv, error);
        }
        if (take_option(&options, letter, error) != 0) {
            return error->status;
        }
    }
    if (options.seen != NULL && optind == argc) {
        return show_seen(options.seen, options.which, error);
    }
    return options.seen == NULL && options.which == 0 && optind + 1 == argc
               ? show_named(argv[optind], error)
               : refuse(error);
}

const struct command command_show = {
    .name = "show",
    .arguments = "ORDER|SCENARIO",
    .about = "Draw both programs and the states each side passes through",
    .help = help,
    .run = run,
};
