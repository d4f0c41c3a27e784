#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "descriptors.h"
#include "finwait/clock.h"
#include "finwait/interrupt.h"

/* The keeper's process: small, for all that it does must go on while the command does what it
 * likes. */

enum {
    CHUNK = 65536,
    AGAIN_MS = 20, /* what was forked while all were killed is killed again */
};

struct keep {
    struct keeper *keeper;
    struct command_board *board;
    struct output output;
    int printed;  /* the end of the pipe that we read; -1: not begun, or at its end */
    int children; /* signalfd(2) of SIGCHLD */
    pid_t main;
    bool begun, killing, alone; /* alone: none is left */
    int64_t deadline;           /* CLOCK_MONOTONIC of the SIGKILL; 0: none is due */
    bool late;                  /* `grace` was not enough */
    struct command_board before;
};

/* ---- the first process ---- */

static _Noreturn void execute(const struct keep *keep, int out)
{
    const struct command_plan *plan = keep->keeper->plan;
    struct error error;
    sigset_t none;

    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number = 1; number < NSIG; number++) {
        signal(number, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (char *const *pair = plan->environment; *pair != NULL; pair++) {
        putenv(*pair);
    }
    descriptors_restore();
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) == 0 && dup2(out, STDOUT_FILENO) > 0 &&
        dup2(out, STDERR_FILENO) > 0 && close_range(STDERR_FILENO + 1, ~0U, 0) == 0 &&
        descriptors_limit(keep->keeper->descriptors, &error) == 0) {
        execvp(plan->argv[0], plan->argv);
    }
    keep->board->exec_errno = errno;
    _exit(127);
}

static void begin(struct keep *keep)
{
    int pair[2];

    keep->begun = true;
    if (pipe2(pair, O_CLOEXEC) != 0) {
        keep->board->exec_errno = errno;
        return;
    }
    keep->main = fork();
    if (keep->main == 0) {
        execute(keep, pair[1]);
    }
    if (keep->main < 0) {
        keep->board->exec_errno = errno;
    }
    close(pair[1]);
    keep->printed = pair[0];
    fcntl(keep->printed, F_SETFL, O_NONBLOCK);
}

/* ---- what it is told ---- */

static void end_now(struct keep *keep)
{
    keep->killing = true;
    keep->deadline = 0;
    kin_signal(SIGKILL);
}

static void ask_to_end(struct keep *keep)
{
    keep->deadline = clock_now() + keep->keeper->plan->grace;
    kin_signal(SIGTERM);
    kin_signal(SIGCONT);
}

static void obey(struct keep *keep, const struct keeper_word *word)
{
    switch ((enum keeper_order)word->order) {
    case KEEPER_BEGIN:
        begin(keep);
        break;
    case KEEPER_SIGNAL:
        kin_signal(word->number);
        break;
    case KEEPER_SIGNAL_MAIN:
        if (keep->main > 0 && keep->board->main_ended == 0) {
            kill(keep->main, word->number);
        }
        break;
    case KEEPER_STOP:
        ask_to_end(keep);
        break;
    case KEEPER_KILL:
        end_now(keep);
        break;
    }
    keep->alone |= !keep->begun && word->order != KEEPER_SIGNAL;
}

/* The end of file is the conductor's end. */
static void hear(struct keep *keep)
{
    struct keeper_word word;
    ssize_t n = recv(keep->keeper->control, &word, sizeof word, MSG_DONTWAIT);

    if (n == sizeof word) {
        obey(keep, &word);
    } else if (n >= 0 || (errno != EINTR && errno != EAGAIN)) {
        keep->keeper->control = -1;
        keep->alone |= !keep->begun;
        end_now(keep);
    }
}

/* ---- what its processes do ---- */

