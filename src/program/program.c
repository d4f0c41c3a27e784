#include "finwait/program.h"

#include <stdio.h>

char *step_format(char *text, size_t size, const struct step *step)
{
    const struct step_info *info = &step_table[step->op];
    char written[VALUE_WRITTEN];
    bool alone = (info->traits & STEP_ALONE) != 0 && step->arg == 0;
    const char *arg =
        alone ? NULL
              : value_write(&info->takes, &step->arg, sizeof step->arg, written, sizeof written);

    snprintf(text, size, arg != NULL ? "%s(%s)" : "%s", info->name, arg);
    return text;
}

char *program_format(char *text, size_t size, const struct program *program)
{
    char step[2 * UNITS_TEXT];
    size_t length = 0;

    if (size > 0) {
        text[0] = '\0';
    }
    for (size_t i = 0; i < program->length && length < size; i++) {
        step_format(step, sizeof step, &program->step[i]);
        length += (size_t)snprintf(text + length, size - length, "%s%s", i == 0 ? "" : " ", step);
    }
    return text;
}

enum connect_until program_until(const struct program *program)
{
    const struct step *first = &program->step[0];

    return first->op == STEP_CONNECT ? (enum connect_until)first->arg : CONNECT_WHOLE;
}

bool program_has(const struct program *program, enum step_op op)
{
    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op == op) {
            return true;
        }
    }
    return false;
}

int64_t step_bound(const struct step *step)
{
    switch (step->op) {
    case STEP_RECV:
        return step->arg & RECV_BOUND;
    case STEP_WAIT_FIN:
        return step->arg;
    default:
        return 0;
    }
}

bool step_sends_head(const struct step *step)
{
    return step->op == STEP_SEND && step->arg == SEND_HEAD;
}

bool step_sends_rest(const struct step *step)
{
    return step->op == STEP_SEND && step->arg == SEND_REST;
}

bool program_sends_head(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        if (step_sends_head(&program->step[i])) {
            return true;
        }
    }
    return false;
}

bool step_receives(const struct step *step, int64_t what)
{
    return step->op == STEP_RECV && (step->arg & what) != 0;
}

bool program_receives(const struct program *program, int64_t what)
{
    for (size_t i = 0; i < program->length; i++) {
        if (step_receives(&program->step[i], what)) {
            return true;
        }
    }
    return false;
}

bool program_reads_rest(const struct program *program, size_t step)
{
    size_t before = step;

    if (program->step[step].op != STEP_RECV || step_receives(&program->step[step], RECV_HEAD)) {
        return false;
    }
    while (before > 0 && program->step[before - 1].op != STEP_RECV) {
        before--;
    }
    return before > 0 && step_receives(&program->step[before - 1], RECV_HEAD);
}

size_t program_leave(const struct program *program, size_t step)
{
    size_t behind = step + 1;

    for (size_t i = step; i < program->length; i++) {
        enum step_op op = program->step[i].op;
        if (op == STEP_REPEAT) {
            return i + 1;
        }
        behind = op == STEP_SEND || op == STEP_RECV ? i + 1 : behind;
    }
    return behind;
}

uint64_t program_rounds(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op == STEP_REPEAT) {
            return (uint64_t)program->step[i].arg;
        }
    }
    return 1;
}

bool program_awaits_end(const struct program *program)
{
    for (size_t i = 0; i < program->length; i++) {
        switch (program->step[i].op) {
        case STEP_WAIT_FIN:
        case STEP_WAIT_NOTIFY:
        case STEP_HOLD:
            return true;
        case STEP_SHUT_WR:
        case STEP_NOTIFY:
            return false;
        default:
            break;
        }
    }
    return false;
}
