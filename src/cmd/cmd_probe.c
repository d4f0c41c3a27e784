#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "finwait/clock.h"
#include "finwait/grow.h"
#include "finwait/units.h"
#include "interrupts.h"
#include "options.h"
#include "probe.h"

struct probe {
    struct command_line *line;
    struct probe_terms terms;
    struct probe_checks checks;
    const struct card_ops *format;
    enum side side;
};

/* ---- what is asked for ---- */

enum { JOBS_MAX = 64, JOBS = 12 };

static int take_terms(struct probe *probe, struct error *error)
{
    const char *jobs = command_value(probe->line, "jobs");
    const char *format = command_value(probe->line, "format");
    uint64_t count = JOBS;

    probe->terms = (struct probe_terms){.keep = command_value(probe->line, "keep"),
                                        .max_wait = command_value(probe->line, "max-wait"),
                                        .own = command_value(probe->line, "own") != NULL,
                                        .quiet = command_value(probe->line, "quiet") != NULL};
    if (jobs != NULL && (units_parse_count(jobs, &count) != 0 || count < 1 || count > JOBS_MAX)) {
        error_set(error, STATUS_USAGE, "--jobs %s: not a number from 1 to %d", jobs, JOBS_MAX);
        return -1;
    }
    probe->terms.jobs = (size_t)count;
    if (command_value(probe->line, "json") != NULL) {
        format = card_json.name;
    }
    probe->format = format != NULL ? card_format(format) : &card_text;
    if (probe->format == NULL) {
        error_set(error, STATUS_USAGE, "--format %s: there is no such format of a card", format);
        error_hint(error, "they are text, json, junit and markdown");
        return -1;
    }
    return 0;
}

/* A duration, said before hours of waiting are spent on it. */
static int check_wait(const struct probe *probe, struct error *error)
{
    int64_t ns;

    if (probe->terms.max_wait != NULL && units_parse_duration(probe->terms.max_wait, &ns) != 0) {
        error_set(error, STATUS_USAGE, "--max-wait %s: not a time", probe->terms.max_wait);
        return error_hint(error, "write e.g. --max-wait 90s");
    }
    return 0;
}

/* ---- one card ---- */

static char *now(void)
{
    char text[sizeof "2026-01-01T00:00:00Z"];
    time_t seconds = time(NULL);
    struct tm utc;

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&seconds, &utc));
    return grow_text(text);
}

static void add_options(const struct probe *probe, struct words *words)
{
    const struct overrides *overrides = &probe->line->overrides;

    for (size_t i = 0; i < overrides->count; i++) {
        const struct scenario_override *item = &overrides->item[i];
        bool path = strcmp(item->path, "probe.paths") == 0;
        char *value = path ? grow_text(item->value) : grow_format("%s=%s", item->path, item->value);

        words_add(words, path ? "--path" : "--set");
        words_add(words, value);
        free(value);
    }
    if (probe->terms.max_wait != NULL) {
        words_add(words, "--max-wait");
        words_add(words, probe->terms.max_wait);
    }
}

/* The command that asks this alone, as a shell takes it. */
static char *reproduce(const struct probe *probe, const char *id)
{
    struct words words = {0};

    add_options(probe, &words);
    if (probe->line->count > 1) {
        words_add(&words, "--");
    }
    for (size_t i = 0; i < probe->line->count; i++) {
        words_add(&words, probe->line->operand[i]);
    }
    char *target = words_join(&words);
    char *text = grow_format("finwait probe%s --only %s --keep %s %s",
                             probe->side == SIDE_CLIENT ? " --client" : "", id, id, target);
    free(target);
    words_fini(&words);
    return text;
}

static bool fill(struct probe *probe, struct card *card, const struct probe_target *target)
{
    int64_t began = clock_now();
    struct probe_job *jobs = grow_new(probe->checks.count + 1, sizeof *jobs);

    *card = (struct card){
        .target = grow_text(target->name), .version = grow_text(FINWAIT_VERSION), .started = now()};
    for (size_t i = 0; i < probe->checks.count; i++) {
        card_add(card, probe->checks.item[i].id, &probe->checks.item[i].scenario->probe);
    }
    for (size_t i = 0; i < probe->checks.count; i++) {
        card->check[i].reproduce = reproduce(probe, card->check[i].id);
        jobs[i] = (struct probe_job){
            .check = &probe->checks.item[i], .target = target, .verdict = &card->check[i]};
    }
    card->cut = !probe_run(jobs, probe->checks.count, &probe->terms);
    card->seconds = (double)(clock_now() - began) / (double)NS_PER_S;
    free(jobs);
    return !card->cut;
}

static enum status conclude(const struct probe *probe, const struct card *cards, size_t count)
{
    enum status worst = STATUS_OK;

    probe->format->write(cards, count, stdout);
    for (size_t i = 0; i < count; i++) {
        enum status status = card_status(&cards[i]);

        worst = status > worst ? status : worst;
    }
    return worst;
}

