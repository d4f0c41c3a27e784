#include "finwait/privileges.h"

#include <errno.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The kernel's overflow id, kernel/user.c: nobody's own. */
#define NOBODY 65534L

#define CAN(capability) (UINT64_C(1) << (capability))

static const struct powers {
    uint64_t kept;
    uint64_t at_hand; /* beside those: kept, and not in effect */
    bool executes;    /* programs that are not finwait: with what the bounds leave */
    bool unbounded;   /* the bounds stay as they are */
    bool changes_user;
} powers_of[] = {
    [PRIVILEGES_NONE] = {0},
    [PRIVILEGES_READER] = {.changes_user = true},
    [PRIVILEGES_WORKER] = {.kept = CAN(CAP_NET_BIND_SERVICE), .changes_user = true},
    [PRIVILEGES_COMMAND] =
        {
            .kept = CAN(CAP_NET_BIND_SERVICE) | CAN(CAP_NET_RAW) | CAN(CAP_SETUID) |
                    CAN(CAP_SETGID) | CAN(CAP_SETPCAP) | CAN(CAP_SETFCAP) | CAN(CAP_KILL) |
                    CAN(CAP_CHOWN) | CAN(CAP_FOWNER) | CAN(CAP_FSETID) | CAN(CAP_DAC_OVERRIDE) |
                    CAN(CAP_SYS_CHROOT),
            .executes = true,
        },
    [PRIVILEGES_CONDUCTOR] =
        {
            .kept = CAN(CAP_SYS_ADMIN)                         /* setns(2) */
                    | CAN(CAP_NET_ADMIN)                       /* faults */
                    | CAN(CAP_NET_BIND_SERVICE)                /* listening again */
                    | CAN(CAP_CHOWN)                           /* privileges_give_socket */
                    | CAN(CAP_SETUID) | CAN(CAP_SETGID)        /* a worker's other user */
                    | CAN(CAP_SETPCAP) | CAN(CAP_KILL)         /* its bounds, its end */
                    | CAN(CAP_SYS_RESOURCE)                    /* its RLIMIT_NOFILE */
                    | CAN(CAP_DAC_OVERRIDE) | CAN(CAP_FOWNER), /* --out, wherever it is */
            .at_hand = CAN(CAP_SYS_PTRACE),                    /* privileges_look */
            .executes = true,
            .unbounded = true,
        },
};

/* Raw calls: glibc would first go through the threads that the conductor had (nptl_setxid.c). */
static bool set_saved_ids(long group, long user)
{
    return syscall(SYS_setresgid, -1L, -1L, group) == 0 &&
           syscall(SYS_setresuid, -1L, -1L, user) == 0;
}

/* A user namespace may not know the id, and root may lack CAP_SETUID or CAP_SETGID.  The saved ids
 * are tried: they alone change no power, and come back. */
uid_t privileges_worker_user(void)
{
    uid_t user = geteuid();

    if (user != 0) {
        return user;
    }
    bool allowed = set_saved_ids(NOBODY, NOBODY);
    set_saved_ids(getegid(), user);
    return allowed ? (uid_t)NOBODY : user;
}

static int change_user(void)
{
    pid_t parent = getppid();

    if (privileges_worker_user() == geteuid()) {
        return 0;
    }
    prctl(PR_SET_KEEPCAPS, 1);
    syscall(SYS_setgroups, 0, NULL); /* in a user namespace it may be given up */
    if (syscall(SYS_setresgid, NOBODY, NOBODY, NOBODY) != 0 ||
        syscall(SYS_setresuid, NOBODY, NOBODY, NOBODY) != 0) {
        return -1;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* another user's is taken back, prctl(2) */
    if (getppid() != parent) {
        _exit(EXIT_FAILURE); /* its parent ended in between */
    }
    return 0;
}

static void bound(uint64_t kept)
{
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; capability++) {
        if ((kept >> capability & 1) == 0) {
            prctl(PR_CAPBSET_DROP, capability); /* EPERM: there is no CAP_SETPCAP, nor any other */
        }
    }
}

/* Those of `effective` and `at_hand` that the process has, and of them the former in effect. */
static int restrict_to(uint64_t effective, uint64_t at_hand)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

    if (syscall(SYS_capget, &header, data) != 0) {
        return -1;
    }
    for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
        data[i].permitted &= (uint32_t)((effective | at_hand) >> (32 * i));
        data[i].effective = data[i].permitted & (uint32_t)(effective >> (32 * i));
        data[i].inheritable = 0;
    }
    return (int)syscall(SYS_capset, &header, data);
}

int privileges_keep(enum privileges privileges, struct error *error)
{
    const struct powers *powers = &powers_of[privileges];

    if (!powers->unbounded) {
        bound(powers->kept);
    }
    if ((powers->changes_user && change_user() != 0) ||
        restrict_to(powers->kept, powers->at_hand) != 0 ||
        (!powers->executes && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)) {
        return error_errno(error, STATUS_MACHINE, errno, "give up privileges");
    }
    return 0;
}

void privileges_look(bool may)
{
    const struct powers *powers = &powers_of[PRIVILEGES_CONDUCTOR];

    restrict_to(powers->kept | (may ? powers->at_hand : 0), powers->at_hand);
}

void privileges_give_socket(int fd)
{
    uid_t user = privileges_worker_user();

    if (user != geteuid() && fchown(fd, user, (gid_t)-1) != 0) {
        return; /* without CAP_CHOWN it shares its port with nobody */
    }
}
