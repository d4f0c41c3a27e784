#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
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

/* 0: it is gone. */
static pid_t parent_of(pid_t pid)
{
    static const char label[] = "PPid:";
    char path[64];
    char line[256];
    pid_t parent = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    while (status != NULL && parent == 0 && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, label, sizeof label - 1) == 0) {
            parent = (pid_t)strtol(line + sizeof label - 1, NULL, 10);
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return parent;
}

static bool is_below(pid_t pid)
{
    pid_t self = getpid();

    while (pid > 1 && pid != self) {
        pid = parent_of(pid);
    }
    return pid == self;
}

/* What was read of a list may have ended, and another have its id: that one is not signalled, for a
 * pidfd that was there before one looked stays with the process that it was opened for. */
static void strike(pid_t pid, int number)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (!is_below(pid)) {
        number = 0;
    }
    if (pidfd < 0) { /* it has ended, or there are no pidfds to be had */
        kill(pid, number);
        return;
    }
    syscall(SYS_pidfd_send_signal, pidfd, number, NULL, 0);
    close(pidfd);
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
        strike(kin.pid[i], number);
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
