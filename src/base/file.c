#include "finwait/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FIRST = 1 << 16, /* bytes asked for where the file does not say how many it has */
    MIB = 20,        /* the bits of a MiB */
};

/* A file being read, and what it has given. */
struct reading {
    int fd;
    bool is_pipe;
    size_t limit;
    char *text;
    size_t length, room; /* without the NUL */
};

/* Whose fault it is: the errnos that another name mends, of open(2) and read(2). */
static enum status status_of(int errnum)
{
    switch (errnum) {
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case EACCES:
    case EPERM:
    case ELOOP:
    case ENAMETOOLONG:
    case ENXIO:
    case ENODEV:
    case EINVAL:
        return STATUS_USAGE;
    default:
        return STATUS_MACHINE;
    }
}

static int fail(struct error *error, int errnum, const char *told)
{
    return error_errno(error, status_of(errnum), errnum, "%.300s", told);
}

/* Room for what comes next.  0, or -1: no memory. */
static int grow(struct reading *reading)
{
    size_t room = reading->room == 0 ? FIRST : reading->room * 2;
    char *text;

    if (reading->length < reading->room) {
        return 0;
    }
    room = room > reading->limit ? reading->limit + 1 : room; /* one more, to see that it is more */
    text = realloc(reading->text, room + 1);
    if (text == NULL) {
        return -1;
    }
    reading->text = text;
    reading->room = room;
    return 0;
}

/* Wait until a writer of the pipe writes or the last one has gone; a signal ends it.  0 or -1. */
static int await(const struct reading *reading)
{
    struct pollfd pipe = {.fd = reading->fd, .events = POLLIN};

    return poll(&pipe, 1, -1) > 0 ? 0 : -1;
}

/* Until the end, or beyond the limit.  0, or -1 with errno. */
static int read_all(struct reading *reading)
{
    for (;;) {
        if (grow(reading) != 0) {
            errno = ENOMEM;
            return -1;
        }
        ssize_t got =
            read(reading->fd, reading->text + reading->length, reading->room - reading->length);
        if (got < 0 && !(reading->is_pipe && errno == EAGAIN && await(reading) == 0)) {
            return -1;
        }
        reading->length += got > 0 ? (size_t)got : 0;
        if (got == 0 || reading->length > reading->limit) {
            return 0;
        }
    }
}

static int read_file(struct reading *reading, const char *told, struct error *error)
{
    struct stat about;

    if (fstat(reading->fd, &about) != 0) {
        return fail(error, errno, told);
    }
    if (isatty(reading->fd) == 1) {
        error_set(error, STATUS_USAGE, "%.300s: it is a terminal", told);
        return error_hint(error, "name a file, or a pipe");
    }
    reading->is_pipe = S_ISFIFO(about.st_mode);
    if (read_all(reading) != 0) {
        return fail(error, errno, told);
    }
    if (reading->length > reading->limit) {
        return error_set(error, STATUS_USAGE, "%.300s: it is larger than %zu MiB", told,
                         reading->limit >> MIB);
    }
    if (reading->is_pipe && reading->length == 0) {
        error_set(error, STATUS_USAGE, "%.300s: it is a pipe that nothing comes from", told);
        return error_hint(error, "start what writes to it first");
    }
    reading->text[reading->length] = '\0';
    return 0;
}

/* NULL and the error: nothing was read. */
static char *finish(struct reading *reading, const char *told, size_t *length, struct error *error)
{
    if (read_file(reading, told, error) != 0) {
        free(reading->text);
        return NULL;
    }
    *length = reading->length;
    return reading->text;
}

char *file_read(const char *path, size_t limit, const char *told, size_t *length,
                struct error *error)
{
    /* O_NONBLOCK: opening a FIFO would wait for a writer, for ever perhaps. */
    struct reading reading = {.fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
                              .limit = limit};

    if (reading.fd < 0) {
        fail(error, errno, told);
        return NULL;
    }
    char *text = finish(&reading, told, length, error);
    close(reading.fd);
    return text;
}

char *file_read_stdin(size_t limit, const char *told, size_t *length, struct error *error)
{
    struct reading reading = {.fd = STDIN_FILENO, .limit = limit};

    return finish(&reading, told, length, error);
}

int file_create(const char *path, mode_t mode)
{
    if (unlink(path) != 0 && errno != ENOENT) {
        return -1;
    }
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}
