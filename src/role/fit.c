#include <math.h>
#include <sys/resource.h>
#include <unistd.h>

#include "finwait/role.h"

enum {
    /* Descriptors a worker needs for itself: standard streams, epoll, control, listeners, the lab.
     */
    RESERVED = 64,
    /* What it has open of those, but for listeners. */
    OPEN = 8,
};

static double left(double descriptors, double taken)
{
    return descriptors > taken ? descriptors - taken : 0;
}

double fit_most(double descriptors, uint32_t listeners)
{
    return left(descriptors, RESERVED + (double)listeners) * FIT_WORKERS_MAX;
}

double fit_most_of(uint32_t descriptors, uint32_t listeners, uint32_t workers)
{
    return left(descriptors, OPEN + (double)listeners) * workers;
}

static rlim_t limit_before; /* the soft one; 0: it was not raised */

uint32_t fit_limit_before(void)
{
    return limit_before < UINT32_MAX ? (uint32_t)limit_before : 0;
}

/* The soft limit up to the hard one, which is the machine's owner's to raise. */
static rlim_t raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 1024;
    }
    if (limit_before == 0) {
        limit_before = limit.rlim_cur;
    }
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            getrlimit(RLIMIT_NOFILE, &limit);
        }
    }
    return limit.rlim_cur;
}

static uint32_t half_the_cpus(void)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);

    return cpus > 2 ? (uint32_t)(cpus / 2) : 1;
}

uint32_t fit_accepting(uint32_t asked)
{
    uint32_t half = half_the_cpus();

    return asked > half && asked <= sysconf(_SC_NPROCESSORS_ONLN) ? asked : half;
}

/*
 * How many descriptors a worker can count on having to open on average, so that none of `workers`
 * lacks `room` of them.  Drawn, its number is binomial, and by Bernstein's inequality exceeds the
 * mean m by t with a probability of at most exp(-t^2 / (2 m + 2 t / 3)): this is the m for which
 * that is RISK for all of them together, solved for t = room - m.
 */
static double drawn_share(double workers, double room)
{
    static const double RISK = 1e-6;

    double l = log(workers / RISK);
    double b = room + 2 * l / 3;
    double rest = room * (room - 2 * l / 3);
    return rest > 0 ? floor(b - sqrt(b * b - rest)) : 0;
}

double fit_sure(double most, uint32_t workers)
{
    return workers <= 1 || isinf(most) ? most : workers * drawn_share(workers, most / workers);
}

static uint64_t mean_share(const struct fit_need *need, uint64_t workers, uint64_t room)
{
    return need->drawn && workers > 1 ? (uint64_t)drawn_share((double)workers, (double)room) : room;
}

/* As few workers as have room for what is needed; more than FIT_WORKERS_MAX: too few. */
static uint64_t least_workers(const struct fit_need *need, uint64_t room)
{
    uint64_t even = (need->descriptors + room - 1) / room;
    uint64_t workers = even > 0 ? even : 1;

    while (workers <= FIT_WORKERS_MAX &&
           workers * mean_share(need, workers, room) < need->descriptors) {
        workers++;
    }
    return workers;
}

int fit_workers(const struct fit_need *need, enum side side, uint32_t *workers, struct error *error)
{
    rlim_t limit = raise_limit();
    rlim_t taken = RESERVED + need->listeners;
    rlim_t room = limit > 2 * taken ? limit - taken : limit / 2;
    uint64_t least = least_workers(need, room);

    if (least > FIT_WORKERS_MAX && need->guessed) {
        least = FIT_WORKERS_MAX; /* should it be too few, EMFILE is counted */
    }
    if (least > FIT_WORKERS_MAX) {
        error_set(error, STATUS_MACHINE,
                  "the %s has to hold %llu sockets: %llu processes of %llu descriptors each",
                  side_name(side), (unsigned long long)need->descriptors, (unsigned long long)least,
                  (unsigned long long)limit);
        return error_hint(error,
                          "raise RLIMIT_NOFILE (ulimit -Hn), or lower load.connections or "
                          "load.concurrency to at most %llu",
                          (unsigned long long)mean_share(need, FIT_WORKERS_MAX, room) *
                              FIT_WORKERS_MAX);
    }
    if (need->workers != 0) {
        *workers = need->workers > least ? need->workers : (uint32_t)least;
        return 0;
    }
    *workers = half_the_cpus() > least ? half_the_cpus() : (uint32_t)least;
    return 0;
}
