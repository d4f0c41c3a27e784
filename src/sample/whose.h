#ifndef SAMPLE_WHOSE_H
#define SAMPLE_WHOSE_H

#include "finwait/sampler.h"

struct inet_diag_msg;

/* The side that a socket of the host belongs to; SIDE_N: to neither. */
unsigned whose(const struct sampler_host *host, const struct inet_diag_msg *found);

#endif
