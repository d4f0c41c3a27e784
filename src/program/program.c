#include "finwait/program.h"

#include <stdio.h>

char *step_format(char *text, size_t size, const struct step *step)
{
    const struct step_info *info = &step_table[step->op];
    char written[VALUE_WRITTEN];
    const char *arg =
        value_write(&info->takes, &step->arg, sizeof step->arg, written, sizeof written);

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

bool program_has(const struct program *program, enum step_op op)
{
    for (size_t i = 0; i < program->length; i++) {
        if (program->step[i].op == op) {
            return true;
        }
    }
    return false;
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
