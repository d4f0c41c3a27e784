#ifndef NETLINK_TAPE_H
#define NETLINK_TAPE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A kernel that answers with what stands on a tape: libmnl's calls of the same names, which the
 * linker finds here first.  On the tape each datagram is its length, two bytes with the lesser
 * first, and the bytes; length 0 is an ENOBUFS.  Behind its end nothing comes any more (EAGAIN).
 */
void netlink_tape(const uint8_t *data, size_t size);

#endif
