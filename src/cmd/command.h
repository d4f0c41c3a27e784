#ifndef FINWAIT_CMD_COMMAND_H
#define FINWAIT_CMD_COMMAND_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "finwait/error.h"
#include "finwait/report.h"
#include "finwait/scenario.h"

/* A command is one file with one `const struct command`, and one line in main.c's list. */
struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *about;     /* one line */
    const char *help;      /* what --help adds: the options, or NULL */
    /* argv[0] is the command's name.  On STATUS_OK `error` is untouched; else it may say why. */
    enum status (*run)(int argc, char **argv, struct error *error);
};

extern const struct command command_run;
extern const struct command command_compare;
extern const struct command command_report;
extern const struct command command_check;
extern const struct command command_show;
extern const struct command command_list;
extern const struct command command_sysctl;
extern const struct command command_doctor;

/* Ends with NULL. */
extern const struct command *const command_table[];

/* "finwait NAME ARGUMENTS", the about line and the help. */
void command_usage(const struct command *command, FILE *out);

/* What the helps of several commands say of a SCENARIO. */
#define COMMAND_SCENARIO                                                                           \
    "SCENARIO is a YAML file, the name of one that ships (finwait list scenarios), or a close\n"   \
    "order (finwait list orders), which then has the defaults.\n"

/* As getopt_long(3), which it calls: silently, with ':' for an option that lacks its value, and
 * with '?' for one that is not written in full. */
int command_option(int argc, char **argv, const struct option *options);

/* The same, and which of the options it is. */
int command_option_index(int argc, char **argv, const struct option *options, int *index);

/* After `letter` '?' or ':' of command_option: what is wrong with it.  STATUS_USAGE. */
enum status command_bad_option(const struct command *command, const struct option *options,
                               int letter, char **argv, struct error *error);

/* ---- scenarios on the command line (library.c, overrides.c) ---- */

/*
 * The file that `name` means: itself when it looks like a path, else NAME.yaml among the scenarios
 * that ship, in whose folders NAME may lie ("close/linger-zero").  A new string, or NULL with
 * STATUS_USAGE and the nearest name: there is none; or STATUS_MACHINE: it cannot be known or read,
 * or there are no scenarios that ship.
 */
char *library_find(const char *name, struct error *error);

/* The names of the scenarios that ship, "close/linger-zero" for one in a folder, sorted with the
 * folders last; NULL-terminated.  NULL: STATUS_MACHINE.  Free with library_free. */
char **library_names(struct error *error);
void library_free(char **names);

/* Where the scenarios of an installation lie, seen from the program itself, so that it can be moved
 * as a whole.  false: the program lies in no directory of programs, as in a build. */
bool library_beside(char *path, size_t size);

/* --set, --expect and --i-may-load-this-target, gathered. */
struct overrides {
    size_t count;
    struct scenario_override *item;
    char **text; /* owned copies of PATH=VALUE, split */
};

/* Add "PATH=VALUE" as written after --set.  -1: STATUS_USAGE. */
int overrides_set(struct overrides *overrides, const char *text, struct error *error);
int overrides_add(struct overrides *overrides, const char *path, const char *value,
                  struct error *error);

/* The same of the command line's option --`name`, whose text is `value`; both are kept. */
int overrides_say(struct overrides *overrides, const char *path, const char *name,
                  const char *value, struct error *error);

/* "PATH=V1,V2" as written after --vary. */
int overrides_vary(struct overrides *overrides, const char *text, struct error *error);

/* A copy of all that `item` has.  -1: no memory. */
int overrides_copy(struct overrides *overrides, const struct scenario_override *item,
                   struct error *error);
void overrides_fini(struct overrides *overrides);

/* The options --server, --client and --proxy, whose value is that player's command. */
#define COMMAND_SERVER "server"
#define COMMAND_CLIENT "client"
#define COMMAND_PROXY  "proxy"
#define COMMAND_SIDES_HELP                                                                         \
    "  --server COMMAND, --client COMMAND\n"                                                       \
    "                      have COMMAND play that side; with -- in its place the words that\n"     \
    "                      follow it, to the end of the line: --server -- python3 app.py\n"        \
    "  --proxy COMMAND     have COMMAND stand between the two, likewise\n"

/* Take "--server -- WORD…", or of another player, off the end of the line: *argc is then less. */
int overrides_take_command(struct overrides *overrides, int *argc, char **argv,
                           struct error *error);

/*
 * Find, load and check a scenario, its expectations included; the name of a close order that no
 * scenario has means command_order's.  NULL: STATUS_USAGE.
 */
struct scenario *command_scenario(const char *name, const struct overrides *overrides,
                                  struct error *error);

/* A close order by itself: a scenario of the defaults.  NULL: STATUS_USAGE. */
struct scenario *command_order(const char *name, const struct overrides *overrides,
                               struct error *error);

#endif
