#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "finwait/privileges.h"
#include "trial.h"

/* ---- before ---- */

static void add_pair(void *context, const char *name, const char *value)
{
    text_pairs_add(context, name, value);
}

static char *utc_now(void)
{
    char text[32];
    time_t now = time(NULL);
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return grow_text(text);
}

static void add_number(struct text_pairs *pairs, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    text_pairs_add(pairs, name, text);
}

static void collect_environment(struct text_pairs *pairs)
{
    struct utsname system;
    struct rlimit limit;

    if (uname(&system) == 0) {
        text_pairs_add(pairs, "kernel", system.release);
        text_pairs_add(pairs, "machine", system.machine);
    }
    add_number(pairs, "cpus", (uint64_t)sysconf(_SC_NPROCESSORS_ONLN));
    add_number(pairs, "memory",
               (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        add_number(pairs, "rlimit_nofile", limit.rlim_max);
    }
    add_number(pairs, "euid", lab_user());
    text_pairs_add(pairs, "libevent", event_get_version());
}

void collect_lab(struct trial *trial)
{
    struct text_pairs *environment = &trial->result->environment;
    int errnum = lab_unpenned(trial->lab);
    const char *name = errno_name(errnum);
    uid_t worker = privileges_worker_user();

    add_number(environment, "worker_euid", worker == 0 ? lab_user() : worker);
    if (trial->result->private_lab) {
        text_pairs_add(environment, "pid_namespace",
                       errnum == 0    ? "yes"
                       : name != NULL ? name
                                      : "no");
    }
}

static void collect_programs(const struct scenario *scenario, struct result *result)
{
    char text[PROGRAM_TEXT];

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (scenario_plays(scenario, side) && scenario_programs(scenario, side) == 1) {
            result->side[side].steps = scenario->side[side].program;
            result->side[side].program =
                grow_text(program_format(text, sizeof text, &result->side[side].steps));
        }
    }
}

/* Several programs, and what became of each. */
static void collect_mix(const struct mix *mix, struct result_side *kept)
{
    char text[PROGRAM_TEXT];

    kept->mix = grow_new(mix->count, sizeof *kept->mix);
    kept->mix_count = mix->count;
    for (size_t i = 0; i < mix->count; i++) {
        kept->mix[i] = (struct result_mix){
            .name = grow_text(mix->item[i].name),
            .program = grow_text(program_format(text, sizeof text, &mix->item[i].program)),
            .weight = mix->item[i].weight,
            .account = kept->account.mix[i],
        };
    }
}

void collect_setup(struct trial *trial)
{
    struct result *result = trial->result;

    result->schema = RESULT_SCHEMA;
    result->version = grow_text(FINWAIT_VERSION);
    result->started = utc_now();
    result->private_lab = trial->scenario->lab == LAB_PRIVATE;
    scenario_each(trial->scenario, add_pair, &result->scenario);
    collect_programs(trial->scenario, result);
    collect_environment(&result->environment);
}

int collect_prediction(struct trial *trial, struct error *error)
{
    struct result *result = trial->result;
    const char *refusal = predict_refusal(trial->scenario);

    if (scenario_explore(trial->scenario, &trial->model, error) != 0 &&
        error->status == STATUS_MACHINE) {
        return -1;
    }
    if (refusal == NULL && trial->model != NULL) {
        refusal = predict_limit(trial->scenario, result, trial->model);
    }
    if (refusal != NULL) {
        result->unpredicted = grow_text(refusal);
    } else if (trial->model != NULL) {
        predict_record(result, trial->model);
    }
    return 0;
}

int collect_sysctls(struct trial *trial, struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (lab_enter(trial->lab, side, error) != 0) {
            return -1;
        }
        int status = sysctl_each(add_pair, &trial->result->side[side].sysctl, error);
        struct error other;
        if (lab_leave(trial->lab, status == 0 ? error : &other) != 0 || status != 0) {
            return -1;
        }
    }
    return 0;
}

/* ---- the kernel's testimony ---- */

/* Of the sockets that were just observed. */
static void collect_owners(struct trial *trial)
{
    struct error error;

    privileges_look(true);
    if (sampler_owners(trial->sampler, &trial->result->owners, &error) != 0) {
        text_pairs_add(&trial->result->unkept, "owners", error.what);
    }
    privileges_look(false);
}

/* A proxy is no end of a connection, and has two where there is one. */
static bool is_end(const struct trial *trial, enum side side)
{
    return side < SIDE_N || (side != SIDE_PROXY && trial->role[SIDE_PROXY] != NULL);
}

