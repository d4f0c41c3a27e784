#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/conduct.h"
#include "finwait/expect.h"

void command_usage(const struct command *command, FILE *out)
{
    fprintf(out, "usage: finwait %s%s%s\n\n%s.\n", command->name,
            command->arguments[0] != '\0' ? " " : "", command->arguments, command->about);
    if (command->help != NULL) {
        fprintf(out, "\n%s", command->help);
    }
}

int command_option(int argc, char **argv, const struct option *options)
{
    opterr = 0;
    return getopt_long(argc, argv, ":", options, NULL);
}

/* How many options begin with the `length` characters at `name`; one of that very name counts
 * alone. */
static size_t count_options(const struct option *options, const char *name, size_t length)
{
    size_t count = 0;

    for (; options->name != NULL; options++) {
        if (strncmp(options->name, name, length) == 0) {
            if (options->name[length] == '\0') {
                return 1;
            }
            count++;
        }
    }
    return count;
}

static const char *nearest_option(const struct option *options, const char *name)
{
    const char *names[16];
    size_t count = 0;

    for (; options[count].name != NULL && count < sizeof names / sizeof names[0]; count++) {
        names[count] = options[count].name;
    }
    return nearest_spelling(name, names, count);
}

static void unknown_option(const struct command *command, const struct option *options,
                           const char *word, struct error *error)
{
    const char *near =
        strncmp(word, "--", 2) == 0 && word[2] != '\0' ? nearest_option(options, word + 2) : NULL;

    error_set(error, STATUS_USAGE, "%s: there is no option '%s'", command->name, word);
    if (near != NULL) {
        error_hint(error, "did you mean --%s?  finwait %s --help lists the options", near,
                   command->name);
    }
}

enum status command_bad_option(const struct command *command, const struct option *options,
                               int letter, char **argv, struct error *error)
{
    const char *word = argv[optind - 1];
    size_t length = strcspn(word, "=");
    size_t matches = strncmp(word, "--", 2) == 0 ? count_options(options, word + 2, length - 2) : 0;
    char dashed[] = {'-', (char)optopt, '\0'};

    error->hint[0] = '\0';
    if (letter == ':') {
        error_set(error, STATUS_USAGE, "%s: %s lacks its value", command->name, word);
    } else if (optopt > 0 && optopt < 128 && matches == 0) {
        /* getopt_long(3) has not moved on yet when it stops within a cluster of letters. */
        unknown_option(command, options, dashed, error);
    } else if (matches > 1) {
        error_set(error, STATUS_USAGE, "%s: '%s' is short for several options", command->name,
                  word);
    } else if (matches == 1) {
        error_set(error, STATUS_USAGE, "%s: %.*s takes no value", command->name, (int)length, word);
    } else {
        unknown_option(command, options, word, error);
    }
    if (error->hint[0] == '\0') {
        error_hint(error, "finwait %s --help lists the options", command->name);
    }
    return STATUS_USAGE;
}

int command_format(const struct command *command, const char *name,
                   const struct report_ops **format, struct error *error)
{
    char names[REPORT_NAMES];

    *format = report_find(name);
    if (*format != NULL) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "%s: there is no format '%s'", command->name, name);
    return error_hint(error, "there are %s", report_names(names, sizeof names));
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
    } else if (error->status == STATUS_USAGE && order_find(name) != NULL) {
        *error = (struct error){0}; /* that there is no such scenario is no error then */
        if (library_is_absent()) {
            fprintf(stderr,
                    "finwait: no scenarios that ship are found: %s is the order by itself, "
                    "which expects nothing\n",
                    name);
        }
        scenario = command_order(name, overrides, error);
    }
    if (scenario != NULL &&
        (check_expectations(scenario, error) != 0 || conduct_check(scenario, error) != 0)) {
        scenario_free(scenario);
        return NULL;
    }
    return scenario;
}
