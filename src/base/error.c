#include "finwait/error.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void format_what(struct error *error, const char *format, va_list arguments)
{
    error->where[0] = '\0';
    error->hint[0] = '\0';
    vsnprintf(error->what, sizeof error->what, format, arguments);
}

int error_set(struct error *error, enum status status, const char *format, ...)
{
    va_list arguments;

    error->status = status;
    va_start(arguments, format);
    format_what(error, format, arguments);
    va_end(arguments);
    return -1;
}

int error_errno(struct error *error, enum status status, int errnum, const char *format, ...)
{
    va_list arguments;
    size_t length;

    error->status = status;
    va_start(arguments, format);
    format_what(error, format, arguments);
    va_end(arguments);
    length = strlen(error->what);
    snprintf(error->what + length, sizeof error->what - length, ": %s (%s)", errno_name(errnum),
             strerror(errnum));
    return -1;
}

int error_hint(struct error *error, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return -1;
}

int error_at(struct error *error, struct where where)
{
    if (where.file == NULL) {
        error->where[0] = '\0';
    } else if (where.line == 0) {
        snprintf(error->where, sizeof error->where, "%s", where.file);
    } else {
        snprintf(error->where, sizeof error->where, "%s:%d:%d", where.file, where.line,
                 where.column);
    }
    return -1;
}

void error_print(const struct error *error, FILE *out)
{
    fprintf(out, "finwait: %s%s%s\n", error->where, error->where[0] ? ": " : "", error->what);
    if (error->hint[0]) {
        fprintf(out, "  %s\n", error->hint);
    }
}

const char *errno_name(int errnum)
{
    static _Thread_local char numbers[4][16];
    static _Thread_local unsigned next;
    const char *name = strerrorname_np(errnum);

    if (name != NULL) {
        return name;
    }
    char *text = numbers[next++ % 4];
    snprintf(text, sizeof numbers[0], "E%d", errnum);
    return text;
}

int errno_find(const char *name)
{
    for (int errnum = 1; errnum < ERRNO_LIMIT; errnum++) {
        const char *known = strerrorname_np(errnum);
        if (known != NULL && strcmp(known, name) == 0) {
            return errnum;
        }
    }
    return 0;
}