/* ---- which targets ---- */

static bool is_url(const char *word)
{
    return strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0;
}

static bool is_file(const char *word)
{
    const char *dot = strrchr(word, '.');

    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* URLs and files are a target each; all else is the words of a command. */
static bool are_targets(const struct probe *probe)
{
    for (size_t i = 0; i < probe->line->count; i++) {
        const char *word = probe->line->operand[i];

        if (!is_url(word) && !is_file(word)) {
            return false;
        }
    }
    return probe->side == SIDE_SERVER;
}

/* "ftp://host/" is no command. */
static int refuse_scheme(const char *word, struct error *error)
{
    if (is_url(word) || strstr(word, "://") == NULL) {
        return 0;
    }
    error_set(error, STATUS_USAGE, "probe: '%.200s' is no URL of http:// or https://", word);
    return error_hint(error, "write e.g. finwait probe http://127.0.0.1:8080/");
}

static int take_target(struct probe *probe, struct probe_target *target, size_t index,
                       struct error *error)
{
    char **words = probe->line->operand;

    if (refuse_scheme(words[0], error) != 0) {
        return -1;
    }
    if (!are_targets(probe)) {
        return probe_target_command(target, probe->side, probe->line->count, words);
    }
    return is_url(words[index]) ? probe_target_url(target, words[index], error)
                                : probe_target_file(target, words[index], error);
}

static void take_paths(struct probe *probe, struct probe_target *target)
{
    const struct overrides *overrides = &probe->line->overrides;
    struct overrides others = {0};

    for (size_t i = 0; i < overrides->count; i++) {
        const struct scenario_override *item = &overrides->item[i];

        if (strcmp(item->path, "probe.paths") == 0) {
            words_add(&target->paths, item->value);
        } else {
            overrides_copy(&others, item);
        }
    }
    probe_target_add(target, &others);
    overrides_fini(&others);
}

/* All of them before the first is asked anything: that takes minutes. */
static int take_targets(struct probe *probe, struct probe_target *targets, size_t count,
                        struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (take_target(probe, &targets[i], i, error) != 0) {
            return -1;
        }
        take_paths(probe, &targets[i]);
    }
    return 0;
}

static enum status run_targets(struct probe *probe, struct error *error)
{
    size_t count = are_targets(probe) ? probe->line->count : 1;
    struct probe_target *targets = grow_new(count, sizeof *targets);
    struct card *cards = grow_new(count, sizeof *cards);
    enum status status = STATUS_USAGE;

    if (take_targets(probe, targets, count, error) == 0) {
        size_t made = 0;

        while (made < count && fill(probe, &cards[made], &targets[made])) {
            made++;
        }
        status = conclude(probe, cards, made < count ? made + 1 : made);
    }
    for (size_t i = 0; i < count; i++) {
        card_fini(&cards[i]);
        probe_target_fini(&targets[i]);
    }
    free(cards);
    free(targets);
    return status;
}

/* ---- two cards ---- */

static int read_card(struct card *card, const char *file, struct error *error)
{
    json_t *json = result_read_json(file, "a card", error);
    int status = json != NULL ? card_from_json(card, json, error) : -1;

    if (json != NULL && status != 0) {
        error_at(error, (struct where){.file = file});
    }
    json_decref(json);
    return status;
}

static enum status run_diff(const struct probe *probe, struct error *error)
{
    struct card before = {0};
    struct card after = {0};
    enum status status = STATUS_USAGE;

    if (probe->line->count != 3) {
        error_set(error, STATUS_USAGE, "probe diff: it takes two cards");
        error_hint(error, "for example: finwait probe --json URL > old.json, later another into "
                          "new.json, and finwait probe diff old.json new.json");
    } else if (read_card(&before, probe->line->operand[1], error) == 0 &&
               read_card(&after, probe->line->operand[2], error) == 0) {
        status = card_diff(&before, &after, stdout) ? STATUS_UNMET : STATUS_OK;
    }
    card_fini(&before);
    card_fini(&after);
    return status;
}

/* ---- the command ---- */

/* Each --path is of a kind that some check asks for. */
static int check_paths(const struct probe *probe, struct error *error)
{
    const struct overrides *overrides = &probe->line->overrides;

    for (size_t i = 0; i < overrides->count; i++) {
        const char *value = overrides->item[i].value;
        bool wanted = strcmp(overrides->item[i].path, "probe.paths") != 0;

        for (size_t j = 0; !wanted && j < probe->checks.count; j++) {
            const char *kind = probe_path_kind(&probe->checks.item[j]);

            wanted = kind != NULL && strlen(kind) == strcspn(value, "=") &&
                     strncmp(kind, value, strlen(kind)) == 0;
        }
        if (!wanted) {
            error_set(error, STATUS_USAGE, "--path %s: no check asks for such a path", value);
            return error_hint(error, "the kinds of those that ship are large, slow, upload and "
                                     "websocket");
        }
    }
    return 0;
}

