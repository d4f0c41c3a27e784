#ifndef FINWAIT_CAPTURE_FILTER_H
#define FINWAIT_CAPTURE_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finwait/segment.h"

enum {
    FILTER_PORTS = 64, /* that are let through whatever their sample is */
    FILTER_MOST = 64 + FILTER_PORTS,
};

/* Which TCP segments are let through: those to and from `port`, of one in `one_in` of the clients'
 * ports. */
struct filter {
    uint16_t port;
    uint32_t one_in; /* a power of two; 0: of none */
    size_t count;
    uint16_t client[FILTER_PORTS]; /* and those of these ports of the client */
};

/* As a program for SO_ATTACH_FILTER (socket(7)) on packets that begin with their IP header. */
size_t filter_write(const struct filter *filter, struct sock_filter program[FILTER_MOST]);

/* Whether it lets the connections of a client's end through. */
bool filter_samples(const struct filter *filter, const struct endpoint *client, bool ipv6);

#endif
