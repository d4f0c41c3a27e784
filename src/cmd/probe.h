#ifndef FINWAIT_CMD_PROBE_H
#define FINWAIT_CMD_PROBE_H

#include "command.h"
#include "finwait/card.h"
#include "overrides.h"

/* A check: a scenario with a question. */
struct probe_check {
    char *id, *file;
    struct scenario *scenario; /* as its file has it, with the sound program that proves it */
    enum side side;            /* whose program it asks */
};

struct probe_checks {
    size_t count;
    struct probe_check *item;
};

/* What is asked: options that put it in the place of a check's sound program. */
struct probe_target {
    char *name;
    char *program; /* whose advice is wanted: "nginx", "gunicorn-sync" is gunicorn's; or NULL */
    struct overrides overrides;
    struct words paths; /* "KIND=/PATH" */
    bool remote; /* it runs already: one for all checks, and only the client's side is ours */
    bool tls;
};

/* One run: a check of a target, or of its own sound program or one of its mutants. */
struct probe_job {
    const struct probe_check *check;
    const struct probe_target *target; /* NULL: its own */
    const char *mutant;                /* NULL: the sound one */
    struct card_check *verdict;        /* filled when it is done */
};

#define PROBE_MAX_WAIT "30s" /* --max-wait by default */

/* How all of them are run. */
struct probe_terms {
    const char *keep;     /* a directory, or NULL */
    const char *max_wait; /* for what is patient, as written, or NULL */
    size_t jobs;          /* at a time */
    bool own;             /* a self-test of the mutants that each check names, alone */
    bool quiet;
};

/* ---- probe_checks.c ---- */

/* Those that ship, or of the directory `from` (NULL: none), for servers or clients; of these the
 * ones that `only` ("idle-end,vanish") names, or all (NULL).  -1: STATUS_USAGE. */
int probe_checks_load(struct probe_checks *checks, const char *from, const char *only,
                      enum side side, struct error *error);
void probe_checks_fini(struct probe_checks *checks);
void probe_checks_list(const struct probe_checks *checks, FILE *out);

/* ---- probe_target.c ---- */

/* Of a command, its words; of a URL; of a scenario's file that says which server.  -1:
 * STATUS_USAGE. */
int probe_target_command(struct probe_target *target, enum side side, size_t count, char **words);
int probe_target_url(struct probe_target *target, const char *url, struct error *error);
int probe_target_file(struct probe_target *target, const char *name, struct error *error);
void probe_target_fini(struct probe_target *target);

/* Add what the command line says besides. */
void probe_target_add(struct probe_target *target, const struct overrides *overrides);

/* The kind of path that a check asks for: it must be named (probe.path), or it is asked for as its
 * file has it, "/upload"; NULL: none. */
const char *probe_path_kind(const struct probe_check *check);

/* The scenario that a job is, or NULL: then the verdict says why it is none, or `error`. */
struct scenario *probe_scenario(const struct probe_job *job, const struct probe_terms *terms,
                                struct error *error);

/* ---- probe_pool.c ---- */

/* Run all of them, each in a process of its own.  False: an interrupt cut it short. */
bool probe_run(struct probe_job *jobs, size_t count, const struct probe_terms *terms);

/* ---- probe_self.c ---- */

/* Run every check against its sound program and every mutant, and tell which do not tell them
 * apart. */
enum status probe_self_test(const struct probe_checks *checks, const struct probe_terms *terms);

#endif
