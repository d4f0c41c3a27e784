#include "bare_arrivals.h"

#include <stdlib.h>
#include <sys/timerfd.h>

#include "finwait/clock.h"

int bare_arrivals_begin(struct bare_arrivals *arrivals, double rate, unsigned count)
{
    *arrivals = (struct bare_arrivals){
        .timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC),
        .interval = (double)NS_PER_S / rate,
        .start = clock_now(),
        .late = calloc(count, sizeof *arrivals->late),
    };
    return arrivals->timer >= 0 && arrivals->late != NULL ? 0 : -1;
}

int bare_arrivals_due(struct bare_arrivals *arrivals, unsigned begun)
{
    int64_t due = arrivals->start + (int64_t)(begun * arrivals->interval);
    int64_t late = clock_now() - due;

    if (late >= 0) {
        arrivals->late[begun] = late;
        return 1;
    }
    if (arrivals->armed != due) {
        const struct itimerspec spec = {.it_value = {due / NS_PER_S, due % NS_PER_S}};

        arrivals->armed = due;
        timerfd_settime(arrivals->timer, TFD_TIMER_ABSTIME, &spec, NULL);
    }
    return 0;
}

static int compare(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left;
    int64_t b = *(const int64_t *)right;

    return (a > b) - (a < b);
}

int64_t bare_arrivals_p99(struct bare_arrivals *arrivals, unsigned count)
{
    qsort(arrivals->late, count, sizeof *arrivals->late, compare);
    return arrivals->late[(uint64_t)count * 99 / 100];
}
