#include "timeline.h"

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

struct moment {
    int64_t at; /* ns from the start of load */
    enum moment_kind kind;
    size_t index; /* of the scenario's fault or event */
    bool changes; /* faults: what strikes the link; the end of what was healed before does not */
};

enum { NO_ENTRY = -1 };

static const struct error too_late = {.what = "it was not ready in time"};
static const struct error overtaken = {.what = "it was killed before it was ready"};

struct timeline {
    struct trial *trial;
    size_t count;
    size_t next; /* the first that has not come */
    struct moment *moment;
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
    const struct moment *x = a;
    const struct moment *y = b;

    if (x->at != y->at) {
        return x->at < y->at ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return x->index < y->index ? -1 : x->index > y->index;
}

static void add_moment(struct timeline *timeline, int64_t at, enum moment_kind kind, size_t index)
{
    timeline->moment[timeline->count++] = (struct moment){at, kind, index, false};
}

static void fill(struct timeline *timeline, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->fault_count; i++) {
        const struct fault *fault = &scenario->fault[i];

        add_moment(timeline, fault->at, MOMENT_FAULT_BEGINS, i);
        if (fault->length > 0) {
            add_moment(timeline, fault->at + fault->length, MOMENT_FAULT_ENDS, i);
        }
    }
    for (size_t i = 0; i < scenario->event_count; i++) {
        add_moment(timeline, scenario->event[i].at, MOMENT_EVENT, i);
    }
    qsort(timeline->moment, timeline->count, sizeof *timeline->moment, compare_moments);
}

static void on_time(evutil_socket_t fd, short what, void *argument);

struct timeline *timeline_new(struct trial *trial, struct error *error)
{
    const struct scenario *scenario = trial->scenario;
    struct timeline *timeline = calloc(1, sizeof *timeline);

    if (timeline != NULL) {
        timeline->trial = trial;
        timeline->restart[SIDE_CLIENT] = NO_ENTRY;
        timeline->restart[SIDE_SERVER] = NO_ENTRY;
        timeline->moment =
            calloc(2 * scenario->fault_count + scenario->event_count + 1, sizeof *timeline->moment);
        timeline->active = calloc(scenario->fault_count + 1, sizeof *timeline->active);
        timeline->timer = evtimer_new(trial->base, on_time, timeline);
    }
    if (timeline == NULL || timeline->moment == NULL || timeline->active == NULL ||
        timeline->timer == NULL) {
        timeline_free(timeline);
        error_set(error, STATUS_MACHINE, "out of memory for the timeline");
        return NULL;
    }
    fill(timeline, scenario);
    return timeline;
}

void timeline_free(struct timeline *timeline)
{
    if (timeline == NULL) {
        return;
    }
    if (timeline->timer != NULL) {
        event_free(timeline->timer);
    }
    free(timeline->moment);
    free(timeline->active);
    free(timeline);
}

/* ---- what is recorded ---- */

