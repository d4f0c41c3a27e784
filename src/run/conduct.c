#include "finwait/conduct.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/explain.h"
#include "finwait/grow.h"
#include "finwait/interrupt.h"
#include "finwait/privileges.h"
#include "trial.h"

/* ---- what ends a phase ---- */

static bool is_driver(const struct trial *trial, const struct role *role)
{
    return role == trial->role[SIDE_CLIENT] || trial->role[SIDE_CLIENT] == NULL;
}

static void load_is_over(struct trial *trial)
{
    trial->load_over = true;
    if (trial->phase == PHASE_LOAD) {
        event_base_loopbreak(trial->base);
    }
}

/* Whether the client will tell when it has finished: not one that is killed or stopped. */
static bool will_finish(const struct trial *trial)
{
    return trial->role[SIDE_CLIENT] != NULL && !moments_holds(trial->moments, SIDE_CLIENT);
}

static void on_stopped(struct trial *trial, struct role *role)
{
    if (role->side == SIDE_CLIENT &&
        trial->load_due) { /* its time is over, and nobody would tell of the end */
        load_is_over(trial);
    }
}

static void on_signal(evutil_socket_t number, short what, void *argument)
{
    struct trial *trial = argument;

    (void)what;
    if (trial->cut_by == NULL) {
        trial->cut_by = interrupt_name((int)number);
    }
    event_base_loopbreak(trial->base);
}

static void on_phase_over(evutil_socket_t fd, short what, void *argument)
{
    struct trial *trial = argument;

    (void)fd;
    (void)what;
    trial->load_due = true;
    if (trial->phase == PHASE_LOAD && will_finish(trial)) {
        /* What is under way may end well, then on_finished.  An open loop ends by its own clock. */
        if (trial->scenario->load.rate == 0) {
            role_stop(trial->role[SIDE_CLIENT]);
        }
    } else {
        event_base_loopbreak(trial->base);
    }
}

/* The end of a role that an event starts again is not that of the load. */
static void on_finished(void *context, struct role *role)
{
    struct trial *trial = context;

    if (is_driver(trial, role) && !(moments_holds(trial->moments, role->side) &&
                                    moments_revives(trial->moments, role->side))) {
        struct role_progress progress;

        role_progress(role, &progress);
        trial->load_ended = progress.ended_at;
        load_is_over(trial);
    }
}

static void on_lost(void *context, struct role *role, const struct lost_worker *lost)
{
    struct trial *trial = context;

    result_add_lost(&trial->result->side[role->side], lost);
}

static void on_restarted(void *context, struct role *role, int64_t took, uint64_t refusals)
{
    struct trial *trial = context;

    moments_restarted(trial->moments, role->side, took, refusals);
}

/* Without its driver the load is over. */
static void on_not_started(struct trial *trial, struct role *role, const struct error *error)
{
    trial->undone = true;
    moments_not_restarted(trial->moments, role->side, error);
    if (is_driver(trial, role)) {
        load_is_over(trial);
    }
}

static void on_restart_failed(void *context, struct role *role, const struct error *error)
{
    on_not_started(context, role, error);
}

static void on_progress(evutil_socket_t fd, short what, void *argument)
{
    (void)fd;
    (void)what;
    progress_report(argument);
}

/* A loop that fails would end a phase before its time. */
static void run_loop(struct trial *trial, int flags)
{
    if (event_base_loop(trial->base, flags) < 0 && trial->cut_by == NULL) {
        trial->cut_by = "a failure of epoll_wait(2)";
    }
}

/* Take what has come while the loop was not running. */
static void hear_signals(struct trial *trial)
{
    run_loop(trial, EVLOOP_NONBLOCK);
}

/* ---- phases ---- */

static void phase_enter(struct trial *trial, enum phase phase, int64_t length)
{
    trial->phase = phase;
    trial->phase_began = clock_now();
    trial->phase_length = length;
    trial->result->phase[phase].reached = true;
    trial->result->phase[phase].begin = trial->phase_began;
}

static void phase_leave(struct trial *trial)
{
    trial->result->phase[trial->phase].end = clock_now();
}

/* Let events happen until the phase is over or the trial is cut short. */
static void phase_wait(struct trial *trial)
{
    struct timeval length = clock_timeval(trial->phase_length);
    struct event *timer = NULL;

    if (trial->phase_length > 0) {
        timer = evtimer_new(trial->base, on_phase_over, trial);
        if (timer == NULL || evtimer_add(timer, &length) != 0) {
            trial->cut_by = "lack of memory";
        }
    }
    if (trial->cut_by == NULL) {
        run_loop(trial, EVLOOP_NO_EXIT_ON_EMPTY);
    }
    if (timer != NULL) {
        event_free(timer);
    }
}

