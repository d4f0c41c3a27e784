#include "list_commands.h"

#include <stdlib.h>
#include <string.h>

#include "finwait/grow.h"
#include "help.h"

/* Whether the two say the same. */
static bool is_same(const struct command_option *a, const struct command_option *b)
{
    return strcmp(a->name, b->name) == 0 && strcmp(a->about, b->about) == 0;
}

static bool has_option(const struct command *command, const struct command_option *option)
{
    const struct command_option *other = command->options;

    while (other != NULL && other->name != NULL && !is_same(other, option)) {
        other++;
    }
    return other != NULL && other->name != NULL;
}

/* The option with the commands that have it; nothing, when an earlier command has told it. */
static void list_option(struct table *table, const struct command *const *commands,
                        const struct command *first, const struct command_option *option)
{
    struct grow_stream of;
    const char *between = "";

    for (size_t i = 0; commands[i] != first; i++) {
        if (has_option(commands[i], option)) {
            return;
        }
    }
    grow_stream_open(&of);
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (has_option(commands[i], option)) {
            fprintf(of.out, "%s%s", between, commands[i]->name);
            between = ", ";
        }
    }
    char *names = grow_stream_close(&of);
    char *form = help_form(option);
    char *about = help_about(option);
    bool sets = option->path != NULL && strcmp(option->path, OVERRIDE_REMOTE) != 0;
    table_row(table, (const char *[]){form, names, sets ? option->path : "-", about});
    free(about);
    free(form);
    free(names);
}

void list_commands(struct table *table, const struct command *const *commands)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        const char *arguments = commands[i]->arguments;
        char *usage =
            grow_format("%s%s%s", commands[i]->name, *arguments != '\0' ? " " : "", arguments);
        table_row(table, (const char *[]){usage, "-", "-", commands[i]->about});
        free(usage);
    }
    for (size_t i = 0; commands[i] != NULL; i++) {
        const struct command_option *option = commands[i]->options;
        for (; option != NULL && option->name != NULL; option++) {
            list_option(table, commands, commands[i], option);
        }
    }
}
