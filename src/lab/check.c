#include <stdarg.h>
#include <stdio.h>

#include "doctor.h"

void check_say(struct check *check, enum check_verdict verdict, const char *format, ...)
{
    va_list arguments;

    check->verdict = verdict;
    va_start(arguments, format);
    vsnprintf(check->found, sizeof check->found, format, arguments);
    va_end(arguments);
}

void check_advise(struct check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(check->advice, sizeof check->advice, format, arguments);
    va_end(arguments);
}
