#include <libgen.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "finwait/grow.h"
#include "finwait/timeline.h"
#include "probe.h"
#include "target.h"

/* ---- what is asked ---- */

static void take_program(struct probe_target *target, const char *word)
{
    const char *slash = strrchr(word, '/');

    target->program = grow_text(slash != NULL ? slash + 1 : word);
}

/* {dir} is the target's, and not that of the check's file. */
static char *settle_dir(const char *text, const char *directory)
{
    static const char dir[] = "{dir}";
    struct grow_stream stream;
    const char *at;

    grow_stream_open(&stream);
    while ((at = strstr(text, dir)) != NULL) {
        fprintf(stream.out, "%.*s%s", (int)(at - text), text, directory);
        text = at + strlen(dir);
    }
    fputs(text, stream.out);
    return grow_stream_close(&stream);
}

int probe_target_command(struct probe_target *target, enum side side, size_t count, char **words)
{
    struct words command = {0};
    char here[4096];

    for (size_t i = 0; i < count; i++) {
        char *word = settle_dir(words[i], getcwd(here, sizeof here) != NULL ? here : ".");

        words_add(&command, word);
        free(word);
    }
    target->name = words_join(&command);
    take_program(target, words[0]);
    overrides_say(&target->overrides, side == SIDE_CLIENT ? "client.command" : "server.command",
                  target->name, "the target");
    words_fini(&command);
    return 0;
}

/* What a check says of its sound server is nothing to one that runs already. */
static void forget_server(struct overrides *overrides)
{
    static const char *const paths[] = {
        "server.command",     "server.ready",   "server.ready_within",
        "server.descriptors", "server.grace",   "server.sysctl",
        "server.port",        "server.backlog", "capture"};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        overrides_unset(overrides, paths[i], "the target");
    }
}

int probe_target_url(struct probe_target *target, const char *url, struct error *error)
{
    target->name = grow_text(url);
    target->remote = true;
    if (target_add(&target->overrides, url, url, error) != 0) {
        return -1;
    }
    forget_server(&target->overrides);
    return 0;
}

/* ---- of a scenario, what says which server it is ---- */

struct copying {
    struct probe_target *target;
    const struct scenario *scenario;
    char *directory;
};

static void copy(void *context, const char *path, const char *value)
{
    static const char *const parts[] = {"server.", "proxy.",       "transport",       "tls.",
                                        "http.",   "request.host", "request.headers", "client.tls.",
                                        "ip",      "lab"};
    const struct copying *copying = context;

    if (scenario_where(copying->scenario, path).file == NULL) {
        return; /* a default */
    }
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strncmp(path, parts[i], strlen(parts[i])) == 0) {
            char *settled = settle_dir(value, copying->directory);

            overrides_say(&copying->target->overrides, path, settled, copying->target->name);
            free(settled);
            return;
        }
    }
}

static char *directory_of(const char *file)
{
    char *copied = grow_text(file);
    char *whole = realpath(dirname(copied), NULL);
    char *directory = grow_text(whole != NULL ? whole : ".");

    free(whole);
    free(copied);
    return directory;
}

static void take_scenario(struct probe_target *target, const struct scenario *scenario)
{
    struct copying copying = {target, scenario, directory_of(scenario->file)};
    const struct words *server = &scenario->side[SIDE_SERVER].command.words;

    target->remote = scenario->at != NULL;
    if (target->remote) {
        forget_server(&target->overrides);
    } else if (server->count == 0) {
        overrides_unset(&target->overrides, "server.command", target->name);
        overrides_unset(&target->overrides, "server.ready_within", target->name);
    }
    take_program(target, scenario->name); /* its command may be a shell's */
    scenario_each(scenario, copy, &copying);
    if (scenario->probe.stop_signal != SIGTERM) {
        overrides_say(&target->overrides, "probe.stop_signal",
                      event_signal_name(scenario->probe.stop_signal), target->name);
    }
    for (size_t i = 0; i < scenario->probe.paths.count; i++) {
        words_add(&target->paths, scenario->probe.paths.item[i]);
    }
    free(copying.directory);
}

int probe_target_file(struct probe_target *target, const char *name, struct error *error)
{
    char *file = library_find(name, error);
    struct scenario *scenario = file != NULL ? scenario_load(file, NULL, 0, error) : NULL;

    free(file);
    if (scenario == NULL) {
        return -1;
    }
    target->name = grow_text(scenario->name);
    take_scenario(target, scenario);
    scenario_free(scenario);
    return 0;
}

void probe_target_add(struct probe_target *target, const struct overrides *overrides)
{
    for (size_t i = 0; i < overrides->count; i++) {
        overrides_copy(&target->overrides, &overrides->item[i]);
    }
    for (size_t i = 0; i < target->overrides.count; i++) {
        const struct scenario_override *item = &target->overrides.item[i];

        target->tls =
            strcmp(item->path, "transport") == 0 ? strcmp(item->value, "tls") == 0 : target->tls;
    }
}

void probe_target_fini(struct probe_target *target)
{
    overrides_fini(&target->overrides);
    words_fini(&target->paths);
    free(target->name);
    free(target->program);
}

/* ---- a check of it ---- */

