#ifndef FINWAIT_CMD_OPTIONS_H
#define FINWAIT_CMD_OPTIONS_H

#include "command.h"

/* Rows that several commands have, and what they say of their operands. */

#define OPTION_SET                                                                                 \
    {                                                                                              \
        "set", "PATH=VALUE",                                                                       \
            "change an option of the scenario, e.g. load.connections=20000 (finwait list options " \
            "names them); VALUE null takes back what the scenario says of it",                     \
            .take = options_take_set, .completes = COMPLETES_SETTING                               \
    }

#define OPTION_EXPECT                                                                              \
    {                                                                                              \
        "expect", "TEXT", "one more expectation, e.g. \"server.close_wait.final < 100\"",          \
            .take = options_take_expect, .completes = COMPLETES_METRIC                             \
    }

#define OPTION_SERVER                                                                              \
    {                                                                                              \
        "server", "COMMAND",                                                                       \
            "have COMMAND play the server; with -- in its place the words that follow it, to the " \
            "end of the line: --server -- python3 app.py",                                         \
            "server.command", .completes = COMPLETES_COMMAND, .words = true                        \
    }

#define OPTION_CLIENT                                                                              \
    {                                                                                              \
        "client", "COMMAND", "have COMMAND play the client, likewise", "client.command",           \
            .completes = COMPLETES_COMMAND, .words = true                                          \
    }

#define OPTION_PROXY                                                                               \
    {                                                                                              \
        "proxy", "COMMAND", "have COMMAND stand between the two, likewise", "proxy.command",       \
            .completes = COMPLETES_COMMAND, .words = true                                          \
    }

#define OPTION_REMOTE                                                                              \
    {                                                                                              \
        OVERRIDE_REMOTE, NULL, "allow a server.at that is not a loopback address",                 \
            OVERRIDE_REMOTE, .set = "on"                                                           \
    }

#define OPTION_FORMAT                                                                              \
    {                                                                                              \
        "format", "NAME[=FILE]",                                                                   \
            "print the result so, or write it into FILE; once for each that is wanted",            \
            .take = options_take_format, .completes = COMPLETES_FORMAT                             \
    }

#define OPTION_JSON                                                                                \
    {                                                                                              \
        "json", NULL, "the same as --format json", .take = options_take_json                       \
    }

#define OPTION_VERBOSE                                                                             \
    {                                                                                              \
        "verbose", NULL,                                                                           \
            "all that there is to tell, in place of the summary: the same as --format verbose",    \
            .take = options_take_verbose                                                           \
    }

#define OPTION_COLOR                                                                               \
    {                                                                                              \
        "color", "WHEN",                                                                           \
            "colours: auto (on a terminal, see finwait help environment), always or never",        \
            .take = options_take_color, .completes = COMPLETES_COLOR                               \
    }

#define OPTION_QUIET                                                                               \
    {                                                                                              \
        "quiet", NULL, "no progress line"                                                          \
    }

/* The options that everybody sets: each is a --set by another name. */
#define OPTIONS_QUICK                                                                              \
    {"order", "NAME",                                                                              \
     "the close order, in place of the scenario's order or programs (finwait list orders)",        \
     "order", .completes = COMPLETES_ORDER},                                                       \
        {"concurrency", "N", "connections open at a time, while the rate is max",                  \
         "load.concurrency", .letter = 'c'},                                                       \
        {"connections", "N", "connections to make in all, or as many as a duration allows",        \
         "load.connections", .letter = 'n'},                                                       \
        {"rate", "RATE",                                                                           \
         "connections to begin, e.g. 500/s, however many are open; max: the next "                 \
         "when one ends",                                                                          \
         "load.rate", .letter = 'r'},                                                              \
        {"duration",                                                                               \
         "TIME",                                                                                   \
         "begin connections for that long, e.g. 10s: with -n no more than these, without "         \
         "it as many as that gives",                                                               \
         "load.duration",                                                                          \
         .take = options_take_duration,                                                            \
         .letter = 'd'},                                                                           \
        {"at", "URL",                                                                              \
         "load the server that already runs there, e.g. https://127.0.0.1:8443/path, or "          \
         "HOST:PORT: sets lab to host, server.at and ip, of a URL transport, protocol, "           \
         "request.host and request.path as well",                                                  \
         .take = options_take_at},                                                                 \
        {"tls", NULL, "TLS over TCP", "transport", .set = "tls"},                                  \
    {                                                                                              \
        "path", "PATH", "what is asked for, e.g. /search?q=1", "request.path"                      \
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

option_take options_take_at, options_take_duration, options_take_color, options_take_set;
option_take options_take_expect, options_take_format, options_take_json, options_take_verbose;

#endif
