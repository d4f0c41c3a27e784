#include "finwait/clock.h"
#include "trial.h"

static struct role *driver(const struct trial *trial)
{
    return scenario_plays(trial->scenario, SIDE_CLIENT) ? trial->role[SIDE_CLIENT]
                                                        : trial->role[SIDE_SERVER];
}

/* ns, more than a century: of little that has ended nothing is foretold. */
#define LEFT_MAX 4e18

/* What is left of the phase: by its clock, or by the connections still to come. */
static int64_t remaining(const struct trial *trial, const struct progress *progress)
{
    if (trial->phase_length > 0) {
        int64_t left = trial->phase_length - progress->elapsed;
        return left > 0 ? left : 0;
    }
    if (trial->phase == PHASE_LOAD && progress->planned > progress->ended && progress->ended > 0) {
        /* by the rate since the begin: that of the last moment jumps */
        double left = (double)(progress->planned - progress->ended) / (double)progress->ended *
                      (double)progress->elapsed;
        return left < LEFT_MAX ? (int64_t)left : -1;
    }
    return -1;
}

void progress_report(struct trial *trial)
{
    int64_t now = clock_now();
    const struct scenario *scenario = trial->scenario;
    bool driven = scenario_plays(scenario, SIDE_CLIENT);
    struct progress progress = {
        .phase = trial->phase,
        .elapsed = now - trial->phase_began,
        .counted = driven || scenario_plays(scenario, SIDE_SERVER),
        .planned = driven ? scenario->load.connections : 0,
    };
    struct role_progress role = {0};

    if (driver(trial) != NULL) {
        role_progress(driver(trial), &role);
    }
    progress.failed = role.failed;
    progress.ended = role.done + role.failed;
    if (now > trial->last_progress) {
        progress.rate = (double)(progress.ended - trial->last_ended) * (double)NS_PER_S /
                        (double)(now - trial->last_progress);
    }
    trial->last_progress = now;
    trial->last_ended = progress.ended;
    progress.remaining = remaining(trial, &progress);
    for (enum side side = SIDE_CLIENT; side < SIDE_N && trial->sampler != NULL; side++) {
        struct observation sample;

        sampler_latest(trial->sampler, side, &sample);
        progress.time_wait[side] = sample.state[TCP_STATE_TIME_WAIT];
        progress.close_wait[side] = sample.state[TCP_STATE_CLOSE_WAIT];
    }
    trial->options->progress(trial->options->context, &progress);
}
