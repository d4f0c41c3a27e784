#include "threads.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "finwait/clock.h"

enum { TICKER_NICE = -20 }; /* some 20 µs of CPU a tick: nobody misses them, and it comes in time */

/* How much of the thread's CPU time the cost has already, or is not the sampler's. */
static _Thread_local int64_t threads_charged;

static void raise_to(int64_t *most, int64_t gap)
{
    *most = gap > *most ? gap : *most;
}

static void count_gap(struct sampler *sampler, int64_t at)
{
    struct sampler_cost *cost = &sampler->cost;

    if (cost->samples++ == 0) {
        sampler->first_at = at;
    } else {
        raise_to(&cost->gap_max, at - sampler->latest_at);
        cost->gap_mean = (at - sampler->first_at) / ((int64_t)cost->samples - 1);
    }
    sampler->latest_at = at;
}

static void keep(struct sampler *sampler, const struct observation sample[ENDS_N])
{
    int64_t minis[ENDS_N] = {0};

    for (size_t i = 0; i < sampler->witnesses; i++) {
        minis[sampler->witness[i].diag.host.side] += sampler->witness[i].minis;
    }
    for (unsigned side = 0; side < ENDS_N; side++) {
        if (sampler->shown[side]) {
            between_close(&sampler->between[side], &sample[side], minis[side],
                          &sampler->store[side]);
            raise_to(&sampler->cost.time_wait_gap, sampler->between[side].gap);
            store_append(&sampler->store[side], &sample[side]);
        }
    }
}

/* Read sockstat of every host.  Without the mutex, as all that looks. */
static int count(const struct sampler *sampler, int64_t sum[ENDS_N])
{
    struct error ignored; /* one that fails in passing leaves a gap */

    for (size_t i = 0; i < sampler->witnesses; i++) {
        const struct witness *witness = &sampler->witness[i];
        int64_t tw;
        if (witness_count(witness, &tw, &ignored) < 0) {
            return -1;
        }
        sum[witness->diag.host.side] += tw;
    }
    return 0;
}

/* Dump every host, and keep each socket in `each` unless it is NULL. */
static int dump(struct sampler *sampler, enum look look, struct sockets *each,
                struct observation sample[ENDS_N], struct error *error)
{
    int result = 0;

    for (size_t i = 0; i < sampler->witnesses && result == 0; i++) {
        sampler->witness[i].diag.each = each;
        result = witness_observe(&sampler->witness[i], look == LOOK_FULL, sample, error);
    }
    return result;
}

/* What the calling thread has used since, its waiting and waking too.  With the mutex. */
static void charge(struct sampler *sampler)
{
    int64_t cpu = clock_thread_cpu();

    sampler->cost.cpu += cpu - threads_charged;
    threads_charged = cpu;
    sampler->cost.span = clock_now() - sampler->since;
}

int threads_observe(struct sampler *sampler, enum look look, int64_t begin, struct sockets *each,
                    struct error *error)
{
    struct observation sample[ENDS_N] = {{0}};
    int64_t start = clock_now();
    int64_t cpu = clock_thread_cpu();

    pthread_mutex_unlock(&sampler->mutex);
    int result = dump(sampler, look, each, sample, error);
    pthread_mutex_lock(&sampler->mutex);
    if (result == 0) {
        count_gap(sampler, start);
        sampler->cost.full_dumps += look == LOOK_FULL;
        keep(sampler, sample);
    }
    cadence_dumped(&sampler->cadence, look, begin, clock_thread_cpu() - cpu);
    charge(sampler);
    return result;
}

void threads_charge_from_here(void)
{
    threads_charged = clock_thread_cpu();
}

/* Count what needs no dump.  Called with the mutex, gives it up meanwhile. */
static void observe_counts(struct sampler *sampler)
{
    int64_t sum[ENDS_N] = {0};
    int64_t start = clock_now();
    int64_t cpu = clock_thread_cpu();

    pthread_mutex_unlock(&sampler->mutex);
    int result = count(sampler, sum);
    pthread_mutex_lock(&sampler->mutex);
    for (unsigned side = 0; side < ENDS_N && result == 0; side++) {
        if (sampler->shown[side]) {
            between_read(&sampler->between[side], start, sum[side]);
        }
    }
    sampler->cost.counts += result == 0;
    cadence_counted(&sampler->cadence, clock_thread_cpu() - cpu);
    charge(sampler);
}

