#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "link.h"

/* Settings by which machines forbid user namespaces, and what lifts each. */
static const struct guard {
    const char *path;
    const char *forbids; /* the value that does */
    const char *advice;
} guards[] = {
    {"/proc/sys/user/max_user_namespaces", "0",
     "as root: sysctl -w user.max_user_namespaces=10000"},
    {"/proc/sys/kernel/unprivileged_userns_clone", "0",
     "as root: sysctl -w kernel.unprivileged_userns_clone=1"},
    {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
     "as root: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or give finwait an "
     "AppArmor profile that allows userns"},
};

static bool guard_forbids(const struct guard *guard)
{
    char value[16];
    int fd = open(guard->path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return false;
    }
    ssize_t length = read(fd, value, sizeof value - 1);
    close(fd);
    if (length <= 0) {
        return false;
    }
    value[length] = '\0';
    value[strcspn(value, "\n")] = '\0';
    return strcmp(value, guard->forbids) == 0;
}

/* Root that may not make namespaces is the root of a container. */
static const char *advice_by_errno(int errnum, uid_t user)
{
    switch (errnum) {
    case ENOSPC:
    case EUSERS:
        return "too many namespaces or too deep a nesting: raise the sysctls "
               "user.max_user_namespaces and user.max_net_namespaces";
    case EINVAL:
    case ENOSYS:
        return "this kernel lacks CONFIG_USER_NS or CONFIG_NET_NS: run finwait as root on a "
               "kernel that has network namespaces";
    default:
        return user == 0 ? "root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN here, as in a container, "
                           "and may make no user namespace (that takes CAP_SETFCAP): start "
                           "the container with --privileged"
                         : "a container, chroot or seccomp filter forbids it: run finwait as "
                           "root, or start the container with --privileged";
    }
}

static int advise(struct error *error, int errnum, uid_t user)
{
    const char *advice = advice_by_errno(errnum, user);

    for (size_t i = 0; i < sizeof guards / sizeof guards[0]; i++) {
        if (guard_forbids(&guards[i])) {
            advice = guards[i].advice;
            break;
        }
    }
    return error_hint(error, "%s; or use `lab: host`", advice);
}

static int write_file(const char *path, const char *text, struct error *error)
{
    int errnum = 0;
    int fd = open(path, O_WRONLY | O_CLOEXEC);

    if (fd < 0 || write(fd, text, strlen(text)) < 0) {
        errnum = errno;
    }
    if (fd >= 0) {
        close(fd);
    }
    return errnum == 0 ? 0 : error_errno(error, STATUS_MACHINE, errnum, "write %s", path);
}

/*
 * One id each is all that an unprivileged process may map, and its group only once setgroups(2)
 * is given up (user_namespaces(7)).
 */
static int map_ids(uid_t uid, gid_t gid, struct error *error)
{
    char uid_map[32];
    char gid_map[32];

    snprintf(uid_map, sizeof uid_map, "0 %u 1\n", (unsigned)uid);
    snprintf(gid_map, sizeof gid_map, "0 %u 1\n", (unsigned)gid);
    if (write_file("/proc/self/setgroups", "deny", error) != 0 ||
        write_file("/proc/self/uid_map", uid_map, error) != 0) {
        return -1;
    }
    return write_file("/proc/self/gid_map", gid_map, error);
}

int userns_enter(struct error *error)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();

    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        int errnum = errno;
        error_errno(error, STATUS_MACHINE, errnum, "make a user namespace");
        return advise(error, errnum, uid);
    }
    /* AppArmor can let the namespace be made and strip its capabilities: try to use them. */
    if (map_ids(uid, gid, error) != 0 || link_raise_loopback(error) != 0) {
        return advise(error, EPERM, uid);
    }
    return 0;
}
