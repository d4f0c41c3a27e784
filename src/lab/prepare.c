#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <unistd.h>

#include "finwait/lab.h"
#include "finwait/netns.h"
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

int lab_prepare(struct error *error)
{
    int result;
    int home = netns_current(error);

    outer_user = lab_user();
    if (home < 0) {
        return -1;
    }
    if (unshare(CLONE_NEWNET) == 0) {
        result = go_back(home, error);
    } else if (errno == EPERM) {
        result = userns_enter(error);
    } else {
        result = netns_refused(errno, error);
    }
    close(home);
    return result;
}