void collect_look(struct trial *trial, enum command_look when)
{
    privileges_look(true);
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        if (trial->role[side] != NULL) {
            role_look(trial->role[side], when);
        }
    }
    privileges_look(false);
}

void collect_final(struct trial *trial)
{
    struct error error;

    collect_look(trial, LOOK_FINAL);
    if (sampler_observe(trial->sampler, true, &error) != 0) {
        text_pairs_add(&trial->result->unkept, "final states", error.what);
        return; /* what cannot be measured is absent */
    }
    for (enum side side = SIDE_CLIENT; side < ENDS_N; side++) {
        struct result_side *kept = &trial->result->side[side];

        if (!is_end(trial, side)) {
            continue;
        }
        sampler_latest(trial->sampler, side, &kept->final);
        kept->final.at -= trial->load_began;
        kept->has_kernel_memory = sampler_memory(trial->sampler, side, kept->kernel_memory);
        kept->has_final = true;
    }
    collect_owners(trial);
}

/* A namespace's counters are its side's, but for those of one that a proxy shares with the server;
 * the whole machine's are nobody's. */
void collect_counters(struct trial *trial)
{
    struct result *result = trial->result;
    struct error error;

    if (sampler_read_counters(trial->sampler, &error) != 0) {
        text_pairs_add(&result->unkept, "counters", error.what);
        return;
    }
    if (!result->private_lab) {
        result->host_counters = counters_copy(sampler_counters(trial->sampler, SIDE_CLIENT));
        return;
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        bool shared = side == SIDE_SERVER && trial->role[SIDE_PROXY] != NULL;
        result->side[shared ? SIDE_PROXY : side].counters =
            counters_copy(sampler_counters(trial->sampler, side));
    }
}

static void collect_sockstat(struct trial *trial, struct result_side *kept, enum side side)
{
    kept->sockstat = sampler_counts(trial->sampler, side, &kept->sockstat_count);
    for (size_t i = 0; i < kept->sockstat_count; i++) {
        kept->sockstat[i].at -= trial->load_began;
    }
}

static void collect_series(struct trial *trial, enum side side)
{
    struct result_side *kept = &trial->result->side[side];

    kept->observation = sampler_samples(trial->sampler, side, &kept->observation_count);
    for (size_t i = 0; i < kept->observation_count; i++) {
        kept->observation[i].at -= trial->load_began;
    }
    if (observation_ever(kept->observation, kept->observation_count, TCP_STATE_TIME_WAIT)) {
        collect_sockstat(trial, kept, side);
    }
    kept->has_stood_before = sampler_stood_before(trial->sampler, side, &kept->stood_before);
}

static void collect_sampler(struct trial *trial)
{
    struct sampler_cost cost;

    sampler_cost(trial->sampler, &cost);
    trial->result->has_sampler = true;
    trial->result->sampler_cpu = cost.cpu;
    trial->result->sampler_span = cost.span;
    trial->result->sampler_gap_max = cost.gap_max;
    trial->result->sampler_gap_mean = cost.gap_mean;
    trial->result->sampler_samples = cost.samples;
    trial->result->sampler_full_dumps = cost.full_dumps;
    trial->result->sampler_counts = cost.counts;
    trial->result->sampler_time_wait_gap = cost.time_wait_gap;
    trial->result->sampler_late = cost.late;
}

/* ---- the roles' ---- */

/* OpenSSL's codes as its words, which those who read a result need no OpenSSL for. */
static void collect_tls(const struct trial *trial, struct result_side *kept)
{
    const struct tls_account *account = &kept->account.tls;
    char text[TLS_REASON_TEXT];

    kept->has_tls = trial->scenario->transport == TRANSPORT_TLS;
    for (size_t i = 0; i < TLS_ERRORS && account->error[i].reason != 0; i++) {
        text_counts_add(&kept->tls_errors,
                        tls_reason_text(text, sizeof text, account->error[i].reason),
                        account->error[i].count);
    }
}

/* True: a command plays the side.  Its connections are not counted by it. */
static bool collect_command(struct trial *trial, enum side side)
{
    struct result_side *kept = &trial->result->side[side];
    struct command_report *report = grow_new(1, sizeof *report);
    bool is = role_report(trial->role[side], report);

    if (is) {
        kept->has_command = true;
        kept->command = (struct result_command){
            .end = report->end,
            .number = report->number,
            .by_itself = report->by_itself,
            .unasked = report->unasked,
            .has_ended_at = report->unasked || report->by_itself,
            .ended_at = report->ended_at - trial->load_began,
            .cpu_user = report->cpu_user,
            .cpu_system = report->cpu_system,
            .memory_peak = report->memory_peak,
            .killed = report->killed,
            .printed = report->printed,
            .cut = report->cut,
            .census = report->census,
            .ready = report->ready,
            .tail = report->tail[0] != '\0'
                        ? grow_text(command_last_lines(report->tail, COMMAND_LINES))
                        : NULL,
        };
        kept->command.argv = trial->command[side].argv;
        trial->command[side].argv = (struct words){0};
    }
    free(report);
    return is;
}

