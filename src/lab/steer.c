#include "steer.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char default_mask[] = "/proc/sys/net/core/rps_default_mask";

bool steer_is_possible(void)
{
    return access(default_mask, F_OK) == 0;
}

static unsigned first_cpu(void)
{
    cpu_set_t set;

    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (CPU_ISSET(cpu, &set)) {
                return cpu;
            }
        }
    }
    return 0;
}

/* As the kernel writes masks: 32 bits in hexadecimal a group, the highest first. */
static void format_mask(char *text, size_t size, unsigned cpu)
{
    size_t used = (size_t)snprintf(text, size, "%x", 1U << cpu % 32);

    for (unsigned group = cpu / 32; group > 0 && used < size; group--) {
        used += (size_t)snprintf(text + used, size - used, ",00000000");
    }
}

/* Not sysctl_write: on more than 32 CPUs the kernel shows a mask otherwise than it was written. */
int steer_packets(struct error *error)
{
    char mask[CPU_SETSIZE / 32 * 9 + 1];
    int fd;

    if (!steer_is_possible()) {
        return 0;
    }
    format_mask(mask, sizeof mask, first_cpu());
    fd = open(default_mask, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, mask, strlen(mask)) < 0) {
        error_errno(error, STATUS_MACHINE, errno, "write %s to %s", mask, default_mask);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    close(fd);
    return 0;
}