static int start_role(struct trial *trial, enum side side, struct error *error)
{
    struct role_events events = {
        .finished = on_finished,
        .restarted = on_restarted,
        .restart_failed = on_restart_failed,
        .lost = on_lost,
        .context = trial,
    };
    struct role_plan plan;
    char host[ADDRESS_TEXT];

    if (!scenario_runs(trial->scenario, side)) {
        return 0;
    }
    plan_role(trial, side, &plan, host);
    if (!scenario_plays(trial->scenario, side)) {
        plan.command = &trial->command[side].plan;
        if (plan_command(trial, side, &plan.servers.first, error) != 0) {
            return -1;
        }
    }
    trial->role[side] = role_new(&plan, trial->lab, trial->base, &events, error);
    return trial->role[side] != NULL ? 0 : -1;
}

/* The old one goes on, as what was before the new one. */
static int on_start_beside(struct trial *trial, enum side side, struct error *error)
{
    struct role *old = trial->role[side];

    if (start_role(trial, side, error) != 0) {
        trial->role[side] = old;
        return -1;
    }
    trial->role[side]->before = old;
    return 0;
}

static int setup_lab(struct trial *trial, struct error *error)
{
    struct lab_config config;
    int64_t began = clock_now();

    plan_lab(trial->scenario, &config);
    trial->lab = lab_new(&config, error);
    if (trial->lab == NULL) {
        return -1;
    }
    trial->result->has_lab = true;
    trial->result->lab_setup = config.private ? clock_now() - began : 0;
    collect_lab(trial);
    return 0;
}

/* Made before the roles are: what then stands on the server's port is not the run's. */
static int setup_sampler(struct trial *trial, struct error *error)
{
    struct sampler_host host[SIDE_N];
    struct sampler_config config;

    plan_sampler(trial, &config, host);
    trial->sampler = sampler_new(&config, error);
    return trial->sampler != NULL ? 0 : -1;
}

/* The roles are forked before the sampler's thread exists: fork(2) and threads do not mix well. */
static int setup(struct trial *trial, struct error *error)
{
    static const struct moments_calls calls = {on_stopped, on_start_beside, on_not_started};
    const struct scenario *scenario = trial->scenario;

    collect_setup(trial);
    trial->moments = moments_new(trial, &calls, error);
    if (trial->moments == NULL || plan_workers(scenario, trial->workers, error) != 0 ||
        plan_tls(scenario, trial->tls, error) != 0 || setup_lab(trial, error) != 0 ||
        lab_check_faults(trial->lab, scenario->fault, scenario->fault_count, error) != 0 ||
        setup_sampler(trial, error) != 0 || packets_begin(trial, error) != 0 ||
        start_role(trial, SIDE_SERVER, error) != 0 || start_role(trial, SIDE_PROXY, error) != 0 ||
        start_role(trial, SIDE_CLIENT, error) != 0 || collect_sysctls(trial, error) != 0) {
        return -1;
    }
    if (collect_prediction(trial, error) != 0 || grow_reserve(error) != 0 ||
        privileges_keep(PRIVILEGES_CONDUCTOR, error) != 0) {
        return -1;
    }
    packets_foresee(trial);
    foretell(trial);
    return sampler_start(trial->sampler, error);
}

/* The conductor may have been off the CPU when the last connection ended: no rate is to bear that.
 */
static void leave_load(struct trial *trial)
{
    phase_leave(trial);
    host_cpu_end(trial);
    if (trial->load_ended > 0 && trial->cut_by == NULL) {
        trial->result->phase[PHASE_LOAD].end = trial->load_ended;
    }
}

static void load(struct trial *trial)
{
    phase_enter(trial, PHASE_LOAD, trial->scenario->load.duration);
    trial->load_began = trial->phase_began;
    trial->last_progress = trial->phase_began;
    collect_look(trial, LOOK_BEGIN);
    struct opening *opening = opening_begin(trial);
    host_cpu_begin(trial);
    moments_begin(trial->moments);
    if (trial->role[SIDE_CLIENT] != NULL) {
        role_go(trial->role[SIDE_CLIENT]);
    }
    if (!trial->load_over) {
        phase_wait(trial);
    }
    hear_signals(trial);
    leave_load(trial);
    opening_end(opening);
}

static void settle(struct trial *trial)
{
    phase_enter(trial, PHASE_SETTLE, trial->scenario->settle);
    if (trial->phase_length > 0) {
        phase_wait(trial);
    }
    phase_leave(trial);
    collect_counters(trial);
    if (trial->cut_by == NULL) {
        collect_final(trial);
        inspect_hosts(trial);
    }
}

static void decay(struct trial *trial)
{
    phase_enter(trial, PHASE_DECAY, trial->scenario->decay);
    phase_wait(trial);
    phase_leave(trial);
}

static void run_phases(struct trial *trial)
{
    load(trial);
    grow_release();
    if (trial->cut_by == NULL) {
        settle(trial);
    } else {
        collect_counters(trial);
    }
    if (trial->cut_by == NULL && trial->scenario->decay > 0) {
        decay(trial);
    }
    hear_signals(trial);
}

/* ---- the whole ---- */

static void freeze(struct role *role)
{
    role_freeze(role, true);
}

