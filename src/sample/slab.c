#include "slab.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const names[SLAB_N] = {
#define X(id, name) [id] = (name),
    SLABS(X)
#undef X
};

static uint32_t read_size(const char *name)
{
    char path[64];
    char text[24] = "";

    snprintf(path, sizeof path, "/sys/kernel/slab/%s/slab_size", name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (fd >= 0) {
        close(fd);
    }
    return length > 0 ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

uint32_t slab_size(enum slab slab)
{
    static struct {
        bool known;
        uint32_t bytes;
    } sizes[SLAB_N];

    if (!sizes[slab].known) {
        sizes[slab].bytes = read_size(names[slab]);
        sizes[slab].known = true;
    }
    return sizes[slab].bytes;
}
