#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "command.h"
#include "finwait/conduct.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "interrupts.h"
#include "output.h"
#include "progress_line.h"
#include "stdout.h"
#include "trial.h"

struct run_options {
    struct overrides overrides;
    const char *out; /* directory, or NULL */
    const char *inspect;
    struct outputs outputs;
    bool quiet;
    bool several; /* scenarios: each has a directory of its own below `out` */
    const struct scenario *first;
};

enum {
    OPTION_SET = 1000,
    OPTION_EXPECT,
    OPTION_OUT,
    OPTION_INSPECT,
    OPTION_CAPTURE,
    OPTION_FORMAT,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_REMOTE,
    OPTION_SERVER,
    OPTION_CLIENT,
    OPTION_PROXY,
};

static const struct option long_options[] = {
    {"set", required_argument, NULL, OPTION_SET},
    {"expect", required_argument, NULL, OPTION_EXPECT},
    {"out", required_argument, NULL, OPTION_OUT},
    {"inspect", required_argument, NULL, OPTION_INSPECT},
    {"capture", required_argument, NULL, OPTION_CAPTURE},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"quiet", no_argument, NULL, OPTION_QUIET},
    {OVERRIDE_REMOTE, no_argument, NULL, OPTION_REMOTE},
    {COMMAND_SERVER, required_argument, NULL, OPTION_SERVER},
    {COMMAND_CLIENT, required_argument, NULL, OPTION_CLIENT},
    {COMMAND_PROXY, required_argument, NULL, OPTION_PROXY},
    {NULL, 0, NULL, 0},
};

static const char help[] = COMMAND_SCENARIO
    "\n"
    "  --set PATH=VALUE    change an option of the scenario, e.g. load.connections=20000;\n"
    "                      VALUE null takes back what the scenario says of it\n"
    "  --expect TEXT       one more expectation, e.g. \"server.close_wait.final < "
    "100\"\n" COMMAND_SIDES_HELP "  --out DIR           write DIR/result.json "
    "(DIR/NAME/result.json for several scenarios)\n" OUTPUT_HELP
    "  --json              the same as --format json\n"
    "  --quiet             no progress line\n"
    "  --inspect COMMAND   run COMMAND, e.g. 'ss -s', with sh(1) in each host at the end of\n"
    "                      settle; FINWAIT_HOST tells it where it is\n"
    "  --capture N         keep the packets of the first N connections, and of up to N that ended\n"
    "                      otherwise than predicted; draw one, and with --out write them to\n"
    "                      DIR/packets.pcap\n"
    "  --i-may-load-this-target\n"
    "                      allow a server.at that is not a loopback address\n"
    "\n"
    "Exit status: 0 every expectation held; 1 one did not; 2 the command line or the scenario is\n"
    "wrong; 3 this machine cannot do it; 4 it was cut short, a worker ended unasked or\n"
    "connections were never begun (of an open loop more than 5 %; what the scenario's events\n"
    "or a program's die kept from being begun is as asked for).  The partial result is written.\n";

static int take_option(struct run_options *options, int letter, struct error *error)
{
    switch (letter) {
    case OPTION_SET:
        return overrides_set(&options->overrides, optarg, error);
    case OPTION_EXPECT:
        return overrides_add(&options->overrides, "expect", optarg, error);
    case OPTION_REMOTE:
        return overrides_add(&options->overrides, OVERRIDE_REMOTE, "on", error);
    case OPTION_CAPTURE:
        return overrides_add(&options->overrides, "capture", optarg, error);
    case OPTION_SERVER:
        return overrides_add(&options->overrides, "server.command", optarg, error);
    case OPTION_CLIENT:
        return overrides_add(&options->overrides, "client.command", optarg, error);
    case OPTION_PROXY:
        return overrides_add(&options->overrides, "proxy.command", optarg, error);
    case OPTION_OUT:
        options->out = optarg;
        return 0;
    case OPTION_INSPECT:
        if (options->inspect != NULL) {
            error_set(error, STATUS_USAGE, "--inspect is given twice");
            return error_hint(error, "join the commands: --inspect 'ss -s; nstat -az'");
        }
        options->inspect = optarg;
        return 0;
    case OPTION_FORMAT:
        return outputs_add(&options->outputs, &command_run, optarg, error);
    case OPTION_JSON:
        return outputs_add(&options->outputs, &command_run, report_json.name, error);
    default:
        options->quiet = true;
        return 0;
    }
}

/* ---- one scenario ---- */

static char *out_directory(const struct run_options *options, const char *name)
{
    if (options->out == NULL) {
        return NULL;
    }
    return options->several ? grow_format("%s/%s", options->out, name) : grow_text(options->out);
}

/* What a run is to be told of. */
struct watcher {
    struct progress_line line;
    const char *directory; /* or NULL */
};

static void on_progress(void *context, const struct progress *progress)
{
    struct watcher *watcher = context;

    progress_line_show(&watcher->line, progress);
}

/*
 * First of all what was measured goes into the file: to explain and to judge it may fail, or be
 * killed.  Whether the file can be written is told when it is whole.
 */
