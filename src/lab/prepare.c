#include <errno.h>
#include <sched.h>
#include <stdint.h>
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
    return link_raise_loopback(&cause) == 0 ? go_back(home, error) : enter_userns(&cause, error);
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
