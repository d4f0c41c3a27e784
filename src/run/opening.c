#include <stdlib.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "finwait/series.h"
#include "trial.h"

/* How fast the driver's connections are opened, over the load: how many there were at each look. */

enum {
    EVERY_MS = 50,
    TENTHS = 10,
    /* Looks within a tenth, or a rate is the chance of when they came. */
    LOOKS_MIN = 2,
};

struct opening {
    struct trial *trial;
    struct event *timer;
    bool is_warm;
    size_t count;
    struct series_point *point;
};

static struct role *driver(const struct trial *trial)
{
    return trial->role[scenario_runs(trial->scenario, SIDE_CLIENT) ? SIDE_CLIENT : SIDE_SERVER];
}

static void note(struct opening *opening, int64_t at)
{
    uint64_t opened = 0;

    /* A role that was started beside its old one counts on. */
    for (const struct role *role = driver(opening->trial); role != NULL; role = role->before) {
        struct role_progress progress;

        role_progress(role, &progress);
        opened += progress.opened;
    }
    opening->point = grow_by_one(opening->point, opening->count, sizeof *opening->point);
    opening->point[opening->count++] = (struct series_point){at, (double)opened};
}

/* Half of the load has begun: what a command fills once, it has filled. */
static void look_when_warm(struct opening *opening)
{
    struct trial *trial = opening->trial;
    const struct load_spec *load = &trial->scenario->load;
    double opened = opening->point[opening->count - 1].value;
    bool half = load->duration > 0 ? 2 * (clock_now() - trial->load_began) >= load->duration
                                   : 2 * opened >= (double)load->connections;

    if (half && !opening->is_warm) {
        opening->is_warm = true;
        collect_look(trial, LOOK_WARM);
    }
}

static void on_time(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    note(argument, clock_now());
    look_when_warm(argument);
}

struct opening *opening_begin(struct trial *trial)
{
    struct opening *opening = grow_new(1, sizeof *opening);
    struct timeval every = clock_timeval(EVERY_MS * NS_PER_MS);

    opening->trial = trial;
    note(opening, trial->load_began);
    opening->timer = event_new(trial->base, -1, EV_PERSIST, on_time, opening);
    if (opening->timer == NULL || event_add(opening->timer, &every) != 0) {
        grow_failed();
    }
    return opening;
}

/* When so many were open first: they are taken to come evenly between two looks. */
static int64_t time_of(const struct opening *opening, double opened)
{
    const struct series_point *point = opening->point;
    size_t i = 1;

    while (i < opening->count - 1 && point[i].value < opened) {
        i++;
    }
    double part = (opened - point[i - 1].value) / (point[i].value - point[i - 1].value);
    return point[i - 1].at + (int64_t)(part * (double)(point[i].at - point[i - 1].at));
}

void opening_end(struct opening *opening)
{
    struct trial *trial = opening->trial;
    struct result *result = trial->result;
    int64_t least = NS_PER_MS * EVERY_MS * LOOKS_MIN;

    event_free(opening->timer);
    note(opening, trial->load_ended > 0 ? trial->load_ended : clock_now());
    double all = opening->point[opening->count - 1].value;
    if (all >= TENTHS) {
        int64_t first = time_of(opening, all / TENTHS) - trial->load_began;
        int64_t last = time_of(opening, all) - time_of(opening, all - all / TENTHS);

        result->has_opening = first >= least && last >= least;
        result->opening_first = first;
        result->opening_last = last;
    }
    free(opening->point);
    free(opening);
}
