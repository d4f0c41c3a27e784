#include "trial.h"

#include "finwait/expect.h"
#include "finwait/limits.h"
#include "low_ports.h"

enum lab_verdict trial_try_sysctls(const struct scenario *scenario, struct error *error)
{
    struct lab_config config = {.private = true};
    size_t count = 0;

    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        config.sysctl[side] = scenario->side[side].sysctl;
        sysctl_look_home(&config.sysctl[side]);
        count += config.sysctl[side].count;
    }
    return scenario->lab == LAB_PRIVATE && count > 0 ? lab_try_sysctls(&config, error) : LAB_CAN;
}

int trial_prepare(const struct scenario *scenario, struct error *error)
{
    limits_look();
    if (scenario->lab != LAB_PRIVATE) {
        return low_ports_check(scenario, error);
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        sysctl_look_home(&scenario->side[side].sysctl);
    }
    return lab_prepare(error);
}

enum status trial_judge(struct result *result, const struct scenario *scenario, struct error *error)
{
    for (size_t i = 0; i < scenario->expect_count; i++) {
        const struct expectation *expect = &scenario->expect[i];

        if (expect_judge(result, expect->text, expect->where, error) != 0) {
            return error->status;
        }
        if (expect->borrowed) {
            expect_drop_unmeasured(result);
        }
    }
    return expect_conclude(result, error) == 0 ? expect_status(result) : error->status;
}
