#include "draft.h"

/* What is said of an option that is wrong: the kinds of options say it as well. */

int draft_fail_memory(const struct draft *draft)
{
    return error_set(draft->error, STATUS_MACHINE, "out of memory");
}

int draft_fail_at(const struct draft *draft, struct where where, const char *hint)
{
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