static void each_role(struct trial *trial, void (*call)(struct role *role))
{
    static const enum side order[PLAYERS_N] = {SIDE_CLIENT, SIDE_PROXY, SIDE_SERVER};

    for (size_t i = 0; i < PLAYERS_N; i++) {
        for (struct role *role = trial->role[order[i]]; role != NULL; role = role->before) {
            call(role);
        }
    }
}

/* Whether nobody but workers of our own, in a lab of our own, is left to see how it ends. */
static bool is_among_ourselves(const struct trial *trial)
{
    return lab_is_private(trial->lab) && scenario_plays(trial->scenario, SIDE_CLIENT) &&
           scenario_plays(trial->scenario, SIDE_SERVER) &&
           !scenario_runs(trial->scenario, SIDE_PROXY);
}

/* First all stand still: what one does about the other's end is no more of the trial. */
static void end_roles(struct trial *trial)
{
    each_role(trial, freeze);
    if (is_among_ourselves(trial)) {
        each_role(trial, role_drop);
    }
    each_role(trial, role_end);
}

static void free_roles(struct role *role)
{
    while (role != NULL) {
        struct role *before = role->before;
        role_free(role);
        role = before;
    }
}

static void trial_fini(struct trial *trial)
{
    sampler_free(trial->sampler);
    free_roles(trial->role[SIDE_CLIENT]);
    free_roles(trial->role[SIDE_PROXY]);
    free_roles(trial->role[SIDE_SERVER]);
    capture_free(trial->capture);
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        plan_command_free(&trial->command[side]);
    }
    place_free(&trial->place);
    plan_tls_free(trial->tls);
    moments_free(trial->moments);
    lab_free(trial->lab);
    free(trial->model);
    if (trial->base != NULL) {
        event_base_free(trial->base);
    }
}

static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static int watch(struct trial *trial, struct event *events[INTERRUPT_N + 1])
{
    struct timeval every = clock_timeval(trial->options->progress_every);

    for (size_t i = 0; i < INTERRUPT_N; i++) {
        if (is_ignored(interrupt_numbers[i])) {
            continue; /* nohup(1), or a shell's background job */
        }
        events[i] = evsignal_new(trial->base, interrupt_numbers[i], on_signal, trial);
        if (events[i] == NULL || event_add(events[i], NULL) != 0) {
            return -1;
        }
    }
    if (trial->options->progress != NULL) {
        events[INTERRUPT_N] = event_new(trial->base, -1, EV_PERSIST, on_progress, trial);
        if (events[INTERRUPT_N] == NULL || event_add(events[INTERRUPT_N], &every) != 0) {
            return -1;
        }
    }
    return 0;
}

static void unwatch(struct event *events[INTERRUPT_N + 1])
{
    for (size_t i = 0; i <= INTERRUPT_N; i++) {
        if (events[i] != NULL) {
            event_free(events[i]);
        }
    }
}

/* Phases and moments are never early, and what a precise timer costs is nothing here. */
static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;

    if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER) == 0) {
        base = event_base_new_with_config(config);
    }
    if (config != NULL) {
        event_config_free(config);
    }
    return base;
}

/* libevent would exit with the status of an expectation that did not hold.  It has said why. */
static void on_fatal(int number)
{
    static const struct error failed = {
        .status = STATUS_MACHINE,
        .what = "libevent gave up",
        .hint = "its lines above say what was lacking: descriptors (ulimit -n), or memory",
    };

    (void)number;
    error_print(&failed, stderr);
    _exit((int)failed.status);
}

struct result *conduct(const struct scenario *scenario, const struct conduct_options *options,
                       struct error *error)
{
    struct event *events[INTERRUPT_N + 1] = {NULL};
    struct trial trial = {.scenario = scenario, .options = options};

    event_set_fatal_callback(on_fatal);
    trial.result = result_new();
    trial.base = base_new();
    if (trial.result == NULL || trial.base == NULL || watch(&trial, events) != 0) {
        error_set(error, STATUS_MACHINE, "event_base_new: no memory or no descriptors");
        goto fail;
    }
    trial.cut_by = options->cut_by != NULL ? options->cut_by() : NULL;
    phase_enter(&trial, PHASE_SETUP, 0);
    if (setup(&trial, error) != 0) {
        goto fail;
    }
    moments_open(trial.moments);
    phase_leave(&trial);
    run_phases(&trial);
    moments_close(trial.moments);
    packets_end(&trial);
    collect_testimony(&trial); /* what is torn down from here on is no more of the trial */
    int64_t ended = clock_now();
    end_roles(&trial);
    collect_end(&trial);
    unwatch(events);
    trial_fini(&trial);
    trial.result->lab_teardown = clock_now() - ended;
    result_measure(trial.result);
    if (options->measured != NULL) {
        options->measured(options->context, trial.result);
    }
    explain(trial.result);
    return trial.result;
fail:
    unwatch(events);
    trial_fini(&trial);
    result_free(trial.result);
    return NULL;
}
