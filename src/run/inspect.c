#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "guard.h"
#include "trial.h"

enum {
    /* What is kept of a command's output. */
    OUTPUT_MAX = 1024 * 1024,
    /* How soon a command's end, or a signal to us, is noticed. */
    TICK_MS = 20,
};

static int run_command(const struct trial *trial, enum side side, int out, struct unbegun *why)
{
    struct error error;
    int nothing = open("/dev/null", O_RDONLY);

    setpgid(0, 0); /* Ctrl-C is for the conductor */
    signal(SIGPIPE, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    if (dup2(nothing, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        dup2(out, STDERR_FILENO) < 0) {
        return guard_not_begun(why, "dup2");
    }
    if (lab_enter(trial->lab, side, &error) != 0) {
        return guard_not_begun(why, "setns");
    }
    close_range(STDERR_FILENO + 1, ~0U, 0);
    lab_show_processes();
    setenv("FINWAIT_HOST", lab_is_private(trial->lab) ? side_name(side) : "host", 1);
    return guard_run(trial->options->inspect, why);
}

/* What a command prints, as much of it as is kept. */
struct capture {
    int fd;
    size_t used;
    char *text; /* OUTPUT_MAX + 1 bytes */
    bool cut;   /* there was more */
};

/*
 * Read what is there; what is beyond OUTPUT_MAX is dropped, lest the command block.  False at the
 * end of it.
 */
static bool capture_read(struct capture *capture)
{
    char rest[4096];
    ssize_t n;

    do {
        bool keep = capture->used < OUTPUT_MAX;
        n = keep ? read(capture->fd, capture->text + capture->used, OUTPUT_MAX - capture->used)
                 : read(capture->fd, rest, sizeof rest);
        capture->used += keep && n > 0 ? (size_t)n : 0;
        capture->cut |= !keep && n > 0;
    } while (n > 0);
    return n != 0;
}

/* No line is kept in part, lest it be taken for a whole one: unless it is all there is. */
static void end_at_line(struct capture *capture)
{
    size_t length = capture->used;

    while (length > 0 && capture->text[length - 1] != '\n') {
        length--;
    }
    if (length > 0) {
        capture->text[length] = '\0';
    }
}

/*
 * Until the command ends.  Not until its output does: what it leaves in the background may keep
 * that open for ever.
 */
static int await_command(struct trial *trial, pid_t pid, struct capture *capture)
{
    struct pollfd output = {.fd = capture->fd, .events = POLLIN};
    int status = 0;

    while (waitpid(pid, &status, WNOHANG) == 0) {
        poll(&output, 1, TICK_MS);
        output.fd = capture_read(capture) ? output.fd : -1;
        event_base_loop(trial->base, EVLOOP_NONBLOCK);
        if (trial->cut_by != NULL) {
            kill(pid, SIGTERM); /* the guard ends all of it … */
            kill(pid, SIGCONT); /* … and one that somebody stopped would not hear */
        }
    }
    capture_read(capture);
    return status;
}

static void miss(struct trial *trial, enum side side, const char *why)
{
    char what[32];

    snprintf(what, sizeof what, "%s inspection", side_name(side));
    text_pairs_add(&trial->result->unkept, what, why);
}

/* A guard tells by its exit status how the command ended; of one that was killed nobody knows. */
static void miss_if_killed(struct trial *trial, enum side side, int status)
{
    char why[64];

    if (WIFSIGNALED(status)) {
        snprintf(why, sizeof why, "what guards it was killed by SIG%s",
                 sigabbrev_np(WTERMSIG(status)));
        miss(trial, side, why);
    }
}

static void not_begun(struct trial *trial, enum side side, struct capture *capture,
                      const struct unbegun *why)
{
    struct error error;

    error_errno(&error, STATUS_MACHINE, why->errnum, "%s", why->call);
    miss(trial, side, error.what);
    capture->used = (size_t)snprintf(capture->text, OUTPUT_MAX, "finwait: %s\n", error.what);
}

/* The command's exit status, or a shell's that cannot run one. */
static int run_beside(struct trial *trial, enum side side, struct capture *capture,
                      struct unbegun *why)
{
    int status;
    int pair[2];

    if (pipe2(pair, O_CLOEXEC | O_NONBLOCK) != 0) {
        return guard_not_begun(why, "pipe2");
    }
    pid_t pid = lab_fork(trial->lab);
    if (pid == 0) {
        fcntl(pair[1], F_SETFL, 0);
        _exit(run_command(trial, side, pair[1], why));
    }
    if (pid < 0) {
        status = guard_not_begun(why, "fork");
    }
    close(pair[1]);
    if (pid > 0) {
        capture->fd = pair[0];
        status = await_command(trial, pid, capture);
        miss_if_killed(trial, side, status);
        status = guard_status(status);
    }
    close(pair[0]);
    return status;
}

static int begin(struct trial *trial, enum side side, struct capture *capture)
{
    struct unbegun lack = {.call = NULL};
    struct unbegun *why =
        mmap(NULL, sizeof *why, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status;

    if (why == MAP_FAILED) {
        status = guard_not_begun(&lack, "mmap");
    } else {
        status = run_beside(trial, side, capture, why);
        lack = *why;
        munmap(why, sizeof *why);
    }
    if (lack.call != NULL) {
        not_begun(trial, side, capture, &lack);
    }
    return status;
}

static void inspect(struct trial *trial, enum side side)
{
    struct result *result = trial->result;
    struct inspection *kept = &result->inspection[result->inspection_count++];
    struct capture capture = {.fd = -1, .text = grow_new(1, OUTPUT_MAX + 1)};

    kept->host = grow_text(lab_is_private(trial->lab) ? side_name(side) : "host");
    kept->command = grow_text(trial->options->inspect);
    kept->status = begin(trial, side, &capture);
    if (capture.cut) {
        end_at_line(&capture);
    }
    kept->output = capture.text;
    kept->cut = capture.cut;
}

void inspect_hosts(struct trial *trial)
{
    if (trial->options->inspect == NULL) {
        return;
    }
    trial->result->inspection = grow_new(SIDE_N, sizeof *trial->result->inspection);
    inspect(trial, SIDE_CLIENT);
    if (lab_is_private(trial->lab) && trial->cut_by == NULL) {
        inspect(trial, SIDE_SERVER);
    }
}
