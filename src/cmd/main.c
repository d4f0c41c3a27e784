#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "help.h"
#include "stdout.h"
#include "topics.h"
#include "version.h"

static const struct command *const command_table[] = {
    &command_run,   &command_compare,    &command_probe,
    &command_check, &command_show,       &command_report,
    &command_list,  &command_sysctl,     &command_doctor,
    &command_help,  &command_completion, &command_man,
    NULL,
};

static enum status unknown_command(const char *name, struct error *error)
{
    const char *names[16];
    size_t count = 0;
    const char *near;

    for (; command_table[count] != NULL; count++) {
        names[count] = command_table[count]->name;
    }
    near = nearest_spelling(name, names, count);
    error_set(error, STATUS_USAGE, "there is no command '%s'", name);
    if (topic_find(name) != NULL) {
        error_hint(error, "finwait help %s tells what that is", name);
    } else if (near != NULL) {
        error_hint(error, "did you mean 'finwait %s'?", near);
    } else {
        error_hint(error, "finwait --help lists the commands");
    }
    return STATUS_USAGE;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static enum status run_command(int argc, char **argv, struct error *error)
{
    struct command_line line = {0};
    enum status status;
    const struct command *command = command_find(command_table, argv[1]);

    for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (is_help(argv[i]) && help_find(command_table, argv[1], stdout)) {
            return STATUS_OK;
        }
    }
    if (command == NULL) {
        return unknown_command(argv[1], error);
    }
    line.command = command;
    line.commands = command_table;
    status = command_parse(&line, argc - 1, argv + 1, error) == 0 ? command->run(&line, error)
                                                                  : error->status;
    command_line_fini(&line);
    return status;
}

static enum status dispatch(int argc, char **argv, struct error *error)
{
    if (argc < 2) {
        help_overview(command_table, stderr);
        return STATUS_USAGE;
    }
    if (is_help(argv[1])) {
        help_overview(command_table, stdout);
        return STATUS_OK;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        version_print(stdout);
        return STATUS_OK;
    }
    return run_command(argc, argv, error);
}

int main(int argc, char **argv)
{
    struct error error = {0};
    struct error unwritten = {0};
    enum status status;

    stdout_hold();
    status = dispatch(argc, argv, &error);
    if (status != STATUS_OK && error.what[0] != '\0') {
        error_print(&error, stderr);
    }
    if (stdout_flush(&unwritten) != 0 && status <= STATUS_UNMET) {
        error_print(&unwritten, stderr);
        status = unwritten.status;
    }
    stdout_end(status);
    return (int)status;
}
