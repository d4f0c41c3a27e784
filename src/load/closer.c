#include "closer.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <unistd.h>

#include "conn.h"
#include "verdict.h"

enum {
    /* What close(2) needs of a stack is little, what a sanitizer needs is more. */
    STACK = 128 * 1024,
};

/* One close under way: the thread has `fd`, `before` and `errnum`, the worker all the rest. */
struct job {
    STAILQ_ENTRY(job) link;
    struct closer *closer;
    struct conn *conn;
    int fd;
    struct verdict_look before; /* the peer may close until the thread runs */
    int errnum;                 /* what came of it */
};
STAILQ_HEAD(jobs, job);

struct closer {
    struct worker *worker;
    pthread_attr_t thread; /* detached, with all signals blocked */
    int bell;              /* eventfd(2): there is something in `closed` */
    struct event event;
    pthread_mutex_t lock; /* of `closed` */
    struct jobs closed;
};

static bool lingers(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op == STEP_LINGER && program->step[i].arg > 0) {
            return true;
        }
    }
    return false;
}

bool closer_is_needed(const struct role_plan *plan)
{
    const struct sockopts *options = plan->sockopts;

    for (size_t i = 0; i < role_plan_programs(plan); i++) {
        if (lingers(role_plan_program(plan, i))) {
            return true;
        }
    }
    return options->set[SOCKOPT_LINGER] && options->value[SOCKOPT_LINGER] > 0;
}

/* ---- in the thread ---- */

static void *run_job(void *argument)
{
    struct job *job = argument;
    struct closer *closer = job->closer;
    const uint64_t one = 1;

    job->before = verdict_look(job->fd);
    job->errnum = close(job->fd) == 0 ? 0 : errno;
    pthread_mutex_lock(&closer->lock);
    STAILQ_INSERT_TAIL(&closer->closed, job, link);
    pthread_mutex_unlock(&closer->lock);
    /* It can only fail when the counter is full, and then the bell rings anyway. */
    (void)!write(closer->bell, &one, sizeof one);
    return NULL;
}

/* ---- in the worker's ---- */

static void finish(struct job *job)
{
    struct conn *conn = job->conn;

    verdict_closed(conn, job->before);
    if (job->errnum == 0) {
        conn_end(conn, OUTCOME_DONE);
    } else {
        conn_fail(conn, job->errnum);
    }
    free(job);
}

static void on_bell(evutil_socket_t fd, short what, void *argument)
{
    struct closer *closer = argument;
    struct jobs closed = STAILQ_HEAD_INITIALIZER(closed);
    struct job *job;
    uint64_t rung;

    (void)what;
    (void)!read(fd, &rung, sizeof rung);
    pthread_mutex_lock(&closer->lock);
    STAILQ_CONCAT(&closed, &closer->closed);
    pthread_mutex_unlock(&closer->lock);
    while ((job = STAILQ_FIRST(&closed)) != NULL) {
        STAILQ_REMOVE_HEAD(&closed, link);
        finish(job);
    }
    conn_event_over(closer->worker);
}

static int init_thread(pthread_attr_t *thread)
{
    sigset_t all;

    sigfillset(&all);
    if (pthread_attr_init(thread) != 0) {
        return -1;
    }
    return pthread_attr_setdetachstate(thread, PTHREAD_CREATE_DETACHED) != 0 ||
                   pthread_attr_setstacksize(thread, STACK) != 0 ||
                   pthread_attr_setsigmask_np(thread, &all) != 0
               ? -1
               : 0;
}

struct closer *closer_new(struct worker *worker)
{
    struct closer *closer = calloc(1, sizeof *closer);

    if (closer == NULL) {
        return NULL;
    }
    closer->worker = worker;
    STAILQ_INIT(&closer->closed);
    closer->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (closer->bell < 0 || pthread_mutex_init(&closer->lock, NULL) != 0 ||
        init_thread(&closer->thread) != 0) {
        goto fail;
    }
    event_assign(&closer->event, worker->base, closer->bell, EV_READ | EV_PERSIST, on_bell, closer);
    if (event_add(&closer->event, NULL) != 0) {
        goto fail;
    }
    return closer;
fail:
    if (closer->bell >= 0) {
        close(closer->bell);
    }
    free(closer);
    return NULL;
}

int closer_close(struct closer *closer, struct conn *conn)
{
    struct job *job = malloc(sizeof *job);
    pthread_t thread;

    if (job == NULL) {
        return ENOMEM;
    }
    *job = (struct job){.closer = closer, .conn = conn, .fd = conn->fd};
    conn->fd = -1;
    if (pthread_create(&thread, &closer->thread, run_job, job) != 0) {
        conn->fd = job->fd;
        free(job);
        return EAGAIN;
    }
    return 0;
}
