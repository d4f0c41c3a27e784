#include "proc_net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FIRST_SIZE = 16384,      /* netstat is some 7 KB today */
    SIZE_MAX_TEXT = 1 << 20, /* more is not one of these files */
    SOCKSTAT_SIZE = 1024,
};

int proc_net_open(const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/thread-self/net/%s", name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Fill `text` from the start of the file: the length, `size` when there may be more, or -1. */
static ssize_t read_all(int fd, char *text, size_t size)
{
    size_t length = 0;

    while (length < size) {
        ssize_t got = pread(fd, text + length, size - length, (off_t)length);
        if (got < 0 && errno != EINTR) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    return (ssize_t)length;
}

char *proc_net_read(int fd)
{
    for (size_t size = FIRST_SIZE; size <= SIZE_MAX_TEXT; size *= 2) {
        char *text = malloc(size);
        if (text == NULL) {
            return NULL;
        }
        ssize_t length = read_all(fd, text, size);
        if (length >= 0 && (size_t)length < size) {
            text[length] = '\0';
            return text;
        }
        int saved = errno;
        free(text);
        errno = saved;
        if (length < 0) {
            return NULL;
        }
    }
    errno = EFBIG;
    return NULL;
}

/* The start of the line that begins with `head`, or NULL. */
static const char *find_line(const char *text, const char *head)
{
    while (text != NULL && strncmp(text, head, strlen(head)) != 0) {
        text = strchr(text, '\n');
        text = text != NULL ? text + 1 : NULL;
    }
    return text;
}

int64_t sockstat_parse(const char *text, const char *head, const char *name)
{
    const char *line = find_line(text, head);

    if (line == NULL) {
        return -1;
    }
    const char *end = strchrnul(line, '\n');
    const char *found = memmem(line, (size_t)(end - line), name, strlen(name));
    if (found == NULL) {
        return -1;
    }
    found += strlen(name);
    if (*found < '0' || *found > '9') {
        return -1;
    }
    errno = 0;
    long long value = strtoll(found, NULL, 10);
    return errno == 0 ? value : -1;
}

/* Returns `text`, terminated, or NULL. */
static const char *read_text(int fd, char text[SOCKSTAT_SIZE])
{
    ssize_t length = read_all(fd, text, SOCKSTAT_SIZE - 1);

    if (length < 0) {
        return NULL;
    }
    text[length] = '\0';
    return text;
}

int sockstat_read(int fd, struct sockstat *seen)
{
    char buffer[SOCKSTAT_SIZE];
    const char *text = read_text(fd, buffer);

    seen->tw = sockstat_parse(text, "TCP:", " tw ");
    seen->inuse = sockstat_parse(text, "TCP:", " inuse ");
    seen->orphan = sockstat_parse(text, "TCP:", " orphan ");
    return seen->tw >= 0 ? 0 : -1;
}

int fin_timeout_open(void)
{
    return open("/proc/sys/net/ipv4/tcp_fin_timeout", O_RDONLY | O_CLOEXEC);
}

int64_t fin_timeout_read(int fd)
{
    char buffer[SOCKSTAT_SIZE];
    const char *text = fd >= 0 ? read_text(fd, buffer) : NULL;

    return text != NULL && *text >= '0' && *text <= '9' ? strtoll(text, NULL, 10) : -1;
}

int64_t sockstat6_inuse(int fd)
{
    char buffer[SOCKSTAT_SIZE];
    int64_t inuse = fd >= 0 ? sockstat_parse(read_text(fd, buffer), "TCP6:", " inuse ") : 0;

    return inuse > 0 ? inuse : 0;
}
