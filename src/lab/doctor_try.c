#include <errno.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor.h"
#include "finwait/clock.h"
#include "finwait/kernel_state.h"
#include "netlink.h"
#include "nft.h"
#include "pen.h"
#include "qdisc.h"
#include "ruleset.h"
#include "steer.h"
#include "userns.h"

/*
 * Every function here runs in a child of its own that ends after it, so what it makes or enters is
 * neither left nor freed.
 */

enum {
    TABLE_ENTRIES = 4096,
};

/* Say what `error` says, as far as there is room. */
static void say_error(struct check *check, enum check_verdict verdict, const struct error *error)
{
    check_say(check, verdict, "%s", error->what);
    check_advise(check, "%s", error->hint);
}

void try_user_namespaces(struct check *check)
{
    struct error error;
    bool privileged = unshare(CLONE_NEWNET) == 0;

    if (userns_enter(&error) == 0) {
        check_say(check, CHECK_OK, "allowed: a private lab needs no root");
    } else {
        say_error(check, privileged ? CHECK_LIMITED : CHECK_MISSING, &error);
    }
}

static struct lab *make_lab(struct error *error)
{
    struct lab_config config = {
        .private = true, .sockets = TABLE_ENTRIES, .addresses = {[SIDE_CLIENT] = 1, 1}};

    return lab_prepare(error) == 0 ? lab_new(&config, error) : NULL;
}

void try_private_lab(struct check *check)
{
    struct error error;

    if (make_lab(&error) == NULL) {
        say_error(check, CHECK_MISSING, &error);
    } else {
        check_say(check, CHECK_OK, "made: two hosts and their link");
    }
}

/* Into a host of a lab; without one, the check has been given its verdict. */
static bool in_lab(struct check *check)
{
    struct error error;
    struct lab *lab = make_lab(&error);

    if (lab != NULL && lab_enter(lab, SIDE_CLIENT, &error) == 0) {
        return true;
    }
    check_say(check, CHECK_LIMITED, "not tried, for want of a private lab");
    check_advise(check, "first make the private lab possible");
    return false;
}

void try_pid_namespace(struct check *check)
{
    struct pen pen;

    if (!in_lab(check)) {
        return;
    }
    if (pen_new(&pen) == 0) {
        check_say(check, CHECK_OK, "made: whatever a lab starts ends with it");
        return;
    }
    check_say(check, CHECK_LIMITED, "cannot be made: %s", errno_name(errno));
    check_advise(check, "what --inspect puts in a session of its own may outlive a finwait and its "
                        "guard that are killed together: raise user.max_pid_namespaces, or take a "
                        "kernel with CONFIG_PID_NS");
}

void try_socket_table(struct check *check)
{
    char value[32];
    struct error error;

    if (!in_lab(check)) {
        return;
    }
    /* Negative: the entries of the machine's table, which the namespace shares. */
    if (sysctl_read("net.ipv4.tcp_ehash_entries", value, sizeof value, &error) == 0 &&
        strtol(value, NULL, 10) > 0) {
        check_say(check, CHECK_OK, "each host has its own (%s entries when asked for %d)", value,
                  TABLE_ENTRIES);
        return;
    }
    check_say(check, CHECK_LIMITED, "hosts share the machine's TCP table");
    check_advise(check, "sampling costs more and sees other programs' load in its timing: use "
                        "Linux 6.1 or later (net.ipv4.tcp_child_ehash_entries)");
}

void try_sock_diag(struct check *check)
{
    struct netlink netlink;
    struct error error;
    /* As the sampler asks. */
    struct inet_diag_req header = {
        /* Without a lab this is the machine's namespace: its listeners are soon walked. */
        .idiag_states = 1U << TCP_STATE_LISTEN,
    };
    struct lab *lab = make_lab(&error);

    if (lab != NULL && lab_enter(lab, SIDE_CLIENT, &error) == 0) {
        header.idiag_states = ~0U;
    }
    if (netlink_open(&netlink, NETLINK_SOCK_DIAG, 0, &error) == 0) {
        int errnum = netlink_commit(
            &netlink, netlink_begin(&netlink, TCPDIAG_GETSOCK, NLM_F_DUMP, &header, sizeof header));
        if (errnum == 0) {
            check_say(check, CHECK_OK, "TCP sockets can be dumped");
            return;
        }
        error_errno(&error, STATUS_MACHINE, errnum, "dump TCP sockets");
    }
    error_hint(&error, "the kernel needs CONFIG_INET_TCP_DIAG: as root, modprobe tcp_diag");
    say_error(check, CHECK_MISSING, &error);
}

/* In a host, for some kernels have the sysctl but show it to root's namespaces alone. */
void try_packet_order(struct check *check)
{
    if (!in_lab(check)) {
        return;
    }
    if (steer_is_possible()) {
        check_say(check, CHECK_OK, "the link keeps it (net.core.rps_default_mask)");
        return;
    }
    check_say(check, CHECK_LIMITED, "the link may change it");
    check_advise(check, "with several CPUs some TIME_WAIT end early by a RST that no real link "
                        "causes; Linux 6.3 with CONFIG_RPS has net.core.rps_default_mask, some "
                        "versions for root alone");
}

void try_nftables(struct check *check)
{
    /* One of each word that faults are made with, toward this host. */
    static const struct fault faults[] = {
        {.kind = FAULT_DROP, .packets = FAULT_DATA, .share = 0.5, .toward = {true, true}},
        {.kind = FAULT_RESET, .packets = FAULT_FIN, .share = 1, .toward = {true, true}},
    };
    static const bool active[] = {true, true};
    struct error error;

    if (!in_lab(check)) {
        return;
    }
    char *commands = ruleset_write(faults, active, 2, SIDE_CLIENT);
    if (commands == NULL) {
        error_set(&error, STATUS_MACHINE, "out of memory");
    } else if (nft_run(commands, &error) == 0) {
        check_say(check, CHECK_OK, "segments can be dropped and reset by their flags");
        return;
    }
    say_error(check, CHECK_LIMITED, &error);
}

static void try_shape(struct check *check, const struct shape *shape, const char *found)
{
    struct netlink netlink;
    struct shape now = {0};
    struct error error;

    if (!in_lab(check)) {
        return;
    }
    if (netlink_open(&netlink, NETLINK_ROUTE, 0, &error) == 0 &&
        qdisc_shape(&netlink, SIDE_CLIENT, shape, &now, &error) == 0) {
        check_say(check, CHECK_OK, "%s", found);
        return;
    }
    say_error(check, CHECK_LIMITED, &error);
}

void try_netem(struct check *check)
{
    try_shape(check, &(struct shape){.delay = NS_PER_MS}, "the link can be delayed");
}

void try_tbf(struct check *check)
{
    try_shape(check, &(struct shape){.rate = 1 << 20}, "the link's rate can be limited");
}
