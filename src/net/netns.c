#include "finwait/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>

int netns_current(struct error *error)
{
    int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        int errnum = errno;
        error_errno(error, STATUS_MACHINE, errnum, "open /proc/thread-self/ns/net");
        if (errnum == ENOENT) {
            error_hint(error, "network namespaces need /proc mounted and CONFIG_NET_NS");
        }
    }
    return fd;
}

int netns_refused(int errnum, struct error *error)
{
    error_errno(error, STATUS_MACHINE, errnum, "make a network namespace");
    switch (errnum) {
    case ENOSPC:
        return error_hint(error, "no network namespace is left to this user: raise the sysctl "
                                 "user.max_net_namespaces, or use `lab: host`");
    case EINVAL:
        return error_hint(error, "this kernel has no network namespaces (CONFIG_NET_NS): use "
                                 "`lab: host`");
    case EPERM:
        return error_hint(error, "it takes CAP_SYS_ADMIN: run finwait as root, or allow user "
                                 "namespaces");
    default:
        return -1;
    }
}

int netns_unshare(struct error *error)
{
    return unshare(CLONE_NEWNET) == 0 ? 0 : netns_refused(errno, error);
}

int netns_enter(int fd, struct error *error)
{
    if (setns(fd, CLONE_NEWNET) == 0) {
        return 0;
    }
    error_errno(error, STATUS_MACHINE, errno, "enter a network namespace");
    return error_hint(error, "it belongs to another user namespace, or this process lost "
                             "CAP_SYS_ADMIN since");
}
