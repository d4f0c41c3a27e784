#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "doctor.h"
#include "finwait/tcp_state.h"
#include "link.h"
#include "netlink.h"
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
    struct inet_diag_req_v2 header = {
        .sdiag_family = AF_INET,
        .sdiag_protocol = IPPROTO_TCP,
        /* Without a lab this is the machine's namespace: its listeners are soon walked. */
        .idiag_states = 1U << TCP_STATE_LISTEN,
    };
    struct lab *lab = make_lab(&error);

    if (lab != NULL && lab_enter(lab, SIDE_CLIENT, &error) == 0) {
        header.idiag_states = ~0U;
    }
    if (netlink_open(&netlink, NETLINK_SOCK_DIAG, 0, &error) == 0) {
        int errnum = netlink_commit(&netlink, netlink_begin(&netlink, SOCK_DIAG_BY_FAMILY,
                                                            NLM_F_DUMP, &header, sizeof header));
        if (errnum == 0) {
            check_say(check, CHECK_OK, "TCP sockets can be dumped");
            return;
        }
        error_errno(&error, STATUS_MACHINE, errnum, "dump TCP sockets");
    }
    error_hint(&error, "the kernel needs CONFIG_INET_TCP_DIAG: as root, modprobe tcp_diag");
    say_error(check, CHECK_MISSING, &error);
}

void try_nftables(struct check *check)
{
    static const struct nfgenmsg header = {.nfgen_family = AF_UNSPEC, .version = NFNETLINK_V0};
    struct netlink netlink;
    struct error error;

    if (!in_lab(check)) {
        return;
    }
    if (netlink_open(&netlink, NETLINK_NETFILTER, 0, &error) == 0) {
        int errnum = netlink_commit(
            &netlink, netlink_begin(&netlink, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, 0,
                                    &header, sizeof header));
        if (errnum == 0) {
            check_say(check, CHECK_OK, "rules can be set in a host");
            return;
        }
        error_errno(&error, STATUS_MACHINE, errnum, "ask for the nftables generation");
    }
    error_hint(&error, "faults made by packet filter rules are not to be had: as root, modprobe "
                       "nf_tables");
    say_error(check, CHECK_LIMITED, &error);
}

void try_netem(struct check *check)
{
    static const struct tc_netem_qopt options = {.limit = 1000};
    struct tcmsg header = {
        .tcm_family = AF_UNSPEC, .tcm_ifindex = link_index[SIDE_CLIENT], .tcm_parent = TC_H_ROOT};
    struct netlink netlink;
    struct error error;

    if (!in_lab(check)) {
        return;
    }
    if (netlink_open(&netlink, NETLINK_ROUTE, 0, &error) == 0) {
        struct nlmsghdr *request = netlink_begin(
            &netlink, RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof header);
        mnl_attr_put_strz(request, TCA_KIND, "netem");
        mnl_attr_put(request, TCA_OPTIONS, sizeof options, &options);
        int errnum = netlink_commit(&netlink, request);
        if (errnum == 0) {
            check_say(check, CHECK_OK, "loss and delay can be put on the link");
            return;
        }
        error_errno(&error, STATUS_MACHINE, errnum, "add a netem queue to the link");
    }
    error_hint(&error, "loss and delay on the link are not to be had: as root, modprobe sch_netem "
                       "(CONFIG_NET_SCH_NETEM)");
    say_error(check, CHECK_LIMITED, &error);
}
