#ifndef FINWAIT_CMD_COMMAND_H
#define FINWAIT_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "finwait/error.h"
#include "finwait/scenario.h"
#include "finwait/words.h"
#include "output.h"
#include "overrides.h"

/* What stands for an operand or a value, as a shell that completes it needs to know. */
enum completes {
    COMPLETES_NOTHING,
    COMPLETES_FILE,
    COMPLETES_DIRECTORY,
    COMPLETES_SCENARIO, /* a YAML file, one that ships, or a close order */
    COMPLETES_ORDER,
    COMPLETES_RESULT, /* a result.json, or a directory with one */
    COMPLETES_FORMAT, /* NAME or NAME=FILE; the help names them */
    COMPLETES_COMPARISON_FORMAT,
    COMPLETES_METRIC,  /* or an expectation, which begins with one */
    COMPLETES_SETTING, /* PATH=VALUE */
    COMPLETES_COMMAND, /* another program's */
    COMPLETES_WORD,    /* one of the command's words */
    COMPLETES_TOPIC,   /* a command, or a topic of the help */
    COMPLETES_SYSCTL,
    COMPLETES_COLOR, /* as terminal_colour() takes it */
};

struct command_line;

/* Does what an option asks for, which was said so, "--rounds 5".  0 or -1. */
typedef int option_take(struct command_line *line, const char *value, const char *said,
                        struct error *error);

/* An option, by which getopt_long(3) is told, the line is read, and --help is written. */
struct command_option {
    const char *name;
    const char *value; /* what its value is called; NULL: it takes none */
    const char *about; /* wrapped where it is printed */
    /* What is done with a value ("" of one that takes none): a function, which is told how it is
     * said, "--rounds 5"; or it is the option `path` of the scenario, set to `set` if not to the
     * value; or neither, and command_value() gives it. */
    const char *path, *set;
    option_take *take;
    enum completes completes;
    char letter; /* 0: none */
    bool words;  /* with -- for a value it takes the words that follow it */
};

#define COMMAND_OPTIONS 64 /* of a command, with the one that has no name */

/* A word and what is said of it, with what may follow it. */
struct command_word {
    const char *name, *about;
    enum completes completes;
};

/* Where the help names a command. */
enum command_group { GROUP_LOOK_UP, GROUP_LOAD, GROUP_READ };

/* A command is one file with one `const struct command`, and one line in main.c's list. */
struct command {
    const char *name;
    const char *arguments; /* for the usage line */
    const char *about;     /* one line */
    enum command_group group;
    enum completes operands;
    /* What --help adds, or NULL: paragraphs, a line each; words that it takes; the options; what
     * its exit status means; and examples. */
    const char *details;
    const struct command_word *words;     /* the last has no name */
    const struct command_option *options; /* the last has no name */
    const char *exits;
    const struct command_word *examples; /* command lines */
    /* On STATUS_OK `error` is untouched; else it may say why. */
    enum status (*run)(struct command_line *line, struct error *error);
};

extern const struct command command_run;
extern const struct command command_compare;
extern const struct command command_probe;
extern const struct command command_report;
extern const struct command command_check;
extern const struct command command_show;
extern const struct command command_list;
extern const struct command command_sysctl;
extern const struct command command_doctor;
extern const struct command command_help;
extern const struct command command_completion;
extern const struct command command_man;

/* The one called so, or NULL; `commands` ends with NULL. */
const struct command *command_find(const struct command *const *commands, const char *name);

/* What a command line says. */
struct command_line {
    const struct command *command;
    const struct command *const *commands; /* all that there are, ends with NULL */
    struct overrides overrides; /* of options with a path, --set and --expect, in their order */
    struct outputs outputs;     /* of --format and --json */
    const char *value[COMMAND_OPTIONS]; /* the last of each option */
    size_t count;                       /* of operands */
    char **operand;                     /* ends with NULL */
};

/*
 * Take what follows the command's name, argv[0], as getopt_long(3) does, but for an option that is
 * not written in full: that is none.  -1: STATUS_USAGE.  Free it with command_line_fini either way.
 */
int command_parse(struct command_line *line, int argc, char **argv, struct error *error);
void command_line_fini(struct command_line *line);

/* The value of the option --`name`, "" of one that takes none or has a path; NULL: it is not
 * given. */
const char *command_value(const struct command_line *line, const char *name);

/* ---- scenarios on the command line (library.c) ---- */

/*
 * The file that `name` means: itself when it is SCENARIO_STDIN or looks like a path, else NAME.yaml
 * among the scenarios that ship, in whose folders NAME may lie ("close/linger-zero").  A new
 * string, or NULL with STATUS_USAGE and the nearest name: there is none; or STATUS_MACHINE: it
 * cannot be known or read, or there are no scenarios that ship.
 */
char *library_find(const char *name, struct error *error);

/* Add the names of the scenarios that ship, "close/linger-zero" for one in a folder, sorted with
 * the folders last.  -1: STATUS_MACHINE. */
int library_names(struct words *names, struct error *error);

/* Where the scenarios of an installation lie, seen from the program itself, so that it can be moved
 * as a whole.  false: the program lies in no directory of programs, as in a build. */
bool library_beside(char *path, size_t size);

/*
 * Find, load and check a scenario, its expectations included; the name of a close order that no
 * scenario has means command_order's, no name (NULL) one of the
 * defaults.  NULL: STATUS_USAGE.
 */
struct scenario *command_scenario(const char *name, const struct overrides *overrides,
                                  struct error *error);

/* A close order by itself: a scenario of the defaults.  NULL: STATUS_USAGE. */
struct scenario *command_order(const char *name, const struct overrides *overrides,
                               struct error *error);

/* That the line names a scenario, or has options of one: then it is one of the defaults, without a
 * name.  -1: STATUS_USAGE. */
int command_need_scenario(struct command_line *line, struct error *error);

#endif
