#include "pace.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/timerfd.h>

#include "conn.h"
#include "finwait/clock.h"

enum {
    /* Connections begun before other events get their turn. */
    BATCH = 256,
    /* How long until one is begun again for which there was no memory. */
    REST_MS = 10,
    /* How late one may be begun that was due within load.duration: a timer, or another program that
     * had the CPU, costs none of them.  What is later is missed. */
    GRACE_MS = 50,
};

struct pace {
    struct worker *worker;
    uint64_t begun;       /* by this worker, and by the one it took over from */
    uint64_t quota;       /* UINT64_MAX: none */
    uint32_t concurrency; /* closed loop; 0 in an open one */
    double interval;      /* open loop: ns between arrivals at this worker; 0 in a closed one */
    double offset;        /* ns, so that workers interleave */
    int64_t start, end;   /* of arrivals; end: 0 for none */
    bool stopped;         /* no new connections */
    int timer;            /* open loop: a timerfd of its own, set once for each arrival */
    struct event event;   /* open loop: the next arrival; closed: more after a batch */
};

static uint64_t share(uint64_t total, uint32_t index, uint32_t workers)
{
    return total / workers + (index < total % workers);
}

/* When the next connection of an open loop is due. */
static int64_t due(const struct pace *pace)
{
    uint64_t here = pace->begun - pace->worker->before.attempted;

    return pace->start + (int64_t)(pace->offset + (double)here * pace->interval);
}

static int64_t next_birth(const struct pace *pace)
{
    return pace->interval > 0 ? due(pace) : clock_now();
}

/* Arrivals that had to wait are not begun long after the load was to end. */
static bool is_too_late(const struct pace *pace)
{
    return pace->interval > 0 && clock_now() >= pace->end + GRACE_MS * NS_PER_MS;
}

bool pace_over(const struct pace *pace)
{
    return pace->stopped || pace->begun >= pace->quota ||
           (pace->end > 0 && (next_birth(pace) >= pace->end || is_too_late(pace)));
}

/* One that was due at `born`, or is as early as it can be.  False: there was no memory for it. */
static bool begin(struct pace *pace, int64_t born, int64_t now)
{
    struct conn *conn = conn_new(pace->worker, -1, born);

    pace->begun++;
    pace->worker->account->last_begun = now - pace->worker->board->began;
    if (conn == NULL) {
        conn_not_begun(pace->worker);
        return false;
    }
    conn_run(conn);
    return true;
}

/* ---- closed loop ---- */

static void come_back(struct pace *pace, int64_t ns)
{
    struct timeval wait = clock_timeval(ns);

    if (evtimer_add(&pace->event, &wait) != 0) {
        worker_give_up(pace->worker);
    }
}

void pace_turn(struct pace *pace)
{
    if (pace->concurrency == 0) {
        return;
    }
    for (int i = 0; pace->worker->open < pace->concurrency && !pace_over(pace); i++) {
        if (i == BATCH) {
            come_back(pace, 0);
            return;
        }
        int64_t now = clock_now();
        if (!begin(pace, now, now)) {
            come_back(pace, REST_MS * NS_PER_MS);
            return;
        }
    }
}

static void on_rested(evutil_socket_t fd, short what, void *argument)
{
    struct pace *pace = argument;

    (void)fd;
    (void)what;
    conn_event_over(pace->worker);
}

/* ---- open loop ---- */

/* What is due already comes with the next turn of the loop. */
static void set_timer(struct pace *pace, int64_t at)
{
    const struct itimerspec spec = {.it_value = {at / NS_PER_S, at % NS_PER_S}};

    if (timerfd_settime(pace->timer, TFD_TIMER_ABSTIME, &spec, NULL) != 0) {
        worker_give_up(pace->worker);
    }
}

/* Begin the next one, if it is due. */
static bool begin_due(struct pace *pace)
{
    int64_t born = due(pace);
    int64_t late = clock_now() - born;

    if (late < 0) {
        return false;
    }
    histogram_record(&pace->worker->account->latency[LATENCY_LATE], late);
    begin(pace, born, born + late);
    return true;
}

/* Arrivals keep their times whatever has become of earlier ones: a stall is not hidden. */
static void arrive(struct pace *pace)
{
    for (int i = 0; i < BATCH && !pace_over(pace) && begin_due(pace); i++) {
    }
    if (!pace_over(pace)) {
        set_timer(pace, due(pace));
    }
}

static void on_time(evutil_socket_t fd, short what, void *argument)
{
    struct pace *pace = argument;

    (void)fd;
    (void)what;
    arrive(pace);
    conn_event_over(pace->worker);
}

/*
 * libevent's own precise timer is set again before each wait (2.1), whatever it waits for; this one
 * when the next arrival's time is another.  Nobody reads it: EV_ET tells each time it goes off.
 */
static int open_timer(struct pace *pace)
{
    pace->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (pace->timer < 0) {
        return -1;
    }
    event_assign(&pace->event, pace->worker->base, pace->timer, EV_READ | EV_ET | EV_PERSIST,
                 on_time, pace);
    return event_add(&pace->event, NULL);
}

/*
 * Arrivals count from when this worker was told, lest the time that took cost the last of them; one
 * that is started into the load has what is left of its duration.
 */
void pace_go(struct pace *pace)
{
    const struct worker *worker = pace->worker;

    pace->start = clock_now();
    if (worker->plan->duration > 0) {
        pace->end = (worker->late ? worker->board->began : pace->start) + worker->plan->duration;
    }
    if (pace->interval > 0) {
        arrive(pace);
    }
}

void pace_stop(struct pace *pace)
{
    pace->stopped = true;
}

struct pace *pace_new(struct worker *worker)
{
    const struct role_plan *plan = worker->plan;
    struct pace *pace = calloc(1, sizeof *pace);

    if (pace == NULL) {
        return NULL;
    }
    pace->worker = worker;
    pace->begun = worker->before.attempted;
    pace->quota = plan->connections == 0 ? UINT64_MAX
                                         : share(plan->connections, worker->index, plan->workers);
    if (plan->rate > 0) {
        pace->interval = (double)NS_PER_S * plan->workers / plan->rate;
        pace->offset = (double)NS_PER_S * worker->index / plan->rate;
        if (open_timer(pace) != 0) {
            free(pace);
            return NULL;
        }
        return pace;
    }
    pace->concurrency = (uint32_t)share(plan->concurrency, worker->index, plan->workers);
    evtimer_assign(&pace->event, worker->base, on_rested, pace);
    return pace;
}
