#ifndef FINWAIT_LAB_PLAN_H
#define FINWAIT_LAB_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/side.h"

/*
 * The addresses that the hosts of a private lab own, in each family: the blocks set apart for
 * benchmarks (RFC 2544, RFC 5180).
 */
struct lab_plan {
    int family;                  /* AF_INET, AF_INET6 */
    uint8_t size;                /* bytes of an address */
    uint8_t block_bits;          /* prefix length of a block, whole bytes */
    const char *block[SIDE_N];   /* network address of the side's block */
    const char *address[SIDE_N]; /* the side's end of the link, first of its pool */
};

enum {
    LAB_V4,
    LAB_V6,
    LAB_PLAN_N,
};
extern const struct lab_plan lab_plans[LAB_PLAN_N];

/* Whether the address is one of a lab's, and (`owner` may be NULL) on which side's host. */
bool lab_plan_owner(const struct address *address, enum side *owner);

#endif
