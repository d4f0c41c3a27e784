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

/* Whether `word` is "--NAME" or "--NAME=VALUE" of that option. */
static bool is_option(const char *word, const struct option *option)
{
    size_t length = strcspn(word, "=");

    return strncmp(word, "--", 2) == 0 && length - 2 == strlen(option->name) &&
           strncmp(word + 2, option->name, length - 2) == 0;
}

int command_option(int argc, char **argv, const struct option *options)
{
    int index;

    return command_option_index(argc, argv, options, &index);
}

int command_option_index(int argc, char **argv, const struct option *options, int *at)
{
    int index = -1;
    int letter;

    opterr = 0;
    letter = getopt_long(argc, argv, ":", options, &index);
    *at = index;
    if (letter == -1 || index < 0) {
        return letter;
    }
    /* getopt_long(3) takes the beginning of a name for all of it; --i is no safety flag. */
    int taken = optind - 1 - (optarg != NULL && optarg == argv[optind - 1]);
    if (is_option(argv[taken], &options[index])) {
        return letter;
    }
    optind = taken + 1;
    optopt = 0;
    return '?';
}

/* The only option that begins with `name`, else the one spelt most like it. */
static const char *nearest_option(const struct option *options, const char *name)
{
    const char *names[32];
    const char *begun = NULL;
    size_t begin_so = 0;
    size_t count = 0;

    for (; options[count].name != NULL && count < sizeof names / sizeof names[0]; count++) {
        names[count] = options[count].name;
        if (strncmp(names[count], name, strlen(name)) == 0) {
            begun = names[count];
            begin_so++;
        }
    }
    return begin_so == 1 ? begun : nearest_spelling(name, names, count);
}

/* The option that `word` names in full; NULL: none. */
static const struct option *find_option(const struct option *options, const char *word)
{
    while (options->name != NULL && !is_option(word, options)) {
        options++;
    }
    return options->name != NULL ? options : NULL;
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
    int length = (int)strcspn(word, "=");
    const struct option *option = find_option(options, word);
    char dashed[] = {'-', (char)optopt, '\0'};

    error->hint[0] = '\0';
    if (option != NULL && letter == ':') {
        error_set(error, STATUS_USAGE, "%s: %s lacks its value", command->name, word);
    } else if (option != NULL && option->has_arg == no_argument && word[length] == '=') {
        error_set(error, STATUS_USAGE, "%s: %.*s takes no value", command->name, length, word);
    } else if (letter == ':' || optopt <= 0 || optopt >= 128 ||
               (option == NULL && strncmp(word, "--", 2) == 0 && word[length] == '=')) {
        unknown_option(command, options, word, error);
    } else {
        /* getopt_long(3) has not moved on yet when it stops within a cluster of letters. */
        unknown_option(command, options, dashed, error);
    }
    if (error->hint[0] == '\0') {
        error_hint(error, "finwait %s --help lists the options", command->name);
    }
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
