#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"
#include "finwait/conduct.h"
#include "finwait/grow.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/limits.h"
#include "finwait/model.h"
#include "finwait/terminal.h"
#include "finwait/timeline.h"
#include "finwait/units.h"
#include "options.h"
#include "trial.h"

static void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say_warning(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    char *text = grow_vformat(format, values);
    va_end(values);
    terminal_say("  warning: ", text, stdout);
    free(text);
}

static void print_option(void *context, const char *path, const char *value)
{
    fprintf(context, "  %s: %s\n", path, value);
}

/* What there is no room for, or what bounds it first. */
static void warn_of_limits(const struct scenario *scenario, const struct model *model)
{
    struct limit limit[LIMITS_MAX];
    size_t count = limits_of(scenario, model, NULL, limit);
    const char *unforeseen = predict_refusal_unlimited(scenario);

    for (size_t i = 0; i < count; i++) {
        if (!limit_is_exceeded(&limit[i])) {
            continue;
        }
        char *text = limit_say(&limit[i]);
        char *advice = limit_advise(&limit[i]);
        say_warning("%s To get further: %s.", text, advice);
        free(text);
        free(advice);
    }
    if (unforeseen != NULL) {
        terminal_say("  what piles up is not foretold: ", unforeseen, stdout);
    } else if (model != NULL && count > 0 && limit[0].needed > 0 && !limit_is_exceeded(&limit[0]) &&
               !isinf(limit[0].most)) {
        char most[UNITS_TEXT];
        char needed[UNITS_TEXT];
        printf("  the first limit is %s, room for %s where %s are needed\n",
               limit_table[limit[0].id].name, units_human_count(most, sizeof most, limit[0].most),
               units_human_count(needed, sizeof needed, limit[0].needed));
    }
}

/* What makes a scenario wait for ever only if the buffers are small is no error. */
static void warn(const struct scenario *scenario)
{
    struct model_input input;
    struct model *model = grow_new(1, sizeof *model);
    struct model *joined = NULL;
    struct error unused;

    if (scenario_model(scenario, &input) && scenario->at == NULL && scenario->client_to == NULL) {
        input.timeout = 0;
        if (model_explore(model, &input, &unused) == 0 && model->blocked[0] != '\0') {
            say_warning("%s, by buffer sizes; %s", model->blocked,
                        scenario->load.timeout > 0 ? "only load.timeout ends that"
                                                   : "load.timeout is 0s, so nothing ends that");
        }
    }
    free(model);
    if (scenario_explore(scenario, &joined, &unused) == 0) {
        warn_of_limits(scenario, joined);
    }
    free(joined);
}

static void warn_of_sysctls(const struct scenario *scenario)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        const struct sysctl_settings *settings = &scenario->side[side].sysctl;

        for (size_t i = 0; i < settings->count; i++) {
            const struct sysctl_setting *item = &settings->item[i];
            const struct sysctl_danger *danger =
                sysctl_danger(sysctl_info(item->name), item->value);
            if (danger != NULL) {
                say_warning("%s.sysctl.%s: %s: %s (%s)", side_name(side), item->name, item->value,
                            danger->what, danger->source);
            }
        }
    }
}

static void warn_if_late(const char *what, int64_t at, int64_t end)
{
    char due[UNITS_TEXT];
    char over[UNITS_TEXT];

    if (at > end) {
        say_warning("\"%s\" at %s will not happen, for the run is over by %s (load.duration, "
                    "settle and decay)",
                    what, units_human_duration(due, sizeof due, at),
                    units_human_duration(over, sizeof over, end));
    }
}

/* What is due when the run is over makes it partial; without load.duration nobody knows its end. */
static void warn_of_late(const struct scenario *scenario)
{
    int64_t end = scenario->load.duration + scenario->settle + scenario->decay;
    char what[TIMELINE_TEXT];

    if (scenario->load.duration == 0) {
        return;
    }
    for (size_t i = 0; i < scenario->fault_count; i++) {
        fault_describe(what, sizeof what, &scenario->fault[i]);
        warn_if_late(what, scenario->fault[i].at, end);
    }
    for (size_t i = 0; i < scenario->event_count; i++) {
        event_describe(what, sizeof what, &scenario->event[i]);
        warn_if_late(what, scenario->event[i].at, end);
    }
}

static enum status check_one(const struct scenario *scenario, struct error *error)
{
    struct error untried;
    enum lab_verdict verdict = trial_try_sysctls(scenario, &untried);

    if (verdict == LAB_CANNOT) {
        *error = untried;
        return error->status;
    }
    printf("%s: ok\n", scenario->name);
    if (verdict == LAB_UNTRIED) {
        say_warning("only a run can tell whether hosts have its sysctls, for no lab could be made "
                    "here: %s",
                    untried.what);
    }
    warn_of_sysctls(scenario);
    warn(scenario);
    warn_of_late(scenario);
    scenario_each(scenario, print_option, stdout);
    return STATUS_OK;
}

static enum status check_variants(const char *name, const struct overrides *overrides,
                                  struct error *error)
{
    struct compare compare = {.name = name};
    enum status status = STATUS_OK;

    for (size_t i = 0; i < overrides->count; i++) {
        overrides_copy(&compare.overrides, &overrides->item[i]);
    }
    if (compare_load(&compare, error) != 0) {
        status = error->status;
    }
    for (size_t i = 0; status == STATUS_OK && i < compare.comparison->variant_count; i++) {
        printf("  variant %s: ok\n", compare.comparison->variant[i].name);
    }
    compare_fini(&compare);
    return status;
}

static enum status check_all(size_t count, char **names, const struct overrides *overrides,
                             struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct scenario *scenario = command_scenario(names[i], overrides, error);

        if (scenario == NULL) {
            return error->status;
        }
        enum status status = check_one(scenario, error);
        if (status == STATUS_OK && scenario_compares(scenario)) {
            status = check_variants(names[i], overrides, error);
        }
        scenario_free(scenario);
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static enum status run(struct command_line *line, struct error *error)
{
    if (command_need_scenario(line, error) != 0) {
        return error->status;
    }
    return check_all(line->count, line->operand, &line->overrides, error);
}

static const struct command_option options[] = {
    OPTIONS_OF_SCENARIO,
    {.name = NULL},
};

const struct command command_check = {
    .name = "check",
    .group = GROUP_READ,
    .arguments = "[SCENARIO...] [OPTIONS]",
    .about = "Check scenarios without a run, and print their options",
    .operands = COMPLETES_SCENARIO,
    .details = OPTIONS_SCENARIO "\nSysctls are tried in a lab that is gone at once, where one can "
                                "be made.",
    .options = options,
    .exits = "0 all of them could be run; 2 one is wrong, and where; 3 this machine's hosts lack a "
             "sysctl that one sets.",
    .run = run,
};
