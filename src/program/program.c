#include "finwait/program.h"

#include <inttypes.h>
#include <stdio.h>

#include "finwait/units.h"

static void format_none(char *text, size_t size, int64_t arg)
{
    (void)arg;
    snprintf(text, size, "%s", "");
}

static void format_count(char *text, size_t size, int64_t arg)
{
    snprintf(text, size, "(%" PRId64 ")", arg);
}

static void format_duration(char *text, size_t size, int64_t arg)
{
    char duration[UNITS_TEXT];

    snprintf(text, size, "(%s)", units_format_duration(duration, sizeof duration, arg));
}

static void format_linger(char *text, size_t size, int64_t arg)
{
    if (arg < 0) {
        snprintf(text, size, "(off)");
    } else {
        snprintf(text, size, "(%" PRId64 "s)", arg);
    }
}

static void (*const format_arg[])(char *text, size_t size, int64_t arg) = {
    [STEP_ARG_NONE] = format_none,
    [STEP_ARG_COUNT] = format_count,
    [STEP_ARG_DURATION] = format_duration,
    [STEP_ARG_LINGER] = format_linger,
};

char *step_format(char *text, size_t size, const struct step *step)
{
    const struct step_info *info = &step_table[step->op];
    char arg[UNITS_TEXT + 2];

    format_arg[info->arg](arg, sizeof arg, step->arg);
    snprintf(text, size, "%s%s", info->name, arg);
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
