#include "guard.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The exit status where a command could not be run, as sh(1) has it. */
enum { NOT_RUN = 126 };

int guard_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int guard_not_begun(struct unbegun *why, const char *call)
{
    *why = (struct unbegun){call, errno};
    return NOT_RUN;
}

static _Noreturn void guard_exec(const char *command, struct unbegun *why)
{
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(guard_not_begun(why, "execve /bin/sh"));
}

/* Whether /proc has the ids that we have: it may be that of another PID namespace. */
static bool guard_knows_ids(void)
{
    char self[32];
    ssize_t length = readlink("/proc/self", self, sizeof self - 1);

    self[length < 0 ? 0 : length] = '\0';
    return strtol(self, NULL, 10) == getpid();
}

/* False: the kernel does not tell who they are (CONFIG_PROC_CHILDREN). */
static bool guard_kill_children(void)
{
    FILE *children = fopen("/proc/thread-self/children", "re");
    char id[32];

    if (children == NULL) {
        return false;
    }
    while (fscanf(children, "%31s", id) == 1) {
        kill((pid_t)strtol(id, NULL, 10), SIGKILL);
    }
    fclose(children);
    return true;
}

/* The children of one that ends become ours, until none is left. */
static void guard_end_kin(pid_t command)
{
    kill(-command, SIGKILL);
    if (guard_knows_ids()) {
        while (guard_kill_children() && waitpid(-1, NULL, 0) > 0) {
        }
    }
}

/* Until the command has ended, or all is to; its status.  The command is not reaped: its group's id
 * stays its own. */
static int guard_wait(pid_t command, const sigset_t *heard)
{
    for (;;) {
        siginfo_t ended = {.si_pid = 0};
        while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
            if (ended.si_pid == command) {
                return ended.si_code == CLD_EXITED ? ended.si_status : 128 + ended.si_status;
            }
            waitpid(ended.si_pid, NULL, 0);
        }
        if (sigwaitinfo(heard, NULL) == SIGTERM) {
            return 128 + SIGTERM;
        }
    }
}

int guard_run(const char *command, struct unbegun *why)
{
    pid_t owner = getppid();
    sigset_t heard;

    sigemptyset(&heard);
    sigaddset(&heard, SIGCHLD);
    sigaddset(&heard, SIGTERM);
    sigprocmask(SIG_BLOCK, &heard, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != owner) {
        return NOT_RUN;
    }
    pid_t child = fork();
    if (child < 0) {
        return guard_not_begun(why, "fork");
    }
    if (child == 0) {
        guard_exec(command, why);
    }
    setpgid(child, child); /* here too: whoever is first */
    int status = guard_wait(child, &heard);
    guard_end_kin(child);
    return status;
}
