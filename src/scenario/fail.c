#include <stdarg.h>
#include <stdlib.h>

#include "draft.h"
#include "finwait/grow.h"

/* What is said of an option that is wrong: the kinds of options say it as well. */

int draft_fail(const struct draft *draft, struct where where, const char *hint, const char *format,
               ...)
{
    va_list arguments;

    va_start(arguments, format);
    char *what = grow_vformat(format, arguments);
    va_end(arguments);
    error_set(draft->error, STATUS_USAGE, "%s", what);
    free(what);
    error_hint(draft->error, "%s", hint);
    return error_at(draft->error, where);
}

int draft_fail_twice(const struct draft *draft, const char *path, struct where first,
                     struct where second)
{
    error_set(draft->error, STATUS_USAGE, "%s is given twice", path);
    error_hint(draft->error, "it is first given at %s:%d:%d; take one of them out", first.file,
               first.line, first.column);
    return error_at(draft->error, second);
}
