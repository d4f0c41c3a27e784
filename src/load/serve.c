#include "serve.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>
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
    /* With fewer descriptors left a worker may be full before the next review: another one begins
     * to accept as well. */
    ENOUGH = 2048,
    /* How long another worker is counted on without a beat: longer than REVIEW_SELDOM_MS, and while
     * connections wait to be accepted longer than REVIEW_MS. */
    SILENT_MS = 1000,
    SILENT_TO_CLIENTS_MS = 250,
    /* How often whose turn it is is looked at: by those that accept and by the first that stands
     * by, and the more seldom the more stand by before this one. */
    REVIEW_MS = 100,
    REVIEW_SELDOM_MS = 500,
    /* What a worker has open before its first connection, its listeners besides. */
    OPEN_AT_FIRST = 64,
};

/* What was last seen of another worker. */
struct neighbour {
    uint64_t beat;
    int64_t moved; /* when it was first seen */
};

struct serve {
    struct worker *worker;
    uint64_t capacity;           /* connections this process has descriptors for */
    struct neighbour *neighbour; /* those before it on the board */
    uint32_t before;             /* that will do without this one: 0 when it is its turn */
    bool listening;
    uint32_t count;
    struct event rest;
    struct event listen[];
};

/* ---- whose turn it is ---- */

static bool somebody_waits(struct serve *serve)
{
    bool waits = false;

    for (uint32_t i = 0; i < serve->count && !waits; i++) {
        struct pollfd listener = {.fd = event_get_fd(&serve->listen[i]), .events = POLLIN};
        waits = poll(&listener, 1, 0) > 0;
    }
    return waits;
}

static bool is_silent(struct serve *serve, uint32_t index, int64_t now)
{
    struct neighbour *neighbour = &serve->neighbour[index];
    const struct board_slot *slot = &serve->worker->board->slot[index];

    if (slot->beat != neighbour->beat || neighbour->moved == 0) {
        *neighbour = (struct neighbour){slot->beat, now};
    }
    int64_t silence = (now - neighbour->moved) / NS_PER_MS;
    return silence >= SILENT_MS || (silence >= SILENT_TO_CLIENTS_MS && somebody_waits(serve));
}

static uint64_t room_of(const struct worker *worker)
{
    return worker->board->slot[worker->index].room;
}

static void post_room(struct serve *serve)
{
    struct worker *worker = serve->worker;
    /* All of them are this worker's: what a killed one held counts as killed. */
    uint64_t used = worker->open + worker->account->outcome[OUTCOME_HELD];

    worker->board->slot[worker->index].room = used < serve->capacity ? serve->capacity - used : 0;
}

static bool some_have_room(const struct board *board)
{
    for (uint32_t i = 0; i < board->slots; i++) {
        if (board->slot[i].room > 0) {
            return true;
        }
    }
    return false;
}

/*
 * Every worker that waits at a listener they share is woken by each connection, and one of them
 * gets it: no more of them accept than there are CPUs for, fit_accepting().  The others stand by
 * until those before them have few descriptors left, or are no more.  Only when all are full does
 * accept(2) get to say EMFILE.
 */
static bool is_its_turn(struct serve *serve)
{
    const struct worker *worker = serve->worker;
    const struct board *board = worker->board;
    int64_t now = clock_now();
    uint32_t before = 0;

    serve->before = 0;
    if (worker->plan->own_listeners || worker->plan->accepting == 0) {
        return true;
    }
    if (room_of(worker) == 0) {
        serve->before = some_have_room(board) ? board->slots : 0;
        return serve->before == 0;
    }
    for (uint32_t i = 0; i < worker->index; i++) {
        const struct board_slot *slot = &board->slot[i];
        bool begins = slot->beat == 0;

        before += !is_silent(serve, i, now) && (begins || slot->room > ENOUGH);
    }
    serve->before = before < worker->plan->accepting ? 0 : before - worker->plan->accepting + 1;
    return serve->before == 0;
}

static int listen_all(struct serve *serve)
{
    int status = 0;

    for (uint32_t i = 0; i < serve->count; i++) {
        status |= event_add(&serve->listen[i], NULL);
    }
    serve->listening = true;
    return status;
}

static void listen_no_more(struct serve *serve)
{
    for (uint32_t i = 0; i < serve->count; i++) {
        event_del(&serve->listen[i]);
    }
    serve->listening = false;
}

static void rest(struct serve *serve)
{
    struct timeval wait = clock_timeval(REST_MS * NS_PER_MS);

    listen_no_more(serve);
    if (evtimer_add(&serve->rest, &wait) != 0) {
        worker_give_up(serve->worker);
    }
}

int64_t serve_review(struct serve *serve)
{
    bool its_turn;

    post_room(serve);
    its_turn = is_its_turn(serve);
    if (evtimer_pending(&serve->rest, NULL)) {
        return REVIEW_MS * NS_PER_MS;
    }
    if (serve->listening && !its_turn) {
        listen_no_more(serve);
    } else if (!serve->listening && its_turn && listen_all(serve) != 0) {
        serve->worker->account->error[ENOMEM]++;
        rest(serve);
    }
    int64_t wait = REVIEW_MS * (int64_t)(serve->before > 1 ? serve->before : 1);
    return (wait < REVIEW_SELDOM_MS ? wait : REVIEW_SELDOM_MS) * NS_PER_MS;
}

static void on_rested(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    serve_review(argument);
}

/* ---- accepting ---- */

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
    for (int i = 0; i < BATCH && accept_one(serve, listener); i++) {
        post_room(serve);
        if (room_of(serve->worker) == 0 && !is_its_turn(serve)) {
            listen_no_more(serve);
            break;
        }
    }
    post_room(serve);
    conn_event_over(serve->worker);
}

/* What RLIMIT_NOFILE leaves.  The process closed what it inherited and numbered what it kept anew:
 * what is open has low numbers. */
static uint64_t count_room(uint32_t listeners)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    nfds_t most = OPEN_AT_FIRST + (nfds_t)listeners;
    nfds_t looked = limit.rlim_cur < most ? limit.rlim_cur : most;
    struct pollfd *fd = calloc(looked + 1, sizeof *fd);
    uint64_t room = limit.rlim_cur;

    for (nfds_t i = 0; fd != NULL && i < looked; i++) {
        fd[i].fd = (int)i;
    }
    if (fd != NULL && poll(fd, looked, 0) >= 0) {
        for (nfds_t i = 0; i < looked; i++) {
            room -= (fd[i].revents & POLLNVAL) == 0;
        }
    }
    free(fd);
    return room;
}

struct serve *serve_new(struct worker *worker, const int *listeners, uint32_t count)
{
    struct serve *serve = calloc(1, sizeof *serve + count * sizeof serve->listen[0]);

    if (serve == NULL) {
        return NULL;
    }
    serve->worker = worker;
    serve->count = count;
    serve->capacity = count_room(count);
    serve->neighbour = calloc(worker->index + 1, sizeof *serve->neighbour);
    evtimer_assign(&serve->rest, worker->base, on_rested, serve);
    for (uint32_t i = 0; i < count; i++) {
        event_assign(&serve->listen[i], worker->base, listeners[i], EV_READ | EV_PERSIST,
                     on_connection, serve);
    }
    post_room(serve);
    if (serve->neighbour == NULL || (is_its_turn(serve) && listen_all(serve) != 0)) {
        free(serve->neighbour);
        free(serve);
        return NULL;
    }
    return serve;
}
