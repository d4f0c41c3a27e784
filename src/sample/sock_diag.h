#ifndef SAMPLE_SOCK_DIAG_H
#define SAMPLE_SOCK_DIAG_H

#include <stdint.h>

#include "finwait/sampler.h"
#include "sockets.h"
#include "stood.h"

/*
 * Counting TCP sockets by state with sock_diag(7).  The netlink socket stays in the network
 * namespace it was opened in, whichever thread asks.
 */

struct mnl_socket;

struct sock_diag {
    struct mnl_socket *socket;
    struct sampler_host host; /* whose its sockets are; the namespace was only to open it in */
    struct stood stood;       /* these are not counted */
    struct sockets *each;     /* where to keep each that is counted; NULL: nowhere */
    uint32_t before[ENDS_N];  /* how many of them are the side's */
    uint32_t queued_unlisted; /* and how many in the server's accept queues are in no table */
    uint32_t number;          /* of the latest request, to know its answers */
    uint64_t retries;         /* dumps the kernel said were inconsistent, so made again */
};

/* What one dump found on one side. */
struct sock_census {
    uint32_t state[TCP_STATE_N];
#define X(name, about) uint32_t name;
    SOCKETS_TOLD(X)
#undef X
    uint32_t fin_wait2_minis; /* of the orphans: mini-sockets, which sockstat counts as "tw" */
    uint32_t queued;          /* that wait to be accepted, older ones included */
    uint32_t queued_before;   /* the older ones */
};

/* Sockets in CLOSE that have a port, TCP_BOUND_INACTIVE of include/net/tcp_states.h: Linux 6.8 and
 * later list them, older ones ignore the bit. */
#define SOCK_DIAG_BOUND (1U << 13)

/* Bits of a state mask.  The bound sockets lie in a table of their own, a walk more. */
#define SOCK_DIAG_STATES (((1U << TCP_STATE_N) - 1) & ~1U)
#define SOCK_DIAG_ALL    (SOCK_DIAG_STATES | SOCK_DIAG_BOUND)

/* Open in the calling thread's namespace.  After a failure sock_diag_fini is allowed. */
int sock_diag_init(struct sock_diag *diag, const struct sampler_host *host, struct error *error);
void sock_diag_fini(struct sock_diag *diag);

/* Leave out from now on what stands there, whatever state it is in or comes to, but for listeners.
 */
int sock_diag_remember(struct sock_diag *diag, struct error *error);

/* Count the sockets whose state is in `mask`, of IPv4 and of IPv6; the censuses are cleared first.
 */
int sock_diag_count(struct sock_diag *diag, uint32_t mask, struct sock_census census[ENDS_N],
                    struct error *error);

#endif