static enum status run_checks(struct probe *probe, struct error *error)
{
    if (take_terms(probe, error) != 0 || check_wait(probe, error) != 0 ||
        probe_checks_load(&probe->checks, command_value(probe->line, "checks"),
                          command_value(probe->line, "only"), probe->side, error) != 0) {
        return error->status;
    }
    if (command_value(probe->line, "list") != NULL) {
        probe_checks_list(&probe->checks, stdout);
        return STATUS_OK;
    }
    if (check_paths(probe, error) != 0) {
        return error->status;
    }
    if (command_value(probe->line, "self-test") != NULL && probe->line->count > 0) {
        error_set(error, STATUS_USAGE, "probe: --self-test is of the checks, and has no target");
        error_hint(error, "leave out '%s', or --self-test", probe->line->operand[0]);
        return error->status;
    }
    if (command_value(probe->line, "self-test") != NULL) {
        return probe_self_test(&probe->checks, &probe->terms);
    }
    if (probe->line->count == 0) {
        error_set(error, STATUS_USAGE, "probe: which server?");
        error_hint(error, "for example: finwait probe -- nginx -c /etc/my.conf -g 'daemon off;', "
                          "or finwait probe http://127.0.0.1:8080/");
        return error->status;
    }
    return run_targets(probe, error);
}

static enum status run(struct command_line *line, struct error *error)
{
    struct probe probe = {
        .line = line, .side = command_value(line, "client") != NULL ? SIDE_CLIENT : SIDE_SERVER};
    enum status status;

    interrupts_hold();
    if (line->count > 0 && strcmp(line->operand[0], "diff") == 0) {
        return run_diff(&probe, error);
    }
    status = run_checks(&probe, error);
    probe_checks_fini(&probe.checks);
    return status;
}

static int take_path(struct command_line *line, const char *value, const char *said,
                     struct error *error)
{
    const char *equals = strchr(value, '=');

    if (equals == NULL || equals == value || equals[1] != '/') {
        error_set(error, STATUS_USAGE, "%s: it is no KIND=/PATH", said);
        return error_hint(error, "for example --path large=/big.bin, of 8 MB");
    }
    overrides_add(&line->overrides, "probe.paths", value);
    return 0;
}

static const struct command_option options[] = {
    {"only", "ID,ID", "these checks alone"},
    {"list", NULL, "tell which checks there are, and end"},
    {"client", NULL, "ask a client: what follows is its command, in which {url} is the server's"},
    {"path", "KIND=/PATH",
     "where the server has what a check needs, e.g. large=/big.bin; once for each kind",
     .take = take_path},
    {"stop-signal", "NAME",
     "the signal that asks the server to end in order, in place of TERM: e.g. QUIT, of nginx",
     "probe.stop_signal"},
    {"max-wait", "TIME",
     "how long to wait for what has no bound, e.g. an idle timeout (" PROBE_MAX_WAIT ")"},
    {"tls", NULL, "the server that COMMAND starts speaks TLS", "transport", .set = "tls"},
    {"checks", "DIR", "the checks in DIR in place of those that ship",
     .completes = COMPLETES_DIRECTORY},
    {"keep", "DIR", "keep of each check the scenario, the result and the packets, in DIR/ID",
     .completes = COMPLETES_DIRECTORY},
    {"jobs", "N", "run so many checks at a time (12)"},
    {"self-test", NULL,
     "hold each check against the sound program that proves it, and its mutants"},
    {"own", NULL, "with --self-test: of all mutants those alone that each check names as its own"},
    OPTION_SET,
    OPTION_REMOTE,
    {"format", "NAME", "print the card as text, json, junit or markdown"},
    {"json", NULL, "the same as --format json"},
    OPTION_QUIET,
    OPTION_COLOR,
    {.name = NULL},
};

static const struct command_word examples[] = {
    {"finwait probe -- python3 -m http.server '{port}'", "a server in the lab"},
    {"finwait probe http://127.0.0.1:8080/", "one that runs already, as far as its client can see"},
    {"finwait probe nginx.yaml haproxy.yaml", "side by side"},
    {"finwait probe diff old.json new.json", "what has changed between two cards of --json"},
    {.name = NULL},
};

const struct command command_probe = {
    .name = "probe",
    .group = GROUP_LOAD,
    .arguments = "[OPTIONS] -- COMMAND... | URL | FILE... | diff OLD NEW",
    .about = "Tell how a server closes its connections",
    .operands = COMPLETES_FILE,
    .details = "Each check asks the server one thing, in a lab of its own where finwait starts the "
               "server.  Of a URL it has only what the client sees; checks that need more are "
               "skipped, and say so.  A FILE is a scenario that says which server: its server, "
               "proxy, transport and tls, probe.paths and probe.stop_signal.",
    .options = options,
    .exits = "0; 1 a check has failed; 2 the command line, a check or a target is wrong; 3 nothing "
             "could be tested; 4 it was interrupted.",
    .examples = examples,
    .run = run,
};
