#include "parse.h"

/* What cannot follow what, wherever in the program, because the connection no longer allows it. */
struct rule {
    enum step_op op, after;
    const char *because;
    const char *instead;
};

static const struct rule rules[] = {
    {STEP_SEND, STEP_NOTIFY, "close_notify has been sent, nothing may come after it",
     "send before `notify`"},
    {STEP_SEND, STEP_SHUT_WR, "sending is shut down (EPIPE)", "send before `shut-wr`"},
    {STEP_NOTIFY, STEP_NOTIFY, "close_notify has been sent", "leave one of them out"},
    {STEP_NOTIFY, STEP_SHUT_WR, "sending is shut down (EPIPE)", "put `notify` before `shut-wr`"},
    {STEP_SHUT_WR, STEP_SHUT_WR, "the FIN has been sent", "leave one of them out"},
    {STEP_RECV, STEP_SHUT_RD, "recv(2) returns 0 there, as if a FIN had come",
     "receive before `shut-rd`, or use `drain`"},
    {STEP_WAIT_NOTIFY, STEP_SHUT_RD, "recv(2) returns 0 there, as if a FIN had come",
     "wait before `shut-rd`, or leave `shut-rd` out"},
    {STEP_WAIT_FIN, STEP_SHUT_RD, "recv(2) returns 0 there, before any FIN has come",
     "wait before `shut-rd`, or leave `shut-rd` out"},
    {STEP_SHUT_RD, STEP_SHUT_RD, "receiving is shut down", "leave one of them out"},
    {STEP_RECV, STEP_WAIT_NOTIFY, "the close_notify has been read, no message can come after it",
     "receive before `wait-notify`"},
    {STEP_WAIT_NOTIFY, STEP_WAIT_NOTIFY, "the close_notify has been read", "leave one of them out"},
    {STEP_RECV, STEP_WAIT_FIN, "the FIN has been read, nothing can come after it",
     "receive before `wait-fin`"},
    {STEP_WAIT_NOTIFY, STEP_WAIT_FIN, "the FIN has been read, and any close_notify before it",
     "put `wait-notify` before `wait-fin`"},
    {STEP_WAIT_FIN, STEP_WAIT_FIN, "the FIN has been read", "leave one of them out"},
};

/* The same, where the transport is TLS. */
static const struct rule tls_rules[] = {
    {STEP_RECV, STEP_DRAIN, "it throws bytes away beneath TLS, which cannot go on without them",
     "receive before `drain`"},
    {STEP_WAIT_NOTIFY, STEP_DRAIN,
     "it throws bytes away beneath TLS, which cannot go on without them",
     "leave `drain` out: `wait-notify` discards as well"},
    {STEP_RECV, STEP_WAIT_FIN, "it throws bytes away beneath TLS, which cannot go on without them",
     "receive before `wait-fin`"},
    {STEP_WAIT_NOTIFY, STEP_WAIT_FIN,
     "it throws bytes away beneath TLS, which cannot go on without them",
     "put `wait-notify` before `wait-fin`"},
};

/* Where a program breaks a rule. */
struct breach {
    const struct rule *rule;
    size_t step;
    bool next_round; /* the step the rule speaks of is one of the round before */
};

/* Steps behind which `program` is, and the rules it is to keep. */
struct course {
    const struct program *program;
    const struct rule *rules;
    size_t rule_count;
    bool beneath_tls;
    bool seen[STEP_OP_N];
};

static bool breaks_rule(const struct course *course, size_t step, struct breach *breach)
{
    for (size_t i = 0; i < course->rule_count; i++) {
        const struct rule *rule = &course->rules[i];
        if (rule->op == course->program->step[step].op && course->seen[rule->after]) {
            breach->rule = rule;
            breach->step = step;
            return true;
        }
    }
    return false;
}

/* Behind a wait-fin(T) the FIN may not have been read; but bytes may have been thrown away. */
static bool is_left_open(const struct course *course, const struct step *step)
{
    return step->op == STEP_WAIT_FIN && step_bound(step) > 0 && !course->beneath_tls;
}

/* Follow the steps as they will run: what a round leaves behind meets the next one. */
static bool find_breach(struct course *course, struct breach *breach)
{
    for (size_t i = 0; i < course->program->length; i++) {
        const struct step *step = &course->program->step[i];
        breach->next_round = false;
        if (breaks_rule(course, i, breach)) {
            return true;
        }
        course->seen[step->op] |= !is_left_open(course, step);
        breach->next_round = step->op == STEP_REPEAT && step->arg > 1;
        for (size_t again = 1; breach->next_round && again < i; again++) {
            if (breaks_rule(course, again, breach)) {
                return true;
            }
        }
    }
    return false;
}

static int fail_breach(const struct breach *breach, struct error *error)
{
    const struct rule *rule = breach->rule;

    error_set(error, STATUS_USAGE, "`%s` cannot follow `%s`%s: %s", step_table[rule->op].name,
              step_table[rule->after].name, breach->next_round ? " of the round before" : "",
              rule->because);
    return error_hint(error, "%s", rule->instead);
}

static int check_socket(const struct parse *parse)
{
    struct course course = {parse->program, rules, sizeof rules / sizeof rules[0], false, {false}};
    struct breach breach;

    if (!find_breach(&course, &breach)) {
        return 0;
    }
    fail_breach(&breach, parse->error);
    return parse_fail_at(parse, parse->places->step[breach.step]);
}

bool program_needs_tls(const struct program *program, size_t *step)
{
    *step = 0;
    if (program_until(program) != CONNECT_WHOLE) {
        return true;
    }
    for (; *step < program->length; ++*step) {
        if (step_table[program->step[*step].op].traits & STEP_OF_TLS) {
            return true;
        }
    }
    return false;
}

int program_check_tls(const struct program *program, size_t *step, struct error *error)
{
    struct course course = {
        program, tls_rules, sizeof tls_rules / sizeof tls_rules[0], true, {false}};
    struct breach breach;

    if (!find_breach(&course, &breach)) {
        return 0;
    }
    *step = breach.step;
    return fail_breach(&breach, error);
}

static int check_tls(const struct parse *parse)
{
    size_t step;

    if (!program_needs_tls(parse->program, &step) ||
        program_check_tls(parse->program, &step, parse->error) == 0) {
        return 0;
    }
    return parse_fail_at(parse, parse->places->step[step]);
}

int program_check_rules(const struct parse *parse)
{
    return check_socket(parse) != 0 ? -1 : check_tls(parse);
}
