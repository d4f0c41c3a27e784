#ifndef SAMPLE_WHOSE_H
#define SAMPLE_WHOSE_H

#include "finwait/sampler.h"

struct inet_diag_msg;

/* Whose end a socket of the host is; ENDS_N: nobody's. */
unsigned whose(const struct sampler_host *host, const struct inet_diag_msg *found);

#endif