static void on_measured(void *context, struct result *result)
{
    const struct watcher *watcher = context;
    bool partial = result->partial;
    struct error unused;

    if (watcher->directory != NULL) {
        text_pairs_add(&result->unkept, "remarks, no verdicts", "finwait ended too early");
        result->partial = true;
        result_write(result, watcher->directory, &unused);
        text_pairs_drop(&result->unkept);
        result->partial = partial;
    }
}

static struct result *conduct_with_progress(const struct scenario *scenario,
                                            const struct run_options *options,
                                            const char *directory, struct error *error)
{
    struct watcher watcher = {.directory = directory};
    struct conduct_options conducting = {
        .context = &watcher,
        .cut_by = interrupts_name,
        .measured = on_measured,
        .out = directory,
        .inspect = options->inspect,
    };
    struct result *result;

    progress_line_init(&watcher.line);
    conducting.progress_every = progress_line_every(&watcher.line);
    const struct report_ops *printed = outputs_printed(&options->outputs);
    if (!options->quiet && (printed == &report_text || printed == &report_verbose)) {
        conducting.progress = on_progress;
    }
    result = conduct(scenario, &conducting, error);
    progress_line_end(&watcher.line);
    return result;
}

/* The file first of all: a reader of stdout may go away, and the result has been measured. */
static enum status deliver(const struct result *result, const struct run_options *options,
                           const char *directory, bool first, struct error *error)
{
    enum status status = STATUS_OK;

    if (directory != NULL && result_write(result, directory, error) != 0) {
        status = error->status;
    }
    if (outputs_write(&options->outputs, result, first, error) != 0) {
        status = error->status;
    }
    return status == STATUS_OK && stdout_flush(error) != 0 ? error->status : status;
}

static enum status run_one(void *context, const struct scenario *scenario, struct error *error)
{
    const struct run_options *options = context;
    char *directory = out_directory(options, scenario->name);
    struct result *result = NULL;
    enum status status;
    enum status delivered;

    if (scenario != options->first && options->out == NULL && outputs_unread(&options->outputs)) {
        return STATUS_OK;
    }
    if (trial_prepare(scenario, error) == 0 &&
        (directory == NULL || scenario->capture == 0 || file_directory(directory, error) == 0)) {
        result = conduct_with_progress(scenario, options, directory, error);
    }
    if (result == NULL) {
        free(directory);
        return error->status;
    }
    status = trial_judge(result, scenario, error);
    delivered = deliver(result, options, directory, scenario == options->first, error);
    result_free(result);
    free(directory);
    if (delivered != STATUS_OK) {
        return delivered;
    }
    return interrupts_seen() ? STATUS_INTERRUPTED : status;
}

/* ---- all of them ---- */

static int check_directories(const struct batch *batch, const struct run_options *options,
                             struct error *error)
{
    const char *twin = batch_twin(batch);

    if (options->out == NULL) {
        return 0;
    }
    if (twin != NULL) {
        error_set(error, STATUS_USAGE, "two scenarios are called '%s', and --out keeps one", twin);
        return error_hint(error, "run them one by one, or give one another name");
    }
    return file_directory(options->out, error);
}

/* What of them ended well is told, and an error of theirs before one of the telling. */
static enum status run_and_end(struct batch *batch, struct run_options *options,
                               struct error *error)
{
    enum status status = batch_run(batch, run_one, options, error);
    struct error ending = {0};

    if (options->several) {
        stdout_unread(); /* by others: what is printed was written by children */
    }
    if (outputs_end(&options->outputs, &ending) != 0 && error->what[0] == '\0') {
        *error = ending;
        return ending.status;
    }
    return status;
}

static enum status load_and_run(size_t count, char **names, struct run_options *options,
                                struct error *error)
{
    struct batch *batch = batch_load(count, names, &options->overrides, error);
    enum status status;

    if (batch == NULL) {
        return error->status;
    }
    options->several = count > 1;
    options->first = batch->scenario[0];
    if (check_directories(batch, options, error) == 0 &&
        outputs_begin(&options->outputs, options->several, error) == 0) {
        status = run_and_end(batch, options, error);
    } else {
        status = error->status;
    }
    batch_free(batch);
    return status;
}

static enum status run(int argc, char **argv, struct error *error)
{
    struct run_options options = {0};
    enum status status = STATUS_USAGE;
    int letter;

    interrupts_hold();
    if (overrides_take_command(&options.overrides, &argc, argv, error) != 0) {
        goto done;
    }
    while ((letter = command_option(argc, argv, long_options)) != -1) {
        if (letter == '?' || letter == ':') {
            command_bad_option(&command_run, long_options, letter, argv, error);
            goto done;
        }
        if (take_option(&options, letter, error) != 0) {
            status = error->status;
            goto done;
        }
    }
    if (optind == argc) {
        error_set(error, STATUS_USAGE, "run: which scenario?");
        error_hint(error, "for example: finwait run server-first");
        goto done;
    }
    status = load_and_run((size_t)(argc - optind), argv + optind, &options, error);
done:
    outputs_fini(&options.outputs);
    overrides_fini(&options.overrides);
    return status;
}

const struct command command_run = {
    .name = "run",
    .arguments = "SCENARIO... [OPTIONS]",
    .about = "Run scenarios and report what the kernel held",
    .help = help,
    .run = run,
};
