#ifndef LAB_POOL_H
#define LAB_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "finwait/address.h"
#include "finwait/error.h"
#include "finwait/lab.h"
#include "finwait/side.h"

/* The most addresses a pool may have: those from the first to the end of an IPv4 block. */
#define POOL_MAX 65535

/* The pool of `side` as `config` wants it; STATUS_USAGE when there are not that many addresses. */
int pool_plan(struct address_pool *pool, const struct lab_config *config, enum side side,
              struct error *error);

#endif
