#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "codec.h"
#include "finwait/file.h"
#include "finwait/result.h"
#include "grow.h"

enum { READ_MAX = 256 << 20 }; /* ten times what the longest series make */

/* mkdir -p; `path` is changed and restored. */
static int make_directories(char *path, struct error *error)
{
    for (char *slash = path + 1;; slash++) {
        if (*slash != '/' && *slash != '\0') {
            continue;
        }
        char end = *slash;
        *slash = '\0';
        int made = mkdir(path, 0777);
        if (made != 0 && errno != EEXIST) {
            error_errno(error, STATUS_MACHINE, errno, "make directory %s", path);
            return error_hint(error, "choose another directory for the result");
        }
        *slash = end;
        if (end == '\0') {
            return 0;
        }
    }
}

static int open_directory(const char *directory, struct error *error)
{
    if (directory[0] == '\0') {
        return error_set(error, STATUS_USAGE, "the result's directory has no name");
    }
    char *path = grow_text(directory);
    int made = make_directories(path, error);
    free(path);
    if (made != 0) {
        return -1;
    }
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        error_errno(error, STATUS_MACHINE, errno, "open directory %s", directory);
        return error_hint(error, "choose another directory for the result");
    }
    return fd;
}

int result_directory(const char *directory, struct error *error)
{
    int fd = open_directory(directory, error);

    if (fd < 0) {
        return -1;
    }
    int denied = faccessat(fd, ".", W_OK, AT_EACCESS);
    int saved = errno;
    close(fd);
    if (denied != 0) {
        error_errno(error, STATUS_MACHINE, saved, "write into directory %s", directory);
        return error_hint(error, "choose another directory for the result");
    }
    return 0;
}

/* Write, down to the disk, and close; errno tells what failed first. */
static int write_stream(const struct result *result, FILE *file)
{
    int failed = result_dump(result, file) != 0 || fflush(file) != 0 || fsync(fileno(file)) != 0;
    int saved = errno;

    if (fclose(file) != 0 && !failed) {
        return -1;
    }
    errno = saved;
    return failed ? -1 : 0;
}

/* Make a new file `name` of it. */
static int write_file(const struct result *result, int directory, const char *name)
{
    unlinkat(directory, name, 0); /* of a process of this id that was killed */
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

    if (file == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return write_stream(result, file);
}

int result_write(const struct result *result, const char *directory, struct error *error)
{
    char temporary[64];
    int fd = open_directory(directory, error);

    if (fd < 0) {
        return -1;
    }
    snprintf(temporary, sizeof temporary, ".%s.%ld", RESULT_FILE, (long)getpid());
    if (write_file(result, fd, temporary) != 0 || renameat(fd, temporary, fd, RESULT_FILE) != 0) {
        error_errno(error, STATUS_MACHINE, errno, "write %s/%s", directory, RESULT_FILE);
        error_hint(error, "choose another directory for the result, or make room there");
        goto fail;
    }
    fsync(fd); /* the new name; best effort, the content is safe */
    close(fd);
    return 0;
fail:
    unlinkat(fd, temporary, 0);
    close(fd);
    return -1;
}

static json_t *load(const char *file, struct error *error)
{
    static const char advice[] = "give a " RESULT_FILE " that finwait wrote";
    json_error_t problem;
    char told[256];
    size_t length;

    snprintf(told, sizeof told, "read %.200s", file);
    char *text = file_read(file, READ_MAX, told, &length, error);
    if (text == NULL) {
        if (error->status == STATUS_USAGE && error->hint[0] == '\0') {
            error_hint(error, advice);
        }
        return NULL;
    }
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    free(text);
    if (json == NULL) {
        error_set(error, STATUS_USAGE, "no JSON: %s", problem.text);
        error_at(error, (struct where){file, problem.line > 0 ? problem.line : 0, problem.column});
        error_hint(error, advice);
    }
    return json;
}

struct result *result_read(const char *file, struct error *error)
{
    json_t *json = load(file, error);
    struct result *result;

    if (json == NULL) {
        return NULL;
    }
    result = result_from_json(json, error);
    if (result == NULL) {
        error_at(error, (struct where){.file = file});
    }
    json_decref(json);
    return result;
}
