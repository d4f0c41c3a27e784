#ifndef FINWAIT_CONDUCT_H
#define FINWAIT_CONDUCT_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/error.h"
#include "finwait/result.h"
#include "finwait/scenario.h"

/* The conductor: a trial of a scenario, phase by phase, into a result. */

/* How far a trial is, for a progress line. */
struct progress {
    enum phase phase;
    int64_t elapsed;   /* ns since the phase began */
    int64_t remaining; /* ns still to go in this phase; -1: unknown */
    bool counted;      /* connections are, by a role of finwait's; else the next four are 0 */
    uint64_t ended;    /* connections */
    uint64_t failed;
    uint64_t planned; /* 0: no limit */
    double rate;      /* connections ended a second, lately */
    uint32_t time_wait[SIDE_N];
    uint32_t close_wait[SIDE_N];
};

struct conduct_options {
    void (*progress)(void *context, const struct progress *progress); /* or NULL */
    void *context;
    int64_t progress_every;      /* ns */
    const char *(*cut_by)(void); /* or NULL: the name of a signal that came before conduct did */
    void (*foretold)(void *context, const char *text, const char *advice);
    /* or NULL: what the run will find no room for, before it begins */
    void (*measured)(void *context, struct result *result);
    /* or NULL: all is measured, nothing of it explained yet */
    const char
        *out; /* the directory, which is there, of packets and what commands print; or NULL */
    const char *inspect; /* shell command run in each host at the end of settle, or NULL */
};

/*
 * What can be told of a scenario's run before anything is started, beyond what its text says: TLS
 * files that are missing, no PEM or do not match, names OpenSSL does not know.  0 or -1
 * (STATUS_USAGE).
 */
int conduct_check(const struct scenario *scenario, struct error *error);

/*
 * Run one trial.  Returns its result, marked partial when a signal cut it short or a worker was
 * lost, or NULL when it could not begin.  Leaves no process and no namespace behind.  lab_prepare
 * must have been called when the scenario's lab is private.
 */
struct result *conduct(const struct scenario *scenario, const struct conduct_options *options,
                       struct error *error);

/*
 * Why the model cannot know how the connections of `scenario` end, so that its result carries
 * `unpredicted` instead of a prediction: faults and limits, for instance.  NULL: it can.
 */
const char *predict_refusal(const struct scenario *scenario);

/*
 * The same of a trial that none of its faults and events struck before the end of settle, for they
 * were due later: they are no reason then.
 */
const char *predict_refusal_unstruck(const struct scenario *scenario);

/* The same of a machine without limits: what it would be were there room for all. */
const char *predict_refusal_unlimited(const struct scenario *scenario);

#endif
