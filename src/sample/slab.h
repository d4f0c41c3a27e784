#ifndef SAMPLE_SLAB_H
#define SAMPLE_SLAB_H

#include <stdint.h>

/* The objects that the kernel has of a socket, each from a slab of its own: its id and its name
 * below /sys/kernel/slab.  Each of the first three has a twin for IPv6 behind it. */
#define SLABS(X)                                                                                   \
    X(SLAB_SOCKET, "TCP")                                                                          \
    X(SLAB_SOCKET_6, "TCPv6")                                                                      \
    X(SLAB_MINI, "tw_sock_TCP")                                                                    \
    X(SLAB_MINI_6, "tw_sock_TCPv6")                                                                \
    X(SLAB_REQUEST, "request_sock_TCP")                                                            \
    X(SLAB_REQUEST_6, "request_sock_TCPv6")                                                        \
    X(SLAB_INODE, "sock_inode_cache")                                                              \
    X(SLAB_FILE, "filp")                                                                           \
    X(SLAB_DENTRY, "dentry")

enum slab {
#define X(id, name) id,
    SLABS(X)
#undef X
        SLAB_N,
};

/* Bytes that an object takes in its slab, read once; 0: not readable, as for who is not root. */
uint32_t slab_size(enum slab slab);

#endif
