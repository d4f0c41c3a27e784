#include "sockets.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "finwait/nlmsg.h"

enum { FIRST_ROOM = 1024 };

static int make_room(struct sockets *sockets)
{
    uint32_t room = sockets->room > 0 ? sockets->room * 2 : FIRST_ROOM;
    struct socket *item;

    if (sockets->count < sockets->room) {
        return 0;
    }
    if (sockets->count == SOCKETS_MAX) {
        return EOVERFLOW;
    }
    item = reallocarray(sockets->item, room, sizeof *item);
    if (item == NULL) {
        return ENOMEM;
    }
    sockets->item = item;
    sockets->room = room;
    return 0;
}

static uint32_t heard_of(const struct tcp_info *info)
{
    return info->tcpi_last_ack_recv < info->tcpi_last_data_recv ? info->tcpi_last_ack_recv
                                                                : info->tcpi_last_data_recv;
}

/* Of an attribute: takes what there is of tcp_info, which a mini-socket has none of. */
static int read_info(const struct nlattr *attribute, void *heard)
{
    bool whole = mnl_attr_get_payload_len(attribute) >=
                 offsetof(struct tcp_info, tcpi_last_ack_recv) + sizeof(uint32_t);

    if (mnl_attr_get_type(attribute) == INET_DIAG_INFO && whole) {
        *(uint32_t *)heard = heard_of(mnl_attr_get_payload(attribute));
    }
    return MNL_CB_OK;
}

/*
 * A segment of the peer takes a socket to ESTABLISHED, CLOSE_WAIT, FIN_WAIT2 and CLOSING, so it has
 * been there since the last one at least; to FIN_WAIT1 and LAST_ACK its own close does, of which
 * the kernel keeps no time.
 */
static uint32_t age_of(const struct nlmsghdr *message, unsigned state)
{
    uint32_t heard = SOCKETS_NO_AGE;

    if (state != TCP_STATE_FIN_WAIT1 && state != TCP_STATE_LAST_ACK) {
        mnl_attr_parse(message, sizeof(struct inet_diag_msg), read_info, &heard);
    }
    return heard;
}

void sockets_add(struct sockets *sockets, enum side side, const struct nlmsghdr *message)
{
    const struct inet_diag_msg *found = nlmsg_payload(message, sizeof *found);

    if (sockets->failed != 0 || (SOCKETS_STATES >> found->idiag_state & 1) == 0) {
        return;
    }
    sockets->failed = make_room(sockets);
    if (sockets->failed == 0) {
        sockets->item[sockets->count++] = (struct socket){
            .inode = found->idiag_inode,
            .uid = found->idiag_uid,
            .heard = age_of(message, found->idiag_state),
            .side = (uint8_t)side,
            .state = found->idiag_state,
        };
    }
}

void sockets_cut(struct sockets *sockets, uint32_t count)
{
    sockets->count = count;
}

/* Where it is, or the free slot where it would be.  Inodes are counted up: a factor scatters them
 * (2^32 over the golden ratio). */
static uint32_t *find(const struct sockets *sockets, uint32_t inode)
{
    uint32_t i = inode * UINT32_C(0x9e3779b9) >> 8;
    uint32_t *slot = &sockets->slot[i & (sockets->slots - 1)];

    while (*slot != 0 && sockets->item[*slot - 1].inode != inode) {
        i++;
        slot = &sockets->slot[i & (sockets->slots - 1)];
    }
    return slot;
}

int sockets_index(struct sockets *sockets)
{
    sockets->slots = FIRST_ROOM;
    while (sockets->slots < 2 * sockets->count) {
        sockets->slots *= 2;
    }
    free(sockets->slot);
    sockets->slot = calloc(sockets->slots, sizeof *sockets->slot);
    if (sockets->slot == NULL) {
        errno = ENOMEM;
        return -1;
    }
    for (uint32_t i = 0; i < sockets->count; i++) {
        if (sockets->item[i].inode != 0) {
            *find(sockets, sockets->item[i].inode) = i + 1;
        }
    }
    return 0;
}

struct socket *sockets_find(const struct sockets *sockets, uint32_t inode)
{
    uint32_t index = *find(sockets, inode);

    return index > 0 ? &sockets->item[index - 1] : NULL;
}

void sockets_fini(struct sockets *sockets)
{
    free(sockets->item);
    free(sockets->slot);
    *sockets = (struct sockets){.count = 0};
}