/* And of the roles that it took over from. */
static void collect_accounts(const struct role *role, struct result_side *kept)
{
    struct account *account = grow_new(1, sizeof *account);
    struct role_progress progress;

    account_init(&kept->account);
    for (; role != NULL; role = role->before) {
        role_account(role, account);
        account_merge(&kept->account, account);
        role_progress(role, &progress);
        kept->workers_died += progress.workers_died;
    }
    free(account);
}

static void collect_role(struct trial *trial, enum side side)
{
    struct result_side *kept = &trial->result->side[side];

    if (collect_command(trial, side)) {
        return;
    }
    collect_accounts(trial->role[side], kept);
    kept->played = true;
    kept->workers = trial->workers[side];
    collect_tls(trial, kept);
    if (side == SIDE_CLIENT && trial->scenario->mix.count > 0) {
        collect_mix(&trial->scenario->mix, kept);
    }
}

static bool was_seen(const struct result_side *side)
{
    for (size_t i = 0; i < side->observation_count; i++) {
        for (unsigned state = 0; state < TCP_STATE_N; state++) {
            if (side->observation[i].state[state] > 0) {
                return true;
            }
        }
    }
    return false;
}

/*
 * A server that is not ours may be on another machine or in another network namespace: what is at
 * its port here is then nobody's or a stranger's.  At an address of this host one that took
 * connections and was never seen is elsewhere; one that took none may be none.
 */
static void forget_elsewhere(struct trial *trial)
{
    struct result_side *server = &trial->result->side[SIDE_SERVER];
    struct address at;
    struct error unused;

    bool took = trial->result->side[SIDE_CLIENT].account.opened > 0;

    if (trial->scenario->at == NULL || address_parse(&at, trial->scenario->at, &unused) != 0 ||
        (address_is_here(&at) && (!took || was_seen(server)))) {
        return;
    }
    server->has_stood_before = false;
    server->stood_before = 0;
    owners_drop(&trial->result->owners, SIDE_SERVER);
    free(server->observation);
    server->observation = NULL;
    server->observation_count = 0;
    server->has_final = false;
}

static void rebase_phases(struct trial *trial)
{
    for (unsigned phase = 0; phase < PHASE_N; phase++) {
        struct phase_span *span = &trial->result->phase[phase];

        if (span->reached) {
            span->begin -= trial->load_began;
            span->end -= trial->load_began;
        }
    }
}

static void rebase_lost(struct trial *trial)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        struct result_side *kept = &trial->result->side[side];

        for (size_t i = 0; i < kept->lost_count; i++) {
            kept->lost[i].at -= trial->load_began;
        }
    }
}

static void rebase_moments(struct trial *trial)
{
    for (size_t i = 0; i < trial->result->moment_count; i++) {
        trial->result->moment[i].at -= trial->result->moment[i].happened ? trial->load_began : 0;
    }
}

void collect_testimony(struct trial *trial)
{
    for (enum side side = SIDE_CLIENT; side < ENDS_N; side++) {
        if (is_end(trial, side)) {
            collect_series(trial, side);
        }
    }
    collect_sampler(trial);
}

static bool has_unreached(const struct result *result)
{
    size_t count;

    return result_unreached(result, &count) != NULL;
}

static bool has_lost(const struct result *result)
{
    return result->side[SIDE_CLIENT].lost_count + result->side[SIDE_SERVER].lost_count > 0;
}

void collect_end(struct trial *trial)
{
    for (enum side side = SIDE_CLIENT; side < PLAYERS_N; side++) {
        if (trial->role[side] != NULL) {
            collect_role(trial, side);
        }
    }
    forget_elsewhere(trial);
    rebase_phases(trial);
    rebase_moments(trial);
    rebase_lost(trial);
    predict_unstruck(trial->result, trial->scenario, trial->model);
    trial->result->cut_by = grow_text(trial->cut_by);
    trial->result->partial = trial->cut_by != NULL || trial->undone || has_lost(trial->result) ||
                             has_unreached(trial->result) ||
                             result_command_failed(trial->result, SIDE_CLIENT) ||
                             result_command_failed(trial->result, SIDE_SERVER) ||
                             result_command_failed(trial->result, SIDE_PROXY) ||
                             result_fell_short(trial->result) || trial->result->unkept.count > 0;
}
