#include <string.h>

#include "option_texts.h"
#include "options.h"

bool scenario_compares(const struct scenario *scenario)
{
    return scenario->compare.vary.count > 0 || scenario->compare.named.count > 0;
}

/* The effective scenario as pairs that read back as the same scenario. */

/* Whether the option would contradict others, or say again what they say. */
static bool is_implied(const struct scenario *scenario, const struct option *option)
{
    bool custom = strcmp(scenario->order, "custom") == 0;
    bool ours = scenario_plays(scenario, SIDE_CLIENT) || scenario_plays(scenario, SIDE_SERVER);

    if (option_is_comparison(option->path) && !scenario_compares(scenario)) {
        return true;
    }
    if (option_is_in("probe", option->path) && scenario->probe.question == NULL) {
        return true;
    }
    if (option->takes.text == &order_text) {
        return custom || !ours;
    }
    if (option->ops == &program_ops && option->side == SIDE_CLIENT && scenario->mix.count > 0) {
        return true;
    }
    return (option->ops == &program_ops && !custom) || option_is_moot(scenario, option) ||
           option_is_no_commands(scenario, option);
}

void scenario_each(const struct scenario *scenario,
                   void (*fn)(void *context, const char *path, const char *value), void *context)
{
    struct each each = {fn, context};

    for (size_t i = 0; i < option_count(); i++) {
        const struct option *option = option_at(i);
        if (!is_implied(scenario, option)) {
            option->ops->each(&each, option, scenario);
        }
    }
}
