#include "finwait/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "between.h"
#include "cadence.h"
#include "finwait/clock.h"
#include "finwait/grow.h"
#include "owners.h"
#include "store.h"
#include "witness.h"

struct sampler {
    /* The thread's own once it runs, but for the witnesses' counters: those are the caller's. */
    struct witness *witness; /* one a host */
    size_t witnesses;
    bool shown[ENDS_N]; /* by any of them */
    struct cadence cadence;
    int64_t since;          /* CLOCK_MONOTONIC that cost.span counts from */
    struct sockets sockets; /* of the latest observation with `each`; else the caller's */
    int64_t cpu_seen;       /* what the observing thread had used when cost.cpu was last counted */
    struct between between[ENDS_N];

    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t changed; /* stop, asked or answered */

    /* Under the mutex. */
    bool stop;
    bool each;            /* keep each socket of the one that is asked for */
    uint64_t asked;       /* observations on demand: how many were asked for */
    uint64_t answered;    /* and made */
    int outcome;          /* of the latest one made on demand: 0 or -1 */
    struct error failure; /* why, when -1 */
    struct store store[ENDS_N];
    struct sampler_cost cost;
    int64_t first_at, latest_at;
};

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
static int count(struct sampler *sampler, struct error *error)
{
    int64_t sum[ENDS_N] = {0};
    int64_t start = clock_now();

    for (size_t i = 0; i < sampler->witnesses; i++) {
        const struct witness *witness = &sampler->witness[i];
        int64_t tw;
        if (witness_count(witness, &tw, error) < 0) {
            return -1;
        }
        sum[witness->diag.host.side] += tw;
    }
    for (unsigned side = 0; side < ENDS_N; side++) {
        if (sampler->shown[side]) {
            between_read(&sampler->between[side], start, sum[side]);
        }
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

/* What the look that began at `start` found.  With the mutex. */
static void record(struct sampler *sampler, enum look look, int64_t start,
                   const struct observation sample[ENDS_N])
{
    if (look == LOOK_COUNT) {
        sampler->cost.counts++;
        return;
    }
    count_gap(sampler, start);
    sampler->cost.full_dumps += look == LOOK_FULL;
    keep(sampler, sample);
}

/* Look at every host, now. */
static int observe(struct sampler *sampler, enum look look, struct sockets *each,
                   struct error *error)
{
    struct observation sample[ENDS_N] = {{0}};
    int64_t start = clock_now();
    int64_t begin = cadence_begin(&sampler->cadence, start);
    int64_t cpu = clock_thread_cpu();
    int result =
        look == LOOK_COUNT ? count(sampler, error) : dump(sampler, look, each, sample, error);
    int64_t cpu_now = clock_thread_cpu();

    cadence_done(&sampler->cadence, look, begin, cpu_now - cpu);
    pthread_mutex_lock(&sampler->mutex);
    if (result == 0) {
        record(sampler, look, start, sample);
    }
    sampler->cost.cpu += cpu_now - sampler->cpu_seen;
    sampler->cpu_seen = cpu_now;
    sampler->cost.span = clock_now() - sampler->since;
    pthread_mutex_unlock(&sampler->mutex);
    return result;
}

/* A dump of a large pile takes longer than the time between two looks. */
static void count_within_dump(void *context)
{
    struct sampler *sampler = context;
    struct error ignored; /* the dump goes on */

    if (sampler->cadence.cheap && clock_now() >= sampler->cadence.due) {
        observe(sampler, LOOK_COUNT, NULL, &ignored);
    }
}

/* Wait until there is something to do.  Called with the mutex. */
static void wait_for_work(struct sampler *sampler)
{
    int64_t due = sampler->cadence.due;
    struct timespec deadline = {.tv_sec = due / NS_PER_S, .tv_nsec = due % NS_PER_S};

    while (!sampler->stop && sampler->asked == sampler->answered && clock_now() < due) {
        pthread_cond_timedwait(&sampler->changed, &sampler->mutex, &deadline);
    }
}

/* Called with the mutex; gives it up while observing. */
static void observe_for(struct sampler *sampler, uint64_t asked)
{
    bool demanded = asked != sampler->answered;
    struct sockets *each = demanded && sampler->each ? &sampler->sockets : NULL;
    struct error error;

    pthread_mutex_unlock(&sampler->mutex);
    enum look look = demanded ? LOOK_FULL : cadence_next(&sampler->cadence, clock_now());
    int outcome = observe(sampler, look, each, &error);
    pthread_mutex_lock(&sampler->mutex);
    if (demanded) {
        sampler->answered = asked;
        sampler->outcome = outcome;
        if (outcome < 0) {
            sampler->failure = error;
        }
        pthread_cond_broadcast(&sampler->changed);
    }
}

/*
 * An observation that fails in passing leaves a gap (sampler_cost shows it) and is tried again at
 * the next tick; one made on demand hands its error to who asked.
 */
static void *run(void *argument)
{
    struct sampler *sampler = argument;

    sampler->cpu_seen = 0;
    pthread_mutex_lock(&sampler->mutex);
    for (;;) {
        wait_for_work(sampler);
        if (sampler->stop) {
            break;
        }
        observe_for(sampler, sampler->asked);
    }
    pthread_mutex_unlock(&sampler->mutex);
    return NULL;
}

/* Signals are for the conductor's main thread: the new one inherits a mask that blocks them all. */
static int start_thread(struct sampler *sampler, struct error *error)
{
    sigset_t all;
    sigset_t old;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int result = pthread_create(&sampler->thread, NULL, run, sampler);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (result != 0) {
        error_errno(error, STATUS_MACHINE, result, "starting the sampler's thread");
        return error_hint(error, "raise the limit of processes (ulimit -u, pids.max) or of memory "
                                 "(ulimit -v)");
    }
    sampler->running = true;
    return 0;
}

static void init_sync(struct sampler *sampler)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sampler->mutex, NULL);
    pthread_cond_init(&sampler->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static int open_witnesses(struct sampler *sampler, const struct sampler_config *config,
                          struct error *error)
{
    bool cheap = true;

    while (sampler->witnesses < config->host_count) {
        size_t host = sampler->witnesses++;
        struct witness *witness = &sampler->witness[host];
        if (witness_open(witness, &config->host[host], error) < 0) {
            return -1;
        }
        witness->diag.meanwhile = count_within_dump;
        witness->diag.context = sampler;
        cheap = cheap && witness_is_cheap(witness);
        for (unsigned side = 0; side < ENDS_N; side++) {
            sampler->shown[side] = sampler->shown[side] || witness_shows(witness, (enum side)side);
        }
    }
    cadence_init(&sampler->cadence, config->every, cheap);
    return 0;
}

static int read_before(struct sampler *sampler, struct error *error)
{
    if (sampler_read_counters(sampler, error) < 0) {
        return -1;
    }
    for (size_t i = 0; i < sampler->witnesses; i++) {
        counters_mark(&sampler->witness[i].counters);
    }
    return 0;
}

static struct sampler *make(size_t hosts)
{
    struct sampler *sampler = calloc(1, sizeof *sampler);
    struct witness *witness = calloc(hosts, sizeof *witness);

    if (sampler == NULL || witness == NULL) {
        free(sampler);
        free(witness);
        return NULL;
    }
    sampler->witness = witness;
    return sampler;
}

struct sampler *sampler_new(const struct sampler_config *config, struct error *error)
{
    struct sampler *sampler = make(config->host_count);

    if (sampler == NULL) {
        error_errno(error, STATUS_MACHINE, ENOMEM, "making the sampler");
        return NULL;
    }
    init_sync(sampler);
    for (unsigned side = 0; side < ENDS_N; side++) {
        store_init(&sampler->store[side]);
    }
    int64_t start = clock_now();
    int64_t cpu = clock_thread_cpu();
    if (open_witnesses(sampler, config, error) < 0) {
        sampler_free(sampler);
        return NULL;
    }
    sampler->cost.cpu = clock_thread_cpu() - cpu;
    sampler->cost.span = clock_now() - start;
    return sampler;
}

int sampler_start(struct sampler *sampler, struct error *error)
{
    sampler->since = clock_now() - sampler->cost.span; /* the roles' start is none of its time */
    sampler->cpu_seen = clock_thread_cpu();
    if (read_before(sampler, error) < 0 || observe(sampler, LOOK_FULL, NULL, error) < 0) {
        return -1;
    }
    return start_thread(sampler, error);
}

bool sampler_stood_before(const struct sampler *sampler, enum side side, uint64_t *count)
{
    bool looked = false;

    *count = 0;
    for (size_t i = 0; i < sampler->witnesses; i++) {
        looked = looked || witness_is_shared(&sampler->witness[i]);
        *count += sampler->witness[i].diag.before[side];
    }
    return looked;
}

static void stop_thread(struct sampler *sampler)
{
    pthread_mutex_lock(&sampler->mutex);
    sampler->stop = true;
    pthread_cond_broadcast(&sampler->changed);
    pthread_mutex_unlock(&sampler->mutex);
    pthread_join(sampler->thread, NULL);
}

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL) {
        return;
    }
    if (sampler->running) {
        stop_thread(sampler);
    }
    for (size_t i = 0; i < sampler->witnesses; i++) {
        witness_close(&sampler->witness[i]);
    }
    for (unsigned side = 0; side < ENDS_N; side++) {
        store_fini(&sampler->store[side]);
    }
    sockets_fini(&sampler->sockets);
    pthread_cond_destroy(&sampler->changed);
    pthread_mutex_destroy(&sampler->mutex);
    free(sampler->witness);
    free(sampler);
}

