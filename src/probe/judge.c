#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/card.h"
#include "finwait/expect.h"
#include "finwait/grow.h"
#include "finwait/metric.h"
#include "finwait/report.h"
#include "finwait/timeline.h"

/* ---- what a check says ---- */

/* "client.opened == 0: it was not reached" without what is said of it. */
static char *condition_of(const char *text)
{
    const char *words = strstr(text, ": ");

    return words != NULL ? grow_format("%.*s", (int)(words - text), text) : grow_text(text);
}

static int check_texts(const struct scenario *scenario, const char *path, const struct words *texts,
                       struct error *error)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < texts->count; i++) {
        char *condition = condition_of(texts->item[i]);

        status = expect_check(condition, scenario_where(scenario, path), error);
        free(condition);
    }
    return status;
}

/* The metric behind "NAME=", or NULL. */
static const char *metric_of(const char *measured)
{
    const char *equals = strchr(measured, '=');

    return equals != NULL && equals != measured ? equals + 1 : NULL;
}

/* Each of a share's two metrics is one by itself. */
static int check_metric(const struct scenario *scenario, const char *metric, struct error *error)
{
    struct where where = scenario_where(scenario, "probe.measured");
    size_t length = strcspn(metric, "/");
    char *held = grow_format("%.*s >= 0", (int)length, metric);
    int status = expect_check(held, where, error);

    free(held);
    return status == 0 && metric[length] == '/' ? check_metric(scenario, metric + length + 1, error)
                                                : status;
}

static int check_measured(const struct scenario *scenario, struct error *error)
{
    const struct words *measured = &scenario->probe.measured;

    for (size_t i = 0; i < measured->count; i++) {
        const char *metric = metric_of(measured->item[i]);

        if (metric == NULL) {
            error_set(error, STATUS_USAGE, "probe.measured: \"%.80s\" is no NAME=METRIC",
                      measured->item[i]);
            return error_at(error, scenario_where(scenario, "probe.measured"));
        }
        if (check_metric(scenario, metric, error) != 0) {
            return -1;
        }
    }
    return 0;
}

int card_check_spec(const struct scenario *scenario, struct error *error)
{
    const struct check_spec *spec = &scenario->probe;

    if (spec->pass.count == 0) {
        error_set(error, STATUS_USAGE, "probe: it says no pass, so nothing could fail");
        error_hint(error, "write e.g. pass: [client.outcome.reset == 0]");
        return error_at(error, scenario_where(scenario, "probe.question"));
    }
    return check_texts(scenario, "probe.skip", &spec->skip, error) != 0 ||
                   check_texts(scenario, "probe.pass", &spec->pass, error) != 0 ||
                   check_texts(scenario, "probe.warn", &spec->warn, error) != 0 ||
                   check_texts(scenario, "probe.fail", &spec->fail, error) != 0
               ? -1
               : check_measured(scenario, error);
}

/* ---- what came of it ---- */

/* How a list of expectations went: how many held, and of the first that did not, and the first
 * that was not measured, the place in the result behind 0. */
struct held {
    size_t held, broken, missing;
};

static int hold(struct held *held, struct result *result, const struct words *texts,
                struct error *error)
{
    size_t first = result->expectation_count;

    *held = (struct held){0};
    for (size_t i = 0; i < texts->count; i++) {
        char *condition = condition_of(texts->item[i]);
        int status = expect_judge(result, condition, (struct where){0}, error);

        free(condition);
        if (status != 0) {
            return -1;
        }
    }
    for (size_t i = result->expectation_count; i-- > first;) {
        switch (result->expectation[i].verdict) {
        case VERDICT_PASS:
            held->held++;
            break;
        case VERDICT_UNMEASURED:
            held->missing = i + 1;
            break;
        default:
            held->broken = i + 1;
        }
    }
    return 0;
}

static bool all_hold(const struct held *held, const struct words *texts)
{
    return texts->count > 0 && held->held == texts->count;
}

/* That at `place` behind 0. */
static char *told(const struct result *result, size_t place)
{
    return report_expectation(result, &result->expectation[place - 1]);
}

static void tell(struct card_check *check, enum card_verdict found, char *reason)
{
    free(check->reason);
    check->reason = reason;
    check->found = found;
}

static bool was_sent(const struct result *result, int number)
{
    for (size_t i = 0; i < result->event_count; i++) {
        if (result->event[i].kind == EVENT_SIGNAL && result->event[i].signal == number) {
            return true;
        }
    }
    return false;
}

