#include "moments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/clock.h"
#include "finwait/timeline.h"
#include "trial.h"

/* What happens at one moment; in this order at the same one. */
enum moment_kind {
    MOMENT_FAULT_ENDS,
    MOMENT_FAULT_BEGINS,
    MOMENT_EVENT,
};

struct due {
    int64_t at; /* ns from the start of load */
    enum moment_kind kind;
    size_t index; /* of the scenario's fault or event */
    bool changes; /* faults: what strikes the link; the end of what was healed before does not */
};

enum { NO_ENTRY = -1 };

static const struct error too_late = {.what = "it was not ready in time"};
static const struct error overtaken = {.what = "it was killed before it was ready"};

struct moments {
    struct trial *trial;
    size_t count;
    size_t next; /* the first that has not come */
    struct due *moment;
    bool *active; /* beside the scenario's faults: which strike the link */
    struct event *timer;
    bool down[SIDE_N]; /* killed, and not started again */
    bool frozen[SIDE_N];
    long restart[SIDE_N];     /* the result's entry of the start under way, or NO_ENTRY */
    uint64_t refused[SIDE_N]; /* what the role had met of EADDRINUSE when it began */
};

/* ---- the moments in order ---- */

static int compare_moments(const void *a, const void *b)
{
    const struct due *x = a;
    const struct due *y = b;

    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static void add_moment(struct moments *moments, int64_t at, enum moment_kind kind, size_t index)
{
    moments->moment[moments->count++] = (struct due){at, kind, index, false};
}

static void fill(struct moments *moments, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->fault_count; i++) {
        const struct fault *fault = &scenario->fault[i];

        add_moment(moments, fault->at, MOMENT_FAULT_BEGINS, i);
        if (fault->length > 0) {
            add_moment(moments, fault->at + fault->length, MOMENT_FAULT_ENDS, i);
        }
    }
    for (size_t i = 0; i < scenario->event_count; i++) {
        add_moment(moments, scenario->event[i].at, MOMENT_EVENT, i);
    }
    qsort(moments->moment, moments->count, sizeof *moments->moment, compare_moments);
}

static void on_time(evutil_socket_t fd, short what, void *argument);

struct moments *moments_new(struct trial *trial, struct error *error)
{
    const struct scenario *scenario = trial->scenario;
    struct moments *moments = calloc(1, sizeof *moments);

    if (moments != NULL) {
        moments->trial = trial;
        moments->restart[SIDE_CLIENT] = NO_ENTRY;
        moments->restart[SIDE_SERVER] = NO_ENTRY;
        moments->moment =
            calloc(2 * scenario->fault_count + scenario->event_count + 1, sizeof *moments->moment);
        moments->active = calloc(scenario->fault_count + 1, sizeof *moments->active);
        moments->timer = evtimer_new(trial->base, on_time, moments);
    }
    if (moments == NULL || moments->moment == NULL || moments->active == NULL ||
        moments->timer == NULL) {
        moments_free(moments);
        error_set(error, STATUS_MACHINE, "out of memory for the timeline");
        return NULL;
    }
    fill(moments, scenario);
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
    free(moments->moment);
    free(moments->active);
    free(moments);
}

/* ---- what is recorded ---- */

static char *describe(const struct moments *moments, const struct due *moment,
                      char text[TIMELINE_TEXT])
{
    const struct scenario *scenario = moments->trial->scenario;
    size_t used;

    if (moment->kind == MOMENT_EVENT) {
        return event_describe(text, TIMELINE_TEXT, &scenario->event[moment->index]);
    }
    fault_describe(text, TIMELINE_TEXT, &scenario->fault[moment->index]);
    used = strlen(text);
    if (moment->kind == MOMENT_FAULT_ENDS) {
        snprintf(text + used, TIMELINE_TEXT - used, " ends");
    }
    return text;
}

/* Times of the clock until collect_end makes them those of the result. */
static struct moment *record(struct moments *moments, const struct due *moment)
{
    char text[TIMELINE_TEXT];

    return result_add_moment(moments->trial->result, moment->at, describe(moments, moment, text));
}

static void record_done(struct moments *moments, const struct due *moment, int64_t began,
                        const struct error *error)
{
    struct moment *entry = record(moments, moment);

    entry->happened = true;
    entry->at = began;
    entry->has_took = error == NULL;
    entry->took = clock_now() - began;
    entry->error = error == NULL ? NULL : strdup(error->what);
}

/* ---- faults ---- */

static bool change_faults(struct moments *moments, const struct due *moment)
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

/* All of one moment at once: nothing passes between the end of a fault and the next one's begin. */
static void do_faults(struct moments *moments, struct due *moment, size_t count)
{
    const struct trial *trial = moments->trial;
    int64_t began = clock_now();
    bool changes = false;
    struct error error;
    int status;

    for (size_t i = 0; i < count; i++) {
        moment[i].changes = change_faults(moments, &moment[i]);
        changes |= moment[i].changes;
    }
    if (!changes) {
        return;
    }
    status = lab_set_faults(trial->lab, trial->scenario->fault, moments->active,
                            trial->scenario->fault_count, &error);
    for (size_t i = 0; i < count; i++) {
        if (moment[i].changes) {
            record_done(moments, &moment[i], began, status == 0 ? NULL : &error);
        }
    }
}