void sampler_latest(struct sampler *sampler, enum side side, struct observation *sample)
{
    pthread_mutex_lock(&sampler->mutex);
    *sample = sampler->store[side].latest;
    pthread_mutex_unlock(&sampler->mutex);
}

int sampler_observe(struct sampler *sampler, bool each, struct error *error)
{
    pthread_mutex_lock(&sampler->mutex);
    if (each) {
        sockets_fini(&sampler->sockets);
    }
    sampler->each = each;
    uint64_t ticket = ++sampler->asked;
    pthread_cond_broadcast(&sampler->changed);
    while (sampler->answered < ticket) {
        pthread_cond_wait(&sampler->changed, &sampler->mutex);
    }
    int outcome = sampler->outcome;
    if (outcome < 0) {
        *error = sampler->failure;
    }
    pthread_mutex_unlock(&sampler->mutex);
    return outcome;
}

int sampler_owners(struct sampler *sampler, struct owners *owners, struct error *error)
{
    uint32_t queued[ENDS_N];

    for (unsigned side = 0; side < ENDS_N; side++) {
        struct observation latest;
        sampler_latest(sampler, (enum side)side, &latest);
        queued[side] = latest.accept_queue;
    }
    *owners = (struct owners){.count = 0};
    int result = owners_find(owners, &sampler->sockets, queued, error);
    sockets_fini(&sampler->sockets);
    return result;
}

