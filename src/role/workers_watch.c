#include <event2/event.h>
#include <signal.h>
#include <sys/wait.h>

#include "finwait/clock.h"
#include "workers.h"

/*
 * A worker that is stopped from outside, or hangs, would keep the load from its end and its sockets
 * from being served, and nobody would tell.  Looks are counted, not time: while the conductor
 * itself stood still (Ctrl-Z, a suspended machine) nobody looked.
 */

enum {
    LOOK_MS = 250,
    LOOKS_A_SECOND = 1000 / LOOK_MS,
    /* A stopped one may yet be continued; one that is not may lack a CPU or memory for a while. */
    STOPPED_S = 1,
    SILENT_S = 10,
};

/* The signal that keeps it stopped; 0: none does. */
static int stopped_by(const struct worker_process *process)
{
    siginfo_t info = {.si_pid = 0};

    return waitid(P_PID, (id_t)process->pid, &info, WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
                   info.si_pid != 0
               ? info.si_status
               : 0;
}

static void lose(struct worker_process *process, enum lost_how how, int number)
{
    workers_give_up(process, how, number);
    workers_ended(process);
}

static void look_at(struct workers *workers, struct worker_process *process)
{
    uint64_t beat = workers->board->slot[process - workers->process].beat;

    if (beat != process->beat || workers->role.frozen || process->frozen) {
        process->beat = beat;
        process->quiet = 0;
        return;
    }
    process->quiet++;
    if (process->quiet < STOPPED_S * LOOKS_A_SECOND) {
        return;
    }
    int number = stopped_by(process);
    if (number != 0) {
        lose(process, LOST_STOPPED, number);
    } else if (process->quiet >= SILENT_S * LOOKS_A_SECOND) {
        lose(process, LOST_SILENT, SILENT_S);
    }
}

static void on_look(evutil_socket_t fd, short what, void *argument)
{
    struct workers *workers = argument;

    (void)fd;
    (void)what;
    for (uint32_t i = 0; i < workers->plan.workers && workers->start.timer == NULL; i++) {
        if (workers->process[i].pid > 0) {
            look_at(workers, &workers->process[i]);
        }
    }
}

void workers_watch_last(struct workers *workers)
{
    for (uint32_t i = 0; i < workers->plan.workers && !workers->role.frozen; i++) {
        struct worker_process *process = &workers->process[i];
        int number = process->pid > 0 && !process->frozen ? stopped_by(process) : 0;
        if (number != 0) {
            lose(process, LOST_STOPPED, number);
        }
    }
}

int workers_watch(struct workers *workers, struct error *error)
{
    struct timeval every = clock_timeval(LOOK_MS * NS_PER_MS);

    workers->watch = event_new(workers->base, -1, EV_PERSIST, on_look, workers);
    if (workers->watch == NULL || event_add(workers->watch, &every) != 0) {
        return error_set(error, STATUS_MACHINE, "event_add: out of memory");
    }
    return 0;
}

void workers_watch_end(struct workers *workers)
{
    if (workers->watch != NULL) {
        event_free(workers->watch);
        workers->watch = NULL;
    }
}
