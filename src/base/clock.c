#include "finwait/clock.h"

#include <time.h>

static int64_t read_clock(clockid_t id)
{
    struct timespec now;

    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_thread_cpu(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

struct timeval clock_timeval(int64_t ns)
{
    int64_t us = ns <= 0 ? 0 : (ns - 1) / NS_PER_US + 1;

    return (struct timeval){.tv_sec = us / 1000000, .tv_usec = us % 1000000};
}
