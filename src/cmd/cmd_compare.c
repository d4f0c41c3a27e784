#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compare.h"
#include "finwait/grow.h"
#include "finwait/units.h"
#include "interrupts.h"
#include "stdout.h"

/* Options of the command line that are the scenario's, and how it calls them. */
#define SAID(X)                                                                                    \
    X("rounds", "compare.rounds")                                                                  \
    X("budget", "compare.budget")                                                                  \
    X("until", "compare.until")                                                                    \
    X("margin", "compare.margin")                                                                  \
    X("baseline", "compare.baseline")                                                              \
    X("metric", "compare.metrics")                                                                 \
    X("fail-if", "compare.fail-if")                                                                \
    X("expect", "expect")                                                                          \
    X(COMMAND_SERVER, "server.command")                                                            \
    X(COMMAND_CLIENT, "client.command")                                                            \
    X(COMMAND_PROXY, "proxy.command")

enum {
    OPTION_SAID = 1000,
    OPTION_VARY,
    OPTION_SET,
    OPTION_REMOTE,
    OPTION_ALL,
    OPTION_OUT,
    OPTION_RESUME,
    OPTION_SEED,
    OPTION_JSON,
    OPTION_QUIET,
};

static const struct option long_options[] = {
#define X(name, path) {name, required_argument, NULL, OPTION_SAID},
    SAID(X)
#undef X
        {"vary", required_argument, NULL, OPTION_VARY},
    {"set", required_argument, NULL, OPTION_SET},
    {OVERRIDE_REMOTE, no_argument, NULL, OPTION_REMOTE},
    {"all", no_argument, NULL, OPTION_ALL},
    {"out", required_argument, NULL, OPTION_OUT},
    {"resume", required_argument, NULL, OPTION_RESUME},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {NULL, 0, NULL, 0},
};

static const char help[] = COMMAND_SCENARIO
    "Its variants are those of its file (vary:, variants:) and of --vary.  Of two and more\n"
    "RESULTs, each a result.json or a directory with some below it, each is a variant.  The DIR\n"
    "of an earlier comparison is judged again, by what is asked for now.\n"
    "\n"
    "  --vary PATH=V1,V2   the values that an option is to have, e.g.\n"
    "                      client.sysctl.net.ipv4.tcp_tw_reuse=0,1; of several each combination\n"
    "  --rounds N          run every variant once in each of N rounds, in random order (10)\n"
    "  --budget TIME       as many rounds as end within it, e.g. 3m\n"
    "  --until N%          go on until each interval is that narrow (N% either way)\n"
    "  --margin N%         differences within it are none (5%)\n"
    "  --baseline NAME     what the others are held against (the first variant)\n"
    "  --metric NAME       compare this metric, or those of a pattern, in place of the usual "
    "ones;\n"
    "                      +NAME: beside them; may be given again\n"
    "  --all               and every metric that differs\n"
    "  --fail-if TEXT      exit with 1 on 'METRIC lower|higher [by N%]', where it is significant\n"
    "  --out DIR           keep each trial's result.json and comparison.json in it\n"
    "  --resume DIR        go on with the comparison in DIR where it stopped\n"
    "  --seed N            of the order in each round, to have the same again\n"
    "  --set PATH=VALUE    change an option of the scenario, in all variants\n"
    "  --expect TEXT       one more expectation, in all variants\n" COMMAND_SIDES_HELP
    "  --json              print comparison.json\n"
    "  --quiet             no progress\n"
    "  --i-may-load-this-target\n"
    "                      allow a server.at that is not a loopback address\n"
    "\n"
    "Exit status: 0; 1 a --fail-if came about, an expectation did not hold or nothing could be\n"
    "compared; 2 the command line, the scenario or a variant is wrong; 3 this machine cannot do\n"
    "it; 4 it was interrupted: what was finished is compared.\n";

static int say(struct compare *compare, const struct option *option, struct error *error)
{
    static const char *const paths[] = {
#define X(name, path) path,
        SAID(X)
#undef X
    };

    return overrides_say(&compare->overrides, paths[option - long_options], option->name, optarg,
                         error);
}

static int take_seed(struct compare *compare, struct error *error)
{
    if (units_parse_count(optarg, &compare->seed) != 0 || compare->seed > INT64_MAX) {
        error_set(error, STATUS_USAGE, "--seed %s: not a number", optarg);
        return error_hint(error, "write one from 0 to %lld, as comparison.json has it",
                          (long long)INT64_MAX);
    }
    compare->has_seed = true;
    return 0;
}

