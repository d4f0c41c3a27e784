#include "serve.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conn.h"
#include "finwait/clock.h"

enum {
    /* Connections accepted before other events get their turn. */
    BATCH = 64,
    /* How long to let a listener be when no descriptor is left. */
    REST_MS = 10,
    /* No descriptor inherited from the conductor has a higher number. */
    INHERITED_MAX = 16384,
};

struct serve {
    struct worker *worker;
    uint64_t capacity; /* connections this process has descriptors for */
    uint32_t count;
    struct event rest;
    struct event listen[];
};

static int listen_all(struct serve *serve)
{
    int status = 0;

    for (uint32_t i = 0; i < serve->count; i++) {
        status |= event_add(&serve->listen[i], NULL);
    }
    return status;
}

static void rest(struct serve *serve)
{
    struct timeval wait = clock_timeval(REST_MS * NS_PER_MS);

    for (uint32_t i = 0; i < serve->count; i++) {
        event_del(&serve->listen[i]);
    }
    if (evtimer_add(&serve->rest, &wait) != 0) {
        worker_give_up(serve->worker);
    }
}

static void on_rested(evutil_socket_t fd, short what, void *argument)
{
    struct serve *serve = argument;

    (void)fd;
    (void)what;
    if (listen_all(serve) != 0) {
        serve->worker->account->error[ENOMEM]++;
        rest(serve);
    }
}

static void post_room(struct serve *serve)
{
    struct worker *worker = serve->worker;
    /* All of them are this worker's: what a killed one held counts as killed. */
    uint64_t used = worker->open + worker->account->outcome[OUTCOME_HELD];

    worker->board->slot[worker->index].room = used < serve->capacity ? serve->capacity - used : 0;
}

/*
 * A full worker leaves the queue they share to those with room: only when every one is
 * full does accept(2) get to say EMFILE.
 */
static bool leave_to_others(const struct worker *worker)
{
    const struct board *board = worker->board;

    if (board->slot[worker->index].room > 0 || worker->plan->own_listeners) {
        return false;
    }
    for (uint32_t i = 0; i < board->slots; i++) {
        if (board->slot[i].room > 0) {
            return true;
        }
    }
    return false;
}

/* Whether there may be more to accept. */
static bool accept_one(struct serve *serve, int listener)
{
    struct worker *worker = serve->worker;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    struct conn *conn;

    if (fd < 0) {
        if (errno == EAGAIN) {
            return false;
        }
        worker->account->error[errno < ERRNO_LIMIT ? errno : 0]++;
        if (errno == ECONNABORTED) {
            return true;
        }
        rest(serve);
        return false;
    }
    conn = conn_new(worker, fd, clock_now());
    if (conn == NULL) {
        close(fd);
        conn_not_begun(worker);
        rest(serve);
        return false;
    }
    conn_run(conn);
    return true;
}

static void on_connection(evutil_socket_t listener, short what, void *argument)
{
    struct serve *serve = argument;

    (void)what;
    for (int i = 0; i < BATCH; i++) {
        if (leave_to_others(serve->worker)) {
            rest(serve);
            break;
        }
        if (!accept_one(serve, listener)) {
            break;
        }
        post_room(serve);
    }
    post_room(serve);
    conn_event_over(serve->worker);
}

/* What RLIMIT_NOFILE leaves.  The process closed what it inherited: what is open has low numbers.
 */
static uint64_t count_room(void)
{
    struct rlimit limit;
    uint64_t room = 0;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    for (rlim_t fd = 0; fd < limit.rlim_cur && fd < INHERITED_MAX; fd++) {
        room += fcntl((int)fd, F_GETFD) < 0;
    }
    return room + (limit.rlim_cur > INHERITED_MAX ? limit.rlim_cur - INHERITED_MAX : 0);
}

struct serve *serve_new(struct worker *worker, const int *listeners, uint32_t count)
{
    struct serve *serve = calloc(1, sizeof *serve + count * sizeof serve->listen[0]);

    if (serve == NULL) {
        return NULL;
    }
    serve->worker = worker;
    serve->count = count;
    serve->capacity = count_room();
    evtimer_assign(&serve->rest, worker->base, on_rested, serve);
    for (uint32_t i = 0; i < count; i++) {
        event_assign(&serve->listen[i], worker->base, listeners[i], EV_READ | EV_PERSIST,
                     on_connection, serve);
    }
    post_room(serve);
    if (listen_all(serve) != 0) {
        free(serve);
        return NULL;
    }
    return serve;
}
