#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

enum {
    /* What is kept of a command's output. */
    OUTPUT_MAX = 64 * 1024,
};

static _Noreturn void run_command(const struct trial *trial, enum side side, int out)
{
    struct error error;
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    if (lab_enter(trial->lab, side, &error) != 0) {
        error_print(&error, stderr);
        _exit(126);
    }
    setenv("FINWAIT_HOST", lab_is_private(trial->lab) ? side_name(side) : "host", 1);
    execl("/bin/sh", "sh", "-c", trial->options->inspect, (char *)NULL);
    _exit(127);
}

/* All of it is read, lest the command block; what is beyond OUTPUT_MAX is dropped. */
static char *read_all(int fd)
{
    char *text = malloc(OUTPUT_MAX + 1);
    char rest[4096];
    size_t used = 0;

    for (;;) {
        bool keep = text != NULL && used < OUTPUT_MAX;
        ssize_t n = keep ? read(fd, text + used, OUTPUT_MAX - used) : read(fd, rest, sizeof rest);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            break;
        }
        used += keep ? (size_t)n : 0;
    }
    if (text != NULL) {
        text[used] = '\0';
    }
    return text;
}

static int exit_status(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return -1;
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void inspect(struct trial *trial, enum side side)
{
    struct result *result = trial->result;
    struct inspection *kept = &result->inspection[result->inspection_count];
    int pair[2];
    pid_t pid;

    if (pipe(pair) != 0) {
        return;
    }
    pid = fork();
    if (pid == 0) {
        close(pair[0]);
        run_command(trial, side, pair[1]);
    }
    close(pair[1]);
    if (pid > 0) {
        kept->host = strdup(lab_is_private(trial->lab) ? side_name(side) : "host");
        kept->command = strdup(trial->options->inspect);
        kept->output = read_all(pair[0]);
        kept->status = exit_status(pid);
        result->inspection_count++;
    }
    close(pair[0]);
}

void inspect_hosts(struct trial *trial)
{
    if (trial->options->inspect == NULL) {
        return;
    }
    trial->result->inspection = calloc(SIDE_N, sizeof *trial->result->inspection);
    if (trial->result->inspection == NULL) {
        return;
    }
    inspect(trial, SIDE_CLIENT);
    if (lab_is_private(trial->lab)) {
        inspect(trial, SIDE_SERVER);
    }
}
