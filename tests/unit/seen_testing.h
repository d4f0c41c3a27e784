#ifndef SEEN_TESTING_H
#define SEEN_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "finwait/seen.h"

#define C SIDE_CLIENT
#define S SIDE_SERVER

enum {
    SYN = SEGMENT_SYN,
    FIN = SEGMENT_FIN,
    RST = SEGMENT_RST,
    PSH = SEGMENT_PSH,
    ACK = SEGMENT_ACK,
};

/* A three-way handshake. */
#define HANDSHAKE                                                                                  \
    {.side = C, .flags = SYN}, {.side = S, .flags = SYN | ACK, .ack = 1},                          \
    {                                                                                              \
        .side = C, .flags = ACK, .seq = 1, .ack = 1                                                \
    }

#endif