/* ---- events ---- */

/* How often the role met EADDRINUSE so far. */
static uint64_t refusals_of(const struct moments *moments, enum side side)
{
    struct account *account = malloc(sizeof *account);
    uint64_t refusals = 0;

    if (account != NULL) {
        role_account(moments->trial->role[side], account);
        refusals = account->error[EADDRINUSE];
    }
    free(account);
    return refusals;
}

static void start(struct moments *moments, const struct due *moment, enum side side)
{
    struct trial *trial = moments->trial;
    int64_t began = clock_now();
    struct moment *entry = record(moments, moment);
    struct error error;

    entry->happened = true;
    entry->at = began;
    entry->restart = true;
    moments->refused[side] = refusals_of(moments, side);
    moments->restart[side] = (long)(entry - trial->result->moment);
    if (role_restart(trial->role[side], &error) != 0) {
        conduct_restart_failed(trial, trial->role[side], &error);
    }
}

/* What is different when it starts again. */
static void change_role(struct role *role, const struct event_spec *event)
{
    if (event->reuseaddr != EVENT_AS_IT_WAS) {
        role_set_switch(role, SOCKOPT_REUSEADDR, event->reuseaddr == EVENT_ON);
    }
    if (event->reuseport != EVENT_AS_IT_WAS) {
        role_set_switch(role, SOCKOPT_REUSEPORT, event->reuseport == EVENT_ON);
    }
    if (event->moves) {
        role_move(role, event->host);
    }
}

static void do_event(struct moments *moments, const struct due *moment)
{
    const struct event_spec *event = &moments->trial->scenario->event[moment->index];
    struct role *role = moments->trial->role[event->side];
    int64_t began = clock_now();

    if (event->kind == EVENT_KILL || event->kind == EVENT_START) {
        moments->down[event->side] = event->kind == EVENT_KILL;
    }
    moments->frozen[event->side] = event->kind == EVENT_STOP;
    if (event->kind == EVENT_START) {
        change_role(role, event);
        start(moments, moment, event->side);
        return;
    }
    if (event->kind == EVENT_KILL) {
        moments_not_restarted(moments, event->side, &overtaken);
        role_kill(role);
    } else {
        role_freeze(role, event->kind == EVENT_STOP);
        if (event->kind == EVENT_STOP && event->side == SIDE_CLIENT) {
            conduct_client_stopped(moments->trial);
        }
    }
    record_done(moments, moment, began, NULL);
}

void moments_restarted(struct moments *moments, enum side side, int64_t took, uint64_t refusals)
{
    if (moments->restart[side] != NO_ENTRY) {
        struct moment *entry = &moments->trial->result->moment[moments->restart[side]];

        entry->has_took = true;
        entry->took = took;
        entry->refusals = refusals;
        moments->restart[side] = NO_ENTRY;
    }
}

void moments_not_restarted(struct moments *moments, enum side side, const struct error *error)
{
    struct moment *entry;

    if (moments->restart[side] == NO_ENTRY) {
        return;
    }
    entry = &moments->trial->result->moment[moments->restart[side]];
    entry->refusals = refusals_of(moments, side) - moments->refused[side];
    entry->error = strdup(error->what);
    moments->restart[side] = NO_ENTRY;
    moments->down[side] = true;
}

bool moments_revives(const struct moments *moments, enum side side)
{
    const struct scenario *scenario = moments->trial->scenario;

    if (moments->restart[side] != NO_ENTRY) {
        return true;
    }
    for (size_t i = moments->next; i < moments->count; i++) {
        const struct due *moment = &moments->moment[i];
        const struct event_spec *event = &scenario->event[moment->index];

        if (moment->kind == MOMENT_EVENT && event->side == side) {
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
    const struct due *first = &moments->moment[moments->next];
    size_t length = 1;

    while (moments->next + length < moments->count && first[length].at == first->at &&
           first->kind != MOMENT_EVENT && first[length].kind != MOMENT_EVENT) {
        length++;
    }
    return length;
}

static void do_due(struct moments *moments, int64_t until)
{
    while (moments->next < moments->count && moments->moment[moments->next].at <= until) {
        struct due *moment = &moments->moment[moments->next];
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
    if (moments->next < moments->count) {
        int64_t due = moments->trial->load_began + moments->moment[moments->next].at;
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

void moments_close(struct moments *moments)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        moments_not_restarted(moments, side, &too_late);
    }
    for (; moments->next < moments->count; moments->next++) {
        const struct due *moment = &moments->moment[moments->next];

        if (moment->kind != MOMENT_FAULT_ENDS) { /* with the trial all faults end */
            record(moments, moment);
        }
    }
}
