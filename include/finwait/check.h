#ifndef FINWAIT_CHECK_H
#define FINWAIT_CHECK_H

#include "finwait/words.h"

/*
 * What a scenario says of itself as a check of finwait probe (the options probe.*): what it asks of
 * a server or a client that is not finwait's, and by which expectations the answer is known.
 */

/* How much is asked for: RFC 2119, and INFO, of which nothing is. */
enum check_level {
    CHECK_MUST,
    CHECK_SHOULD,
    CHECK_MAY,
    CHECK_INFO,
};

/* Which of its waits is as long as finwait probe --max-wait says. */
enum check_patience {
    PATIENCE_NONE,
    PATIENCE_TIMEOUT, /* load.timeout */
    PATIENCE_SETTLE,  /* settle */
};

struct check_spec {
    char *question; /* NULL: the scenario is no check */
    enum check_level level;
    char *source;            /* where it is asked for: RFC and section, man page */
    struct words skip;       /* expectations: any holds, and nothing was asked */
    struct words pass, warn; /* expectations: all hold */
    struct words fail;       /* the same; none: whatever is neither pass nor warn */
    struct words measured;   /* "NAME=METRIC", shown and kept */
    struct words advice;     /* what to change: a text, or "PROGRAM=TEXT" for that program */
    struct words mutant;     /* of the sound program that the scenario names: what fails here */
    char *path;              /* the kind of resource that the target must name, "large" */
    struct words paths;      /* of a target: "KIND=/PATH" */
    int stop_signal;         /* of a target: in place of events' SIGTERM to the server */
    enum check_patience patient;
};

#endif
