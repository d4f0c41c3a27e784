#ifndef FINWAIT_JUDGE_EXPECTATION_H
#define FINWAIT_JUDGE_EXPECTATION_H

#include <stdbool.h>

#include "finwait/error.h"
#include "quantity.h"

/* An expectation taken apart. */

enum relation {
    RELATION_LESS = 1,
    RELATION_EQUAL = 2,
    RELATION_GREATER = 4,
};

/* factor × metric, or factor alone. */
struct term {
    double factor;
    bool is_product;  /* the factor was written */
    char metric[128]; /* "": a number alone */
    struct dimension dimension;

    /* Where it stands in the text that was parsed; number_end is `begin` where no number is. */
    const char *begin, *number_end, *end;
    const char *unit; /* within number, or number_end: it has none */
};

struct expectation_parts {
    struct term left, right;
    enum quantity quantity; /* of both */
    unsigned holds;         /* the relations of left to right under which it holds, ORed */
};

/* -1 with STATUS_USAGE, pointing into the text. */
int expectation_parse(struct expectation_parts *parts, const char *text, struct where where,
                      struct error *error);

#endif
