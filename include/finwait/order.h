#ifndef FINWAIT_ORDER_H
#define FINWAIT_ORDER_H

#include <stddef.h>

#include "finwait/side.h"

/*
 * A close order is a named pair of programs.  A new one is one row in
 * src/program/orders.c.
 */

/* A scenario option the order needs to be different from its usual default. */
struct order_preset {
    const char *path;  /* e.g. "server.sockopt.rcvbuf" */
    const char *value; /* as a user would write it */
};

#define ORDER_PRESETS 8 /* one more than any order needs: there is always a NULL path */

struct order {
    const char *name;    /* "server-first" */
    const char *about;   /* one line */
    const char *watched; /* of a real client's way to close: the program it was found at, and its
                            version; NULL: nobody's in particular */
    const char *program[SIDE_N];
    struct order_preset preset[ORDER_PRESETS]; /* ends at the first NULL path */
};

extern const struct order order_table[];
extern const size_t order_count;

/* The order called `name`, or NULL. */
const struct order *order_find(const char *name);

/* The order name nearest to `name`, or NULL; see nearest_spelling. */
const char *order_nearest(const char *name);

#endif
