#ifndef SAMPLE_WEIGHT_H
#define SAMPLE_WEIGHT_H

#include "finwait/kernel_state.h"
#include "finwait/side.h"
#include "slab.h"

struct nlmsghdr;

/* What the kernel keeps of the sockets of a dump, by side and state. */
struct weights {
    struct weight {
        uint32_t sockets;
        uint32_t object[SLAB_N]; /* how many of each they are made of */
        uint64_t queued;         /* bytes of segments in their queues, and of options */
    } state[ENDS_N][TCP_STATE_N];
};

/* Add what the message of a dump tells, which was asked for INET_DIAG_SKMEMINFO. */
void weights_add(struct weights *weights, enum side side, const struct nlmsghdr *message);

/* Mean bytes of a socket; 0: there was none, or some object's size is not readable. */
uint32_t weight_mean(const struct weight *weight);

#endif