static struct observation *copy_all(struct sampler *sampler, enum side side, size_t *count)
{
    pthread_mutex_lock(&sampler->mutex);
    struct observation *copy = store_copy(&sampler->store[side], count);
    pthread_mutex_unlock(&sampler->mutex);
    return copy;
}

struct observation *sampler_samples(struct sampler *sampler, enum side side, size_t *count)
{
    size_t all;
    struct observation *copy = copy_all(sampler, side, &all);

    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (!copy[i].counted) {
            copy[(*count)++] = copy[i];
        }
    }
    return copy;
}

struct series_point *sampler_counts(struct sampler *sampler, enum side side, size_t *count)
{
    size_t all;
    struct observation *copy = copy_all(sampler, side, &all);
    struct series_point *points = grow_new(all, sizeof *points);

    *count = 0;
    for (size_t i = 0; i < all; i++) {
        if (copy[i].counted) {
            points[(*count)++] =
                (struct series_point){copy[i].at, copy[i].state[TCP_STATE_TIME_WAIT]};
        }
    }
    free(copy);
    return points;
}

int sampler_read_counters(struct sampler *sampler, struct error *error)
{
    for (size_t i = 0; i < sampler->witnesses; i++) {
        struct witness *witness = &sampler->witness[i];
        if (counters_read(&witness->counters, &witness->files, error) < 0) {
            return -1;
        }
    }
    return 0;
}

const struct counters *sampler_counters(const struct sampler *sampler, size_t host)
{
    return &sampler->witness[host].counters;
}

void sampler_cost(struct sampler *sampler, struct sampler_cost *cost)
{
    pthread_mutex_lock(&sampler->mutex);
    *cost = sampler->cost;
    pthread_mutex_unlock(&sampler->mutex);
}
