#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "finwait/file.h"
#include "finwait/grow.h"

static const char *advice_for(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT:
        return "make room there, or choose another directory for the result";
    case EFBIG:
        return "raise the limit of a file's size (ulimit -f)";
    default:
        return "choose another directory for the result";
    }
}

/* `what` to `directory`, or to `file` in it, failed with `errnum`. */
static int fail(int errnum, const char *what, const char *directory, const char *file,
                struct error *error)
{
    error_errno(error, STATUS_MACHINE, errnum, "%s %s%s", what, directory, file);
    return error->hint[0] != '\0' ? -1 /* of what is lacking */
                                  : error_hint(error, "%s", advice_for(errnum));
}

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
            return fail(errno, "make directory", path, "", error);
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
        return fail(errno, "open directory", directory, "", error);
    }
    return fd;
}

int file_directory(const char *directory, struct error *error)
{
    int fd = open_directory(directory, error);

    if (fd < 0) {
        return -1;
    }
    int denied = faccessat(fd, ".", W_OK, AT_EACCESS);
    int saved = errno;
    close(fd);
    return denied == 0 ? 0 : fail(saved, "write into directory", directory, "", error);
}

/* A file that is there whole or not at all. */
struct whole {
    const char *name;
    char replacing[NAME_MAX + 1]; /* see link_file */
    file_writer *write;
    const void *context;
};

/* Write, down to the disk, and close `fd` in any case; errno tells what failed first. */
static int write_stream(const struct whole *whole, int fd)
{
    FILE *file = fdopen(fd, "w");

    if (file == NULL) {
        grow_release();
        file = fdopen(fd, "w");
    }
    if (file == NULL) {
        close(fd);
        return -1;
    }
    int failed = whole->write(whole->context, file) != 0 || fflush(file) != 0 || fsync(fd) != 0;
    int saved = errno;

    if (fclose(file) != 0 && !failed) {
        return -1;
    }
    errno = saved;
    return failed ? -1 : 0;
}

enum { TRIES = 16 };

/*
 * What is being written has no name (O_TMPFILE), so that whatever kills finwait leaves nothing;
 * only one that takes an older one's place has this one, for the moment between link and rename.
 * It is always the same: one that was left is gone with the next that is written.
 */
static void name_replacing(struct whole *whole)
{
    snprintf(whole->replacing, sizeof whole->replacing, ".%s.new", whole->name);
}

/* Put the file without a name behind `fd` where it belongs.  0 or -1.  Who else writes there may
 * take `replacing` away, or rename it, for that is a whole file as well. */
static int link_file(const struct whole *whole, int fd, int directory)
{
    char path[32];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    for (int i = 0; i < TRIES; i++) {
        if (linkat(AT_FDCWD, path, directory, whole->name, AT_SYMLINK_FOLLOW) == 0) {
            return 0;
        }
        if (errno != EEXIST) {
            return -1;
        }
        unlinkat(directory, whole->replacing, 0);
        if (linkat(AT_FDCWD, path, directory, whole->replacing, AT_SYMLINK_FOLLOW) == 0 &&
            renameat(directory, whole->replacing, directory, whole->name) == 0) {
            return 0;
        }
        if (errno != EEXIST && errno != ENOENT) {
            break;
        }
    }
    int saved = errno;
    unlinkat(directory, whole->replacing, 0);
    errno = saved;
    return -1;
}

/* As a file that has a name from the start: where the file system has none without (overlays, FUSE,
 * NFS), or there is no /proc. */
static int write_named(const struct whole *whole, int directory)
{
    char name[NAME_MAX + 1];

    snprintf(name, sizeof name, ".%s.%ld", whole->name, (long)getpid());
    unlinkat(directory, name, 0); /* of a process of this id that was killed */
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        return -1;
    }
    if (write_stream(whole, fd) == 0 && renameat(directory, name, directory, whole->name) == 0) {
        return 0;
    }
    int saved = errno;
    unlinkat(directory, name, 0);
    errno = saved;
    return -1;
}

static int write_file(const struct whole *whole, int directory)
{
    int fd = openat(directory, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666);

    unlinkat(directory, whole->replacing, 0);
    if (fd < 0) {
        return write_named(whole, directory);
    }
    int kept = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* the stream closes its own */
    int status = write_stream(whole, fd);
    if (status == 0 && (kept < 0 || link_file(whole, kept, directory) != 0)) {
        status = write_named(whole, directory);
    }
    int saved = errno;
    if (kept >= 0) {
        close(kept);
    }
    errno = saved;
    return status;
}

int file_write(const char *directory, const char *name, file_writer *write, const void *context,
               struct error *error)
{
    struct whole whole = {.name = name, .write = write, .context = context};
    int fd = open_directory(directory, error);

    if (fd < 0) {
        return -1;
    }
    name_replacing(&whole);
    int status = write_file(&whole, fd);
    if (status != 0) {
        char *file = grow_format("/%s", name);
        fail(errno, "write", directory, file, error);
        free(file);
    } else {
        fsync(fd); /* the new name; best effort, the content is safe */
    }
    close(fd);
    return status;
}