static bool is_given(const struct scenario *scenario, const char *path)
{
    return scenario_where(scenario, path).file != NULL;
}

/* Whether it needs a server that is in our hands. */
static bool needs_lab(const struct probe_check *check)
{
    const struct scenario *scenario = check->scenario;
    bool strikes = scenario->fault_count > 0;

    for (size_t i = 0; i < scenario->event_count; i++) {
        strikes |= scenario->event[i].side == SIDE_SERVER;
    }
    return strikes || scenario->side[SIDE_SERVER].sysctl.count > 0 ||
           is_given(scenario, "server.descriptors");
}

/* "/big.bin" of "large=/big.bin"; NULL: the target names none. */
static const char *path_of(const struct probe_target *target, const char *kind)
{
    for (size_t i = target->paths.count; i-- > 0;) {
        const char *text = target->paths.item[i];

        if (strncmp(text, kind, strlen(kind)) == 0 && text[strlen(kind)] == '=') {
            return text + strlen(kind) + 1;
        }
    }
    return NULL;
}

/* Why the target cannot be asked this; false: it can. */
static bool cannot_ask(const struct probe_job *job)
{
    const struct scenario *scenario = job->check->scenario;
    const struct probe_target *target = job->target;
    const char *kind = scenario->probe.path;

    if (target->remote && needs_lab(job->check)) {
        card_skip(job->verdict, "it needs the server in the lab: finwait probe -- COMMAND");
    } else if (scenario->transport == TRANSPORT_TLS && !target->tls) {
        card_skip(job->verdict, "the target does not speak TLS; if it does, say --tls");
    } else if (target->tls && is_given(scenario, "transport") &&
               scenario->transport == TRANSPORT_TCP) {
        card_skip(job->verdict, "it is asked without TLS");
    } else if (kind != NULL && path_of(target, kind) == NULL) {
        card_skip(job->verdict, "name a path of that kind: --path %s=/PATH", kind);
    } else {
        return false;
    }
    return true;
}

static void add_own(struct overrides *overrides, const struct probe_job *job)
{
    const struct words *words = &job->check->scenario->side[job->check->side].command.words;

    if (job->mutant != NULL) {
        char *sound = words_join(words);
        char *command = grow_format("%s --mutant %s", sound, job->mutant);

        overrides_say(overrides,
                      job->check->side == SIDE_CLIENT ? "client.command" : "server.command",
                      command, "--self-test");
        free(command);
        free(sound);
    }
}

/* Whether it is of an HTTP request, of which a check that sends bytes of its own has none. */
static bool is_of_requests(const char *path)
{
    return strcmp(path, "protocol") == 0 || strncmp(path, "request.", strlen("request.")) == 0 ||
           strncmp(path, "http.", strlen("http.")) == 0;
}

const char *probe_path_kind(const struct probe_check *check)
{
    const struct scenario *scenario = check->scenario;

    if (scenario->probe.path != NULL) {
        return scenario->probe.path;
    }
    return is_given(scenario, "request.path") ? scenario->message.path + 1 : NULL;
}

static void add_target(struct overrides *overrides, const struct probe_job *job)
{
    bool raw = job->check->scenario->message.protocol == PROTOCOL_RAW;
    const char *kind = probe_path_kind(job->check);

    for (size_t i = 0; i < job->target->overrides.count; i++) {
        const struct scenario_override *item = &job->target->overrides.item[i];

        if (raw && is_of_requests(item->path)) {
            continue;
        }
        overrides_say(overrides, item->path, item->value,
                      item->where.file != NULL ? item->where.file : "--set")
            ->written = item->written;
    }
    if (kind != NULL && path_of(job->target, kind) != NULL) {
        overrides_say(overrides, "request.path", path_of(job->target, kind), "--path");
    }
}

/* The sound program and its mutants are as quick as the check's file has it. */
static void add_wait(struct overrides *overrides, const struct probe_job *job,
                     const struct probe_terms *terms)
{
    static const char *const waits[] = {
        [PATIENCE_TIMEOUT] = "load.timeout", [PATIENCE_SETTLE] = "settle"};
    enum check_patience patient = job->check->scenario->probe.patient;

    if (patient != PATIENCE_NONE && (job->target != NULL || terms->max_wait != NULL)) {
        overrides_say(overrides, waits[patient],
                      terms->max_wait != NULL ? terms->max_wait : PROBE_MAX_WAIT, "--max-wait");
    }
}

struct scenario *probe_scenario(const struct probe_job *job, const struct probe_terms *terms,
                                struct error *error)
{
    struct overrides overrides = {0};
    struct scenario *scenario;

    if (job->target != NULL && cannot_ask(job)) {
        return NULL;
    }
    if (job->target != NULL) {
        add_target(&overrides, job);
    } else {
        add_own(&overrides, job);
    }
    add_wait(&overrides, job, terms);
    if ((job->target == NULL || !job->target->remote) &&
        !is_given(job->check->scenario, "capture")) {
        overrides_say(&overrides, "capture", "1", "finwait probe");
    }
    scenario = scenario_load(job->check->file, overrides.item, overrides.count, error);
    overrides_fini(&overrides);
    return scenario;
}