/* ---- the threads ---- */

/* Called with the mutex. */
static void tick(struct sampler *sampler)
{
    struct cadence *cadence = &sampler->cadence;
    int64_t start = clock_now();
    int64_t due = cadence->due;
    int64_t begin = cadence_begin(cadence, start);
    enum look look = cadence_next(cadence, start);
    bool alone = look != LOOK_COUNT && !sampler->dumping && !cadence_is_dear(cadence);

    raise_to(&sampler->cost.late, start - due);
    if (look != LOOK_COUNT && !sampler->dumping) {
        sampler->wanted = look;
        sampler->begin = begin;
        pthread_cond_broadcast(&sampler->changed);
    }
    if (cadence->cheap && !alone) {
        observe_counts(sampler);
    }
}

static void *run_ticks(void *argument)
{
    struct sampler *sampler = argument;

    setpriority(PRIO_PROCESS, 0, TICKER_NICE); /* the thread's own; as far as it may */
    pthread_mutex_lock(&sampler->mutex);
    while (!sampler->stop) {
        int64_t due = sampler->cadence.due;
        struct timespec deadline = {.tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S};
        if (clock_now() >= due) {
            tick(sampler);
        } else {
            pthread_cond_timedwait(&sampler->tick, &sampler->mutex, &deadline);
        }
    }
    pthread_mutex_unlock(&sampler->mutex);
    return NULL;
}

/* Called with the mutex. */
static void observe_on_demand(struct sampler *sampler)
{
    uint64_t asked = sampler->asked;
    struct sockets *each = sampler->each ? &sampler->sockets : NULL;
    struct error error;

    sampler->outcome = threads_observe(sampler, LOOK_FULL, clock_now(), each, &error);
    sampler->answered = asked;
    if (sampler->outcome < 0) {
        sampler->failure = error;
    }
    pthread_cond_broadcast(&sampler->changed);
}

/*
 * An observation that fails in passing leaves a gap (sampler_cost shows it) and is tried again at
 * the next tick; one made on demand hands its error to who asked.
 */
static void *run_dumps(void *argument)
{
    struct sampler *sampler = argument;
    struct error ignored;

    pthread_mutex_lock(&sampler->mutex);
    while (!sampler->stop) {
        sampler->dumping = true;
        if (sampler->asked != sampler->answered) {
            observe_on_demand(sampler);
        } else if (sampler->wanted != LOOK_COUNT) {
            enum look look = sampler->wanted;
            sampler->wanted = LOOK_COUNT;
            threads_observe(sampler, look, sampler->begin, NULL, &ignored);
        } else {
            sampler->dumping = false;
            pthread_cond_wait(&sampler->changed, &sampler->mutex);
        }
    }
    pthread_mutex_unlock(&sampler->mutex);
    return NULL;
}

/* Signals are for the conductor's main thread: the new ones inherit a mask that blocks them all. */
int threads_start(struct sampler *sampler, struct error *error)
{
    static void *(*const runs[])(void *) = {[TICKER] = run_ticks, [DUMPER] = run_dumps};
    sigset_t all;
    sigset_t old;
    int result = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (result == 0 && sampler->running < THREADS) {
        unsigned next = sampler->running;
        result = pthread_create(&sampler->thread[next], NULL, runs[next], sampler);
        sampler->running += result == 0;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (result != 0) {
        error_errno(error, STATUS_MACHINE, result, "starting the sampler's threads");
        return error_hint(error, "raise the limit of processes (ulimit -u, pids.max) or of memory "
                                 "(ulimit -v)");
    }
    return 0;
}

void threads_init(struct sampler *sampler)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sampler->mutex, NULL);
    pthread_cond_init(&sampler->tick, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&sampler->changed, NULL);
}

void threads_fini(struct sampler *sampler)
{
    pthread_cond_destroy(&sampler->tick);
    pthread_cond_destroy(&sampler->changed);
    pthread_mutex_destroy(&sampler->mutex);
}

void threads_stop(struct sampler *sampler)
{
    pthread_mutex_lock(&sampler->mutex);
    sampler->stop = true;
    pthread_cond_broadcast(&sampler->tick);
    pthread_cond_broadcast(&sampler->changed);
    pthread_mutex_unlock(&sampler->mutex);
    while (sampler->running > 0) {
        pthread_join(sampler->thread[--sampler->running], NULL);
    }
}
