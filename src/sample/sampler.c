#include "finwait/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "owners.h"
#include "threads.h"

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
    threads_init(sampler);
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
    threads_charge_from_here();
    if (read_before(sampler, error) < 0) {
        return -1;
    }
    pthread_mutex_lock(&sampler->mutex);
    int result = threads_observe(sampler, LOOK_FULL, clock_now(), NULL, error);
    cadence_begin(&sampler->cadence, clock_now());
    pthread_mutex_unlock(&sampler->mutex);
    return result < 0 ? -1 : threads_start(sampler, error);
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

void sampler_free(struct sampler *sampler)
{
    if (sampler == NULL) {
        return;
    }
    threads_stop(sampler);
    for (size_t i = 0; i < sampler->witnesses; i++) {
        witness_close(&sampler->witness[i]);
    }
    for (unsigned side = 0; side < ENDS_N; side++) {
        store_fini(&sampler->store[side]);
    }
    sockets_fini(&sampler->sockets);
    threads_fini(sampler);
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
