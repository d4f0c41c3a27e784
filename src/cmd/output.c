#include "output.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/file.h"
#include "finwait/grow.h"
#include "held.h"
#include "stdout.h"

/* NULL: there are no more. */
static const char *format_name(size_t index, bool compares)
{
    if (compares) {
        const struct comparison_ops *format = comparison_formats[index];
        return format != NULL ? format->name : NULL;
    }
    return report_table[index] != NULL ? report_table[index]->name : NULL;
}

const char *output_names(char *text, size_t size, bool compares)
{
    size_t used = 0;
    const char *name;

    text[0] = '\0';
    for (size_t i = 0; (name = format_name(i, compares)) != NULL && used < size; i++) {
        used += (size_t)snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", name);
    }
    return text;
}

static int no_format(const char *command, const char *name, bool compares, struct error *error)
{
    char names[OUTPUT_NAMES];

    if (compares && report_find(name) != NULL) {
        error_set(error, STATUS_USAGE, "%s: the format %s shows results, and no comparison",
                  command, name);
        return error_hint(error,
                          "there are %s; finwait report DIR/trials/* --format %s shows its trials",
                          output_names(names, sizeof names, compares), name);
    }
    error_set(error, STATUS_USAGE, "%s: there is no format '%s'", command, name);
    return error_hint(error, "there are %s", output_names(names, sizeof names, compares));
}

static int find_format(struct output *output, const char *command, const char *name, bool compares,
                       struct error *error)
{
    output->format = compares ? NULL : report_find(name);
    output->comparison = compares ? comparison_format(name) : NULL;
    if (output->format == NULL && output->comparison == NULL) {
        return no_format(command, name, compares, error);
    }
    if (output->format != NULL && output->format->absent != NULL) {
        return error_set(error, STATUS_USAGE, "--format %s: %s", name, output->format->absent);
    }
    return 0;
}

static bool is_same_place(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

int outputs_add(struct outputs *outputs, const char *command, const char *text, struct error *error)
{
    size_t length = strcspn(text, "=");
    struct output output = {.file = text[length] == '=' ? text + length + 1 : NULL};

    char *name = grow_format("%.*s", (int)length, text);
    int found = find_format(&output, command, name, outputs->compares, error);
    free(name);
    if (found != 0) {
        return -1;
    }
    for (size_t i = 0; i < outputs->count; i++) {
        if (is_same_place(outputs->item[i].file, output.file)) {
            error_set(error, STATUS_USAGE, "%s: two formats go to %s", command,
                      output.file != NULL ? output.file : "stdout");
            return error_hint(error, "give each a file of its own: --format %.*s=FILE", (int)length,
                              text);
        }
    }
    if (outputs->count == OUTPUTS - 1) { /* one is left for the text */
        return error_set(error, STATUS_USAGE, "%s: more than %d formats", command, OUTPUTS - 1);
    }
    outputs->item[outputs->count++] = output;
    return 0;
}

static const struct output *printed(const struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->item[i].file == NULL) {
            return &outputs->item[i];
        }
    }
    return NULL;
}

const struct report_ops *outputs_printed(const struct outputs *outputs)
{
    const struct output *output = printed(outputs);

    return output != NULL ? output->format : &report_text;
}

bool outputs_tell(const struct outputs *outputs)
{
    const struct output *output = printed(outputs);

    return output == NULL || output->comparison == &comparison_text;
}

/* ---- files ---- */

/* The directory of `file`, a new string, and its name in there. */
static char *split(const char *file, const char **name)
{
    const char *slash = strrchr(file, '/');

    *name = slash != NULL ? slash + 1 : file;
    return slash == NULL   ? grow_text(".")
           : slash == file ? grow_text("/")
                           : grow_format("%.*s", (int)(slash - file), file);
}

