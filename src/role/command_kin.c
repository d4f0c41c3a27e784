#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "command.h"

/* All that a keeper's command has become. */

enum { KIN_MAX = 4096 };

struct kin {
    unsigned count;
    pid_t pid[KIN_MAX];
};

/* Those of its first thread (CONFIG_PROC_CHILDREN); of others they come to us as it ends. */
static void add_children(struct kin *kin, pid_t pid)
{
    char path[64];
    char child[32];

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *children = fopen(path, "re");
    while (children != NULL && kin->count < KIN_MAX && fscanf(children, "%31s", child) == 1) {
        kin->pid[kin->count++] = (pid_t)strtol(child, NULL, 10);
    }
    if (children != NULL) {
        fclose(children);
    }
}

/* Where there is no PID namespace to name them all. */
static unsigned signal_below(int number)
{
    static struct kin kin;

    kin.count = 0;
    add_children(&kin, getpid());
    for (unsigned i = 0; i < kin.count; i++) {
        add_children(&kin, kin.pid[i]);
    }
    for (unsigned i = 0; i < kin.count; i++) {
        kill(kin.pid[i], number);
    }
    return kin.count;
}

unsigned kin_signal(int number)
{
    if (getpid() != 1) {
        return signal_below(number);
    }
    return kill(-1, number) == 0 ? 1 : 0;
}
