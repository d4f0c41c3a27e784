#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static const char binaries[] = "/" FINWAIT_BINDIR;

bool library_beside(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);

    if (length <= 0) {
        return false;
    }
    path[length] = '\0';
    char *name = strrchr(path, '/');
    if (name == NULL || (size_t)(name - path) < sizeof binaries - 1) {
        return false;
    }
    *name = '\0';
    char *tail = name - (sizeof binaries - 1);
    if (strcmp(tail, binaries) != 0) {
        return false;
    }
    size_t room = size - (size_t)(tail - path);
    int written = snprintf(tail, room, "/%s", FINWAIT_SHIPPED);
    return written > 0 && (size_t)written < room;
}
