#include <stdlib.h>
#include <string.h>

#include "expectation.h"
#include "finwait/expect.h"
#include "finwait/metric.h"
#include "finwait/program.h"

/* What holds because nothing happened is not held. */

#define ACCEPTED      "server.counter.TcpPassiveOpens"
#define ACCEPTED_HERE "host.counter.TcpPassiveOpens" /* of the whole machine: an upper bound */

#define ACCEPTED_PROXIED "proxy.counter.TcpPassiveOpens"
#define REACHED          "server.opened" /* behind a proxy, which may have answered itself */
#define CONNECTED        "proxy.counter.TcpActiveOpens" /* to a server that counts nothing */

/* What a run needs more than 0 of to show anything; of TCP alone the handshakes are not measured;
 * to a client of TLS 1.3 a handshake is complete that its server goes on to refuse.  Where both
 * sides are other programs nobody but the kernel counts connections. */
static const struct need {
    const char *metric, *implied;
} needs[] = {
    {"connections.opened", "connections.opened > 0"},
    {ACCEPTED, ACCEPTED " > 0"},
    {ACCEPTED_HERE, ACCEPTED_HERE " > 0"},
    {ACCEPTED_PROXIED, ACCEPTED_PROXIED " > 0"},
    {REACHED, REACHED " > 0"},
    {CONNECTED, CONNECTED " > 0"},
    {"client.tls.handshakes", "client.tls.handshakes > 0"},
    {"server.tls.handshakes", "server.tls.handshakes > 0"},
};

/* What is not 0 however little came of a run. */
static const char *const trivial[] = {
    "connections.attempted",
    "connections.scheduled",
    "<side>.attempted",
    "client.last_begun",
    "<side>.stood_before",
    "<end>.listen_backlog.final",
    "cpu.<side>",
    "sampler.cost",
    "sampler.gap",
    "sampler.time_wait_gap",
    "sampler.late",
    "<side>.stood_still",
    "cpu.host",
    "cpu.host.softirq",
};
#define LISTENERS ".listen." /* a state that needs no connection */

/* What is 0 where nothing that was begun came to a good end: a bound that says nothing then. */
static const char *const ended_well[] = {
    "connections.completed",
    "connections.foreseen",
    "connections.rate",
};

/* Where the client gives its handshakes up, none is to be; the kernel's count is for what no role
 * of ours counted. */
static bool is_moot(const struct result *result, const struct need *need)
{
    double opened;

    if (strcmp(need->metric, REACHED) == 0) {
        return !result->side[SIDE_PROXY].has_command;
    }
    if (strcmp(need->metric, CONNECTED) == 0) {
        return result_metric(result, REACHED, &opened);
    }
    if (strstr(need->metric, ".counter.") != NULL) {
        return result_metric(result, "connections.opened", &opened);
    }
    return strstr(need->metric, ".tls.handshakes") != NULL &&
           program_until(&result->side[SIDE_CLIENT].steps) != CONNECT_WHOLE;
}

/* The first need that was not met; NULL: none. */
static const struct need *unmet(const struct result *result)
{
    double value;

    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        if (is_moot(result, &needs[i])) {
            continue;
        }
        if (result_metric(result, needs[i].metric, &value) && !(value > 0)) {
            return &needs[i];
        }
    }
    return NULL;
}

static bool is_trivial(const struct term *term)
{
    const struct metric_info *info = metric_find(term->metric);

    for (size_t i = 0; info != NULL && i < sizeof trivial / sizeof trivial[0]; i++) {
        if (strcmp(info->pattern, trivial[i]) == 0) {
            return true;
        }
    }
    return strstr(term->metric, LISTENERS) != NULL;
}

/* A value as it would be with every metric at 0 that nothing came of. */
static double at_zero(const struct term *term, double value)
{
    return term->metric[0] == '\0' || is_trivial(term) ? value : 0;
}

static bool holds_of(const struct expectation_parts *parts, double left, double right)
{
    enum relation relation = left < right   ? RELATION_LESS
                             : left > right ? RELATION_GREATER
                                            : RELATION_EQUAL;

    return (parts->holds & (unsigned)relation) != 0;
}

static bool holds_at_zero(const struct expectation_result *judged,
                          const struct expectation_parts *parts)
{
    return holds_of(parts, at_zero(&parts->left, judged->left),
                    at_zero(&parts->right, judged->right));
}

/* Whether it is a bound on what is needed that a single one would break. */
static bool allows_none(const struct expectation_parts *parts, const char *needed)
{
    const struct term *other = strcmp(parts->left.metric, needed) == 0    ? &parts->right
                               : strcmp(parts->right.metric, needed) == 0 ? &parts->left
                                                                          : NULL;

    return other != NULL && other->metric[0] == '\0' &&
           !holds_of(parts, parts->left.factor, parts->right.factor);
}

/* A proxy's answers hold much of what its server had no part in. */
static bool is_behind(const char *needed)
{
    return strcmp(needed, REACHED) == 0 || strcmp(needed, CONNECTED) == 0;
}

/* Whether it held, and could not have without the failures that the user asks for. */
static bool asks_for_it(const struct expectation_result *judged,
                        const struct expectation_parts *parts, const char *needed)
{
    return judged->verdict == VERDICT_PASS &&
           (allows_none(parts, needed) || (!is_behind(needed) && !holds_at_zero(judged, parts)));
}