static char *describe(const struct timeline *timeline, const struct moment *moment,
                      char text[TIMELINE_TEXT])
{
    const struct scenario *scenario = timeline->trial->scenario;
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
static struct timeline_entry *record(struct timeline *timeline, const struct moment *moment)
{
    char text[TIMELINE_TEXT];

    return result_add_moment(timeline->trial->result, moment->at, describe(timeline, moment, text));
}

static void record_done(struct timeline *timeline, const struct moment *moment, int64_t began,
                        const struct error *error)
{
    struct timeline_entry *entry = record(timeline, moment);

    entry->happened = true;
    entry->at = began;
    entry->has_took = error == NULL;
    entry->took = clock_now() - began;
    entry->error = error == NULL ? NULL : strdup(error->what);
}

/* ---- faults ---- */

static bool change_faults(struct timeline *timeline, const struct moment *moment)
{
    const struct scenario *scenario = timeline->trial->scenario;
    bool *active = timeline->active;

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
static void do_faults(struct timeline *timeline, struct moment *moment, size_t count)
{
    const struct trial *trial = timeline->trial;
    int64_t began = clock_now();
    bool changes = false;
    struct error error;
    int status;

    for (size_t i = 0; i < count; i++) {
        moment[i].changes = change_faults(timeline, &moment[i]);
        changes |= moment[i].changes;
    }
    if (!changes) {
        return;
    }
    status = lab_set_faults(trial->lab, trial->scenario->fault, timeline->active,
                            trial->scenario->fault_count, &error);
    for (size_t i = 0; i < count; i++) {
        if (moment[i].changes) {
            record_done(timeline, &moment[i], began, status == 0 ? NULL : &error);
        }
    }
}

/* ---- events ---- */

/* How often the role met EADDRINUSE so far. */
static uint64_t refusals_of(const struct timeline *timeline, enum side side)
{
    struct account *account = malloc(sizeof *account);
    uint64_t refusals = 0;

    if (account != NULL) {
        role_account(timeline->trial->role[side], account);
        refusals = account->error[EADDRINUSE];
    }
    free(account);
    return refusals;
}

static void start(struct timeline *timeline, const struct moment *moment, enum side side)
{
    struct trial *trial = timeline->trial;
    int64_t began = clock_now();
    struct timeline_entry *entry = record(timeline, moment);
    struct error error;

    entry->happened = true;
    entry->at = began;
    entry->restart = true;
    timeline->refused[side] = refusals_of(timeline, side);
    timeline->restart[side] = (long)(entry - trial->result->timeline);
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

static void do_event(struct timeline *timeline, const struct moment *moment)
{
    const struct event_spec *event = &timeline->trial->scenario->event[moment->index];
    struct role *role = timeline->trial->role[event->side];
    int64_t began = clock_now();

    if (event->kind == EVENT_KILL || event->kind == EVENT_START) {
        timeline->down[event->side] = event->kind == EVENT_KILL;
    }
    timeline->frozen[event->side] = event->kind == EVENT_STOP;
    if (event->kind == EVENT_START) {
        change_role(role, event);
        start(timeline, moment, event->side);
        return;
    }
    if (event->kind == EVENT_KILL) {
        timeline_not_restarted(timeline, event->side, &overtaken);
        role_kill(role);
    } else {
        role_freeze(role, event->kind == EVENT_STOP);
        if (event->kind == EVENT_STOP && event->side == SIDE_CLIENT) {
            conduct_client_stopped(timeline->trial);
        }
    }
    record_done(timeline, moment, began, NULL);
}

void timeline_restarted(struct timeline *timeline, enum side side, int64_t took, uint64_t refusals)
{
    if (timeline->restart[side] != NO_ENTRY) {
        struct timeline_entry *entry = &timeline->trial->result->timeline[timeline->restart[side]];

        entry->has_took = true;
        entry->took = took;
        entry->refusals = refusals;
        timeline->restart[side] = NO_ENTRY;
    }
}

void timeline_not_restarted(struct timeline *timeline, enum side side, const struct error *error)
{
    struct timeline_entry *entry;

    if (timeline->restart[side] == NO_ENTRY) {
        return;
    }
    entry = &timeline->trial->result->timeline[timeline->restart[side]];
    entry->refusals = refusals_of(timeline, side) - timeline->refused[side];
    entry->error = strdup(error->what);
    timeline->restart[side] = NO_ENTRY;
    timeline->down[side] = true;
}

bool timeline_revives(const struct timeline *timeline, enum side side)
{
    const struct scenario *scenario = timeline->trial->scenario;

    if (timeline->restart[side] != NO_ENTRY) {
        return true;
    }
    for (size_t i = timeline->next; i < timeline->count; i++) {
        const struct moment *moment = &timeline->moment[i];
        const struct event_spec *event = &scenario->event[moment->index];

        if (moment->kind == MOMENT_EVENT && event->side == side) {
            return event->kind == EVENT_START || event->kind == EVENT_CONT;
        }
    }
    return false;
}

bool timeline_holds(const struct timeline *timeline, enum side side)
{
    return timeline->down[side] || timeline->frozen[side];
}

/* ---- time passes ---- */

/* The moments from `next` on that are like the first one: at its time, and all faults or no. */
static size_t group_length(const struct timeline *timeline)
{
    const struct moment *first = &timeline->moment[timeline->next];
    size_t length = 1;

    while (timeline->next + length < timeline->count && first[length].at == first->at &&
           first->kind != MOMENT_EVENT && first[length].kind != MOMENT_EVENT) {
        length++;
    }
    return length;
}

static void do_due(struct timeline *timeline, int64_t until)
{
    while (timeline->next < timeline->count && timeline->moment[timeline->next].at <= until) {
        struct moment *moment = &timeline->moment[timeline->next];
        size_t length = group_length(timeline);

        timeline->next += length; /* before it happens: who is asked meanwhile looks beyond */
        if (moment->kind == MOMENT_EVENT) {
            do_event(timeline, moment);
        } else {
            do_faults(timeline, moment, length);
        }
    }
}

static void arm(struct timeline *timeline)
{
    if (timeline->next < timeline->count) {
        int64_t due = timeline->trial->load_began + timeline->moment[timeline->next].at;
        struct timeval wait = clock_timeval(due - clock_now());

        if (evtimer_add(timeline->timer, &wait) != 0) {
            timeline->trial->cut_by = "lack of memory";
            event_base_loopbreak(timeline->trial->base);
        }
    }
}

static void on_time(evutil_socket_t fd, short what, void *argument)
{
    struct timeline *timeline = argument;

    (void)fd;
    (void)what;
    do_due(timeline, clock_now() - timeline->trial->load_began);
    arm(timeline);
}

void timeline_open(struct timeline *timeline)
{
    do_due(timeline, 0);
}

void timeline_begin(struct timeline *timeline)
{
    arm(timeline);
}

void timeline_close(struct timeline *timeline)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        timeline_not_restarted(timeline, side, &too_late);
    }
    for (; timeline->next < timeline->count; timeline->next++) {
        const struct moment *moment = &timeline->moment[timeline->next];

        if (moment->kind != MOMENT_FAULT_ENDS) { /* with the trial all faults end */
            record(timeline, moment);
        }
    }
}
