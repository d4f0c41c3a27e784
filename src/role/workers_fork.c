#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptors.h"
#include "finwait/interrupt.h"
#include "finwait/privileges.h"
#include "workers.h"

/*
 * Workers are forked.  When a role is started again, the conductor has a second thread, the
 * sampler's; the child then has only the thread that forked, and a lock which the other one
 * held stays locked in it for ever.  All that a worker does before it is on its own takes no lock
 * but those of malloc and stdio, and these glibc makes whole in the child (fork(3),
 * __malloc_fork_lock_parent() and _IO_reset_locks() in its fork.c).  libevent takes none: nobody
 * calls evthread_use_pthreads().
 */

/* ---- in the worker's process ---- */

enum {
    DROP_GAP = 1024,
};

/*
 * A close by FIN costs four packets and a TIME_WAIT, and nobody looks any more: with a million
 * sockets half a minute.  So the kernel is told to send a RST, and closes them as the process ends.
 * Descriptors are given from the lowest on: there is none behind a long gap.
 */
static void on_drop(int number)
{
    const struct linger none = {.l_onoff = 1};

    (void)number;
    for (int fd = STDERR_FILENO + 1, gap = 0; gap < DROP_GAP; fd++) {
        gap = setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none) == 0 ? 0 : gap + 1;
    }
    _exit(EXIT_SUCCESS);
}

/* The conductor's handlers and mask are not the worker's. */
static void become_worker(void)
{
    sigset_t none;

    /* Ctrl-C, the end of a terminal and timeout(1) reach the whole group: the conductor decides. */
    interrupt_ignore();
    signal(SIGXCPU, SIG_DFL); /* but this one tells why it ends */
    signal(SIGCHLD, SIG_IGN); /* its children, of `inherit`, are reaped by the kernel */
    signal(SIGPIPE, SIG_IGN);
    signal(WORKER_DROPS, on_drop);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What a worker keeps: these, then its listeners. */
enum { KEPT_CONTROL, KEPT_LEASH, KEPT_LISTENERS };

/* Make those of `has` the only ones, and what `tls`, if there is any, logs to; their numbers may
 * change. */
static int own_descriptors(struct worker_descriptors *has, struct tls *tls, struct error *error)
{
    uint32_t keys = KEPT_LISTENERS + has->listener_count;
    bool logs = tls != NULL && tls_keys(tls) >= 0;
    uint32_t count = keys + logs;
    int *fd = malloc(count * sizeof *fd); /* never freed: the worker's listeners stay there */

    if (fd == NULL) {
        return error_errno(error, STATUS_MACHINE, ENOMEM, "a worker's descriptors");
    }
    fd[KEPT_CONTROL] = has->control;
    fd[KEPT_LEASH] = has->leash;
    for (uint32_t i = 0; i < has->listener_count; i++) {
        fd[KEPT_LISTENERS + i] = has->listeners[i];
    }
    if (logs) {
        fd[keys] = tls_keys(tls);
    }
    if (descriptors_keep(fd, count) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "a worker's descriptors");
        free(fd);
        return -1;
    }
    has->control = fd[KEPT_CONTROL];
    has->leash = fd[KEPT_LEASH];
    has->listeners = fd + KEPT_LISTENERS;
    if (logs) {
        tls_log_keys(tls, fd[keys]);
    }
    return 0;
}

static _Noreturn void run_worker(struct workers *workers, uint32_t index, int control,
                                 const struct listeners *listeners)
{
    struct worker_descriptors has = {
        .control = control,
        .leash = workers->leash.theirs,
        .listeners = listeners_of(listeners, index),
        .listener_count = listeners->count,
    };
    struct error error;

    become_worker();
    if (lab_enter(workers->lab, workers->home, &error) != 0 ||
        descriptors_limit(workers->plan.descriptors, &error) != 0 ||
        privileges_keep(PRIVILEGES_WORKER, &error) != 0 ||
        own_descriptors(&has, workers->plan.tls, &error) != 0) {
        error_print(&error, stderr);
        _exit(EXIT_FAILURE);
    }
    _exit(worker_main(&workers->plan, index, workers->board, &has));
}

/* ---- in the conductor's ---- */

static int fork_worker(struct workers *workers, uint32_t index, const struct listeners *listeners,
                       struct error *error)
{
    struct worker_process *process = &workers->process[index];
    const struct account *account = &workers->board->slot[index].account;

    process->given_up = false;
    process->frozen = false;
    process->died = account->outcome[OUTCOME_DIED];
    pid_t pid = lab_fork_linked(workers->lab, lab_fork, SOCK_STREAM, &process->control, error);
    if (pid == 0) {
        run_worker(workers, index, process->control, listeners);
    }
    process->pid = pid > 0 ? pid : 0;
    return pid > 0 ? 0 : -1;
}

int workers_fork(struct workers *workers, const struct listeners *listeners, struct error *error)
{
    for (uint32_t i = 0; i < workers->plan.workers; i++) {
        if (fork_worker(workers, i, listeners, error) != 0) {
            return -1;
        }
    }
    return 0;
}
