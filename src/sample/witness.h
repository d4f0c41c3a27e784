#ifndef SAMPLE_WITNESS_H
#define SAMPLE_WITNESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "counters.h"
#include "finwait/sampler.h"
#include "sock_diag.h"

/* What looks at one namespace: everything it needs was opened inside and is used from outside. */
struct witness {
    struct sock_diag diag;
    int sockstat;  /* -1: full observations only */
    int sockstat6; /* -1: no IPv6 */
    int fin_timeout;
    struct counter_files files;
    struct counters counters;
    uint32_t minis; /* in FIN_WAIT2, as the latest dump saw them; not where ports tell sides */
    struct sock_census latest; /* where cheap */
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

/* The inode of the namespace, which tells it from others; 0: not known. */
ino_t witness_netns(const struct witness *witness);

/* Whether sockets of `side` can be among the host's. */
bool witness_shows(const struct witness *witness, enum side side);

/*
 * Add what the host shows to the sample of its side (of both sides, told apart by port).
 *
 * A full observation dumps every socket.  A cheap one leaves out of the dump what piles up, and
 * derives it from sockstat (pile.h).
 */
int witness_observe(struct witness *witness, bool full, struct observation sample[ENDS_N],
                    struct error *error);

#endif
