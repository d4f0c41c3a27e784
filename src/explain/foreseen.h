#ifndef EXPLAIN_FORESEEN_H
#define EXPLAIN_FORESEEN_H

#include "finwait/facts.h"

/* What the model foresaw, beside what was seen of it. */

/* Whether a number is not from low to high, give or take `share` of it or two. */
bool foreseen_differs(double seen, double low, double high, double share);

/* Whether there is a model, and every way to end has the side rest in the same state. */
bool foreseen_state(const struct result *result, enum side side);

/*
 * How many sockets of a side are to be at rest in the end, and how many were seen.  False when
 * there is nothing to compare: no model, no final observation, programs that have not ended, ways
 * to end that do not agree.
 */
struct foreseen_rest {
    enum tcp_state state; /* TCP_STATE_CLOSE: none is to be left, in any state */
    double seen, due;
    double share; /* of those that came to rest: still there, for their time is not over */
    bool agrees;  /* within the tolerance */
};
bool foreseen_rest(const struct facts *facts, enum side side, struct foreseen_rest *rest);

/* How many mini-sockets (TIME_WAIT, or orphans in FIN_WAIT2) a side's host was to make, and how
 * many its counters say it made.  False: no model, ways to end that do not agree, not counted. */
struct foreseen_minis {
    double each; /* by a connection */
    double due, made;
    bool agrees;
};
bool foreseen_minis(const struct facts *facts, enum side side, struct foreseen_minis *minis);

/*
 * How the server's connections ended, beside its fates in the model: `other` as it did not foresee,
 * `missing` of those that the client ended as foreseen were never accepted.  False: no model, or
 * not both roles are ours (one's tally is connections.foreseen).
 */
struct foreseen_server {
    double ended, other, missing;
};
bool foreseen_server(const struct facts *facts, struct foreseen_server *server);

/* Whether the model has the side's connections end so. */
bool foreseen_fate(const struct result *result, enum side side, enum outcome outcome);

#endif
