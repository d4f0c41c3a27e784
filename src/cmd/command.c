#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/conduct.h"
#include "finwait/expect.h"
#include "finwait/grow.h"

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
    struct scenario_override *item = grow_new(count, sizeof *item);
    struct scenario *scenario;

    item[0] = (struct scenario_override){"name", name};
    item[1] = (struct scenario_override){"order", name};
    for (size_t i = 0; i < overrides->count; i++) {
        item[i + 2] = overrides->item[i];
    }
    scenario = scenario_load(NULL, item, count, error);
    free(item);
    return scenario;
}

/* Whether the command line has it run on this machine as it is, or against a server there. */
static bool is_moved(const struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++) {
        const char *path = overrides->item[i].path;

        if (strcmp(path, "lab") == 0 || strcmp(path, "server.at") == 0) {
            return true;
        }
    }
    return false;
}

/* Who names one that ships has not written what it expects: of its own lab's counters, say. */
static void lend_expectations(struct scenario *scenario, const struct overrides *overrides)
{
    for (size_t i = 0; i < scenario->expect_count; i++) {
        struct expectation *expect = &scenario->expect[i];

        expect->borrowed = scenario->lab == LAB_HOST && is_moved(overrides) &&
                           strcmp(expect->where.file, scenario->file) == 0;
    }
}

struct scenario *command_scenario(const char *name, const struct overrides *overrides,
                                  struct error *error)
{
    struct scenario *scenario = NULL;
    char *file = name != NULL ? library_find(name, error) : NULL;

    if (name == NULL || file != NULL) {
        scenario = scenario_load(file, overrides->item, overrides->count, error);
        if (scenario != NULL && name != NULL && strcmp(file, name) != 0) {
            lend_expectations(scenario, overrides);
        }
        free(file);
    } else if (error->status == STATUS_USAGE && order_find(name) != NULL) {
        *error = (struct error){0}; /* that there is no such scenario is no error then */
        scenario = command_order(name, overrides, error);
    }
    if (scenario != NULL &&
        (check_expectations(scenario, error) != 0 || conduct_check(scenario, error) != 0)) {
        scenario_free(scenario);
        return NULL;
    }
    return scenario;
}

const struct command *command_find(const struct command *const *commands, const char *name)
{
    while (*commands != NULL && strcmp((*commands)->name, name) != 0) {
        commands++;
    }
    return *commands;
}

int command_need_scenario(struct command_line *line, struct error *error)
{
    static char *defaults[] = {NULL, NULL};

    if (line->count == 0 && line->overrides.count == 0) {
        error_set(error, STATUS_USAGE, "%s: which scenario?", line->command->name);
        return error_hint(error, "for example: finwait %s server-first", line->command->name);
    }
    if (line->count == 0) {
        line->operand = defaults;
        line->count = 1;
    }
    return 0;
}
