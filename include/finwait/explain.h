#ifndef FINWAIT_EXPLAIN_H
#define FINWAIT_EXPLAIN_H

#include "finwait/result.h"

/* What can be said of results, a row each; ends with one whose id is NULL. */
struct remark_row {
    const char *id;
    enum remark_kind kind;
    const char *about;
};
extern const struct remark_row remark_table[];

/*
 * Say what a result means: make its remarks, in the order in which they are to be told, from all
 * else that it holds.  Call after result_measure().
 */
void explain(struct result *result);

/* "client ends in close, server ends in time_wait"; for a race, every way.  "" without a
 * model.  A new string. */
char *explain_prediction(const struct result *result);

#endif
