#include "finwait/units.h"
#include "parse.h"

static enum step_op first_op(enum side side)
{
    return side == SIDE_CLIENT ? STEP_CONNECT : STEP_ACCEPT;
}

static const char *name_at(const struct parse *parse, size_t i)
{
    return step_table[parse->program->step[i].op].name;
}

static int check_start(const struct parse *parse)
{
    const struct program *program = parse->program;
    enum step_op first = first_op(parse->side);
    const char *side = side_name(parse->side);

    if (program->length == 0) {
        error_set(parse->error, STATUS_USAGE, "the %s's program is empty", side);
        error_hint(parse->error, "write e.g. `%s send recv close`", step_table[first].name);
        return parse_fail_at(parse, 0);
    }
    if (program->step[0].op != first) {
        error_set(parse->error, STATUS_USAGE, "a %s's program begins with `%s`, not with `%s`",
                  side, step_table[first].name, name_at(parse, 0));
        error_hint(parse->error, "put `%s` first", step_table[first].name);
        return parse_fail_at(parse, parse->places->step[0]);
    }
    for (size_t i = 1; i < program->length; i++) {
        if (program->step[i].op == STEP_CONNECT || program->step[i].op == STEP_ACCEPT) {
            error_set(parse->error, STATUS_USAGE, "`%s` can only begin a program",
                      name_at(parse, i));
            error_hint(parse->error, "a program is the life of one connection: leave it out");
            return parse_fail_at(parse, parse->places->step[i]);
        }
    }
    return 0;
}

static int check_end(const struct parse *parse)
{
    const struct program *program = parse->program;
    size_t last = program->length - 1;

    for (size_t i = 0; i < last; i++) {
        if (step_table[program->step[i].op].traits & STEP_THAT_ENDS) {
            error_set(parse->error, STATUS_USAGE, "`%s` follows `%s`, which ends the program",
                      name_at(parse, i + 1), name_at(parse, i));
            error_hint(parse->error, "make `%s` the last step", name_at(parse, i));
            return parse_fail_at(parse, parse->places->step[i + 1]);
        }
    }
    if (step_table[program->step[last].op].traits & STEP_THAT_ENDS) {
        return 0;
    }
    error_set(parse->error, STATUS_USAGE, "the %s's program does not end after `%s`",
              side_name(parse->side), name_at(parse, last));
    error_hint(parse->error, "add how it ends: `close`, `rst`, `hold` or `die`");
    return parse_fail_at(parse, parse->places->step[last]);
}

/* repeat: at most once, and with something between the start and it. */
static int check_repeat(const struct parse *parse)
{
    const struct program *program = parse->program;
    bool seen = false;

    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op != STEP_REPEAT) {
            continue;
        }
        if (!seen && i > 1) {
            seen = true;
            continue;
        }
        error_set(parse->error, STATUS_USAGE, "%s",
                  seen ? "a program can have only one `repeat`"
                       : "`repeat` has no steps before it to do again");
        error_hint(parse->error, "it goes back to the first step after `%s`", name_at(parse, 0));
        return parse_fail_at(parse, parse->places->step[i]);
    }
    return 0;
}

/* SO_LINGER acts on close(2), which a dying process's sockets go through as well. */
static int check_linger(const struct parse *parse)
{
    const struct program *program = parse->program;
    size_t last = program->length - 1;
    bool closes = program->step[last].op == STEP_CLOSE || program->step[last].op == STEP_DIE;

    for (size_t i = 0; i < last; i++) {
        if (program->step[i].op == STEP_LINGER && !closes) {
            error_set(parse->error, STATUS_USAGE,
                      "`linger` does nothing in a program that ends in `%s`", name_at(parse, last));
            error_hint(parse->error, "end the program with `close`, or leave `linger` out");
            return parse_fail_at(parse, parse->places->step[i]);
        }
    }
    return 0;
}

/* What recv(head) has left unread is no message of its own: the next recv reads the rest of it. */
static int check_heads(const struct parse *parse)
{
    const struct program *program = parse->program;
    bool unread = false;
    bool drained = false;

    for (size_t i = 1; i < program->length; i++) {
        const struct step *step = &program->step[i];
        bool again = step->op == STEP_RECV && (drained || step_receives(step, RECV_HEAD));
        if (unread && (again || step->op == STEP_REPEAT)) {
            error_set(parse->error, STATUS_USAGE,
                      "`%s` cannot follow `recv(head)%s`: the rest of that message is %s",
                      name_at(parse, i), drained ? " drain" : "", drained ? "gone" : "unread");
            error_hint(parse->error,
                       "put a plain `recv` behind `recv(head)`, which reads the rest");
            return parse_fail_at(parse, parse->places->step[i]);
        }
        unread = step->op == STEP_RECV ? step_receives(step, RECV_HEAD) : unread;
        drained = unread && (drained || step->op == STEP_DRAIN);
    }
    return 0;
}

/* What comes behind a head is taken for its body. */
static int check_head_sent(const struct parse *parse)
{
    const struct program *program = parse->program;
    bool sent = false;

    for (size_t i = 1; i < program->length; i++) {
        const struct step *step = &program->step[i];

        if (step_sends_rest(step)) {
            if (!sent) {
                error_set(parse->error, STATUS_USAGE, "`send(rest)` follows no `send(head)`");
                error_hint(parse->error, "write `send(head)` before it, or `send`");
                return parse_fail_at(parse, parse->places->step[i]);
            }
            sent = false;
        }
        if (sent && (step->op == STEP_SEND || step->op == STEP_REPEAT)) {
            error_set(parse->error, STATUS_USAGE,
                      "`%s` cannot follow `send(head)`: the body of that message is due",
                      name_at(parse, i));
            error_hint(parse->error,
                       "write `send`, `send(rest)`, or end the connection behind `send(head)`");
            return parse_fail_at(parse, parse->places->step[i]);
        }
        sent |= step_sends_head(step);
    }
    return 0;
}

/* TLS carries nothing whose handshake was given up. */
static int check_given_up(const struct parse *parse)
{
    const struct program *program = parse->program;
    char connect[UNITS_TEXT];

    if (program_until(program) == CONNECT_WHOLE) {
        return 0;
    }
    for (size_t i = 1; i < program->length; i++) {
        enum step_op op = program->step[i].op;
        if (op == STEP_SEND || op == STEP_RECV || step_table[op].traits & STEP_OF_TLS) {
            error_set(parse->error, STATUS_USAGE,
                      "`%s` cannot follow `%s`, which gives the TLS handshake up",
                      name_at(parse, i), step_format(connect, sizeof connect, &program->step[0]));
            error_hint(parse->error, "what acts on TCP can: `close`, `rst`, `shut-wr`, `wait-fin`, "
                                     "`drain`, `pause`, `hold`; or write `connect`");
            return parse_fail_at(parse, parse->places->step[i]);
        }
    }
    return 0;
}

int program_check(const struct parse *parse)
{
    int (*const checks[])(const struct parse *) = {
        check_start, check_end,       check_repeat,   check_linger,
        check_heads, check_head_sent, check_given_up, program_check_rules,
    };

    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        if (checks[i](parse) != 0) {
            return -1;
        }
    }
    return 0;
}
