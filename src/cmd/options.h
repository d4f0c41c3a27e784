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

#define OPTION_VERBOSE                                                                             \
    {                                                                                              \
        .name = "verbose",                                                                         \
        .about =                                                                                   \
            "all that there is to tell, in place of the summary: the same as --format verbose",    \
        .take = options_take_verbose,                                                              \
    }

#define OPTION_COLOR                                                                               \
    {                                                                                              \
        .name = "color", .value = "WHEN", .completes = COMPLETES_COLOR,                            \
        .about = "colours: auto (on a terminal, see finwait help environment), always or never",   \
        .take = options_take_color,                                                                \
    }

#define OPTION_QUIET                                                                               \
    {                                                                                              \
        .name = "quiet", .about = "no progress line",                                              \
    }

/* The options that everybody sets: each is a --set by another name. */
#define OPTIONS_QUICK                                                                              \
    {                                                                                              \
        .name = "order",                                                                           \
        .value = "NAME",                                                                           \
        .completes = COMPLETES_ORDER,                                                              \
        .about =                                                                                   \
            "the close order, in place of the scenario's order or programs (finwait list orders)", \
        .path = "order",                                                                           \
    },                                                                                             \
        {                                                                                          \
            .name = "concurrency",                                                                 \
            .letter = 'c',                                                                         \
            .value = "N",                                                                          \
            .about = "connections open at a time, while the rate is max",                          \
            .path = "load.concurrency",                                                            \
        },                                                                                         \
        {                                                                                          \
            .name = "connections",                                                                 \
            .letter = 'n',                                                                         \
            .value = "N",                                                                          \
            .about = "connections to make in all, or as many as a duration allows",                \
            .path = "load.connections",                                                            \
        },                                                                                         \
        {                                                                                          \
            .name = "rate",                                                                        \
            .letter = 'r',                                                                         \
            .value = "RATE",                                                                       \
            .about = "connections to begin, e.g. 500/s, however many are open; max: the next "     \
                     "when one ends",                                                              \
            .path = "load.rate",                                                                   \
        },                                                                                         \
        {                                                                                          \
            .name = "duration",                                                                    \
            .letter = 'd',                                                                         \
            .value = "TIME",                                                                       \
            .about =                                                                               \
                "begin connections for that long, e.g. 10s: with -n no more than these, without "  \
                "it as many as that gives",                                                        \
            .path = "load.duration",                                                               \
            .take = options_take_duration,                                                         \
        },                                                                                         \
        {                                                                                          \
            .name = "at",                                                                          \
            .value = "URL",                                                                        \
            .about =                                                                               \
                "load the server that already runs there, e.g. https://127.0.0.1:8443/path, or "   \
                "HOST:PORT: sets lab to host, server.at and ip, of a URL transport, protocol, "    \
                "request.host and request.path as well",                                           \
            .take = options_take_at,                                                               \
        },                                                                                         \
        {                                                                                          \
            .name = "tls",                                                                         \
            .about = "TLS over TCP",                                                               \
            .path = "transport",                                                                   \
            .set = "tls",                                                                          \
        },                                                                                         \
    {                                                                                              \
        .name = "path", .value = "PATH", .about = "what is asked for, e.g. /search?q=1",           \
        .path = "request.path",                                                                    \
    }

/* What changes a scenario. */
#define OPTIONS_OF_SCENARIO                                                                        \
    OPTIONS_QUICK, OPTION_SET, OPTION_EXPECT, OPTION_SERVER, OPTION_CLIENT, OPTION_PROXY,          \
        OPTION_REMOTE

#define OPTIONS_SCENARIO                                                                           \
    "SCENARIO is a YAML file, - for one on stdin, the name of one that ships (finwait list "       \
    "scenarios), or a close order (finwait list orders), which then has the defaults.\n"           \
    "An option that changes the scenario stands above what its file says; of two that change the " \
    "same the last counts.\n"                                                                      \
    "Without SCENARIO, but with an option of one, it is one of the defaults: both sides play the " \
    "order server-first or --order, or the server is --at; it expects nothing but what --expect "  \
    "says."

int options_take_at(struct command_line *line, const char *value, const char *said,
                    struct error *error);
int options_take_duration(struct command_line *line, const char *value, const char *said,
                          struct error *error);
int options_take_color(struct command_line *line, const char *value, const char *said,
                       struct error *error);
int options_take_set(struct command_line *line, const char *value, const char *said,
                     struct error *error);
int options_take_expect(struct command_line *line, const char *value, const char *said,
                        struct error *error);
int options_take_format(struct command_line *line, const char *value, const char *said,
                        struct error *error);
int options_take_json(struct command_line *line, const char *value, const char *said,
                      struct error *error);
int options_take_verbose(struct command_line *line, const char *value, const char *said,
                         struct error *error);

#endif
