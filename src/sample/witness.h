#ifndef SAMPLE_WITNESS_H
#define SAMPLE_WITNESS_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"
#include "finwait/sampler.h"
#include "sock_diag.h"

/* What looks at one namespace: everything it needs was opened inside and is used from outside. */
struct witness {
    struct sock_diag diag;
    int sockstat; /* -1: full observations only */
    struct counter_files files;
    struct counters counters;
    uint32_t minis; /* in FIN_WAIT2, as the latest dump saw them; not where ports tell sides */
};

/* Open all in the host's namespace, and remember what stands on its ports where it has some.  After
 * a failure witness_close is allowed. */
int witness_open(struct witness *witness, const struct sampler_host *host, struct error *error);
void witness_close(struct witness *witness);

/*
 * Whether a cheap observation is possible: sockstat is there and the namespace is a side's own
 * (sockstat is a namespace's and knows no ports).
 */
bool witness_is_cheap(const struct witness *witness);

/* The mini-sockets, as sockstat counts them: in TIME_WAIT, and in FIN_WAIT2.  Where cheap. */
int witness_count(const struct witness *witness, int64_t *tw, struct error *error);

/* Whether others' sockets stand there as well, and not only those of client, server and proxy. */
bool witness_is_shared(const struct witness *witness);

/* Whether sockets of `side` can be among the host's. */
bool witness_shows(const struct witness *witness, enum side side);

/*
 * Add what the host shows to the sample of its side (of both sides, told apart by port).
 *
 * A full observation dumps every socket.  A cheap one leaves TIME_WAIT out of the dump and derives
 * it from sockstat: "tw" counts all mini-sockets, so those the dump saw in FIN_WAIT2 are
 * subtracted.  The two are not read at one moment: "tw" is the mean of a reading before and one
 * after the dump, so time_wait is wrong by at most half of what "tw" changed meanwhile, plus the
 * FIN_WAIT2 mini-sockets that came or went during the dump.  At rest it is exact.
 */
int witness_observe(struct witness *witness, bool full, struct observation sample[ENDS_N],
                    struct error *error);

#endif
