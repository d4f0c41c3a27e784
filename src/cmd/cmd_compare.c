#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compare.h"
#include "finwait/grow.h"
#include "finwait/units.h"
#include "interrupts.h"
#include "options.h"
#include "out.h"
#include "stdout.h"

static int take_seed(struct compare *compare, const char *text, struct error *error)
{
    if (text == NULL) {
        return 0;
    }
    if (units_parse_count(text, &compare->seed) != 0 || compare->seed > INT64_MAX) {
        error_set(error, STATUS_USAGE, "--seed %s: not a number", text);
        return error_hint(error, "write one from 0 to %lld, as comparison.json has it",
                          (long long)INT64_MAX);
    }
    compare->has_seed = true;
    return 0;
}

/* ---- variants of a scenario ---- */

/* The file first: a reader of stdout may go away. */
static enum status conclude(struct compare *compare, struct error *error)
{
    if (outputs_compare(compare->outputs, compare->comparison, error) != 0 ||
        stdout_flush(error) != 0) {
        return error->status;
    }
    return comparison_status(compare->comparison);
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
        compare_take_out(compare, compare->base->name, error) != 0 ||
        compare_check_out(compare, error) != 0 ||
        outputs_begin(compare->outputs, false, error) != 0 ||
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
    if (compare->out != NULL || compare->force || compare->has_seed) {
        error_set(error, STATUS_USAGE,
                  "compare: --resume goes on in its own directory, with its "
                  "own seed");
        return error->status;
    }
    if (check_only_terms(compare, true, "--resume goes on with what was begun", error) != 0 ||
        compare_plan_read(compare, error) != 0 || compare_load(compare, error) != 0 ||
        compare_plan_check(compare, error) != 0 ||
        outputs_begin(compare->outputs, false, error) != 0) {
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
        check_only_terms(compare, false, "results are as they are", error) != 0) {
        return error->status;
    }
    compare->base = scenario_load(NULL, compare->overrides.item, compare->overrides.count, error);
    if (compare->base != NULL) {
        compare->comparison = count == 1
                                  ? read_comparison(paths[0], error)
                                  : comparison_of_results(count, (const char *const *)paths, error);
    }
    if (compare->comparison == NULL || compare_take_terms(compare, error) != 0 ||
        compare_take_out(compare, compare->comparison->name, error) != 0 ||
        (is_elsewhere(compare->out, count, paths) && compare_check_out(compare, error) != 0) ||
        outputs_begin(compare->outputs, false, error) != 0) {
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
    if (compare->resume != NULL || (count == 0 && compare->overrides.count == 0)) {
        error_set(error, STATUS_USAGE, "compare: %s",
                  count == 0 ? "which scenario?" : "--resume goes on with what was begun");
        error_hint(error, "for example: finwait compare client-first --vary "
                          "client.sysctl.net.ipv4.tcp_tw_reuse=0,1; or finwait compare --resume "
                          "DIR");
        return error->status;
    }
    if (count == 0) {
        return run_scenario(compare, error);
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

static enum status run(struct command_line *line, struct error *error)
{
    struct compare compare = {
        .overrides = line->overrides,
        .out = command_value(line, "out"),
        .resume = command_value(line, "resume"),
        .force = command_value(line, "force") != NULL,
        .all = command_value(line, "all") != NULL,
        .quiet = command_value(line, "quiet") != NULL || !outputs_tell(&line->outputs),
        .outputs = &line->outputs,
    };
    enum status status;

    line->outputs.compares = true;
    line->overrides = (struct overrides){0};
    interrupts_hold();
    interrupts_kill_at_second(); /* what a trial under way has measured is not kept anyway */
    status = take_seed(&compare, command_value(line, "seed"), error) == 0
                 ? run_all(&compare, line->count, line->operand, error)
                 : error->status;
    compare_fini(&compare);
    return status;
}

/* ---- its options ---- */

static int take_vary(struct command_line *line, const char *value, const char *said,
                     struct error *error)
{
    return overrides_vary(&line->overrides, value, said, error);
}

static int take_format(struct command_line *line, const char *value, const char *said,
                       struct error *error)
{
    line->outputs.compares = true;
    return options_take_format(line, value, said, error);
}

static int take_json(struct command_line *line, const char *value, const char *said,
                     struct error *error)
{
    (void)value;
    return take_format(line, comparison_json.name, said, error);
}

static const struct command_option options[] = {
    {"vary", "PATH=V1,V2",
     "the values that an option is to have, e.g. "
     "client.sysctl.net.ipv4.tcp_tw_reuse=0,1; of several each combination",
     .take = take_vary, .completes = COMPLETES_SETTING},
    {"rounds", "N", "run every variant once in each of N rounds, in random order (10)",
     "compare.rounds"},
    {"budget", "TIME", "as many rounds as end within it, e.g. 3m", "compare.budget"},
    {"until", "N%", "go on until each interval is that narrow (N% either way)", "compare.until"},
    {"margin", "N%", "differences within it are none (5%)", "compare.margin"},
    {"baseline", "NAME", "what the others are held against (the first variant)",
     "compare.baseline"},
    {"metric", "NAME",
     "compare this metric, or those of a pattern, in place of the usual ones; +NAME: "
     "beside them; may be given again",
     "compare.metrics", .completes = COMPLETES_METRIC},
    {"all", NULL, "and every metric that differs"},
    {"fail-if", "TEXT", "exit with 1 on 'METRIC lower|higher [by N%]', where it is significant",
     "compare.fail-if", .completes = COMPLETES_METRIC},
    {"out", "DIR", "keep each trial's result.json and comparison.json in it; " OUT_WORDS,
     .completes = COMPLETES_DIRECTORY},
    OPTION_FORCE,
    {"resume", "DIR", "go on with the comparison in DIR where it stopped",
     .completes = COMPLETES_DIRECTORY},
    {"seed", "N", "of the order in each round, to have the same again"},
    OPTIONS_OF_SCENARIO,
    {"format", "NAME[=FILE]",
     "print the comparison so, or write it into FILE; once for each that is wanted",
     .take = take_format, .completes = COMPLETES_COMPARISON_FORMAT},
    {"json", NULL, "the same as --format json", .take = take_json},
    OPTION_QUIET,
    OPTION_COLOR,
    {.name = NULL},
};

const struct command command_compare = {
    .name = "compare",
    .group = GROUP_LOAD,
    .arguments = "[SCENARIO|DIR...] [OPTIONS]",
    .about = "Run variants in turns and tell which differ",
    .operands = COMPLETES_SCENARIO,
    .details = OPTIONS_SCENARIO
    "\nIts variants are those of its file (vary:, variants:) and of --vary.  Of two and more "
    "RESULTs, each a result.json or a directory with some below it, each is a variant.  The DIR "
    "of an earlier comparison is judged again, by what is asked for now.",
    .options = options,
    .exits = "0; 1 a --fail-if came about, an expectation did not hold or nothing could be "
             "compared; 2 the command line, the scenario or a variant is wrong; 3 this machine "
             "cannot do it; 4 it was interrupted: what was finished is compared.",
    .run = run,
};
