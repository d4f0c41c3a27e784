#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/expect.h"
#include "finwait/grow.h"
#include "finwait/report.h"
#include "finwait/timeline.h"
#include "parts.h"

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
        char *condition = check_condition(texts->item[i]);
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
        char *condition = check_condition(text);

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
    check->evidence = card_evidence(result);
    if (is_whole(check, side, result)) {
        if (find_verdict(check, spec, result, error) != 0) {
            return -1;
        }
        if (check->found == CARD_SKIP) {
            tell_skip(check, spec, result);
        }
    }
    for (size_t i = 0; i < spec->measured.count; i++) {
        card_measure_add(check, spec->measured.item[i], result);
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
