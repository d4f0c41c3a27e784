#include <signal.h>

#include "draft.h"

enum { WORKERS_MAX = 256 }; /* SIDE.workers */

/* Whether what the lists `faults` and `events` say can happen. */

static int fail_played(const struct draft *draft, const struct event_spec *event)
{
    char text[TIMELINE_TEXT];

    return draft_fail(draft, event->where, "take it out", "%s, but the %s is not played here",
                      event_describe(text, sizeof text, event), side_name(event->side));
}

static int fail_host(const struct draft *draft, const char *what, struct where where)
{
    return draft_fail(draft, where,
                      "what befalls a trial must not befall this host: take them "
                      "out, or write lab: private",
                      "%s need lab: private", what);
}

/* A command is all or nothing, and started as it was; workers know no signals but those that have
 * an event. */
static int check_command(const struct draft *draft, const struct event_spec *event)
{
    char text[TIMELINE_TEXT];
    bool command = draft->scenario->side[event->side].command.words.count > 0;
    bool changed =
        event->moves || event->reuseaddr != EVENT_AS_IT_WAS || event->reuseport != EVENT_AS_IT_WAS;

    if (command ? !changed : event->kind != EVENT_SIGNAL) {
        return 0;
    }
    return draft_fail(
        draft, event->where,
        command ? "of a command nothing can be different, and no worker struck: write kill, start, "
                  "stop, cont or signal alone"
                : "to finwait's own workers write kill, stop or cont",
        "%s, and %s a command", event_describe(text, sizeof text, event),
        command ? "it is" : "it is not");
}

static int check_place(const struct draft *draft)
{
    const struct scenario *scenario = draft->scenario;

    for (size_t i = 0; i < scenario->event_count; i++) {
        if (!scenario_runs(scenario, scenario->event[i].side)) {
            return fail_played(draft, &scenario->event[i]);
        }
        if (check_command(draft, &scenario->event[i]) != 0) {
            return -1;
        }
    }
    if (scenario->lab == LAB_PRIVATE) {
        return 0;
    }
    if (scenario->fault_count > 0) {
        return fail_host(draft, "faults", scenario->fault[0].where);
    }
    return scenario->event_count > 0 ? fail_host(draft, "events", scenario->event[0].where) : 0;
}

/* What a side is, between events.  BESIDE: new workers run beside the old ones; ASKED: a
 * signal may have ended it. */
enum condition { RUNS, STOPPED, DEAD, BESIDE, ASKED, CONDITION_N };

/* What each event makes of each condition. */
static const struct transition {
    bool allowed;
    enum condition to;
    const char *hint; /* where it is not allowed */
} transitions[EVENT_KIND_N][CONDITION_N] = {
    [EVENT_KILL] =
        {
            [RUNS] = {true, DEAD, NULL},
            [STOPPED] = {true, DEAD, NULL},
            [DEAD] = {false, DEAD, "it is killed already: write a start between the two"},
            [BESIDE] = {true, RUNS, NULL},
            [ASKED] = {true, DEAD, NULL},
        },
    [EVENT_START] =
        {
            [RUNS] = {false, RUNS, "it runs from the beginning: write a kill before it"},
            [STOPPED] = {false, STOPPED, "it is stopped, not killed: write cont"},
            [DEAD] = {true, RUNS, NULL},
            [BESIDE] = {false, BESIDE, "two run already: write a kill, of the old one, between"},
            [ASKED] = {true, RUNS, NULL},
        },
    [EVENT_STOP] =
        {
            [RUNS] = {true, STOPPED, NULL},
            [STOPPED] = {false, STOPPED, "it is stopped already: write a cont between the two"},
            [DEAD] = {false, DEAD, "it is killed: write a start between the two"},
            [BESIDE] = {false, BESIDE, "two run: write a kill, of the old one, between"},
            [ASKED] = {false, ASKED, "a signal may have ended it: write a start between the two"},
        },
    [EVENT_SIGNAL] =
        {
            [RUNS] = {true, RUNS, NULL},
            [STOPPED] = {true, STOPPED, NULL},
            [DEAD] = {false, DEAD, "it is killed: write a start between the two"},
            [ASKED] = {true, ASKED, NULL},
        },
    [EVENT_CONT] =
        {
            [RUNS] = {false, RUNS, "it is not stopped: write a stop before it"},
            [STOPPED] = {true, RUNS, NULL},
            [DEAD] = {false, DEAD, "it is killed, not stopped: write start"},
            [BESIDE] = {false, BESIDE, "it is not stopped: write a stop before it"},
            [ASKED] = {false, ASKED, "it is not stopped: write a stop before it"},
        },
};

/* The event of `side` that comes after `last` (NULL: the first): by time, then as written. */
static struct event_spec *next_event(const struct scenario *scenario, enum side side,
                                     const struct event_spec *last)
{
    struct event_spec *next = NULL;

    for (size_t i = 0; i < scenario->event_count; i++) {
        struct event_spec *event = &scenario->event[i];
        bool later =
            last == NULL || event->at > last->at || (event->at == last->at && event > last);
        if (event->side == side && later && (next == NULL || event->at < next->at)) {
            next = event;
        }
    }
    return next;
}

static int fail_order(const struct draft *draft, const struct event_spec *event, const char *hint)
{
    char text[TIMELINE_TEXT];

    return draft_fail(draft, event->where, hint, "%s cannot happen",
                      event_format(text, sizeof text, event));
}

