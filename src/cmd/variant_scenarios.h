#ifndef FINWAIT_CMD_VARIANT_SCENARIOS_H
#define FINWAIT_CMD_VARIANT_SCENARIOS_H

#include "command.h"
#include "finwait/variants.h"

/* The variants of a scenario, each a scenario of its own. */
struct variant_scenarios {
    struct variants *variants; /* borrow from the base */
    struct scenario *item[VARIANTS_MAX];
};

/*
 * Load and check each as command_scenario does, and see that hosts have its sysctls, where a lab
 * can be made.  -1: the first that is wrong is named.  `base` must outlive them.
 */
int variant_scenarios_load(struct variant_scenarios *set, const char *name,
                           const struct overrides *overrides, const struct scenario *base,
                           struct error *error);
void variant_scenarios_fini(struct variant_scenarios *set);

#endif
