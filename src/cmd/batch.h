#ifndef FINWAIT_CMD_BATCH_H
#define FINWAIT_CMD_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "command.h"

/* The scenarios of one command line. */
struct batch {
    size_t count;
    struct scenario *scenario[];
};

/* All are loaded before any is started: a mistake in the last one costs nothing.  NULL: error. */
struct batch *batch_load(size_t count, char **names, const struct overrides *overrides,
                         struct error *error);
void batch_free(struct batch *batch);

/* Whether two of them have the same name, and so would the directories of their results. */
const char *batch_twin(const struct batch *batch);

/*
 * Call `run` for each in turn, with `context`.  Several each get a process of their own: what a
 * private lab needs changes the process for good (lab_prepare), and `lab: host` must not inherit
 * it. An unmet expectation does not end the batch; anything worse does.  `untried` is told, in this
 * process, of each that ended with an error or that was not begun.
 */
typedef enum status batch_run_fn(void *context, const struct scenario *scenario,
                                 struct error *error);
typedef void batch_untried_fn(void *context, const struct scenario *scenario,
                              const struct error *why);
enum status batch_run(const struct batch *batch, batch_run_fn *run, batch_untried_fn *untried,
                      void *context, struct error *error);

#endif
