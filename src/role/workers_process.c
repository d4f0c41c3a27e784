#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "workers.h"

/* A worker that has not dropped its connections by then has them closed by FIN. */
#define GONE_WAIT (5 * NS_PER_S)

/* The processes of a role: told, struck and reaped. */

void workers_give_up(struct worker_process *process, enum lost_how how, int number)
{
    process->given_up = true;
    process->how = how;
    process->number = number;
    kill(process->pid, SIGKILL);
}

static void tell_one(struct worker_process *process, char byte)
{
    while (send(process->control, &byte, 1, MSG_NOSIGNAL) != 1) {
        if (errno == EPIPE || errno == ECONNRESET) {
            return; /* it is just dying, which the end of file tells */
        }
        if (errno != EINTR) {
            workers_give_up(process, LOST_UNTOLD, errno);
            return;
        }
    }
}

void workers_tell(struct workers *workers, enum control what)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        if (workers->process[i].control >= 0) {
            tell_one(&workers->process[i], (char)what);
        }
    }
}

void workers_signal(const struct workers *workers, int number)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        if (workers->process[i].pid > 0) {
            kill(workers->process[i].pid, number);
        }
    }
}

/* The control socket is among the first descriptors that a process that ends closes. */
void workers_await_gone(const struct workers *workers)
{
    int64_t deadline = clock_now() + GONE_WAIT;

    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        struct pollfd end = {.fd = workers->process[i].control};
        int64_t left = end.fd >= 0 ? deadline - clock_now() : 0;

        while (left > 0 && poll(&end, 1, (int)(left / NS_PER_MS)) < 0 && errno == EINTR) {
            left = deadline - clock_now();
        }
    }
}

bool workers_are_down(const struct workers *workers)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        if (workers->process[i].pid > 0) {
            return false;
        }
    }
    return true;
}

static void forget_control(struct worker_process *process)
{
    if (process->event != NULL) {
        event_free(process->event);
        process->event = NULL;
    }
    if (process->control >= 0) {
        close(process->control);
        process->control = -1;
    }
}

int workers_reap(struct worker_process *process, enum outcome outcome)
{
    struct board *board = process->workers->board;
    int status = 0;

    if (process->pid > 0) {
        struct board_slot *slot = &board->slot[process - process->workers->process];

        kill(process->pid, SIGKILL);
        while (waitpid(process->pid, &status, 0) < 0 && errno == EINTR) {
        }
        process->pid = 0;
        slot->room = 0;
        account_settle(&slot->account, outcome);
    }
    forget_control(process);
    return status;
}

void workers_reap_all(struct workers *workers, enum outcome outcome)
{
    workers_signal(workers, SIGKILL); /* all of them before the first is waited for */
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        workers_reap(&workers->process[i], outcome);
    }
}