/* One that has no handler for a signal does not do what that asks for.  TERM asks for an end. */
static bool ended_by_signal(struct card_check *check, const struct result_command *command,
                            const struct result *result)
{
    bool sent = was_sent(result, command->number);

    if (command->end != COMMAND_SIGNAL || (sent ? command->number == SIGTERM : !command->unasked)) {
        return false;
    }
    if (sent) {
        tell(check, CARD_SKIP,
             grow_format("SIG%s ended it at once: it has no handler for it",
                         event_signal_name(command->number)));
    } else {
        tell(check, CARD_FAIL,
             grow_format("the program was ended by signal %d, which nobody had sent",
                         command->number));
    }
    return true;
}

/* One that ends where it was to be started again; of one that is only slow nothing is known. */
static bool was_not_started(struct card_check *check, enum side side, const struct result *result)
{
    const struct result_command *command = &result->side[side].command;

    if (command->census.runs || (command->end == COMMAND_SIGNAL && command->number == SIGKILL)) {
        return false;
    }
    for (size_t i = 0; i < result->moment_count; i++) {
        const struct event_spec *event = moment_event(result, &result->moment[i]);

        if (event != NULL && event->kind == EVENT_START && event->side == side &&
            result->moment[i].error != NULL) {
            tell(check, CARD_FAIL, grow_text(result->moment[i].error));
            return true;
        }
    }
    return false;
}

/* Whether the run can be judged at all. */
static bool is_whole(struct card_check *check, enum side side, const struct result *result)
{
    double opened;

    if (result->side[side].has_command &&
        (ended_by_signal(check, &result->side[side].command, result) ||
         was_not_started(check, side, result))) {
        return false;
    }
    if (result->partial) {
        tell(check, CARD_SKIP, report_partial(result));
        return false;
    }
    if (strcmp(result_setting(result, "load.may_fail"), "on") != 0 &&
        result_metric(result, "connections.opened", &opened) && !(opened > 0)) {
        tell(check, CARD_SKIP, grow_text("no connection was established"));
        return false;
    }
    return true;
}

static int find_verdict(struct card_check *check, const struct check_spec *spec,
                        struct result *result, struct error *error)
{
    struct held skip;
    struct held pass;
    struct held warn;
    struct held fail;

    if (hold(&skip, result, &spec->skip, error) != 0 ||
        hold(&pass, result, &spec->pass, error) != 0 ||
        hold(&warn, result, &spec->warn, error) != 0 ||
        hold(&fail, result, &spec->fail, error) != 0) {
        return -1;
    }
    if (skip.held > 0) {
        tell(check, CARD_SKIP, NULL);
    } else if (all_hold(&pass, &spec->pass)) {
        tell(check, CARD_PASS, NULL);
    } else if (pass.broken == 0) {
        tell(check, CARD_SKIP, told(result, pass.missing));
    } else {
        bool warned = all_hold(&warn, &spec->warn);
        bool failed = spec->fail.count == 0 || all_hold(&fail, &spec->fail);

        tell(check, warned ? CARD_WARN : failed ? CARD_FAIL : CARD_SKIP, told(result, pass.broken));
    }
    return 0;
}

/* Which of spec->skip held, as the reason: in its words, where it has some. */
static void tell_skip(struct card_check *check, const struct check_spec *spec,
                      const struct result *result)
{
    for (size_t i = 0; check->reason == NULL && i < spec->skip.count; i++) {
        const char *text = spec->skip.item[i];
        const char *words = strstr(text, ": ");
        char *condition = condition_of(text);

        for (size_t j = 0; check->reason == NULL && j < result->expectation_count; j++) {
            const struct expectation_result *one = &result->expectation[j];

            if (one->verdict == VERDICT_PASS && strcmp(one->text, condition) == 0) {
                check->reason =
                    words != NULL ? grow_text(words + 2) : report_expectation(result, one);
            }
        }
        free(condition);
    }
}

static enum card_verdict at_level(enum check_level level, enum card_verdict found)
{
    if (found == CARD_SKIP) {
        return CARD_SKIP;
    }
    if (level == CHECK_INFO) {
        return CARD_INFO;
    }
    return level == CHECK_MAY && found == CARD_FAIL ? CARD_WARN : found;
}

/* ---- what is shown besides ---- */

/* The interval of a share by Wilson (1927), for a normal deviate of 1.96. */
static void bound(struct card_measure *share)
{
    double z = 1.96;
    double n = share->tries;
    double middle = share->value + z * z / (2 * n);
    double half = z * sqrt(share->value * (1 - share->value) / n + z * z / (4 * n * n));

    share->low = fmax(0, (middle - half) / (1 + z * z / n));
    share->high = fmin(1, (middle + half) / (1 + z * z / n));
}

