#ifndef FINWAIT_CMD_COMPARE_H
#define FINWAIT_CMD_COMPARE_H

#include "command.h"
#include "finwait/comparison.h"
#include "finwait/variants.h"
#include "progress_line.h"
#include "variant_scenarios.h"

/* finwait compare: what is asked for, and what came of it so far. */
struct compare {
    struct overrides overrides;
    const char *name;   /* of the scenario, as on the command line or in the plan; NULL: none */
    char *study;        /* the name of the study that the command line means, or NULL */
    const char *out;    /* directory, or NULL */
    char *place;        /* what compare_take_out made of it, or NULL */
    const char *resume; /* the same directory, of a comparison that was begun before; or NULL */
    bool quiet, all, force;
    struct outputs *outputs;
    bool has_seed;
    uint64_t seed;
    struct scenario *base; /* the scenario that is varied */
    struct variant_scenarios variants;
    struct comparison *comparison;
    struct comparison_terms terms;
    struct progress_line line;
    json_t *plan; /* of --resume */
};

/* ---- compare_load.c ---- */

/* A scenario of configs/compare may go by its name in there: "orders" is compare/orders, unless
 * another scenario or an order is called so. */
void compare_find_study(struct compare *compare);

/* Load the scenario called compare->name and its variants, and check all that is asked for. */
int compare_load(struct compare *compare, struct error *error);

/* Take from the scenario how the comparison is to be made.  -1: STATUS_USAGE. */
int compare_take_terms(struct compare *compare, struct error *error);

/* Free what is in it. */
void compare_fini(struct compare *compare);

/* ---- compare_plan.c ---- */

/* The file that tells --resume what was asked for. */
#define COMPARE_PLAN "plan.json"

/* A file_writer of a json_t. */
int compare_dump_json(const void *json, FILE *out);

/* Whether a file called `name` is in the directory. */
bool compare_holds(const char *directory, const char *name);

/* Take what was asked for from the plan of compare->resume, beneath what the command line says. */
int compare_plan_read(struct compare *compare, struct error *error);

/* Whether the scenario and its variants are still those of the plan. */
int compare_plan_check(const struct compare *compare, struct error *error);

/* Write it into compare->out. */
int compare_plan_write(const struct compare *compare, struct error *error);

/* ---- compare_out.c ---- */

/* The directory that --out means for a comparison called so, from now on compare->out.  -1:
 * STATUS_USAGE. */
int compare_take_out(struct compare *compare, const char *name, struct error *error);

/* See that no other comparison is in it, or with --force remove what one has written there, and
 * nothing else.  -1: STATUS_USAGE or STATUS_MACHINE. */
int compare_check_out(const struct compare *compare, struct error *error);

/* ---- compare_trial.c ---- */

/* The folders of trials that count, "001-VARIANT", and of those that do not, "VARIANT". */
#define COMPARE_TRIALS  "trials"
#define COMPARE_WARM_UP "warm-up"

/* The file beside the result of a trial that is left out. */
#define FAILURE_FILE "failure.json"

/*
 * Run a trial of a variant in `round`; 0 is the warm-up, which does not count.  Appended to the
 * comparison, unless an interrupt cut it short.  -1: it was not, or it is left out, and why.
 */
int compare_trial(struct compare *compare, size_t round, size_t variant, struct error *error);

/* Append a trial that was finished before.  False: there is none. */
bool compare_trial_again(struct compare *compare, size_t round, size_t variant);

/* ---- compare_rounds.c ---- */

/* Write comparison.json into compare->out, if there is one. */
int compare_write(const struct compare *compare, struct error *error);

/* Run all of it.  -1: nothing can be compared, and why. */
int compare_rounds(struct compare *compare, struct error *error);

#endif
