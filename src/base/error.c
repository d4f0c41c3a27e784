#include "finwait/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "finwait/ink.h"
#include "finwait/wrap.h"

/*
 * Messages are made aside and then copied: a caller may wrap an error in another, e.g.
 * error_set(error, error->status, "trial %d: %s", n, error->what).
 */

int error_set(struct error *error, enum status status, const char *format, ...)
{
    struct error made = {.status = status};
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(made.what, sizeof made.what, format, arguments);
    va_end(arguments);
    *error = made;
    return -1;
}

static void advise(struct error *error, int errnum)
{
    if (errnum == EMFILE) {
        error_hint(error, "no descriptor is left to this process: raise its limit of open files "
                          "(ulimit -n)");
    } else if (errnum == ENFILE) {
        error_hint(error, "no open file is left to the machine: raise the sysctl fs.file-max");
    } else if (errnum == ENOMEM) {
        error_hint(error, "give it more memory (ulimit -v, its cgroup's memory.max)");
    }
}

int error_errno(struct error *error, enum status status, int errnum, const char *format, ...)
{
    struct error made = {.status = status};
    const char *about = strerrordesc_np(errnum);
    char reason[128];
    va_list arguments;

    /* A message too long is cut before the reason: without it nobody knows what went wrong. */
    int length = snprintf(reason, sizeof reason, ": %s (%s)", errno_name(errnum),
                          about != NULL ? about : "unknown error");
    va_start(arguments, format);
    vsnprintf(made.what, sizeof made.what - (size_t)length, format, arguments);
    va_end(arguments);
    memcpy(made.what + strlen(made.what), reason, (size_t)length + 1);
    advise(&made, errnum);
    *error = made;
    return -1;
}

int error_fork(struct error *error, int errnum)
{
    error_errno(error, STATUS_MACHINE, errnum, "fork");
    if (errnum == EAGAIN) {
        return error_hint(error, "no process is left to this user or its cgroup: raise the limit "
                                 "(ulimit -u, pids.max), or ask for fewer workers");
    }
    if (errnum == ENOMEM) {
        return error_hint(error, "give it more memory, or ask for fewer workers");
    }
    return -1;
}

int error_hint(struct error *error, const char *format, ...)
{
    char hint[sizeof error->hint];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(hint, sizeof hint, format, arguments);
    va_end(arguments);
    memcpy(error->hint, hint, sizeof hint);
    return -1;
}

int error_lines(struct error *error, const char *lines)
{
    size_t length = strlen(lines);

    if (length >= sizeof error->lines) {
        lines += length - sizeof error->lines + 1;
        lines += strcspn(lines, "\n");
        lines += *lines != '\0';
    }
    snprintf(error->lines, sizeof error->lines, "%s", lines);
    return -1;
}

static void print_lines(const char *lines, FILE *out)
{
    while (lines[0] != '\0') {
        size_t length = strcspn(lines, "\n");

        fputs("    ", out);
        text_put(lines, length, out);
        fputc('\n', out);
        lines += length + (lines[length] != '\0');
    }
}

int error_at(struct error *error, struct where where)
{
    size_t length = where.file == NULL ? 0 : strlen(where.file);
    size_t room = sizeof error->file - sizeof "...";

    error->line = where.file == NULL ? 0 : where.line;
    error->column = error->line == 0 ? 0 : where.column;
    snprintf(error->file, sizeof error->file, "%s%s", length > room ? "..." : "",
             where.file == NULL ? ""
             : length > room    ? where.file + length - room
                                : where.file);
    return -1;
}

char *error_place(char *text, size_t size, const struct error *error)
{
    if (error->line > 0 && error->column > 0) {
        snprintf(text, size, "%s:%d:%d", error->file, error->line, error->column);
    } else if (error->line > 0) {
        snprintf(text, size, "%s:%d", error->file, error->line);
    } else {
        snprintf(text, size, "%s", error->file);
    }
    return text;
}

void error_print(const struct error *error, FILE *out)
{
    char place[ERROR_PLACE];

    ink_put(INK_RED, "finwait:", out);
    fputc(' ', out);
    if (error_place(place, sizeof place, error)[0] != '\0') {
        text_put(place, strlen(place), out);
        fputs(": ", out);
    }
    text_put(error->what, strlen(error->what), out);
    fputc('\n', out);
    if (error->hint[0] != '\0') {
        fputs("  ", out);
        text_put(error->hint, strlen(error->hint), out);
        fputc('\n', out);
    }
    print_lines(error->lines, out);
}

const char *errno_name(int errnum)
{
    static _Thread_local char numbers[4][16];
    static _Thread_local unsigned next;
    const char *name = errnum > 0 ? strerrorname_np(errnum) : NULL;

    if (name != NULL) {
        return name;
    }
    char *text = numbers[next++ % 4];
    snprintf(text, sizeof numbers[0], "E%d", errnum);
    return text;
}