/* Two listeners share a port where both have SO_REUSEPORT (socket(7)). */
static bool can_start_beside(const struct scenario *scenario, const struct event_spec *event)
{
    const struct sockopts *options = &scenario->side[SIDE_SERVER].sockopt;

    return event->kind == EVENT_START && event->side == SIDE_SERVER &&
           scenario_plays(scenario, SIDE_SERVER) && !event->moves &&
           event->reuseport != EVENT_OFF && event->reuseaddr == EVENT_AS_IT_WAS &&
           options->set[SOCKOPT_REUSEPORT] && options->value[SOCKOPT_REUSEPORT] != 0;
}

/* What has become of a side, and of its workers. */
struct crew {
    enum condition condition;
    uint32_t gone;
    enum condition worker[WORKERS_MAX];
};

/* NULL: it can be struck alone.  A client waits for the end of each of its workers. */
static const char *refuse_worker(const struct draft *draft, const struct event_spec *event,
                                 const struct crew *crew)
{
    if (!scenario_plays(draft->scenario, event->side)) {
        return "a command's processes are its own: take worker out";
    }
    if (crew->condition != RUNS) {
        return crew->condition == BESIDE ? "two have a worker of that number: write a kill, of the "
                                           "old one, before it"
                                         : "the side does not run: write a start or cont before it";
    }
    if (event->side == SIDE_CLIENT && event->kind != EVENT_KILL) {
        return "of the client's workers one can be killed alone: take worker out";
    }
    if (event->worker >= draft->scenario->side[event->side].workers) {
        return event->side == SIDE_CLIENT
                   ? "write client: {workers: N} with N above it: they count from 0"
                   : "write server: {workers: N} with N above it: they count from 0";
    }
    const struct transition *transition = &transitions[event->kind][crew->worker[event->worker]];
    return transition->allowed ? NULL : transition->hint;
}

static int strike_worker(const struct draft *draft, const struct event_spec *event,
                         struct crew *crew)
{
    const char *refused = refuse_worker(draft, event, crew);

    if (refused != NULL) {
        return fail_order(draft, event, refused);
    }
    crew->worker[event->worker] = transitions[event->kind][crew->worker[event->worker]].to;
    crew->gone += event->kind == EVENT_KILL;
    if (crew->gone == draft->scenario->side[event->side].workers) {
        crew->condition = DEAD;
    }
    return 0;
}

/* A kill ends all of them, a cont goes to those that were stopped alone, too. */
static void change_all(struct crew *crew, const struct event_spec *event, enum condition to)
{
    crew->condition = to;
    crew->gone = event->kind == EVENT_KILL ? 0 : crew->gone;
    for (uint32_t i = 0; i < WORKERS_MAX; i++) {
        bool keeps = crew->worker[i] == DEAD && event->kind != EVENT_KILL;
        crew->worker[i] = keeps || event->kind == EVENT_STOP ? crew->worker[i] : RUNS;
    }
}

/* Note what the order makes of it. */
static int take_event(const struct draft *draft, struct event_spec *event, struct crew *crew)
{
    const struct transition *transition = &transitions[event->kind][crew->condition];

    if (event->one) {
        return strike_worker(draft, event, crew);
    }
    event->beside = crew->condition == BESIDE ||
                    (crew->condition == RUNS && can_start_beside(draft->scenario, event));
    if (event->kind == EVENT_START && crew->condition == RUNS && event->beside) {
        crew->condition = BESIDE;
        return 0;
    }
    if (!transition->allowed) {
        bool could = transition == &transitions[EVENT_START][RUNS] && event->side == SIDE_SERVER;
        return fail_order(draft, event,
                          could
                              ? "it runs from the beginning: write a kill before it, or for a new "
                                "one beside it server: {sockopt: {reuseport: on}}"
                              : transition->hint);
    }
    change_all(crew, event,
               event->kind == EVENT_SIGNAL && crew->condition == RUNS &&
                       (event_signal_ends(event->signal) ||
                        event->signal == draft->scenario->probe.stop_signal)
                   ? ASKED
                   : transition->to);
    return 0;
}

static int check_order(const struct draft *draft, enum side side)
{
    const struct event_spec *last = NULL;
    struct crew crew = {.condition = RUNS};

    for (struct event_spec *event = next_event(draft->scenario, side, NULL); event != NULL;
         event = next_event(draft->scenario, side, event)) {
        if (take_event(draft, event, &crew) != 0) {
            return -1;
        }
        last = event;
    }
    enum condition condition = crew.condition;
    if (condition == STOPPED && side == SIDE_CLIENT && draft->scenario->load.duration == 0) {
        return fail_order(draft, last,
                          "the load would never end: write a cont after it, or load.duration");
    }
    return 0;
}

/* SIGTERM asks for an end in order, for which a program may have a signal of its own. */
static void ask_in_its_way(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->event_count; i++) {
        struct event_spec *event = &scenario->event[i];

        if (event->kind == EVENT_SIGNAL && event->signal == SIGTERM && event->side == SIDE_SERVER) {
            event->signal = scenario->probe.stop_signal;
        }
    }
}

int draft_check_timeline(const struct draft *draft)
{
    ask_in_its_way(draft->scenario);
    if (check_place(draft) != 0 || check_order(draft, SIDE_CLIENT) != 0) {
        return -1;
    }
    return check_order(draft, SIDE_SERVER) != 0 ? -1 : check_order(draft, SIDE_PROXY);
}
