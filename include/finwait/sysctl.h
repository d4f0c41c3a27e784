#ifndef FINWAIT_SYSCTL_H
#define FINWAIT_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

#include "finwait/error.h"

/* A net.* key to set in one host.  The texts are owned by the scenario it is of. */
struct sysctl_setting {
    const char *name;   /* "net.ipv4.tcp_tw_reuse" */
    const char *value;  /* "1" */
    struct where where; /* where the user wrote it, for errors */
    bool at_home;       /* outside of the lab there is such a key: sysctl_look_home */
};
struct sysctl_settings {
    size_t count;
    struct sysctl_setting *item;
};

#endif
