#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"

/* All that a keeper's command has become. */

static void add_children(struct kin *kin, const char *path)
{
    char child[32];
    FILE *children = fopen(path, "re");

    while (children != NULL && kin->count < KIN_MAX && fscanf(children, "%31s", child) == 1) {
        kin->pid[kin->count++] = (pid_t)strtol(child, NULL, 10);
    }
    if (children != NULL) {
        fclose(children);
    }
}

/* Of each of its threads (CONFIG_PROC_CHILDREN). */
static void add_threads_children(struct kin *kin, pid_t pid)
{
    char pattern[64];
    glob_t threads;

    snprintf(pattern, sizeof pattern, "/proc/%d/task/*/children", (int)pid);
    if (glob(pattern, GLOB_NOSORT, NULL, &threads) == 0) {
        for (size_t i = 0; i < threads.gl_pathc; i++) {
            add_children(kin, threads.gl_pathv[i]);
        }
        globfree(&threads);
    }
}

void kin_below(pid_t pid, struct kin *kin)
{
    kin->count = 0;
    add_threads_children(kin, pid);
    for (unsigned i = 0; i < kin->count; i++) {
        add_threads_children(kin, kin->pid[i]);
    }
}

/* What /proc/PID/status has behind the label; false: it is gone. */
static bool status_of(pid_t pid, const char *label, char text[32])
{
    char path[64];
    char line[256];
    bool found = false;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    while (status != NULL && !found && fgets(line, sizeof line, status) != NULL) {
        found = strncmp(line, label, strlen(label)) == 0 &&
                sscanf(line + strlen(label), "%31s", text) == 1;
    }
    if (status != NULL) {
        fclose(status);
    }
    return found;
}

char kin_state(pid_t pid)
{
    char state[32];

    return status_of(pid, "State:", state) ? state[0] : 'X';
}

/* 0: it is gone. */
static pid_t parent_of(pid_t pid)
{
    char text[32];

    return status_of(pid, "PPid:", text) ? (pid_t)strtol(text, NULL, 10) : 0;
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

    kin_below(getpid(), &kin);
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
