#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "doctor.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* linux/in.h, which cannot be included beside netinet/in.h */
#endif

void check_kernel(struct check *check)
{
    struct utsname name;
    unsigned major = 0;
    unsigned minor = 0;

    uname(&name);
    if (sscanf(name.release, "%u.%u", &major, &minor) != 2) { // NOLINT(cert-err34-c): checked
        check_say(check, CHECK_LIMITED, "Linux %.100s, a version of unknown form", name.release);
        check_advise(check, "Linux 6.1 or later is needed, 6.3 or later has all that is used");
    } else if (major < 5 || (major == 5 && minor < 18)) {
        check_say(check, CHECK_LIMITED, "Linux %.100s", name.release);
        check_advise(check, "finwait is made for Linux 6.1 or later: before 5.18 TcpExtTW counts a "
                            "TIME_WAIT when it ends, not when it begins");
    } else {
        check_say(check, CHECK_OK, "Linux %.100s", name.release);
    }
}

void check_descriptors(struct check *check)
{
    const unsigned long long million = 1000000;
    const unsigned long long own = 256; /* what a worker needs besides its connections, amply */
    const unsigned long long sensible = 256;
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max == RLIM_INFINITY) {
        check_say(check, CHECK_OK, "no limit");
        return;
    }
    if (limit.rlim_max <= own) {
        check_say(check, CHECK_LIMITED, "at most %llu a process",
                  (unsigned long long)limit.rlim_max);
        check_advise(check, "raise the hard limit (ulimit -Hn 1048576 as root, or LimitNOFILE=)");
        return;
    }
    unsigned long long usable = limit.rlim_max - own;
    unsigned long long workers = (million + usable - 1) / usable;
    check_say(check, workers <= sensible ? CHECK_OK : CHECK_LIMITED,
              "at most %llu a process: a million sockets a side take %llu worker%s",
              (unsigned long long)limit.rlim_max, workers, workers == 1 ? "" : "s");
    if (workers > sensible) {
        check_advise(check, "raise the hard limit (ulimit -Hn 1048576 as root, or LimitNOFILE=)");
    }
}

void check_cpus(struct check *check)
{
    cpu_set_t set;
    long count = sysconf(_SC_NPROCESSORS_ONLN);

    /* EINVAL: more CPUs than the set has room for; then what is on line is what we know. */
    if (sched_getaffinity(0, sizeof set, &set) == 0) {
        count = CPU_COUNT(&set);
    }
    check_say(check, count > 1 ? CHECK_OK : CHECK_LIMITED, "%ld for this process", count);
    if (count <= 1) {
        check_advise(check, "client and server take turns on one CPU: rates are lower and "
                            "latencies hold waiting time; give finwait two or more");
    }
}

void check_port_range(struct check *check)
{
    unsigned range = 0; /* no bounds: as it is */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd >= 0 && setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof range) == 0) {
        check_say(check, CHECK_OK, "settable on a socket");
    } else {
        check_say(check, CHECK_LIMITED, "setsockopt: %s", errno_name(errno));
        check_advise(check, "narrow the ports with the sysctl net.ipv4.ip_local_port_range "
                            "instead; the socket option takes Linux 6.3");
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* Those that clock_gettime(2) reads without entering the kernel (vdso(7)). */
static bool is_fast(const char *clocksource)
{
    static const char *const fast[] = {
        "tsc",      "kvm-clock",         "hyperv_clocksource_tsc_page",
        "xen",      "arch_sys_counter",  "riscv_clocksource",
        "timebase", "loongarch_counter", "tod",
    };

    for (size_t i = 0; i < sizeof fast / sizeof fast[0]; i++) {
        if (strcmp(fast[i], clocksource) == 0) {
            return true;
        }
    }
    return false;
}

void check_clocksource(struct check *check)
{
    char name[64] = "";
    int fd = open("/sys/devices/system/clocksource/clocksource0/current_clocksource",
                  O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, name, sizeof name - 1);

    if (fd >= 0) {
        close(fd);
    }
    name[length > 0 ? length : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
    if (is_fast(name)) {
        check_say(check, CHECK_OK, "%s", name);
        return;
    }
    check_say(check, CHECK_LIMITED, "%s", name[0] == '\0' ? "unknown (no /sys)" : name);
    check_advise(check, "reading the clock may take a system call, which costs CPU at high rates: "
                        "compare runs only with others of this machine");
}