static bool is_measure(const struct term *term)
{
    return term->metric[0] != '\0' && !is_trivial(term);
}

/* Whether it is about more than what never is 0. */
static bool says_something(const struct expectation_parts *parts)
{
    return is_measure(&parts->left) || is_measure(&parts->right);
}

static int parse(struct expectation_parts *parts, const struct expectation_result *judged,
                 struct error *error)
{
    if (judged->verdict == VERDICT_UNJUDGED) {
        *parts = (struct expectation_parts){0};
        return 0;
    }
    return expectation_parse(parts, judged->text, (struct where){0}, error);
}

static bool is_none(const struct term *term, double value)
{
    bool bounds = false;

    for (size_t i = 0; i < sizeof ended_well / sizeof ended_well[0]; i++) {
        bounds |= strcmp(term->metric, ended_well[i]) == 0;
    }
    return bounds && value == 0;
}

/* Whether it held a pile, or a counter, against connections that ended well, of which there were
 * none, and would have held of any. */
static bool beside_none(const struct expectation_result *judged,
                        const struct expectation_parts *parts)
{
    bool none = is_none(&parts->left, judged->left) || is_none(&parts->right, judged->right);

    return judged->verdict == VERDICT_PASS && none && is_measure(&parts->left) &&
           is_measure(&parts->right) && holds_at_zero(judged, parts);
}

static int conclude_each(struct result *result, struct error *error)
{
    for (size_t i = 0; i < result->expectation_count; i++) {
        struct expectation_parts parts = {0};
        struct expectation_result *judged = &result->expectation[i];
        if (parse(&parts, judged, error) != 0) {
            return -1;
        }
        if (beside_none(judged, &parts)) {
            judged->verdict = VERDICT_VACUOUS;
        }
    }
    return 0;
}

/* ---- answers ---- */

/* Whoever asks for failures by one of these knows of the answers. */
static const char *const about_answers[] = {
    "client.http.",       "outcome.bad_status",    "message_due",
    "connections.failed", "connections.completed",
};
#define ANSWERED "client.http.ok > 0"
#define HEARD    "client.messages_received > 0"

static bool is_about_answers(const struct term *term)
{
    for (size_t i = 0; i < sizeof about_answers / sizeof about_answers[0]; i++) {
        if (strstr(term->metric, about_answers[i]) != NULL) {
            return true;
        }
    }
    return false;
}

/* What is expected of a client besides, that was due answers and had no good one; NULL: nothing. */
static const char *unanswered(const struct result *result)
{
    double due;
    double heard;

    if (result_metric(result, "client.http.ok", &heard)) {
        return heard > 0 ? NULL : ANSWERED;
    }
    return result_metric(result, "client.message_due", &due) && due > 0 &&
                   result_metric(result, "client.messages_received", &heard) && !(heard > 0)
               ? HEARD
               : NULL;
}

/* Whether it asks for bad answers, or for failures where there was none at all, or is the need
 * itself, as where a report concludes again. */
static bool settles_answers(const struct expectation_result *judged,
                            const struct expectation_parts *parts, const char *needed)
{
    return strcmp(judged->text, needed) == 0 ||
           ((strcmp(needed, HEARD) == 0 || is_about_answers(&parts->left) ||
             is_about_answers(&parts->right)) &&
            asks_for_it(judged, parts, "connections.completed"));
}

/* Where no answer was what the client came for, what it measured is a server that fails. */
static int conclude_answers(struct result *result, struct error *error)
{
    const char *needed = unanswered(result);

    if (needed == NULL) {
        return 0;
    }
    for (size_t i = 0; i < result->expectation_count; i++) {
        struct expectation_parts parts = {0};
        if (parse(&parts, &result->expectation[i], error) != 0) {
            return -1;
        }
        if (settles_answers(&result->expectation[i], &parts, needed)) {
            return 0;
        }
    }
    return expect_judge(result, needed, (struct where){0}, error);
}

static bool may_fail(const struct result *result)
{
    return strcmp(result_setting(result, "load.may_fail"), "on") == 0;
}

int expect_conclude(struct result *result, struct error *error)
{
    const struct need *need = unmet(result);
    struct expectation_parts parts = {0};

    if (may_fail(result)) {
        return 0;
    }
    if (need == NULL) {
        return conclude_each(result, error) == 0 ? conclude_answers(result, error) : -1;
    }
    for (size_t i = 0; i < result->expectation_count; i++) {
        if (parse(&parts, &result->expectation[i], error) != 0) {
            return -1;
        }
        if (asks_for_it(&result->expectation[i], &parts, need->metric)) {
            return 0;
        }
    }
    bool implied = false;
    for (size_t i = 0; i < result->expectation_count; i++) {
        struct expectation_result *judged = &result->expectation[i];
        if (parse(&parts, judged, error) != 0) {
            return -1;
        }
        if (judged->verdict == VERDICT_PASS && says_something(&parts) &&
            holds_at_zero(judged, &parts)) {
            judged->verdict = VERDICT_VACUOUS;
        }
        implied |= strcmp(judged->text, need->implied) == 0;
    }
    return implied ? 0 : expect_judge(result, need->implied, (struct where){0}, error);
}