/* The flags. */
static void take_flag(struct compare *compare, int letter)
{
    compare->all |= letter == OPTION_ALL;
    compare->json |= letter == OPTION_JSON;
    compare->quiet |= letter == OPTION_QUIET;
}

static int take_option(struct compare *compare, int letter, const struct option *option,
                       struct error *error)
{
    switch (letter) {
    case OPTION_SAID:
        return say(compare, option, error);
    case OPTION_VARY:
        return overrides_vary(&compare->overrides, optarg, error);
    case OPTION_SET:
        return overrides_set(&compare->overrides, optarg, error);
    case OPTION_REMOTE:
        return overrides_add(&compare->overrides, OVERRIDE_REMOTE, "on", error);
    case OPTION_SEED:
        return take_seed(compare, error);
    case OPTION_OUT:
        compare->out = optarg;
        return 0;
    case OPTION_RESUME:
        compare->resume = optarg;
        return 0;
    default:
        take_flag(compare, letter);
        return 0;
    }
}

/* ---- variants of a scenario ---- */

/* The file first: a reader of stdout may go away. */
static enum status conclude(struct compare *compare, struct error *error)
{
    if (compare->json) {
        comparison_dump(compare->comparison, stdout);
    } else {
        comparison_print(compare->comparison, stdout);
    }
    return stdout_flush(error) != 0 ? error->status : comparison_status(compare->comparison);
}

/* A number that people can type. */
static int draw_seed(struct compare *compare, struct error *error)
{
    uint32_t seed;

    if (compare->has_seed) {
        return 0;
    }
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return error_set(error, STATUS_MACHINE, "getrandom(2) gave nothing");
    }
    compare->seed = seed;
    return 0;
}

static enum status run_scenario(struct compare *compare, struct error *error)
{
    if (draw_seed(compare, error) != 0 || compare_load(compare, error) != 0 ||
        (compare->out != NULL && compare_plan_write(compare, error) != 0) ||
        compare_rounds(compare, error) != 0) {
        return error->status;
    }
    return conclude(compare, error);
}

/* How results are judged; where `more` are run, how many as well. */
static bool is_of_comparison(const char *path, bool more)
{
    static const char *const pace[] = {"compare.rounds", "compare.budget", "compare.until"};

    for (size_t i = 0; !more && i < sizeof pace / sizeof pace[0]; i++) {
        if (strcmp(path, pace[i]) == 0) {
            return false;
        }
    }
    return strncmp(path, "compare.", strlen("compare.")) == 0;
}

/* What is run stays as it is; how it is compared may change. */
static int check_only_terms(const struct compare *compare, bool more, const char *because,
                            struct error *error)
{
    for (size_t i = 0; i < compare->overrides.count; i++) {
        const struct scenario_override *item = &compare->overrides.item[i];
        if (!is_of_comparison(item->path, more) && strcmp(item->path, OVERRIDE_REMOTE) != 0) {
            error_set(error, STATUS_USAGE, "compare: %s", because);
            return error_at(
                error,
                (struct where){.file = item->where.file != NULL ? item->where.file : item->path});
        }
    }
    return 0;
}

static enum status resume(struct compare *compare, struct error *error)
{
    if (compare->out != NULL || compare->has_seed) {
        error_set(error, STATUS_USAGE,
                  "compare: --resume goes on in its own directory, with its "
                  "own seed");
        return error->status;
    }
    if (check_only_terms(compare, true, "--resume goes on with what was begun", error) != 0 ||
        compare_plan_read(compare, error) != 0 || compare_load(compare, error) != 0 ||
        compare_plan_check(compare, error) != 0) {
        return error->status;
    }
    compare->out = compare->resume;
    return compare_rounds(compare, error) == 0 ? conclude(compare, error) : error->status;
}

/* ---- results made earlier ---- */

static struct comparison *read_comparison(const char *path, struct error *error)
{
    char *file = grow_format("%s/" COMPARISON_FILE, path);
    json_t *json = result_read_json(file, COMPARISON_FILE, error);
    struct comparison *comparison = NULL;

    if (json != NULL) {
        comparison = comparison_from_json(json, error);
        if (comparison == NULL) {
            error_at(error, (struct where){.file = file});
        }
    }
    json_decref(json);
    free(file);
    return comparison;
}

