#include "command.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/expect.h"

void command_usage(const struct command *command, FILE *out)
{
    fprintf(out, "usage: finwait %s %s\n\n%s.\n", command->name, command->arguments,
            command->about);
    if (command->help != NULL) {
        fprintf(out, "\n%s", command->help);
    }
}

enum status command_bad_option(const struct command *command, char **argv, struct error *error)
{
    char letter[] = {'-', (char)optopt, '\0'};

    /* getopt_long(3) has not moved on yet when it stops within a cluster of letters. */
    error_set(error, STATUS_USAGE, "%s: option '%s' is unknown, ambiguous or lacks its argument",
              command->name, optopt > 0 && optopt < 128 ? letter : argv[optind - 1]);
    error_hint(error, "finwait %s --help lists the options", command->name);
    return STATUS_USAGE;
}

static int check_expectations(const struct scenario *scenario, struct error *error)
{
    for (size_t i = 0; i < scenario->expect_count; i++) {
        if (expect_check(scenario->expect[i].text, scenario->expect[i].where, error) != 0) {
            return -1;
        }
    }
    return 0;
}

struct scenario *command_order(const char *name, const struct overrides *overrides,
                               struct error *error)
{
    size_t count = overrides->count + 2;
    struct scenario_override *item = calloc(count, sizeof *item);
    struct scenario *scenario;

    if (item == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory");
        return NULL;
    }
    item[0] = (struct scenario_override){"name", name};
    item[1] = (struct scenario_override){"order", name};
    for (size_t i = 0; i < overrides->count; i++) {
        item[i + 2] = overrides->item[i];
    }
    scenario = scenario_load(NULL, item, count, error);
    free(item);
    return scenario;
}

struct scenario *command_scenario(const char *name, const struct overrides *overrides,
                                  struct error *error)
{
    struct scenario *scenario = NULL;
    char *file = library_find(name, error);

    if (file != NULL) {
        scenario = scenario_load(file, overrides->item, overrides->count, error);
        free(file);
    } else if (order_find(name) != NULL) {
        scenario = command_order(name, overrides, error);
    }
    if (scenario != NULL && check_expectations(scenario, error) != 0) {
        scenario_free(scenario);
        return NULL;
    }
    return scenario;
}
