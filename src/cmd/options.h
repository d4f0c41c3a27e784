#ifndef FINWAIT_CMD_OPTIONS_H
#define FINWAIT_CMD_OPTIONS_H

#include "command.h"

/* Rows that several commands have, and what they say of their operands. */

#define OPTION_SET                                                                                 \
    {                                                                                              \
        .name = "set", .value = "PATH=VALUE", .completes = COMPLETES_SETTING,                      \
        .about =                                                                                   \
            "change an option of the scenario, e.g. load.connections=20000 (finwait list options " \
            "names them); VALUE null takes back what the scenario says of it",                     \
        .take = options_take_set,                                                                  \
    }

#define OPTION_EXPECT                                                                              \
    {                                                                                              \
        .name = "expect", .value = "TEXT", .completes = COMPLETES_METRIC,                          \
        .about = "one more expectation, e.g. \"server.close_wait.final < 100\"",                   \
        .take = options_take_expect,                                                               \
    }

#define OPTION_SERVER                                                                              \
    {                                                                                              \
        .name = "server", .value = "COMMAND", .completes = COMPLETES_COMMAND,                      \
        .about =                                                                                   \
            "have COMMAND play the server; with -- in its place the words that follow it, to the " \
            "end of the line: --server -- python3 app.py",                                         \
        .path = "server.command", .words = true,                                                   \
    }

#define OPTION_CLIENT                                                                              \
    {                                                                                              \
        .name = "client", .value = "COMMAND", .completes = COMPLETES_COMMAND,                      \
        .about = "have COMMAND play the client, likewise", .path = "client.command",               \
        .words = true,                                                                             \
    }

#define OPTION_PROXY                                                                               \
    {                                                                                              \
        .name = "proxy", .value = "COMMAND", .completes = COMPLETES_COMMAND,                       \
        .about = "have COMMAND stand between the two, likewise", .path = "proxy.command",          \
        .words = true,                                                                             \
    }

#define OPTION_REMOTE                                                                              \
    {                                                                                              \
        .name = OVERRIDE_REMOTE, .about = "allow a server.at that is not a loopback address",      \
        .path = OVERRIDE_REMOTE, .set = "on",                                                      \
    }

#define OPTION_FORMAT                                                                              \
    {                                                                                              \
        .name = "format", .value = "NAME[=FILE]", .completes = COMPLETES_FORMAT,                   \
        .about = "print the result so, or write it into FILE; once for each that is wanted",       \
        .take = options_take_format,                                                               \
    }

#define OPTION_JSON                                                                                \
    {                                                                                              \
        .name = "json", .about = "the same as --format json", .take = options_take_json,           \
    }

#define OPTION_QUIET                                                                               \
    {                                                                                              \
        .name = "quiet", .about = "no progress line",                                              \
    }

/* What changes a scenario. */
#define OPTIONS_OF_SCENARIO                                                                        \
    OPTION_SET, OPTION_EXPECT, OPTION_SERVER, OPTION_CLIENT, OPTION_PROXY, OPTION_REMOTE

#define OPTIONS_SCENARIO                                                                           \
    "SCENARIO is a YAML file, the name of one that ships (finwait list scenarios), or a close "    \
    "order (finwait list orders), which then has the defaults."

int options_take_set(struct command_line *line, const char *value, struct error *error);
int options_take_expect(struct command_line *line, const char *value, struct error *error);
int options_take_format(struct command_line *line, const char *value, struct error *error);
int options_take_json(struct command_line *line, const char *value, struct error *error);

#endif
