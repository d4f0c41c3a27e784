#include "finwait/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "between.h"
#include "cadence.h"
#include "finwait/clock.h"
#include "finwait/grow.h"
#include "owners.h"
#include "store.h"
#include "witness.h"

/* Two threads: what ticks must not wait for what dumps, which takes a second at a million. */
enum { TICKER, DUMPER, THREADS };

enum { TICKER_NICE = -20 }; /* some 20 µs of CPU a tick: nobody misses them, and it comes in time */

struct sampler {
    /* Nobody's to change once the threads run, but for the witnesses: a dump is the dumper's, their
     * counters the caller's. */
    struct witness *witness; /* one a host */
    size_t witnesses;
    bool shown[ENDS_N];     /* by any of them */
    int64_t since;          /* CLOCK_MONOTONIC that cost.span counts from */
    struct sockets sockets; /* of the latest observation with `each`; else the caller's */

    pthread_t thread[THREADS];
    unsigned running;
    pthread_mutex_t mutex;
    pthread_cond_t tick;    /* stop */
    pthread_cond_t changed; /* stop, something to dump, or answered */

    /* Under the mutex. */
    bool stop;
    struct cadence cadence;
    bool dumping;
    enum look wanted;     /* what the ticker wants dumped; LOOK_COUNT: nothing */
    int64_t begin;        /* and when that was to begin */
    bool each;            /* keep each socket of the one that is asked for */
    uint64_t asked;       /* observations on demand: how many were asked for */
    uint64_t answered;    /* and made */
    int outcome;          /* of the latest one made on demand: 0 or -1 */
    struct error failure; /* why, when -1 */
    struct between between[ENDS_N];
    struct store store[ENDS_N];
    struct sampler_cost cost;
    int64_t first_at, latest_at;
};

/* How much of the thread's CPU time the cost has already, or is not the sampler's. */
static _Thread_local int64_t sampler_charged;

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

    sampler->cost.cpu += cpu - sampler_charged;
    sampler_charged = cpu;
    sampler->cost.span = clock_now() - sampler->since;
}

/* Dump all hosts, now.  Called with the mutex, gives it up meanwhile. */
static int observe(struct sampler *sampler, enum look look, int64_t begin, struct sockets *each,
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

    sampler->outcome = observe(sampler, LOOK_FULL, clock_now(), each, &error);
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
            observe(sampler, look, sampler->begin, NULL, &ignored);
        } else {
            sampler->dumping = false;
            pthread_cond_wait(&sampler->changed, &sampler->mutex);
        }
    }
    pthread_mutex_unlock(&sampler->mutex);
    return NULL;
}

/* Signals are for the conductor's main thread: the new ones inherit a mask that blocks them all. */
static int start_threads(struct sampler *sampler, struct error *error)
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

static void init_sync(struct sampler *sampler)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sampler->mutex, NULL);
    pthread_cond_init(&sampler->tick, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&sampler->changed, NULL);
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
    sampler_charged = clock_thread_cpu();
    if (read_before(sampler, error) < 0) {
        return -1;
    }
    pthread_mutex_lock(&sampler->mutex);
    int result = observe(sampler, LOOK_FULL, clock_now(), NULL, error);
    cadence_begin(&sampler->cadence, clock_now());
    pthread_mutex_unlock(&sampler->mutex);
    return result < 0 ? -1 : start_threads(sampler, error);
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

static void stop_threads(struct sampler *sampler)
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

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL) {
        return;
    }
    stop_threads(sampler);
    for (size_t i = 0; i < sampler->witnesses; i++) {
        witness_close(&sampler->witness[i]);
    }
    for (unsigned side = 0; side < ENDS_N; side++) {
        store_fini(&sampler->store[side]);
    }
    sockets_fini(&sampler->sockets);
    pthread_cond_destroy(&sampler->tick);
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

bool sampler_memory(const struct sampler *sampler, enum side side, uint32_t bytes[TCP_STATE_N])
{
    bool any = false;

    for (unsigned state = 0; state < TCP_STATE_N; state++) {
        bytes[state] = weight_mean(&sampler->sockets.weights.state[side][state]);
        any |= bytes[state] > 0;
    }
    return any;
}

static void tell_netns(const struct sampler *sampler, struct sockets *sockets)
{
    bool known = sampler->witnesses <= ENDS_N;

    for (size_t i = 0; i < sampler->witnesses && known; i++) {
        sockets->netns[i] = witness_netns(&sampler->witness[i]);
        known = sockets->netns[i] != 0;
    }
    sockets->netns_count = known ? (uint32_t)sampler->witnesses : 0;
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
    tell_netns(sampler, &sampler->sockets);
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
