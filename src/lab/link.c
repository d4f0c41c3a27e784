#include "link.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include "carrier.h"
#include "finwait/lab.h"
#include "finwait/netns.h"
#include "netlink.h"
#include "rtnl.h"
#include "steer.h"

/*
 * Nothing but a trial's packets shall cross the link: no DAD, no link-local address, no router
 * solicitation.  And an address that is local by route alone cannot be bound in IPv6, unlike IPv4,
 * without ip_nonlocal_bind (inet6_bind looks for it on an interface, net/ipv6/af_inet6.c).
 */
static const struct sysctl_setting ipv6_manners[] = {
    {"net.ipv6.conf.all.disable_ipv6", "0"},
    {"net.ipv6.ip_nonlocal_bind", "1"},
    {"net.ipv6.conf.default.accept_dad", "0"},
    {"net.ipv6.conf.default.addr_gen_mode", "1"},
    {"net.ipv6.conf.default.router_solicitations", "0"},
};

bool link_has_ipv6(void)
{
    return access("/proc/thread-self/net/if_inet6", F_OK) == 0;
}

/* ---- joining ---- */

/* What is done in one host, on a netlink socket opened there. */
typedef int host_step(struct netlink *netlink, enum side side, struct error *error);

/* Of the namespace, before it has the link, which takes these over as its defaults. */
static int teach_manners(struct netlink *netlink, enum side side, struct error *error)
{
    (void)side;
    for (size_t i = 0; link_has_ipv6() && i < sizeof ipv6_manners / sizeof ipv6_manners[0]; i++) {
        if (sysctl_write(ipv6_manners[i].name, ipv6_manners[i].value, error) != 0) {
            return -1;
        }
    }
    return steer_packets(error) == 0 ? rtnl_raise(netlink, RTNL_LOOPBACK, error) : -1;
}

static int raise_link(struct netlink *netlink, enum side side, struct error *error)
{
    return rtnl_raise(netlink, link_index[side], error);
}

static int configure(struct netlink *netlink, enum side side, struct error *error)
{
    static int (*const requests[])(struct netlink *, const struct lab_plan *, enum side,
                                   struct error *) = {rtnl_add_address, rtnl_add_neighbour,
                                                      rtnl_add_own_block, rtnl_add_peer,
                                                      rtnl_add_peer_block};

    for (size_t i = 0; i < LAB_PLAN_N; i++) {
        if (lab_plans[i].family == AF_INET6 && !link_has_ipv6()) {
            continue;
        }
        for (size_t j = 0; j < sizeof requests / sizeof requests[0]; j++) {
            if (requests[j](netlink, &lab_plans[i], side, error) != 0) {
                return -1;
            }
        }
    }
    return 0;
}

static int in_host(const int host[SIDE_N], enum side side, host_step *step, struct error *error)
{
    struct netlink netlink;
    /* Only who waits for reports hears them: else they would mix with the answers. */
    unsigned groups = step == carrier_await ? RTMGRP_LINK : 0;

    if (netns_enter(host[side], error) != 0 ||
        netlink_open(&netlink, NETLINK_ROUTE, groups, error) != 0) {
        return -1;
    }
    int result = step(&netlink, side, error);
    netlink_close(&netlink);
    return result;
}

static int in_both(const int host[SIDE_N], host_step *step, struct error *error)
{
    for (enum side side = SIDE_CLIENT; side < SIDE_N; side++) {
        if (in_host(host, side, step, error) != 0) {
            return -1;
        }
    }
    return 0;
}

static int pair_hosts(const int host[SIDE_N], struct error *error)
{
    struct netlink netlink;

    if (netns_enter(host[SIDE_CLIENT], error) != 0 ||
        netlink_open(&netlink, NETLINK_ROUTE, 0, error) != 0) {
        return -1;
    }
    int result = rtnl_make_pair(&netlink, host[SIDE_SERVER], error);
    netlink_close(&netlink);
    return result;
}

int link_join(const int host[SIDE_N], struct error *error)
{
    if (in_both(host, teach_manners, error) != 0 || pair_hosts(host, error) != 0 ||
        in_both(host, raise_link, error) != 0 || in_both(host, carrier_await, error) != 0) {
        return -1;
    }
    return in_both(host, configure, error);
}

int link_raise_loopback(struct error *error)
{
    struct netlink netlink;

    if (netlink_open(&netlink, NETLINK_ROUTE, 0, error) != 0) {
        return -1;
    }
    int result = rtnl_raise(&netlink, RTNL_LOOPBACK, error);
    netlink_close(&netlink);
    return result;
}