static bool read_some(struct keep *keep)
{
    static char chunk[CHUNK];
    ssize_t n = keep->printed < 0 ? 0 : read(keep->printed, chunk, sizeof chunk);

    if (n > 0) {
        output_keep(&keep->output, chunk, (size_t)n);
    } else if (n == 0 && keep->printed >= 0) {
        close(keep->printed);
        keep->printed = -1;
    }
    return n > 0;
}

static int64_t ns_of(const struct timeval *time)
{
    return time->tv_sec * NS_PER_S + time->tv_usec * NS_PER_US;
}

/* Of all that were reaped, and of what those had reaped; a start again adds to the one before. */
static void count_usage(struct keep *keep)
{
    struct rusage usage;

    if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
        uint64_t peak = (uint64_t)usage.ru_maxrss * 1024;
        keep->board->cpu_user = keep->before.cpu_user + ns_of(&usage.ru_utime);
        keep->board->cpu_system = keep->before.cpu_system + ns_of(&usage.ru_stime);
        keep->board->memory_peak =
            peak > keep->before.memory_peak ? peak : keep->before.memory_peak;
    }
}

static void reap(struct keep *keep)
{
    int status;
    pid_t ended;

    while ((ended = waitpid(-1, &status, WNOHANG)) > 0 || (ended < 0 && errno != ECHILD)) {
        if (ended < 0) {
            continue; /* nobody says again that a child has ended */
        }
        keep->board->killed += keep->late;
        count_usage(keep);
        if (ended == keep->main) {
            keep->board->main_status = status;
            keep->board->main_ended = clock_now();
            (void)send(keep->keeper->control, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
        }
    }
    keep->alone = keep->begun && ended < 0;
}

/* ---- the whole ---- */

static int wait_ms(const struct keep *keep)
{
    if (keep->killing || keep->children < 0) { /* nobody tells of a child's end */
        return AGAIN_MS;
    }
    if (keep->deadline == 0) {
        return -1;
    }
    int64_t left = keep->deadline - clock_now();
    return left > 0 ? (int)(left / NS_PER_MS) + 1 : 0;
}

static void wait_for_something(struct keep *keep)
{
    struct pollfd fds[] = {
        {.fd = keep->keeper->control, .events = POLLIN},
        {.fd = keep->children, .events = POLLIN},
        {.fd = keep->printed, .events = POLLIN},
    };
    struct signalfd_siginfo ignored;

    if (poll(fds, sizeof fds / sizeof fds[0], wait_ms(keep)) <= 0) {
        return;
    }
    if (fds[0].revents != 0) {
        hear(keep);
    }
    if (fds[1].revents != 0) {
        (void)!read(keep->children, &ignored, sizeof ignored);
    }
    if (fds[2].revents != 0) {
        read_some(keep);
    }
}

static void keep_on(struct keep *keep)
{
    while (!keep->alone) {
        wait_for_something(keep);
        if (keep->killing) {
            kin_signal(SIGKILL);
        } else if (keep->deadline > 0 && clock_now() >= keep->deadline) {
            reap(keep);
            keep->late = true;
            end_now(keep);
        }
        if (!keep->alone) {
            reap(keep);
        }
    }
    while (read_some(keep)) {
    }
    keep->board->ended_at = clock_now();
}

/* The conductor decides what ends; of children one is told by a descriptor. */
static void set_signals(struct keep *keep)
{
    sigset_t all;
    sigset_t children;

    interrupt_ignore();
    signal(SIGPIPE, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    keep->children = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn void keeper_main(struct keeper *keeper)
{
    struct keep keep = {
        .keeper = keeper,
        .board = keeper->board,
        .output = {keeper->board, keeper->plan->ready_line, keeper->log, 0},
        .printed = -1,
        .before = *keeper->board,
    };

    prctl(PR_SET_NAME, "finwait-keeper");
    if (getpid() != 1) { /* it ends by the end of file, and all of its kin with it */
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        prctl(PR_SET_PDEATHSIG, 0);
    }
    set_signals(&keep);
    keep_on(&keep);
    _exit(EXIT_SUCCESS);
}
