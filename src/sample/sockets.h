#ifndef SAMPLE_SOCKETS_H
#define SAMPLE_SOCKETS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "finwait/kernel_state.h"
#include "finwait/side.h"
#include "weight.h"

struct nlmsghdr;

/* Each socket of an observation that somebody may hold, by its inode (a process's descriptor of it
 * is a link to "socket:[INODE]", proc_pid_fd(5)). */

/* As many at most, 100 MiB: a million at each end, and as many again. */
#define SOCKETS_MAX (1U << 22)

#define SOCKETS_NO_AGE UINT32_MAX

struct socket {
    uint32_t inode; /* 0: no descriptor names it */
    uint32_t uid;   /* whose it is */
    uint32_t heard; /* ms since the last segment of the peer; SOCKETS_NO_AGE: not known */
    uint32_t hands; /* who holds it, see processes.h; 0: nobody was found */
    uint32_t fd;    /* the first one's descriptor */
    uint8_t side, state, where, why;
};

struct sockets {
    struct socket *item;
    uint32_t count, room;
    uint32_t *slot; /* a hash table by inode of the index + 1, once sockets_index() has made it */
    uint32_t slots; /* a power of two, or 0 */
    int failed;     /* an errno: not all are there */
    ino_t netns[ENDS_N];    /* the namespaces they are in */
    uint32_t netns_count;   /* 0: not known */
    struct weights weights; /* of all that were counted */
};

/* The states whose sockets are kept. */
#define SOCKETS_STATES                                                                             \
    (1U << TCP_STATE_ESTABLISHED | 1U << TCP_STATE_FIN_WAIT1 | 1U << TCP_STATE_FIN_WAIT2 |         \
     1U << TCP_STATE_CLOSE_WAIT | 1U << TCP_STATE_LAST_ACK | 1U << TCP_STATE_CLOSING)

/* Keep what the message of a dump tells, if it is in one of those states; sets `failed`. */
void sockets_add(struct sockets *sockets, enum side side, const struct nlmsghdr *message);

/* Drop those behind the first `count`: the dump is made again. */
void sockets_cut(struct sockets *sockets, uint32_t count);

/* Make them to be found.  0, or -1 with ENOMEM. */
int sockets_index(struct sockets *sockets);

/* The one with this inode, or NULL. */
struct socket *sockets_find(const struct sockets *sockets, uint32_t inode);

void sockets_fini(struct sockets *sockets);

#endif
