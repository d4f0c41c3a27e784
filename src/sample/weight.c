#include "weight.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "finwait/nlmsg.h"

enum { TIMER_TIME_WAIT = 3 }; /* idiag_timer of a mini-socket (inet_twsk_diag_fill) */

/* Of an attribute: what is queued to be read and sent, with the memory of the buffers' heads
 * (sk_get_meminfo(), net/core/sock.c).  What is set apart for more (fwd_alloc) takes none yet. */
static int read_queued(const struct nlattr *attribute, void *queued)
{
    const uint32_t *item = mnl_attr_get_payload(attribute);

    if (mnl_attr_get_type(attribute) == INET_DIAG_SKMEMINFO &&
        mnl_attr_get_payload_len(attribute) > SK_MEMINFO_BACKLOG * sizeof *item) {
        *(uint64_t *)queued += (uint64_t)item[SK_MEMINFO_RMEM_ALLOC] +
                               item[SK_MEMINFO_WMEM_QUEUED] + item[SK_MEMINFO_OPTMEM] +
                               item[SK_MEMINFO_BACKLOG];
    }
    return MNL_CB_OK;
}

static enum slab kind_of(const struct inet_diag_msg *found)
{
    if (found->idiag_state == TCP_STATE_TIME_WAIT ||
        (found->idiag_state == TCP_STATE_FIN_WAIT2 && found->idiag_timer == TIMER_TIME_WAIT)) {
        return SLAB_MINI;
    }
    return found->idiag_state == TCP_STATE_SYN_RECV ? SLAB_REQUEST : SLAB_SOCKET;
}

void weights_add(struct weights *weights, enum side side, const struct nlmsghdr *message)
{
    const struct inet_diag_msg *found = nlmsg_payload(message, sizeof *found);
    struct weight *weight = &weights->state[side][found->idiag_state];

    weight->sockets++;
    weight->object[kind_of(found) + (found->idiag_family == AF_INET6)]++;
    if (found->idiag_inode != 0) { /* a descriptor names it */
        weight->object[SLAB_INODE]++;
        weight->object[SLAB_FILE]++;
        weight->object[SLAB_DENTRY]++;
    }
    mnl_attr_parse(message, sizeof *found, read_queued, &weight->queued);
}

uint32_t weight_mean(const struct weight *weight)
{
    uint64_t bytes = weight->queued;

    for (unsigned i = 0; i < SLAB_N; i++) {
        uint32_t each = weight->object[i] > 0 ? slab_size((enum slab)i) : 0;
        if (weight->object[i] > 0 && each == 0) {
            return 0;
        }
        bytes += (uint64_t)weight->object[i] * each;
    }
    return weight->sockets > 0 ? (uint32_t)((bytes + weight->sockets / 2) / weight->sockets) : 0;
}
