#ifndef FINWAIT_CMD_TRIAL_H
#define FINWAIT_CMD_TRIAL_H

#include "finwait/lab.h"
#include "finwait/result.h"
#include "finwait/scenario.h"

/* What is done about a scenario before and after conduct(). */

/*
 * Whether this machine's hosts have what the scenario sets: a sysctl that none has, or none takes,
 * is the kernel's to refuse.  `error` is filled unless it is LAB_CAN.
 */
enum lab_verdict trial_try_sysctls(const struct scenario *scenario, struct error *error);

/* Become able to make its lab (lab_prepare). */
int trial_prepare(const struct scenario *scenario, struct error *error);

/* Judge its expectations.  STATUS_USAGE with `error`: one cannot be judged. */
enum status trial_judge(struct result *result, const struct scenario *scenario,
                        struct error *error);

#endif
