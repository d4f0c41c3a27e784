#include <errno.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "finwait/lab.h"
#include "finwait/netns.h"
#include "link.h"
#include "userns.h"

/* Back to where we were before the trial run of unshare(2), if we may. */
static int go_back(int home, struct error *error)
{
    /*
     * EPERM: the process is root in a user namespace made by another program which did not make a
     * network namespace with it.  The fresh one is ours, so it becomes the home.
     */
    if (setns(home, CLONE_NEWNET) == 0 || errno == EPERM) {
        return 0;
    }
    return error_errno(error, STATUS_MACHINE, errno, "return to the network namespace");
}

/* -1: not prepared yet. */
static int64_t outer_user = -1;

unsigned lab_user(void)
{
    return outer_user >= 0 ? (unsigned)outer_user : geteuid();
}

/* `cause`: why it does not go without.  To whom is not root that is no news. */
static int enter_userns(const struct error *cause, struct error *error)
{
    struct error why;

    if (userns_enter(&why) == 0) {
        return 0;
    }
    if (lab_user() == 0) {
        error_set(error, why.status, "%s; and without one, %s", why.what, cause->what);
    } else {
        error_set(error, why.status, "%s", why.what);
    }
    return error_hint(error, "%s", why.hint);
}

/* Whether it is not the want of it that failed: then a user namespace would not help either. */
static bool has_net_admin(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    return syscall(SYS_capget, &header, data) == 0 &&
           (data[CAP_TO_INDEX(CAP_NET_ADMIN)].effective & CAP_TO_MASK(CAP_NET_ADMIN)) != 0;
}

/* Root may have been left without the capabilities that it takes: CAP_SYS_ADMIN to make a network
 * namespace, CAP_NET_ADMIN to set it up. */
static int try_namespace(int home, struct error *error)
{
    struct error cause;

    if (unshare(CLONE_NEWNET) != 0) {
        int errnum = errno;
        (void)netns_refused(errnum, errnum == EPERM ? &cause : error);
        return errnum == EPERM ? enter_userns(&cause, error) : -1;
    }
    if (link_raise_loopback(&cause) == 0) {
        return go_back(home, error);
    }
    if (has_net_admin()) {
        *error = cause;
        return -1;
    }
    return enter_userns(&cause, error);
}

int lab_prepare(struct error *error)
{
    int home = netns_current(error);
    int result;

    outer_user = lab_user();
    if (home < 0) {
        return -1;
    }
    result = try_namespace(home, error);
    close(home);
    return result;
}
