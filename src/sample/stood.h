#ifndef SAMPLE_STOOD_H
#define SAMPLE_STOOD_H

#include <stdbool.h>
#include <stdint.h>

struct inet_diag_msg;

/*
 * The sockets that stood somewhere at one moment, by the kernel's cookie: a number that no other
 * socket gets, and that goes from a request to its connection (inet_csk_clone_lock()) and from that
 * to its mini-socket (inet_twsk_alloc()).  Whoever takes the place of one, by a SYN over a
 * TIME_WAIT or from the same port, has another.
 */

/* As many at most: 16 MiB. */
#define STOOD_MAX (1U << 20)

struct stood {
    uint64_t *slot; /* a hash table, half of it free; 0: a free slot */
    uint32_t slots; /* a power of two, or 0 */
    uint32_t count;
};

/* 1: it was not among them and now is, 0: it was, -1 with errno: ENOMEM, or EOVERFLOW (they are
 * STOOD_MAX). */
int stood_add(struct stood *stood, const struct inet_diag_msg *found);

bool stood_has(const struct stood *stood, const struct inet_diag_msg *found);

/* Forget them all. */
void stood_fini(struct stood *stood);

#endif