/* "METRIC/METRIC": false where one was not measured, or nothing was tried. */
static bool measure_share(struct card_measure *share, const char *metrics,
                          const struct result *result)
{
    char *part = grow_format("%.*s", (int)strcspn(metrics, "/"), metrics);
    double count = 0;
    bool measured = result_metric(result, part, &count) &&
                    result_metric(result, strchr(metrics, '/') + 1, &share->tries) &&
                    share->tries > 0;

    free(part);
    if (measured) {
        share->value = fmin(1, count / share->tries);
        share->unit = grow_text("share");
        bound(share);
    }
    return measured;
}

/* By an expectation that its metric is part of: it knows the unit. */
static bool measure_metric(struct card_measure *measure, const char *metric, struct result *result)
{
    static const char *const units[QUANTITY_N] = {[QUANTITY_COUNT] = "",
                                                  [QUANTITY_TIME] = "s",
                                                  [QUANTITY_SIZE] = "bytes",
                                                  [QUANTITY_RATE] = "1/s"};
    char *text = grow_format("%s >= 0", metric);
    struct error unused;
    bool measured = false;

    if (expect_judge(result, text, (struct where){0}, &unused) == 0) {
        const struct expectation_result *one = &result->expectation[result->expectation_count - 1];

        measured = one->compared;
        measure->value = one->left;
        measure->unit = measured ? grow_text(units[one->quantity]) : NULL;
    }
    free(text);
    return measured;
}

static void measure(struct card_check *check, const char *measured, struct result *result)
{
    const char *metric = metric_of(measured);
    struct card_measure one = {0};

    if (strchr(metric, '/') != NULL ? measure_share(&one, metric, result)
                                    : measure_metric(&one, metric, result)) {
        one.name = grow_format("%.*s", (int)strcspn(measured, "="), measured);
        check->measure = grow_by_one(check->measure, check->measure_count, sizeof *check->measure);
        check->measure[check->measure_count++] = one;
    }
}

/* What result.json has of the packets, of the sockets at the end, and of who held them. */
static json_t *evidence_of(const struct result *result)
{
    json_t *whole = result_to_json(result);
    json_t *evidence = json_object();

    for (size_t i = 0; i < 4; i++) {
        static const char *const parts[] = {"capture", "owners", "moments", "expectations"};
        json_t *part = json_object_get(whole, parts[i]);

        if (part != NULL) {
            json_object_set(evidence, parts[i], part);
        }
    }
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        json_t *final = json_object_get(json_object_get(whole, side_name(side)), "final");

        if (final != NULL) {
            json_object_set(evidence, side_name(side), final);
        }
    }
    json_decref(whole);
    return evidence;
}

/* That for the program, else that for everybody. */
static const char *advice_for(const struct words *advice, const char *program)
{
    const char *common = NULL;

    for (size_t i = 0; i < advice->count; i++) {
        const char *text = advice->item[i];
        size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-_");

        if (text[word] != '=') {
            common = common != NULL ? common : text;
        } else if (program != NULL && strncmp(text, program, word) == 0 &&
                   (program[word] == '\0' || program[word] == '-')) {
            return text + word + 1;
        }
    }
    return common;
}

/* Whether it waited as long as it was let, and more might have come. */
static bool waited(const struct check_spec *spec, const struct result *result)
{
    double timeouts;

    return spec->patient == PATIENCE_SETTLE ||
           (spec->patient == PATIENCE_TIMEOUT &&
            result_metric(result, "client.outcome.timeout", &timeouts) && timeouts > 0);
}

int card_judge(struct card_check *check, const struct check_spec *spec, enum side side,
               const char *program, struct result *result, struct error *error)
{
    check->evidence = evidence_of(result);
    if (is_whole(check, side, result)) {
        if (find_verdict(check, spec, result, error) != 0) {
            return -1;
        }
        if (check->found == CARD_SKIP) {
            tell_skip(check, spec, result);
        }
    }
    for (size_t i = 0; i < spec->measured.count; i++) {
        measure(check, spec->measured.item[i], result);
    }
    check->verdict = at_level(spec->level, check->found);
    if (check->found != CARD_PASS && check->reason != NULL && waited(spec, result)) {
        char *reason = grow_format("%s; --max-wait waits longer", check->reason);

        free(check->reason);
        check->reason = reason;
    }
    if (check->found == CARD_FAIL || check->found == CARD_WARN) {
        check->advice = grow_text(advice_for(&spec->advice, program));
    }
    return 0;
}
