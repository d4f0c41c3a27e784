#ifndef FINWAIT_COMPARE_LESSONS_H
#define FINWAIT_COMPARE_LESSONS_H

#include "finwait/kernel_sysctl.h"
#include "parts.h"

/*
 * What a comparison can teach of a sysctl that was varied: how sure it is and what came of it, or,
 * where nothing did, why not.  And of a condition, that it tells nothing.  One row each.
 */
#define LESSONS(X)                                                                                 \
    X(LESSON_DANGER, "varied.danger", REMARK_NOTE,                                                 \
      "a value that was compared does harm on a machine that serves")                              \
    X(LESSON_MOVED, "varied.moved", REMARK_CAUSE,                                                  \
      "which of the metrics that a varied sysctl acts on differ")                                  \
    X(LESSON_CONSTANT, "varied.constant", REMARK_NOTE,                                             \
      "tcp_fin_timeout was varied, and TIME_WAIT is what it was")                                  \
    X(LESSON_NOT_CONNECTING, "varied.not_connecting", REMARK_CAUSE,                                \
      "a sysctl of the connecting side was varied on the other")                                   \
    X(LESSON_LOOPBACK, "varied.loopback_only", REMARK_CAUSE,                                       \
      "tcp_tw_reuse at 2 acts over loopback alone")                                                \
    X(LESSON_SWITCHED_OFF, "varied.switched_off", REMARK_CAUSE,                                    \
      "another setting keeps a varied sysctl from acting")                                         \
    X(LESSON_OTHER_LIMIT, "varied.other_limit", REMARK_CAUSE,                                      \
      "of two limits the one that was not varied is the lower")                                    \
    X(LESSON_LIMIT, "varied.limit_not_reached", REMARK_CAUSE,                                      \
      "a limit that was varied was not reached")                                                   \
    X(LESSON_NEVER_MET, "varied.never_met", REMARK_CAUSE,                                          \
      "what a varied sysctl decides about never came to pass")                                     \
    X(LESSON_UNMEASURED, "varied.unmeasured", REMARK_NOTE,                                         \
      "a varied sysctl acts on nothing that is measured")                                          \
    X(LESSON_UNMOVED, "varied.unmoved", REMARK_NOTE,                                               \
      "nothing that a varied sysctl acts on was seen to differ, and why is not known")             \
    X(LESSON_BLIND, "compare.blind", REMARK_NOTE,                                                  \
      "too few trials for a condition of --fail-if ever to come about")

#define X(id, name, kind, about) id,
enum lesson { LESSONS(X) LESSON_N };
#undef X

/* A sysctl that a variant has otherwise than the baseline. */
struct change {
    struct comparison *comparison;
    size_t variant;
    const char *path; /* "client.sysctl.net.ipv4.tcp_tw_reuse" */
    enum side side;
    const char *name;
    const char *from, *to;
    const struct sysctl_info *info; /* NULL: not in the catalogue */
};

/* A new remark about the change, of which `text` (then the remark's) is all that is said. */
struct remark *lesson_say(const struct change *change, enum lesson lesson, enum certainty certainty,
                          char *text);

/* The row of a metric of the change's variant; NULL: it was not compared. */
const struct comparison_row *lesson_row_of(const struct change *change, const char *metric);

/* A metric or a path, with <side> and <peer> in words.  A new string. */
char *lesson_fill(const char *text, enum side side);

/* ---- teach_rules.c: why nothing moved ---- */

/* What is true of it whatever moved. */
void rules_always(const struct change *change);

/* The first reason that holds for which it could not act.  False: none is known. */
bool rules_explain(const struct change *change);

#endif