/* Whether --out leads elsewhere than where the comparison that is judged again lies. */
static bool is_elsewhere(const char *out, size_t count, char **paths)
{
    struct stat from;
    struct stat to;

    return out != NULL && (count > 1 || stat(paths[0], &from) != 0 || stat(out, &to) != 0 ||
                           from.st_dev != to.st_dev || from.st_ino != to.st_ino);
}

/* Scenarios are no results: that there is no such file is not what is wrong with them. */
static int check_paths(size_t count, char **paths, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(paths[i], '.');
        if (access(paths[i], F_OK) != 0 || (dot != NULL && strcmp(dot, ".yaml") == 0)) {
            error_set(error, STATUS_USAGE, "compare: %s is no result and no directory of some",
                      paths[i]);
            return error_hint(error, "two and more are results made earlier; of one scenario say "
                                     "what to vary, e.g. --vary order=client-first,server-first, "
                                     "or write variants: into its file");
        }
    }
    return 0;
}

/* Of several their own, of one the trials of a comparison, by other terms. */
static enum status run_results(struct compare *compare, size_t count, char **paths,
                               struct error *error)
{
    if (check_paths(count, paths, error) != 0 ||
        check_only_terms(compare, false, "results are as they are", error) != 0 ||
        (is_elsewhere(compare->out, count, paths) && compare_check_out(compare->out, error) != 0)) {
        return error->status;
    }
    compare->base = scenario_load(NULL, compare->overrides.item, compare->overrides.count, error);
    if (compare->base != NULL) {
        compare->comparison = count == 1
                                  ? read_comparison(paths[0], error)
                                  : comparison_of_results(count, (const char *const *)paths, error);
    }
    if (compare->comparison == NULL || compare_take_terms(compare, error) != 0) {
        return error->status;
    }
    comparison_judge(compare->comparison, &compare->terms);
    return compare_write(compare, error) == 0 ? conclude(compare, error) : error->status;
}

/* ---- the command ---- */

static bool is_directory(const char *path)
{
    struct stat about;

    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum status run_all(struct compare *compare, size_t count, char **names, struct error *error)
{
    enum status status;

    if (compare->resume != NULL && count == 0) {
        return resume(compare, error);
    }
    if (compare->resume != NULL || count == 0) {
        error_set(error, STATUS_USAGE, "compare: %s",
                  count == 0 ? "which scenario?" : "--resume goes on with what was begun");
        error_hint(error, "for example: finwait compare client-first --vary "
                          "client.sysctl.net.ipv4.tcp_tw_reuse=0,1; or finwait compare --resume "
                          "DIR");
        return error->status;
    }
    if (count > 1 || compare_holds(names[0], COMPARISON_FILE)) {
        return run_results(compare, count, names, error);
    }
    compare->name = names[0];
    compare_find_study(compare);
    status = run_scenario(compare, error);
    if (compare->base == NULL && is_directory(names[0])) {
        error_set(error, STATUS_USAGE, "there is no comparison in %s", names[0]);
        error_hint(error, "of directories with results name two: finwait compare before/ after/");
        status = error->status;
    }
    return status;
}

static int take_options(struct compare *compare, int argc, char **argv, struct error *error)
{
    int index = 0;
    int letter;

    while ((letter = command_option_index(argc, argv, long_options, &index)) != -1) {
        if (letter == '?' || letter == ':') {
            command_bad_option(&command_compare, long_options, letter, argv, error);
            return -1;
        }
        if (take_option(compare, letter, &long_options[index], error) != 0) {
            return -1;
        }
    }
    return 0;
}

static enum status run(int argc, char **argv, struct error *error)
{
    struct compare compare = {0};
    enum status status;

    interrupts_hold();
    interrupts_kill_at_second(); /* what a trial under way has measured is not kept anyway */
    status = overrides_take_command(&compare.overrides, &argc, argv, error) == 0 &&
                     take_options(&compare, argc, argv, error) == 0
                 ? run_all(&compare, (size_t)(argc - optind), argv + optind, error)
                 : error->status;
    compare_fini(&compare);
    return status;
}

const struct command command_compare = {
    .name = "compare",
    .arguments = "SCENARIO|DIR...",
    .about = "Run variants in turns and tell which differ",
    .help = help,
    .run = run,
};
