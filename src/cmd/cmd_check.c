#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "compare.h"
#include "finwait/kernel_sysctl.h"
#include "finwait/model.h"
#include "trial.h"

static const struct option long_options[] = {
    {"set", required_argument, NULL, 's'},
    {"expect", required_argument, NULL, 'e'},
    {OVERRIDE_REMOTE, no_argument, NULL, 'r'},
    {COMMAND_SERVER, required_argument, NULL, 'S'},
    {COMMAND_CLIENT, required_argument, NULL, 'C'},
    {COMMAND_PROXY, required_argument, NULL, 'P'},
    {NULL, 0, NULL, 0},
};

static void print_option(void *context, const char *path, const char *value)
{
    fprintf(context, "  %s: %s\n", path, value);
}

/* What makes a scenario wait for ever only if the buffers are small is no error. */
static enum status warn(const struct scenario *scenario, struct error *error)
{
    struct model_input input;
    struct model *model = calloc(1, sizeof *model);
    struct error unused;

    if (model == NULL) {
        error_set(error, STATUS_MACHINE, "out of memory");
        return STATUS_MACHINE;
    }
    if (scenario_model(scenario, &input) && scenario->at == NULL && scenario->client_to == NULL) {
        input.timeout = 0;
        if (model_explore(model, &input, &unused) == 0 && model->blocked[0] != '\0') {
            printf("  warning: %s, by buffer sizes; %s\n", model->blocked,
                   scenario->load.timeout > 0 ? "only load.timeout ends that"
                                              : "load.timeout is 0s, so nothing ends that");
        }
    }
    free(model);
    return STATUS_OK;
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
                printf("  warning: %s.sysctl.%s: %s: %s (%s)\n", side_name(side), item->name,
                       item->value, danger->what, danger->source);
            }
        }
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
        printf("  warning: only a run can tell whether hosts have its sysctls, for no lab could be "
               "made here: %s\n",
               untried.what);
    }
    warn_of_sysctls(scenario);
    if (warn(scenario, error) != STATUS_OK) {
        return error->status;
    }
    scenario_each(scenario, print_option, stdout);
    return STATUS_OK;
}

static enum status check_variants(const char *name, const struct overrides *overrides,
                                  struct error *error)
{
    struct compare compare = {.name = name};
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < overrides->count; i++) {
        status = overrides_copy(&compare.overrides, &overrides->item[i], error) == 0
                     ? STATUS_OK
                     : error->status;
    }
    if (status == STATUS_OK && compare_load(&compare, error) != 0) {
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

static int take_option(struct overrides *overrides, int letter, struct error *error)
{
    switch (letter) {
    case 's':
        return overrides_set(overrides, optarg, error);
    case 'e':
        return overrides_add(overrides, "expect", optarg, error);
    case 'S':
        return overrides_add(overrides, "server.command", optarg, error);
    case 'C':
        return overrides_add(overrides, "client.command", optarg, error);
    case 'P':
        return overrides_add(overrides, "proxy.command", optarg, error);
    default:
        return overrides_add(overrides, OVERRIDE_REMOTE, "on", error);
    }
}

static enum status run(int argc, char **argv, struct error *error)
{
    struct overrides overrides = {0};
    enum status status = STATUS_USAGE;
    int letter;

    if (overrides_take_command(&overrides, &argc, argv, error) != 0) {
        goto done;
    }
    while ((letter = command_option(argc, argv, long_options)) != -1) {
        if (letter == '?' || letter == ':') {
            command_bad_option(&command_check, long_options, letter, argv, error);
            goto done;
        }
        if (take_option(&overrides, letter, error) != 0) {
            status = error->status;
            goto done;
        }
    }
    if (optind == argc) {
        error_set(error, STATUS_USAGE, "check: which scenario?");
        error_hint(error, "for example: finwait check configs/server-first.yaml");
        goto done;
    }
    status = check_all((size_t)(argc - optind), argv + optind, &overrides, error);
done:
    overrides_fini(&overrides);
    return status;
}

static const char help[] = COMMAND_SCENARIO
    "\n"
    "  --set PATH=VALUE          change an option first\n"
    "  --expect TEXT             one more expectation\n"
    "  --server COMMAND, --client COMMAND\n"
    "                            have COMMAND play that side, as finwait run does\n"
    "  --i-may-load-this-target  allow a server.at that is not a loopback address\n"
    "\n"
    "Sysctls are tried in a lab that is gone at once, where one can be made.\n"
    "\n"
    "Exit status: 0 all of them could be run; 2 one is wrong, and where; 3 this machine's hosts\n"
    "lack a sysctl that one sets.\n";

const struct command command_check = {
    .name = "check",
    .arguments = "SCENARIO... [OPTIONS]",
    .about = "Check scenarios without a run, and print their options",
    .help = help,
    .run = run,
};