/* A file is replaced by another of its name, which a device or a link must not be. */
static int check_file(const char *file, struct error *error)
{
    const char *name;
    char *directory = split(file, &name);
    struct stat about;
    int status = 0;

    if (name[0] == '\0') {
        status = error_set(error, STATUS_USAGE, "--format: '%s' names no file", file);
    } else if (strlen(name) > NAME_MAX - 16) { /* with what it is called while it is written */
        status = error_set(error, STATUS_USAGE, "--format: the name %.40s… is too long", name);
    } else if (lstat(file, &about) == 0 && !S_ISREG(about.st_mode)) {
        status = error_set(error, STATUS_USAGE, "--format: %s is there and no regular file", file);
        error_hint(error, "without =FILE it goes to stdout");
    } else {
        status = file_directory(directory, error);
    }
    free(directory);
    return status;
}

static int open_output(struct output *output, struct error *error)
{
    if (output->file == NULL) {
        output->out = stdout;
        return 0;
    }
    if (check_file(output->file, error) != 0) {
        return -1;
    }
    int fd = memfd_create("report", MFD_CLOEXEC);
    output->out = fd >= 0 ? fdopen(fd, "a") : NULL; /* others append to it, too */
    if (output->out == NULL) {
        error_errno(error, STATUS_MACHINE, errno, "make room for %s", output->file);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return 0;
}

static long length_of(const struct output *output)
{
    struct stat about;

    return fstat(fileno(output->out), &about) == 0 ? (long)about.st_size : 0;
}

/* What was written there so far, by whomever, has been taken.  Of stdout stdout_flush tells. */
static int flush(const struct output *output, struct error *error)
{
    if (output->file == NULL || (fflush(output->out) == 0 && ferror(output->out) == 0)) {
        return 0;
    }
    return error_errno(error, STATUS_MACHINE, errno, "write %s", output->file);
}

static int copy(const void *context, FILE *out)
{
    const struct output *output = context;
    char bytes[16384];
    ssize_t length;

    for (off_t at = 0; (length = pread(fileno(output->out), bytes, sizeof bytes, at)) > 0;
         at += length) {
        if (fwrite(bytes, 1, (size_t)length, out) != (size_t)length) {
            return -1;
        }
    }
    return length == 0 ? 0 : -1;
}

static int save(const struct output *output, struct error *error)
{
    const char *name;
    char *directory = split(output->file, &name);
    int status = file_write(directory, name, copy, output, error);

    free(directory);
    return status;
}

/* ---- all of them ---- */

bool outputs_unread(const struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->item[i].file != NULL) {
            return false;
        }
    }
    return stdout_unread();
}

/* Whether it waits for the last of several results. */
static bool is_held(const struct outputs *outputs, const struct output *output)
{
    return outputs->several && output->format != NULL && output->format->write_all != NULL;
}

/* Whether two names, as a.xml and ./a.xml, are one file's; their directories are there. */
static bool is_same_file(const char *a, const char *b)
{
    const char *name[2];
    char *directory[2] = {split(a, &name[0]), split(b, &name[1])};
    struct stat about[2];
    bool same = strcmp(name[0], name[1]) == 0 && stat(directory[0], &about[0]) == 0 &&
                stat(directory[1], &about[1]) == 0 && about[0].st_dev == about[1].st_dev &&
                about[0].st_ino == about[1].st_ino;

    free(directory[0]);
    free(directory[1]);
    return same;
}

/* -1: STATUS_USAGE, an earlier one goes where this one does. */
static int check_own(const struct outputs *outputs, size_t index, struct error *error)
{
    const char *file = outputs->item[index].file;

    for (size_t i = 0; i < index && file != NULL; i++) {
        const char *earlier = outputs->item[i].file;
        if (earlier != NULL && is_same_file(earlier, file)) {
            return error_set(error, STATUS_USAGE, "two formats go to %s, which is %s", file,
                             earlier);
        }
    }
    return 0;
}

