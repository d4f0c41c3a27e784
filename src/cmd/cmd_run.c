#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "command.h"
#include "finwait/conduct.h"
#include "finwait/file.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "finwait/terminal.h"
#include "interrupts.h"
#include "options.h"
#include "out.h"
#include "progress_line.h"
#include "stdout.h"
#include "trial.h"

struct run_options {
    const struct command_line *line;
    const char *out; /* directory, or NULL */
    bool force;
    bool several; /* scenarios */
    const struct scenario *first;
};

/* ---- one scenario ---- */

/* Of several scenarios each has one below that of --out, unless that names them itself. */
static char *directory_for(const struct run_options *options, const char *name)
{
    char *directory = options->out != NULL ? out_directory(options->out, name) : NULL;

    if (directory != NULL && options->several && !out_has_name(options->out)) {
        char *below = grow_format("%s/%s", directory, name);
        free(directory);
        return below;
    }
    return directory;
}

/* -1: what has to be there before it is conducted is not. */
static int prepare(const struct scenario *scenario, const struct run_options *options,
                   const char *directory, struct error *error)
{
    /* Without a result in there, what is called as a run's files are is somebody else's. */
    bool replaces = directory != NULL && options->force && out_has_result(directory);

    if (trial_prepare(scenario, error) != 0 || (replaces && out_clear(directory, error) != 0)) {
        return -1;
    }
    return directory == NULL || scenario->capture == 0 ? 0 : file_directory(directory, error);
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

static void on_foretold(void *context, const char *text, const char *advice)
{
    char *told = grow_format("%s To get further: %s.", text, advice);

    (void)context;
    terminal_say("finwait: foretold: ", told, stderr);
    free(told);
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
        .inspect = command_value(options->line, "inspect"),
    };
    struct result *result;

    progress_line_init(&watcher.line);
    conducting.progress_every = progress_line_every(&watcher.line);
    const struct report_ops *printed = outputs_printed(&options->line->outputs);
    if (command_value(options->line, "quiet") == NULL &&
        (printed == &report_text || printed == &report_verbose)) {
        conducting.progress = on_progress;
        conducting.foretold = on_foretold;
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
    if (outputs_write(&options->line->outputs, result, first, error) != 0) {
        status = error->status;
    }
    return status == STATUS_OK && stdout_flush(error) != 0 ? error->status : status;
}

static enum status run_one(void *context, const struct scenario *scenario, struct error *error)
{
    const struct run_options *options = context;
    char *directory = directory_for(options, scenario->name);
    struct result *result = NULL;
    enum status status;
    enum status delivered;

    if (scenario != options->first && options->out == NULL &&
        outputs_unread(&options->line->outputs)) {
        return STATUS_OK;
    }
    if (prepare(scenario, options, directory, error) == 0) {
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

static int check_directory(const struct run_options *options, const char *name, struct error *error)
{
    char *top = out_directory(options->out, name);
    char *directory = directory_for(options, name);
    int status = options->force ? 0 : out_refuse(directory, error);

    status = status == 0 ? file_directory(top, error) : status;
    free(directory);
    free(top);
    return status;
}

static int check_directories(const struct batch *batch, const struct run_options *options,
                             struct error *error)
{
    const char *twin = batch_twin(batch);

    if (out_check(options->out, options->force, error) != 0) {
        return -1;
    }
    if (options->out == NULL) {
        return 0;
    }
    if (twin != NULL) {
        error_set(error, STATUS_USAGE, "two scenarios are called '%s', and --out keeps one", twin);
        return error_hint(error, "run them one by one, or give one another name");
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (check_directory(options, batch->scenario[i]->name, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* That a report lacks it is no reason to end otherwise than for what it lacks. */
static void on_untried(void *context, const struct scenario *scenario, const struct error *why)
{
    const struct run_options *options = context;
    struct error unused;

    outputs_untried(&options->line->outputs, scenario->name, why, &unused);
}

/* What of them ended well is told, and an error of theirs before one of the telling. */
static enum status run_and_end(struct batch *batch, struct run_options *options,
                               struct outputs *outputs, struct error *error)
{
    enum status status = batch_run(batch, run_one, on_untried, options, error);
    struct error ending = {0};

    if (options->several) {
        stdout_unread(); /* by others: what is printed was written by children */
    }
    if (outputs_end(outputs, &ending) != 0 && error->what[0] == '\0') {
        *error = ending;
        return ending.status;
    }
    return status;
}

static enum status run(struct command_line *line, struct error *error)
{
    struct run_options options = {
        .line = line,
        .out = command_value(line, "out"),
        .force = command_value(line, "force") != NULL,
    };
    struct batch *batch;
    enum status status;

    interrupts_hold();
    if (command_need_scenario(line, error) != 0) {
        return error->status;
    }
    batch = batch_load(line->count, line->operand, &line->overrides, error);
    if (batch == NULL) {
        return error->status;
    }
    options.several = line->count > 1;
    options.first = batch->scenario[0];
    if (check_directories(batch, &options, error) == 0 &&
        outputs_begin(&line->outputs, options.several, error) == 0) {
        status = run_and_end(batch, &options, &line->outputs, error);
    } else {
        status = error->status;
    }
    batch_free(batch);
    return status;
}

/* ---- its options ---- */

static int take_inspect(struct command_line *line, const char *value, const char *said,
                        struct error *error)
{
    (void)value;
    (void)said;
    if (command_value(line, "inspect") != NULL) {
        error_set(error, STATUS_USAGE, "--inspect is given twice");
        return error_hint(error, "join the commands: --inspect 'ss -s; nstat -az'");
    }
    return 0;
}

static const struct command_option options[] = {
    OPTIONS_OF_SCENARIO,
    {"out", "DIR", "write DIR/result.json (DIR/NAME/result.json for several scenarios); " OUT_WORDS,
     .completes = COMPLETES_DIRECTORY},
    OPTION_FORCE,
    OPTION_FORMAT,
    OPTION_VERBOSE,
    OPTION_JSON,
    OPTION_QUIET,
    OPTION_COLOR,
    {"inspect", "COMMAND",
     "run COMMAND, e.g. 'ss -s', with sh(1) in each host at the end of settle; "
     "FINWAIT_HOST tells it where it is",
     .take = take_inspect, .completes = COMPLETES_COMMAND},
    {"capture", "N",
     "keep the packets of the first N connections, and of up to N that ended otherwise "
     "than predicted; --verbose draws one, --out writes them to DIR/packets.pcap",
     "capture"},
    {.name = NULL},
};

static const struct command_word examples[] = {
    {"finwait run server-first", "the server closes first; its expectations hold, or it fails"},
    {"finwait run --at https://127.0.0.1:8443/ -c 50 -d 10s", "a server that already runs here"},
    {"finwait run --order client-rst -n 1000 -c 20", "both sides finwait's, with the defaults"},
    {"finwait run tls-rst --set settle=5s --out result", "and keep result/result.json"},
    {NULL, NULL},
};

const struct command command_run = {
    .name = "run",
    .group = GROUP_LOAD,
    .arguments = "[SCENARIO...] [OPTIONS]",
    .about = "Run scenarios and report what the kernel held",
    .operands = COMPLETES_SCENARIO,
    .details = OPTIONS_SCENARIO,
    .options = options,
    .examples = examples,
    .exits = "0 every expectation held; 1 one did not; 2 the command line or the scenario is "
             "wrong; 3 this machine cannot do it; 4 it was cut short, a worker ended unasked or "
             "connections were never begun (of an open loop more than 5 %; what the scenario's "
             "events or a program's die kept from being begun is as asked for), or the run was "
             "over before a fault or an event was due.  The partial result is written.",
    .run = run,
};
