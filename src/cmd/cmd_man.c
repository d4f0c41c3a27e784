#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "manual.h"

/* Print the page called `wanted`; NULL: the names of all.  Whether there is one. */
static bool print(const struct command_line *line, const char *wanted)
{
    static void (*const other[])(const struct command *const *commands,
                                 FILE *out) = {manual_overview, manual_scenario};
    static const char *const other_name[] = {"finwait.1", "finwait.5"};
    bool found = wanted == NULL;

    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++) {
        if (wanted == NULL) {
            puts(other_name[i]);
        } else if (strcmp(other_name[i], wanted) == 0) {
            other[i](line->commands, stdout);
            found = true;
        }
    }
    for (size_t i = 0; line->commands[i] != NULL; i++) {
        char *name = grow_format("finwait-%s.1", line->commands[i]->name);
        if (wanted == NULL) {
            puts(name);
        } else if (strcmp(name, wanted) == 0) {
            manual_command(line->commands[i], stdout);
            found = true;
        }
        free(name);
    }
    return found;
}

static enum status run(struct command_line *line, struct error *error)
{
    if (line->count > 1) {
        error_set(error, STATUS_USAGE, "man: '%s' is one word too many", line->operand[1]);
    } else if (print(line, line->operand[0])) {
        return STATUS_OK;
    } else {
        error_set(error, STATUS_USAGE, "man: there is no page '%s'", line->operand[0]);
    }
    error_hint(error, "finwait man names them");
    return STATUS_USAGE;
}

static const struct command_word examples[] = {
    {"finwait man finwait.5 | man -l -", "read one without an installation"},
    {.name = NULL},
};

const struct command command_man = {
    .name = "man",
    .group = GROUP_LOOK_UP,
    .arguments = "[PAGE]",
    .about = "Print a man page, or the names of all",
    .details = "The pages are in mdoc(7), and made of the tables that finwait works by. An "
               "installation has them where man(1) looks.",
    .examples = examples,
    .run = run,
};
