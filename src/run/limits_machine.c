#include "limits_machine.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "finwait/limits.h"

static struct limits_machine machine;
static bool looked;

/* Number `index` of the file's line that begins with `key`, behind that; "": of its first line.
 * INFINITY: there is none. */
static double number_of(const char *path, const char *key, unsigned index)
{
    FILE *file = fopen(path, "re");
    char line[512];
    double number = INFINITY;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *end = line + strlen(key);
        if (strncmp(line, key, strlen(key)) == 0) {
            for (unsigned i = 0; i <= index; i++) {
                char *from = end;
                number = strtod(from, &end);
                number = end == from ? INFINITY : number;
            }
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return number;
}

/* What a limit leaves; what is used and not told of is nothing. */
static double left_of(double most, double used)
{
    used = isinf(used) ? 0 : used;
    return most > used ? most - used : 0;
}

static double limit_of(int resource)
{
    struct rlimit limit;

    return getrlimit((__rlimit_resource_t)resource, &limit) != 0 || limit.rlim_max == RLIM_INFINITY
               ? INFINITY
               : (double)limit.rlim_max;
}

/* What the pids.max of the cgroup at `path` leaves, and of each that it is within. */
static double pids_left(const char *hierarchy, char *path)
{
    double most = INFINITY;
    char *end;

    do {
        char file[640];

        snprintf(file, sizeof file, "%s%s/pids.max", hierarchy, path);
        double own = number_of(file, "", 0);
        snprintf(file, sizeof file, "%s%s/pids.current", hierarchy, path);
        most = fmin(most, left_of(own, number_of(file, "", 0)));
        end = strrchr(path, '/');
        if (end != NULL) {
            *end = '\0';
        }
    } while (end != NULL);
    return most;
}

/* The same of the cgroup in a line of /proc/self/cgroup: version 2's "0::/path", or version 1's
 * "8:pids:/path". */
static double cgroup_pids(char *line)
{
    char *controllers = strchr(line, ':');
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;

    if (path == NULL) {
        return INFINITY;
    }
    *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    bool old = strcmp(controllers + 1, "pids") == 0;
    if (!old && controllers[1] != '\0') {
        return INFINITY;
    }
    return pids_left(old ? "/sys/fs/cgroup/pids" : "/sys/fs/cgroup", path);
}

static double processes(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    double most = geteuid() == 0 ? INFINITY : limit_of(RLIMIT_NPROC);
    char line[512];

    most = fmin(most, number_of("/proc/sys/kernel/threads-max", "", 0));
    most = fmin(most, number_of("/proc/sys/kernel/pid_max", "", 0));
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        most = fmin(most, cgroup_pids(line));
    }
    if (file != NULL) {
        fclose(file);
    }
    return most;
}

void limits_look(void)
{
    if (looked) {
        return;
    }
    looked = true;
    machine = (struct limits_machine){
        .nofile = limit_of(RLIMIT_NOFILE),
        .nr_open = number_of("/proc/sys/fs/nr_open", "", 0),
        .files = left_of(number_of("/proc/sys/fs/file-max", "", 0),
                         number_of("/proc/sys/fs/file-nr", "", 0)),
        .processes = processes(),
        .memory = number_of("/proc/meminfo", "MemAvailable:", 0) * 1024,
        .tcp_pages = number_of("/proc/sys/net/ipv4/tcp_mem", "", 2),
        .orphans = number_of("/proc/sys/net/ipv4/tcp_max_orphans", "", 0),
    };
}

const struct limits_machine *limits_machine(void)
{
    limits_look();
    return &machine;
}

double limits_untracked(void)
{
    return left_of(number_of("/proc/sys/net/netfilter/nf_conntrack_max", "", 0),
                   number_of("/proc/sys/net/netfilter/nf_conntrack_count", "", 0));
}
