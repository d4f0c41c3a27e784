#ifndef FINWAIT_LAB_PLAN_H
#define FINWAIT_LAB_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/side.h"

/* Which addresses a private lab's hosts own, in each family. */
struct plan {
    int family;                  /* AF_INET, AF_INET6 */
    uint8_t size;                /* bytes of an address */
    uint8_t block_bits;          /* prefix length of a block */
    const char *block[SIDE_N];   /* network address of the side's block */
    const char *address[SIDE_N]; /* the side's end of the link, first of its pool */
};

enum {
    PLAN_V4,
    PLAN_V6,
    PLAN_N,
};
extern const struct plan plans[PLAN_N];

/* The most addresses a pool may have: those from the first to the end of an IPv4 block. */
#define POOL_MAX 65535

/* The pool of `side` as `config` wants it; STATUS_USAGE when there are not that many addresses. */
int plan_pool(struct address_pool *pool, const struct lab_config *config, enum side side,
              struct error *error);

#endif
