#ifndef FINWAIT_LAB_HOSTS_H
#define FINWAIT_LAB_HOSTS_H

#include "finwait/lab.h"
#include "qdisc.h"

/* What faults have made of a host: to change only what changes. */
struct host_faults {
    struct shape shape; /* how its link shapes what leaves it */
    char *filter;       /* the last ruleset it was given, owned; NULL: none */
};

/* That of the host of `side`, which is the lab's, to be kept up to date. */
struct host_faults *lab_host_faults(const struct lab *lab, enum side side);

#endif
