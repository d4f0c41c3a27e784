#ifndef FINWAIT_SCENARIO_DRAFT_H
#define FINWAIT_SCENARIO_DRAFT_H

#include "finwait/scenario.h"
#include "options.h"

/* A scenario in the making: who gave each option, and where. */

struct given {
    enum level level;
    struct where where;
};

struct draft {
    struct scenario *scenario;
    struct given given[OPTION_MAX];         /* beside the option table */
    struct where step[SIDE_N][PROGRAM_MAX]; /* of the programs' */
    struct where mix_step[MIX_MAX][PROGRAM_MAX];
    struct where mix_where[MIX_MAX];
    bool may_load_target; /* --i-may-load-this-target */
    struct error *error;
};

/*
 * Set `option` to what `node` says; `key`: the sysctl's name.  Once a level: a second time in the
 * file is an error, on the command line the last one counts.  0 or -1.
 */
int draft_set(struct draft *draft, const struct option *option, const char *key,
              const struct tree *node, enum level level);

/* Have the option `path`, or all below that map, as if nobody had given it. */
void draft_unset(struct draft *draft, const char *path);

/* Who gave the option `path`, which is in the table. */
const struct given *draft_given(const struct draft *draft, const char *path);

/* Set all that the file's map says. */
int draft_apply_tree(struct draft *draft, const struct tree *map);

/* Set what the command line says. */
int draft_apply_overrides(struct draft *draft, const struct scenario_override *overrides,
                          size_t count);

/* Read the bodies that files have, and set the sizes that follow from what else is given. */
int draft_complete_message(struct draft *draft);

/* Check what requests and responses are made of. */
int draft_check_message(const struct draft *draft);

/* Check that faults and events can happen, in their order. */
int draft_check_timeline(const struct draft *draft);

/* Read a program, and where its steps stand. */
int draft_read_program(const struct draft *draft, enum side side, const struct tree *node,
                       struct program *program, struct where step[PROGRAM_MAX]);

/* Where a step of a program of the side was written, scenario_program(). */
struct where draft_step(const struct draft *draft, enum side side, size_t program, size_t step);

/* Let the order, or the programs spelled out, decide: programs, name of the order, presets. */
int draft_choose_programs(struct draft *draft);

/* Check the options that make a side unlike other programs. */
int draft_check_sides(const struct draft *draft);

/* Check what goes with a command. */
int draft_check_commands(const struct draft *draft);

/* Set what the options about TLS default to when it depends on others. */
void draft_complete_tls(struct draft *draft);

/* Check the options about TLS, and that steps that need it have it. */
int draft_check_tls(const struct draft *draft);

/* Check what variants set. */
int draft_check_variants(const struct draft *draft);

/* Check what no option can tell alone. */
int draft_check(const struct draft *draft);

/* What is wrong, after where that is and what to do about it (fail.c).  -1. */
int draft_fail(const struct draft *draft, struct where where, const char *hint, const char *format,
               ...) __attribute__((format(printf, 4, 5)));
int draft_fail_twice(const struct draft *draft, const char *path, struct where first,
                     struct where second);

#endif