/* Before anything is begun: what cannot be written is not run for. */
static int open_all(struct outputs *outputs, struct error *error)
{
    for (size_t i = 0; i < outputs->count; i++) {
        struct output *output = &outputs->item[i];
        if (open_output(output, error) != 0 || check_own(outputs, i, error) != 0) {
            return -1;
        }
        if (is_held(outputs, output) && outputs->held == NULL) {
            outputs->held = held_open(error);
            if (outputs->held == NULL) {
                return -1;
            }
        }
    }
    return 0;
}

int outputs_begin(struct outputs *outputs, bool several, struct error *error)
{
    if (printed(outputs) == NULL) {
        outputs->item[outputs->count++] = outputs->compares
                                              ? (struct output){.comparison = &comparison_text}
                                              : (struct output){.format = &report_text};
    }
    outputs->several = several;
    if (open_all(outputs, error) != 0) {
        return -1;
    }
    for (size_t i = 0; i < outputs->count && !outputs->compares; i++) {
        struct output *output = &outputs->item[i];
        report_begin(output->format, several, output->out);
        if (flush(output, error) != 0) { /* and nothing is left for a child to write again */
            return -1;
        }
        output->empty = output->file != NULL ? length_of(output) : 0;
    }
    return 0;
}

int outputs_write(const struct outputs *outputs, const struct result *result, bool first,
                  struct error *error)
{
    int status = 0;

    if (outputs->held != NULL && held_add(outputs->held, result, error) != 0) {
        status = -1;
    }
    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->item[i];
        if (is_held(outputs, output)) {
            continue;
        }
        if (!first) {
            report_next(output->format, output->out);
        }
        report_write(output->format, result, output->out);
        if (flush(output, error) != 0) {
            status = -1;
        }
    }
    return status;
}

int outputs_untried(const struct outputs *outputs, const char *name, const struct error *why,
                    struct error *error)
{
    char *text = grow_format("%s%s%s", why->what, why->hint[0] != '\0' ? "; " : "", why->hint);
    int status = 0;

    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->item[i];
        if (output->format->write_untried != NULL) {
            output->format->write_untried(name, text, output->out);
            status = flush(output, error) != 0 ? -1 : status;
        }
    }
    free(text);
    return status;
}

/* What the formats that had to wait make of all results. */
static int write_held(const struct outputs *outputs, struct error *error)
{
    size_t count = 0;
    struct result **results = held_take(outputs->held, &count, error);

    for (size_t i = 0; i < outputs->count && count > 0; i++) {
        const struct output *output = &outputs->item[i];
        if (is_held(outputs, output)) {
            output->format->write_all((const struct result *const *)results, count, output->out);
            fflush(output->out); /* flush() tells */
        }
    }
    held_free(results, count);
    return results != NULL ? 0 : -1;
}

int outputs_end(struct outputs *outputs, struct error *error)
{
    int status = outputs->held != NULL ? write_held(outputs, error) : 0;

    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->item[i];
        bool told = output->file != NULL && length_of(output) > output->empty;
        report_end(output->format, outputs->several, output->out);
        if (told && (flush(output, error) != 0 || save(output, error) != 0)) {
            status = -1;
        }
    }
    return status;
}

int outputs_compare(struct outputs *outputs, const struct comparison *comparison,
                    struct error *error)
{
    int status = 0;

    for (size_t i = 0; i < outputs->count; i++) {
        const struct output *output = &outputs->item[i];
        output->comparison->write(comparison, output->out);
        if (flush(output, error) != 0 || (output->file != NULL && save(output, error) != 0)) {
            status = -1;
        }
    }
    return status;
}

void outputs_fini(struct outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++) {
        if (outputs->item[i].file != NULL && outputs->item[i].out != NULL) {
            fclose(outputs->item[i].out);
        }
    }
    if (outputs->held != NULL) {
        fclose(outputs->held);
    }
    *outputs = (struct outputs){0};
}
