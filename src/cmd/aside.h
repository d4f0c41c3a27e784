#ifndef FINWAIT_CMD_ASIDE_H
#define FINWAIT_CMD_ASIDE_H

#include "apart.h"
#include "finwait/result.h"
#include "finwait/scenario.h"
#include "progress_line.h"

/* A trial in a process of its own, whose result this one reads. */
struct aside {
    const struct scenario *scenario;
    struct progress_line *line; /* NULL: nobody looks on */
    char *directory;            /* where the result goes, owned; NULL: a file without a name, */
    int memory;                 /* this one */
    char *file;                 /* to read it from */
};

/* Make the place of its result, of what the first three say.  -1: STATUS_USAGE or STATUS_MACHINE;
 * close it either way. */
int aside_open(struct aside *aside, struct error *error);
void aside_close(struct aside *aside);

/* An apart_fn: conduct it, judge it and keep its result. */
enum status aside_run(void *aside, struct error *error);

/* The result that was kept; NULL: there is none. */
struct result *aside_read(const struct aside *aside, struct error *error);

#endif
