#include "moments.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "finwait/timeline.h"
#include "trial.h"

static const struct error too_late = {.what = "it was not ready in time"};
static const struct error overtaken = {.what = "it was killed before it was ready"};

/* The moments themselves are the result's, all of them from the beginning. */
struct moments {
    struct trial *trial;
    struct moments_calls calls;
    size_t next;  /* the first that has not come */
    bool *active; /* beside the scenario's faults: which strike the link */
    struct event *timer;
    bool down[PLAYERS_N]; /* killed, and not started again */
    bool frozen[PLAYERS_N];
    struct moment *restart[PLAYERS_N]; /* the start under way, or NULL */
    uint64_t refused[PLAYERS_N];       /* what the role had met of EADDRINUSE when it began */
};

/* ---- the moments in order ---- */

static int compare_moments(const void *a, const void *b)
{
    const struct moment *x = a;
    const struct moment *y = b;

    if (x->due != y->due) {
        return x->due < y->due ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static void fill(struct result *result, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->fault_count; i++) {
        result_add_fault(result, &scenario->fault[i]);
        result_add_moment(result, MOMENT_FAULT_BEGINS, i);
        if (scenario->fault[i].length > 0) {
            result_add_moment(result, MOMENT_FAULT_ENDS, i);
        }
    }
    for (size_t i = 0; i < scenario->event_count; i++) {
        result_add_event(result, &scenario->event[i]);
        result_add_moment(result, MOMENT_EVENT, i);
    }
    if (result->moment_count > 0) {
        qsort(result->moment, result->moment_count, sizeof *result->moment, compare_moments);
    }
}

static void on_time(evutil_socket_t fd, short what, void *argument);

struct moments *moments_new(struct trial *trial, const struct moments_calls *calls,
                            struct error *error)
{
    const struct scenario *scenario = trial->scenario;
    struct moments *moments = calloc(1, sizeof *moments);

    if (moments != NULL) {
        moments->trial = trial;
        moments->calls = *calls;
        moments->active = calloc(scenario->fault_count + 1, sizeof *moments->active);
        moments->timer = evtimer_new(trial->base, on_time, moments);
    }
    if (moments == NULL || moments->active == NULL || moments->timer == NULL) {
        moments_free(moments);
        error_set(error, STATUS_MACHINE, "out of memory for the timeline");
        return NULL;
    }
    fill(trial->result, scenario);
    return moments;
}

void moments_free(struct moments *moments)
{
    if (moments == NULL) {
        return;
    }
    if (moments->timer != NULL) {
        event_free(moments->timer);
    }
    free(moments->active);
    free(moments);
}

/* ---- what is recorded ---- */

/* Times of the clock until collect_end makes them those of the result. */
static void record_begun(struct moment *moment)
{
    moment->happened = true;
    moment->at = clock_now();
}

static void record_done(struct moment *moment, const struct error *error)
{
    moment->has_took = error == NULL;
    moment->took = clock_now() - moment->at;
    moment->error = error == NULL ? NULL : grow_text(error->what);
}

/* ---- faults ---- */

static bool change_faults(struct moments *moments, const struct moment *moment)
{
    const struct scenario *scenario = moments->trial->scenario;
    bool *active = moments->active;

    if (moment->kind == MOMENT_FAULT_ENDS) {
        bool was = active[moment->index];
        active[moment->index] = false;
        return was;
    }
    if (scenario->fault[moment->index].kind == FAULT_HEAL) {
        memset(active, 0, scenario->fault_count * sizeof *active);
    } else {
        active[moment->index] = true;
    }
    return true;
}

/* All of one moment at once: nothing passes between the end of a fault and the next one's begin.
 * What was healed before ends without a change, and is not told. */
static void do_faults(struct moments *moments, struct moment *moment, size_t count)
{
    struct trial *trial = moments->trial;
    bool changes = false;
    struct error error;
    int status;

    for (size_t i = 0; i < count; i++) {
        if (change_faults(moments, &moment[i])) {
            record_begun(&moment[i]);
            changes = true;
        }
    }
    if (!changes) {
        return;
    }
    status = lab_set_faults(trial->lab, trial->scenario->fault, moments->active,
                            trial->scenario->fault_count, &error);
    trial->undone = trial->undone || status != 0;
    for (size_t i = 0; i < count; i++) {
        if (moment[i].happened) {
            record_done(&moment[i], status == 0 ? NULL : &error);
        }
    }
}

/* ---- events ---- */

/* How often the role met EADDRINUSE so far. */
static uint64_t refusals_of(const struct moments *moments, enum side side)
{
    struct account *account = grow_new(1, sizeof *account);

    role_account(moments->trial->role[side], account);
    uint64_t refusals = account->error[EADDRINUSE];
    free(account);
    return refusals;
}

static void start(struct moments *moments, struct moment *moment, const struct event_spec *event)
{
    struct trial *trial = moments->trial;
    enum side side = event->side;
    struct error error;

    if (event->beside) {
        int status = moments->calls.start_beside(trial, side, &error);
        trial->undone = trial->undone || status != 0;
        record_done(moment, status == 0 ? NULL : &error);
        return;
    }
    moments->refused[side] = refusals_of(moments, side);
    moments->restart[side] = moment;
    if (role_start(trial->role[side], event, &error) != 0) {
        moments->calls.not_started(trial, trial->role[side], &error);
    }
}

static void do_kill(struct moments *moments, const struct event_spec *event)
{
    struct role *role = moments->trial->role[event->side];

    if (event->beside) {
        if (role->before != NULL) { /* else the new one could not be started */
            role_kill(role->before);
        }
        return;
    }
    moments_not_restarted(moments, event->side, &overtaken);
    role_kill(role);
}

static const int signals[EVENT_KIND_N] = {
    [EVENT_KILL] = SIGKILL, [EVENT_STOP] = SIGSTOP, [EVENT_CONT] = SIGCONT};

/* What befalls one worker leaves the others as they are. */
static void do_one(struct moments *moments, struct moment *moment, const struct event_spec *event)
{
    record_begun(moment);
    role_strike_one(moments->trial->role[event->side], event->worker, signals[event->kind]);
    record_done(moment, NULL);
}

static void do_event(struct moments *moments, struct moment *moment)
{
    const struct event_spec *event = &moments->trial->scenario->event[moment->index];
    struct role *role = moments->trial->role[event->side];

    if (event->one) {
        do_one(moments, moment, event);
        return;
    }
    record_begun(moment);
    if ((event->kind == EVENT_KILL || event->kind == EVENT_START) && !event->beside) {
        moments->down[event->side] = event->kind == EVENT_KILL;
    }
    if (event->kind == EVENT_SIGNAL) {
        role_signal(role, event->signal);
        record_done(moment, NULL);
        return;
    }
    moments->frozen[event->side] = event->kind == EVENT_STOP;
    if (event->kind == EVENT_START) {
        start(moments, moment, event);
        return;
    }
    if (event->kind == EVENT_KILL) {
        do_kill(moments, event);
    } else {
        role_freeze(role, event->kind == EVENT_STOP);
        if (event->kind == EVENT_STOP) {
            moments->calls.stopped(moments->trial, role);
        }
    }
    record_done(moment, NULL);
}

void moments_restarted(struct moments *moments, enum side side, int64_t took, uint64_t refusals)
{
    struct moment *moment = moments->restart[side];

    if (moment != NULL) {
        moment->has_took = true;
        moment->took = took;
        moment->refusals = refusals;
        moments->restart[side] = NULL;
    }
}

void moments_not_restarted(struct moments *moments, enum side side, const struct error *error)
{
    struct moment *moment = moments->restart[side];

    if (moment != NULL) {
        moment->refusals = refusals_of(moments, side) - moments->refused[side];
        moment->error = grow_text(error->what);
        /* What bind(2) refused to the end is what such a run is made to show. */
        moments->trial->undone |= error == &too_late && moment->refusals == 0;
        moments->restart[side] = NULL;
        moments->down[side] = true;
    }
}

bool moments_revives(const struct moments *moments, enum side side)
{
    const struct result *result = moments->trial->result;

    if (moments->restart[side] != NULL) {
        return true;
    }
    for (size_t i = moments->next; i < result->moment_count; i++) {
        const struct event_spec *event = moment_event(result, &result->moment[i]);

        if (event != NULL && event->side == side && !event->one) {
            return event->kind == EVENT_START || event->kind == EVENT_CONT;
        }
    }
    return false;
}

bool moments_holds(const struct moments *moments, enum side side)
{
    return moments->down[side] || moments->frozen[side];
}

/* ---- time passes ---- */

/* The moments from `next` on that are like the first one: at its time, and all faults or no. */
static size_t group_length(const struct moments *moments)
{
    const struct result *result = moments->trial->result;
    const struct moment *first = &result->moment[moments->next];
    const struct moment *last = first;

    while (last + 1 < result->moment + result->moment_count && last[1].due == first->due &&
           first->kind != MOMENT_EVENT && last[1].kind != MOMENT_EVENT) {
        last++;
    }
    return (size_t)(last - first) + 1;
}

static void do_due(struct moments *moments, int64_t until)
{
    struct result *result = moments->trial->result;

    while (moments->next < result->moment_count && result->moment[moments->next].due <= until) {
        struct moment *moment = &result->moment[moments->next];
        size_t length = group_length(moments);

        moments->next += length; /* before it happens: who is asked meanwhile looks beyond */
        if (moment->kind == MOMENT_EVENT) {
            do_event(moments, moment);
        } else {
            do_faults(moments, moment, length);
        }
    }
}

static void arm(struct moments *moments)
{
    const struct result *result = moments->trial->result;

    if (moments->next < result->moment_count) {
        int64_t due = moments->trial->load_began + result->moment[moments->next].due;
        struct timeval wait = clock_timeval(due - clock_now());

        if (evtimer_add(moments->timer, &wait) != 0) {
            moments->trial->cut_by = "lack of memory";
            event_base_loopbreak(moments->trial->base);
        }
    }
}

static void on_time(evutil_socket_t fd, short what, void *argument)
{
    struct moments *moments = argument;

    (void)fd;
    (void)what;
    do_due(moments, clock_now() - moments->trial->load_began);
    arm(moments);
}

void moments_open(struct moments *moments)
{
    do_due(moments, 0);
}

void moments_begin(struct moments *moments)
{
    arm(moments);
}

/* Ends that did not come: the fault was healed before, or ends with the trial, as all do. */
static void forget_ends(struct result *result)
{
    size_t kept = 0;

    for (size_t i = 0; i < result->moment_count; i++) {
        if (result->moment[i].kind == MOMENT_FAULT_ENDS && !result->moment[i].happened) {
            free(result->moment[i].what);
        } else {
            result->moment[kept++] = result->moment[i];
        }
    }
    result->moment_count = kept;
}

void moments_close(struct moments *moments)
{
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        moments_not_restarted(moments, side, &too_late);
    }
    moments->next = moments->trial->result->moment_count;
    forget_ends(moments->trial->result);
}
