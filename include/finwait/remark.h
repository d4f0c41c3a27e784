#ifndef FINWAIT_REMARK_H
#define FINWAIT_REMARK_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/side.h"

/*
 * A remark: something that a result shows, in words and with the numbers that bear it out.
 * src/explain makes them, once, before the result is written; `finwait list remarks` has the ids.
 */

#define REMARK_KINDS(X)                                                                            \
    X(REMARK_VERDICT, "verdict", "whether it went as the model foresaw")                           \
    X(REMARK_CAUSE, "cause", "what made it happen")                                                \
    X(REMARK_CONSEQUENCE, "consequence", "what came of it, or will")                               \
    X(REMARK_ADVICE, "advice", "what to do, where that is all there is to say")                    \
    X(REMARK_WARNING, "warning", "what keeps the numbers from meaning what they seem to")          \
    X(REMARK_NOTE, "note", "what is good to know beside it")

#define CERTAINTIES(X)                                                                             \
    X(CERTAINTY_PROVEN, "proven", "the evidence leaves no other cause")                            \
    X(CERTAINTY_LIKELY, "likely", "the evidence allows others; the text says what would tell")     \
    X(CERTAINTY_UNKNOWN, "unknown", "nobody looked, or what was looked at does not tell")

#define X(id, name, about) id,
enum remark_kind { REMARK_KINDS(X) REMARK_KIND_N };
enum certainty { CERTAINTIES(X) CERTAINTY_N };
#undef X

const char *remark_kind_name(enum remark_kind kind); /* "cause"; NULL: there is none */
const char *remark_kind_about(enum remark_kind kind);
const char *certainty_name(enum certainty certainty);
const char *certainty_about(enum certainty certainty);

/* A number that the remark rests on: a metric's name, "SIDE.sysctl.NAME" or an option's path. */
struct evidence {
    char *metric;
    double value;
};

struct remark {
    char *id;      /* stable: "ports.exhausted" */
    bool has_side; /* it is about one side: */
    enum side side;
    enum remark_kind kind;
    enum certainty certainty;
    char *text;   /* a sentence or a few, without line breaks */
    char *advice; /* what to do about it, or NULL */
    size_t evidence_count;
    struct evidence *evidence;
};

/* Add to a remark's `text` or `advice`: `between` first, unless it is empty yet. */
void remark_append(char **text, const char *between, const char *more);

/* Add to its evidence, unless it is there. */
void remark_add_evidence(struct remark *remark, const char *metric, double value);

/* The value of its evidence; false: it does not rest on that. */
bool remark_evidence(const struct remark *remark, const char *metric, double *value);

void remark_fini(struct remark *remark);

#endif
