#include "finwait/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/interrupt.h"
#include "order.h"

struct capture {
    pid_t pid;
    int control;
};

enum {
    /* How long it may take to get ready, and to write its packets. */
    PATIENCE_S = 60,
};

/* ---- in its process ---- */

/* Keep only these, next to the standard streams: what else the conductor had open would live on in
 * it.  Some may be -1. */
static int keep_only(int *const fd[], unsigned count)
{
    const int first = STDERR_FILENO + 1;

    for (unsigned i = 0; i < count; i++) { /* out of each other's way */
        *fd[i] = *fd[i] >= 0 ? fcntl(*fd[i], F_DUPFD, first + (int)count) : -1;
    }
    for (unsigned i = 0; i < count; i++) {
        if (*fd[i] >= 0) {
            *fd[i] = dup2(*fd[i], first + (int)i);
        } else {
            close(first + (int)i);
        }
    }
    return close_range((unsigned)first + count, ~0U, 0);
}

static _Noreturn void run_reader(struct capture_plan plan, const struct lab *lab, int control)
{
    int *const kept[] = {&control, &plan.packets, &plan.keys, &plan.keys_file};
    struct error error;
    sigset_t none;

    interrupt_ignore();
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (lab_enter(lab, SIDE_CLIENT, &error) != 0) {
        error_print(&error, stderr);
        _exit(EXIT_FAILURE);
    }
    _exit(keep_only(kept, sizeof kept / sizeof kept[0]) == 0 ? reader_main(&plan, control)
                                                             : EXIT_FAILURE);
}

/* ---- in the conductor's ---- */

static int hear(const struct capture *capture, struct capture_answer *answer, struct error *error)
{
    ssize_t length;

    do {
        length = recv(capture->control, answer, sizeof *answer, 0);
    } while (length < 0 && errno == EINTR);
    if (length != sizeof *answer) {
        return error_set(error, STATUS_MACHINE, "capture: its process %s",
                         length < 0 ? "does not answer" : "has ended");
    }
    if (answer->failed) {
        *error = answer->error;
        return -1;
    }
    return 0;
}

static int fork_reader(struct capture *capture, const struct capture_plan *plan,
                       const struct lab *lab, struct error *error)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};

    capture->pid = lab_fork_linked(lab, lab_fork, SOCK_SEQPACKET, &capture->control, error);
    if (capture->pid == 0) {
        run_reader(*plan, lab, capture->control);
    }
    setsockopt(capture->control, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return capture->pid > 0 ? 0 : -1;
}

struct capture *capture_start(const struct capture_plan *plan, const struct lab *lab,
                              struct error *error)
{
    struct capture *capture = malloc(sizeof *capture);
    struct capture_answer answer;

    if (capture == NULL) {
        error_set(error, STATUS_MACHINE, "capture: out of memory");
        return NULL;
    }
    *capture = (struct capture){.pid = -1, .control = -1};
    if (fork_reader(capture, plan, lab, error) != 0 || hear(capture, &answer, error) != 0) {
        capture_free(capture);
        return NULL;
    }
    return capture;
}

static int order(const struct capture *capture, bool end, seen_endings foreseen)
{
    struct capture_order what = {.end = end, .foreseen = foreseen};
    ssize_t sent;

    do {
        sent = send(capture->control, &what, sizeof what, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent == sizeof what ? 0 : -1;
}

/* Should it have died, its end will be heard of at the end. */
void capture_foresee(struct capture *capture, seen_endings foreseen)
{
    order(capture, false, foreseen);
}

int capture_end(struct capture *capture, seen_endings foreseen, struct captured *captured,
                struct error *error)
{
    struct capture_answer answer;

    if (order(capture, true, foreseen) != 0 && errno != EPIPE) { /* what it said last is heard */
        return error_errno(error, STATUS_MACHINE, errno, "capture: tell its process to end");
    }
    if (hear(capture, &answer, error) != 0) {
        return -1;
    }
    *captured = answer.captured;
    return 0;
}

void capture_free(struct capture *capture)
{
    if (capture == NULL) {
        return;
    }
    if (capture->control >= 0) {
        close(capture->control);
    }
    if (capture->pid > 0) {
        kill(capture->pid, SIGKILL);
        while (waitpid(capture->pid, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    free(capture);
}
